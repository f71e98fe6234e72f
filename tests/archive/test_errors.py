"""Errors a user meets: their exit codes, and whose mistake an unwritable file is."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import archive.errors
from archive.errors import StorageError, UsageError, WarraqError, file_refused


def test_the_drawn_tree_is_the_one_in_force() -> None:
    """Every error is in the drawing of the module's docstring, with its exit code."""
    drawn = {
        name: int(code)
        for name, code in re.findall(r"(\w+Error) +(\d+)", archive.errors.__doc__ or "")
    }
    real = {
        error.__name__: error.exit_code
        for error in vars(archive.errors).values()
        if isinstance(error, type) and issubclass(error, WarraqError)
    }
    assert drawn == real


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that is not there is the user's mistake; a full disk is not."""
    full = OSError(errno.ENOSPC, "No space left on device")
    missing = file_refused(tmp_path / "none" / "a.csv", FileNotFoundError(2, "No such file"))
    assert isinstance(missing, UsageError)
    refused = file_refused(tmp_path / "a.csv", full)
    assert isinstance(refused, StorageError)
    assert "No space left" in str(refused)
