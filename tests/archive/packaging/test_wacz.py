"""WACZ files as written: members, digests and the blocks of the index."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warc_kit import FACTS, exchange, only_file, writer

from archive.cdx.cdxj import cdxj_line
from archive.errors import StorageError, UsageError
from archive.packaging.wacz import BLOCK_LINES, PageEntry, write_wacz

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
PAGE = PageEntry(url="http://news.example/1", captured=NOW, title='خبر\u2028 "x"')


def write(target: Path, warcs: list[Path], lines: list[bytes]) -> int:
    return write_wacz(
        target,
        warcs=warcs,
        cdxj=lines,
        pages=[PAGE],
        title="أخبار",
        created=NOW,
        software="warraq/0",
    )


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """A WARC with more captures than a block of the index has lines, and the lines."""
    with writer(tmp_path / "archive") as warc:
        captures = [
            warc.write_exchange(exchange(f"http://news.example/{number:05d}"), FACTS)
            for number in range(BLOCK_LINES + 9)
        ]
    return only_file(tmp_path / "archive"), sorted(
        cdxj_line(capture).encode() for capture in captures
    )


def test_every_member_is_what_is_stated(made: tuple[Path, list[bytes]], tmp_path: Path) -> None:
    """datapackage.json names each member with size and digest, its own digest stands beside it, and
    nothing is packed.
    """
    warc, lines = made
    target = tmp_path / "x.wacz"
    assert write(target, [warc], lines) == target.stat().st_size
    with zipfile.ZipFile(target) as package:
        assert package.testzip() is None
        raw = package.read("datapackage.json")
        described = json.loads(raw)
        said = json.loads(package.read("datapackage-digest.json"))
        assert said["hash"] == "sha256:" + hashlib.sha256(raw).hexdigest()
        listed = {each["path"]: each for each in described["resources"]}
        others = set(package.namelist()) - set(listed)
        assert others == {"datapackage.json", "datapackage-digest.json"}
        for path, each in listed.items():
            data = package.read(path)
            assert (each["bytes"], each["hash"]) == (
                len(data),
                "sha256:" + hashlib.sha256(data).hexdigest(),
            )
        assert {info.compress_type for info in package.infolist()} == {zipfile.ZIP_STORED}
        pages = package.read("pages/pages.jsonl").decode().split("\n")
    assert json.loads(pages[1])["title"] == PAGE.title
    assert (described["title"], described["wacz_version"]) == ("أخبار", "1.1.1")


def test_each_block_is_found_by_the_secondary_index(
    made: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    """Read by the offsets of index.idx, the blocks of the index are all its lines, each block with
    its digest.
    """
    warc, lines = made
    write(tmp_path / "x.wacz", [warc], lines)
    with zipfile.ZipFile(tmp_path / "x.wacz") as package:
        data = package.read("indexes/index.cdx.gz")
        secondary = package.read("indexes/index.idx").decode().splitlines()[1:]
    assert len(secondary) == 2
    found = b""
    for entry in secondary:
        key, _, fields = entry.split(" ", 2)
        where = json.loads(fields)
        block = data[where["offset"] : where["offset"] + where["length"]]
        assert where["digest"] == "sha256:" + hashlib.sha256(block).hexdigest()
        assert gzip.decompress(block).startswith(key.encode())
        found += gzip.decompress(block)
    assert found == b"".join(lines)


def test_what_a_killed_process_began_is_in_nobodys_way(
    made: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    """It is written over, unless a process is writing it still."""
    warc, lines = made
    target, begun = tmp_path / "x.wacz", tmp_path / "x.wacz.part"
    begun.write_bytes(b"begun" * 100_000)
    with begun.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another process"):
            write(target, [warc], lines)
        assert begun.stat().st_size == 500_000
    assert write(target, [warc], lines) == target.stat().st_size
    with zipfile.ZipFile(target) as package:
        assert package.testzip() is None
    assert not begun.exists()


def test_nothing_is_overwritten_or_left_half(
    made: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    """A file that is there is left alone; where writing fails nothing stays behind."""
    warc, lines = made
    target = tmp_path / "x.wacz"
    target.write_bytes(b"mine")
    with pytest.raises(UsageError, match="exists"):
        write(target, [warc], lines)
    assert target.read_bytes() == b"mine"

    def failing() -> Iterator[bytes]:
        yield lines[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="No space left"):
        write_wacz(
            tmp_path / "y.wacz",
            warcs=[],
            cdxj=failing(),
            pages=[],
            title="x",
            created=NOW,
            software="warraq/0",
        )
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "x.wacz"}


def test_whatever_its_files_are_called_it_is_valid(
    made: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    """Names of hosts and of other people's files have capitals, blanks and Arabic letters; two that
    differ in these alone are told apart. `wacz validate` accepts them all.
    """
    warc, lines = made
    names = [
        "Capital.warc.gz",
        "capital.warc.gz",
        "a b.warc.gz",
        "أرشيف.warc.gz",
        "CAPITAL.warc.gz",
    ]
    warcs = [warc, *(tmp_path / name for name in names)]
    for copy in warcs[1:]:
        shutil.copy(warc, copy)
    write(tmp_path / "x.wacz", warcs, lines)
    with zipfile.ZipFile(tmp_path / "x.wacz") as package:
        resources = json.loads(package.read("datapackage.json"))["resources"]
        assert {each["path"] for each in resources} >= {f"archive/{each.name}" for each in warcs}
    assert len({each["name"] for each in resources}) == len(resources)
    command = [Path(sys.executable).parent / "wacz", "validate", "-f", tmp_path / "x.wacz"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "invalid" not in said.stdout + said.stderr
