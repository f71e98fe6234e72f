"""Records replaced by tombstones of the same length."""

from __future__ import annotations

import gzip
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import foreign_files
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warc_kit import FACTS, exchange, only_file, packed, record, response, writer

from archive.errors import UsageError
from archive.model import Capture
from archive.model.rendering import Rendering, View
from archive.model.withdrawal import Withdrawal
from archive.warc.capture_reader import read_captures
from archive.warc.record import Record
from archive.warc.record_reader import read_records
from archive.warc.tombstones import replace_with_tombstones

if TYPE_CHECKING:
    Step = tuple[str, Any]

NOW = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


GONE = Withdrawal(
    article_id="0123456789abcdef", site="s", url="http://news.example/", at=NOW, reason="طلب الناشر"
)


def replace_all(path: Path, **more: Any) -> tuple[list[Record], list[Record]]:
    """Replace every capture of a file by a tombstone; the records before and after."""
    before = [each for each in read_records(path) if isinstance(each, Record)]
    places = {
        each.offset: each.record_id for each in read_captures(path) if isinstance(each, Capture)
    }
    assert replace_with_tombstones(path, places, GONE, **more) == len(places)
    return before, [each for each in read_records(path) if isinstance(each, Record)]


@settings(max_examples=40)
@given(size=st.integers(0, 3000), headers=st.integers(0, 40), plain=st.booleans())
def test_a_tombstone_takes_exactly_the_same_place(
    tmp_path_factory: pytest.TempPathFactory, size: int, headers: int, plain: bool
) -> None:
    """Whatever a record's length, packed or not, its tombstone is as long, and the records around
    it are untouched.
    """
    body = random.Random(size).randbytes(size)  # noqa: S311
    answer = response(body, *(("X-Filler", "x" * headers) for _ in range(headers)))
    with writer(folder := tmp_path_factory.mktemp("warc") / "archive") as warc:
        for second in range(3):
            warc.write_exchange(exchange(answer=answer, second=second), FACTS)
    path = only_file(folder)
    if plain:
        path.write_bytes(gzip.decompress(path.read_bytes()))
        path = path.rename(path.with_suffix(""))
    size_before = path.stat().st_size
    before, after = replace_all(path)
    assert path.stat().st_size == size_before
    assert [(each.offset, each.length, each.id) for each in after] == [
        (e.offset, e.length, e.id) for e in before
    ]
    for old, new in zip(before, after, strict=True):
        if old.type == "response":
            assert new.type == "metadata"
            assert size < 100 or b"\\u0637\\u0644\\u0628" in new.block
            assert size < 100 or (old.header("WARC-Payload-Digest") or "").encode() in new.block
        elif old.type == "metadata":
            assert b"warraq-claim" in old.block
            assert b"warraq-claim" not in new.block
            assert b"via: http://news.example/sitemap.xml" in new.block
        else:
            assert new == old
    assert not path.with_name(path.name + ".tmp").exists()


@pytest.mark.parametrize(
    "tool",
    [foreign_files.wget, foreign_files.heritrix, foreign_files.warcprox, foreign_files.browsertrix],
)
@pytest.mark.parametrize("plain", [True, False])
def test_tombstones_in_files_of_other_tools(tmp_path: Path, tool: Any, plain: bool) -> None:
    """Records of other tools become tombstones in the same way, revisits too."""
    path = tmp_path / ("x.warc" if plain else "x.warc.gz")
    path.write_bytes(b"".join(tool()) if plain else packed(tool()))
    before, after = replace_all(path)
    assert [(each.offset, each.length) for each in after] == [
        (each.offset, each.length) for each in before
    ]
    assert not [each for each in read_captures(path) if isinstance(each, Capture)]


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    """Counting the records that would be replaced leaves the file alone."""
    path = tmp_path / "x.warc.gz"
    path.write_bytes(packed(foreign_files.wget()))
    data = path.read_bytes()
    replace_all(path, dry_run=True)
    assert path.read_bytes() == data


def test_what_cannot_hold_a_tombstone(tmp_path: Path) -> None:
    """An ARC file, and a record too small for its own tombstone, are refused with nothing
    changed.
    """
    arc = tmp_path / "x.arc"
    arc.write_bytes(b"".join(foreign_files.arc()))
    small = tmp_path / "x.warc"
    small.write_bytes(
        record(
            "resource",
            b"x",
            ("WARC-Target-URI", "http://a.example/"),
            ("WARC-Date", "2019-05-06T10:00:00Z"),
        )
    )
    for path in (arc, small):
        data = path.read_bytes()
        with pytest.raises(UsageError, match="tombstone"):
            replace_with_tombstones(path, {0: ""}, GONE)
        assert path.read_bytes() == data


def test_pictures_of_a_page_go_with_it(tmp_path: Path) -> None:
    """A screenshot shows what a withdrawal takes out; one of another page stays."""
    with writer(tmp_path) as warc:
        shown = []
        for second in (1, 2):
            page = warc.write_exchange(exchange(second=second), FACTS)
            rendering = Rendering(
                page=page,
                at=page.captured,
                html=b"<p>text</p>" * 40,
                browser="Chromium/1",
                views=(View(media_type="image/png", data=b"picture" * 100),),
            )
            shown.append(warc.write_rendering(rendering, FACTS)[0])
    path = only_file(tmp_path)
    assert replace_with_tombstones(path, {shown[0].offset: shown[0].record_id}, GONE) == 1
    types = [each.type for each in read_records(path) if isinstance(each, Record)]
    assert types.count("conversion") == 1
    assert types.count("resource") == 1
    assert gzip.decompress(path.read_bytes()).count(b"picture" * 100) == 1


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_what_other_tools_made_of_a_page_goes_with_it(tmp_path: Path, name: str) -> None:
    """Texts and pictures whose URI names one of the withdrawn pages; those of other pages stay, and
    so does what has no room for a tombstone. Doing it again changes nothing.
    """
    gone = replace(GONE, urls=("http://news.example/1",))
    about = [
        ("WARC-Date", "2026-03-01T10:00:00Z"),
        ("Content-Type", "text/plain"),
    ]
    uris = [f"urn:text:{gone.urls[0]}", "urn:text:http://news.example/other", "urn:text:x"]
    made = [
        record(
            "resource",
            b"words of it " + random.Random(number).randbytes(900),  # noqa: S311
            ("WARC-Record-ID", f"<urn:uuid:{number}>"),
            ("WARC-Target-URI", uri),
            *about,
        )
        for number, uri in enumerate(uris)
    ]
    made.append(record("resource", b"tiny", ("WARC-Target-URI", uris[0])))
    path = tmp_path / name
    path.write_bytes(packed(made) if name.endswith(".gz") else b"".join(made))
    before = [(each.offset, each.end) for each in read_records(path)]
    assert replace_with_tombstones(path, {}, gone) == 0
    left = [each for each in read_records(path) if isinstance(each, Record)]
    assert [each.type for each in left] == ["metadata", "resource", "resource", "resource"]
    assert [(each.offset, each.end) for each in left] == before
    assert b"words of" not in left[0].block
    after = path.read_bytes()
    assert replace_with_tombstones(path, {}, gone) == 0
    assert path.read_bytes() == after
