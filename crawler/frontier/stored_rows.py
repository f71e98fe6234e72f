"""What stands in the frontier, read without opening it for writing."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from archive.index.connection import connect_existing

logger = logging.getLogger(__name__)


def stored_rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on the frontier in `path`. None where there is no frontier, since it may
    be deleted at any time, or one of another form; where it cannot be read, that is warned of.
    """
    if not path.is_file():
        return []
    try:
        with closing(connect_existing(path, "ro")) as frontier:
            return frontier.execute(query).fetchall()
    except sqlite3.Error as error:
        if not str(error).startswith("no such "):
            logger.warning("%s cannot be read, so what it knows is left out: %s", path, error)
        return []
