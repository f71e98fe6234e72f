"""Who may read what Warraq writes: one rule for every file and folder of a collection.

The owner writes, the group reads, nobody else does either: an archive may hold what its publisher
later takes back, and what only a subscriber may read. It holds from the moment when a file is made.
A umask can only take rights away. Secrets are their owner's alone, and so is what is made for the
moment in folders for temporary files. A copy of a whole collection (a bag, a backup) is as it is. A
file that somebody names to be written (an export, a picture) is made as their umask says, but for
the metrics, which are for another user's program.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, cast

FILE_MODE = 0o640
FOLDER_MODE = 0o750
SECRET_MODE = 0o600
METRICS_MODE = 0o644


def open_private(path: Path, mode: str) -> BinaryIO:
    """Open a file in a binary mode; a file created by this is not readable by other users."""
    return cast(
        "BinaryIO", open(path, mode, opener=lambda name, flags: os.open(name, flags, FILE_MODE))
    )


def write_private(path: Path, text: str) -> None:
    """Write a text (UTF-8) to a file; one that is made by this is not readable by other users."""
    with open_private(path, "wb") as file:
        file.write(text.encode("utf-8"))


def make_folder(path: Path) -> None:
    """Make a folder of a collection, and those above it that are missing."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
