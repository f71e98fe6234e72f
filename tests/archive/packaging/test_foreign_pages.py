"""The pages that an imported WACZ lists, kept beside its WARC files."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import foreign_files as made
import pytest

from archive.errors import StorageError
from archive.model import iso_utc
from archive.packaging.foreign_files import import_file
from archive.packaging.foreign_pages import drop_pages, list_page_files, read_imported_pages
from archive.packaging.foreign_streams import Imported, Refused

HEAD = b'{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}\n'
FIRST = {
    "id": "1",
    "url": made.url(8),
    "ts": "2019-05-06T10:08:00.123Z",
    "title": "خبر",
    "text": "نص",
}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def lines(*entries: object) -> bytes:
    return HEAD + b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def take(folder: Path, name: str = "a b.wacz", **lists: bytes) -> list[Imported | Refused]:
    """Import a WACZ with these lists of pages (by the names of their files)."""
    source = folder / name
    members = {"archive/rec-0.warc.gz": made.gz(made.browsertrix())}
    source.write_bytes(
        made.wacz(members, also={f"pages/{key}.jsonl": data for key, data in lists.items()})
    )
    (folder / "archive").mkdir(exist_ok=True)
    return import_file(folder / "archive", source, known={}, now=NOW)


def test_lists_are_kept_as_they_name_pages(tmp_path: Path) -> None:
    """Of seeds and of other pages address, time, title and text; the same file again is no
    change.
    """
    extra = {"url": made.url(9), "ts": "2019-05-06T12:00:00+02:00"}
    for _ in range(2):
        assert len(take(tmp_path, pages=lines(FIRST), extraPages=lines(extra))) == 1
        assert len(list_page_files(tmp_path / "archive")) == 2
    found = sorted(read_imported_pages(tmp_path / "archive"), key=lambda page: page.url)
    assert [(page.url, iso_utc(page.captured), page.title, page.text) for page in found] == [
        (made.url(8), "2019-05-06T10:08:00Z", "خبر", "نص"),
        (made.url(9), "2019-05-06T10:00:00Z", "", None),
    ]
    assert all("a-b-" in path.name for path in list_page_files(tmp_path / "archive"))


def test_what_names_no_page_is_left_out(tmp_path: Path) -> None:
    """Other schemes, no time, numbers for texts: a list may hold anything."""
    odd = [
        FIRST | {"url": url}
        for url in ("file:///etc/passwd", "javascript:1", "http://u:p@x.example/", 7, None)
    ]
    odd += [FIRST | {"ts": time} for time in ("yesterday", None, 3)]
    assert len(take(tmp_path, pages=lines(*odd, FIRST | {"title": 1, "text": ["x"]}))) == 1
    (page,) = read_imported_pages(tmp_path / "archive")
    assert (page.title, page.text) == ("", None)
    take(tmp_path, "none.wacz", pages=lines(*odd))
    assert len(list_page_files(tmp_path / "archive")) == 1


@pytest.mark.parametrize("line", [b'{"url": "http', b"[1]\n", b"\xff\n", b"{" * 100_000 + b"\n"])
def test_a_damaged_list_costs_itself_alone(tmp_path: Path, line: bytes) -> None:
    """It is named with the line; the WARC files are in."""
    taken, refused = take(tmp_path, pages=lines(FIRST) + line)
    assert isinstance(taken, Imported)
    assert isinstance(refused, Refused)
    assert refused.damaged
    assert "pages/pages.jsonl: line 3 cannot be read" in refused.problem
    assert list_page_files(tmp_path / "archive") == []
    assert list((tmp_path / "archive").glob(".import-*")) == []


def test_a_flipped_byte_is_damage(tmp_path: Path) -> None:
    """A member whose checksum fails is named, and nothing of it kept."""
    take(tmp_path, "good.wacz", pages=lines(FIRST))
    data = bytearray((tmp_path / "good.wacz").read_bytes())
    data[data.index(b'"title": "\\u062e') + 10] ^= 1
    (tmp_path / "bad.wacz").write_bytes(data)
    (tmp_path / "other").mkdir()
    _, refused = import_file(tmp_path / "other", tmp_path / "bad.wacz", known={}, now=NOW)
    assert isinstance(refused, Refused)
    assert refused.damaged
    assert list_page_files(tmp_path / "other") == []


def test_pages_are_taken_out_of_a_list(tmp_path: Path) -> None:
    """What the new file will be is shown before it is there; nothing to drop is no change."""
    take(tmp_path, pages=lines(FIRST, FIRST | {"url": made.url(9)}))
    (path,) = list_page_files(tmp_path / "archive")
    before, seen = path.read_bytes(), []

    def is_gone(url: str) -> bool:
        return url == made.url(8)

    def see(fresh: Path) -> None:
        assert path.read_bytes() == before
        seen.append(fresh.read_bytes())

    assert drop_pages(path, is_gone, see)
    assert seen == [path.read_bytes()]
    assert [page.url for page in read_imported_pages(path.parent)] == [made.url(9)]
    assert not drop_pages(path, is_gone, see)
    path.write_bytes(b"{")
    with pytest.raises(StorageError, match="Import the WACZ"):
        list(read_imported_pages(path.parent))
