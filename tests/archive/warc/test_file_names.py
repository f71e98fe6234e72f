"""Which files of a folder are WARC files."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.warc.file_names import (
    final_name,
    is_arc,
    is_gzip_name,
    list_open_files,
    list_warc_files,
    split_suffix,
)

NAMES = (
    "b.warc.gz",
    "a.warc",
    "c.arc",
    "d.arc.gz",
    "e.warc.gz.open",
    "f.arc.open",
    "g.warc.gz.tmp",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*NAMES, "index.cdxj", "h.warc.gz.torn-9"):
        (tmp_path / name).touch()
    (tmp_path / "z.warc.gz").mkdir()
    return tmp_path


def test_closed_files_are_listed_by_name(folder: Path) -> None:
    """WARC and ARC files, packed or not; nothing unfinished, no folder, nothing else."""
    assert [path.name for path in list_warc_files(folder)] == [
        *("a.warc", "b.warc.gz", "c.arc", "d.arc.gz")
    ]


def test_files_in_progress_are_listed_on_request(folder: Path) -> None:
    """With those in progress the list has them under their present names."""
    names = [path.name for path in list_warc_files(folder, include_open=True)]
    assert set(names) - {path.name for path in list_warc_files(folder)} == {
        "e.warc.gz.open",
        "f.arc.open",
    }
    assert [final_name(path) for path in list_open_files(folder)] == ["e.warc.gz"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.warc.gz", ("a", ".warc.gz")),
        ("a.b.WARC", ("a.b", ".warc")),
        ("x.ARC.gz", ("x", ".arc.gz")),
        ("a.gz", ("a.gz", "")),
        ("warc.gz", ("warc.gz", "")),
    ],
)
def test_suffixes_of_files_from_elsewhere(name: str, parts: tuple[str, str]) -> None:
    """Capitals make no difference, and gzip alone is no archive."""
    assert split_suffix(name) == parts


def test_kinds_by_name() -> None:
    """ARC and WARC are distinguished, and a gzip file is known also while it is written."""
    assert is_arc(Path("a.arc.gz"))
    assert not is_arc(Path("a.warc.gz"))
    assert is_gzip_name(Path("a.warc.gz.open"))
    assert is_gzip_name(Path("a.arc.gz.part"))
    assert not is_gzip_name(Path("a.warc.open"))
