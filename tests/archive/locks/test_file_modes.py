"""One rule for the modes of files and folders. What commands write under it:
`tests/crawler/cli/test_import_export.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import archive
from archive.locks.file_modes import (
    FILE_MODE,
    FOLDER_MODE,
    make_folder,
    open_private,
    write_private,
)

ROOT = Path(archive.__file__).parents[1]


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """A umask of the process."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_a_umask_only_takes_rights_away(tmp_path: Path, umask: int) -> None:
    """Files and folders are never open to all, also those above a folder that is made."""
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    write_private(tmp_path / "a" / "text", "نص")
    assert (tmp_path / "a" / "text").read_text("utf-8") == "نص"
    with open_private(tmp_path / "a" / "b" / "bytes", "xb"):
        pass
    for path in (tmp_path / "a").rglob("*"):
        expected = FOLDER_MODE if path.is_dir() else FILE_MODE
        assert path.stat().st_mode & 0o777 == expected & ~umask
    assert (tmp_path / "a").stat().st_mode & 0o777 == FOLDER_MODE & ~umask


def test_no_module_has_modes_of_its_own() -> None:
    """They are named where the rule stands."""
    found = [
        f"{path.relative_to(ROOT)}: {number}"
        for folder in ("archive", "pipelines", "crawler")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "file_modes.py"
        for number in re.findall(r"\b0o[0-7]{3}\b", path.read_text("utf-8"))
    ]
    assert found == []
