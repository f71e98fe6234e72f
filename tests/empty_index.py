"""An index that knows nothing yet, for parts that ask it what earlier crawls left."""

from __future__ import annotations

import tempfile
from pathlib import Path

from archive.index.writer import Index


def empty_index() -> Index:
    """A new one, in a folder of its own; it is closed with the process."""
    return Index(Path(tempfile.mkdtemp(prefix="warraq-test-")) / "index.db")
