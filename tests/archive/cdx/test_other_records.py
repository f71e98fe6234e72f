"""CDXJ lines of records that are no HTTP exchange."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import warc_kit
from foreign_files import arc, gz

from archive.cdx.cdxj import CdxjFile, replayed_lines
from archive.cdx.other_records import is_line_of_exchange, other_record_line
from archive.model import Capture, RecordType
from archive.model.withdrawal import HiddenFromReplay
from archive.warc.capture_reader import OtherRecord, read_captures
from archive.warc.parsing.other_record import page_of_uri

INDEXER = Path(sys.executable).parent / "cdxj-indexer"
HTTP = ("Content-Type", "application/http;msgtype=response")
FIELDS = ("Content-Type", "application/warc-fields")


def record(kind: str, uri: str | None, *more: tuple[str, str], block: bytes = b"words") -> bytes:
    address = (("WARC-Target-URI", uri),) if uri else ()
    return warc_kit.record(kind, block, *address, warc_kit.FOREIGN_DATE, *more)


def of_type(media_type: str) -> tuple[str, str]:
    return ("Content-Type", media_type)


RECORDS = [
    record("warcinfo", None, FIELDS),
    record("response", "dns:news.example", of_type("text/dns")),
    record("response", "ftp://news.example/A%20b", HTTP, block=warc_kit.FOREIGN_HTTP),
    record("response", "urn:x y", HTTP, ("WARC-Payload-Digest", "sha1:ABC")),
    record("revisit", "dns:old.example", of_type("text/dns")),
    record("resource", "urn:view:http://news.example/1", of_type("image/png")),
    record("resource", "urn:thumbnail:https://News.example/1?b=2&a=1", of_type("image/jpeg;q=1")),
    record("resource", "urn:text:https://news.example/خبر", of_type("text/plain; charset=utf-8")),
    record("resource", "urn:pageinfo:http://news.example/1", of_type("application/json")),
    record("resource", "screenshot:http://news.example/1", of_type("image/png")),
    record("resource", "file:///etc/Hosts"),
    record("resource", "urn:empty", block=b""),
    record("resource", "urn:about:x", FIELDS),
    record("resource", "urn:about:y", of_type("application/warc-fields; charset=utf-8")),
    record("resource", "http://news.example/r", FIELDS),
    record("resource", "http://news.example/r"),
    record("metadata", "metadata://gnu.org/software/wget/warc/MANIFEST.txt", of_type("text/plain")),
    record("metadata", "http://news.example/1", of_type("application/json")),
    record("metadata", "http://news.example/1", FIELDS),
    record("metadata", None, of_type("text/plain")),
    record("conversion", "http://news.example/1", of_type("text/plain")),
    record("continuation", "http://news.example/1", of_type("text/plain")),
    record("request", "http://news.example/1", HTTP),
    record("response", "http://news.example/1", HTTP, block=warc_kit.FOREIGN_HTTP),
]


def listed(path: Path) -> list[Capture | OtherRecord]:
    return [item for item in read_captures(path) if isinstance(item, Capture | OtherRecord)]


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_every_kind_of_record_has_the_line_that_cdxj_indexer_writes(
    name: str, tmp_path: Path
) -> None:
    """DNS answers, screenshots, texts, notes of crawlers, files: byte for byte, and no more."""
    path = tmp_path / name
    path.write_bytes(warc_kit.packed(RECORDS) if name.endswith(".gz") else b"".join(RECORDS))
    theirs = subprocess.run([INDEXER, path], capture_output=True, check=True).stdout
    assert b"".join(sorted(replayed_lines(listed(path)))) == b"".join(
        sorted(theirs.splitlines(keepends=True))
    )
    kinds = [item.kind for item in listed(path) if isinstance(item, OtherRecord)]
    assert len(kinds) == 16
    assert {"response dns:", "resource urn:", "metadata metadata:", "metadata of a page"} < {*kinds}
    assert kinds.count("conversion of a page") == 1


def test_dns_answers_of_an_arc_file(tmp_path: Path) -> None:
    """ARC knows no types of records, so that nothing is said of their media type."""
    path = tmp_path / "old.arc.gz"
    path.write_bytes(gz(arc(1)))
    theirs = subprocess.run([INDEXER, path], capture_output=True, check=True, text=True).stdout
    (other,) = (item for item in listed(path) if isinstance(item, OtherRecord))
    assert other_record_line(other) == theirs.splitlines(keepends=True)[0]


def test_lines_of_exchanges_are_told_from_the_others(tmp_path: Path) -> None:
    """By their line alone captures with a status, and revisits, are told from all else."""
    path = tmp_path / "x.warc"
    path.write_bytes(b"".join(RECORDS))
    lines = {item.offset: line for item in listed(path) for line in replayed_lines([item])}
    exchanges = [item.offset for item in listed(path) if isinstance(item, Capture) and item.status]
    assert [offset for offset, line in lines.items() if is_line_of_exchange(line)] == exchanges
    assert is_line_of_exchange(b'a)/ 2 {"url": "HTTPS://a/\\"", "mime": "warc/revisit", "x": 1}\n')


def test_what_was_made_of_a_withdrawn_page_is_hidden(tmp_path: Path) -> None:
    """Pictures and texts of a page go with it, whoever made them; those of other pages stay."""
    path = tmp_path / "x.warc"
    path.write_bytes(b"".join(RECORDS))
    index = CdxjFile(tmp_path / "index.cdxj")
    index.rebuild(listed(path))
    before = (tmp_path / "index.cdxj").read_text().count("urn:")
    assert index.drop_hidden(HiddenFromReplay(pages=frozenset({"http://news.example/1"}))) == 2
    left = (tmp_path / "index.cdxj").read_text()
    assert left.count("urn:") == before - 4
    assert "urn:text:" in left
    assert page_of_uri("urn:view:http://news.example/1") == "http://news.example/1"
    assert page_of_uri("urn:isbn:3") is None


def test_our_own_pictures_have_the_same_line_live_and_rebuilt(tmp_path: Path) -> None:
    """What the writer says of the views it wrote is what is read out of the file."""
    from archive.model.rendering import Rendering, View

    with warc_kit.writer(tmp_path) as writer:
        page = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        views = tuple(View(media_type="image/png", data=data) for data in (b"one", b"two"))
        shown = Rendering(
            page=page, at=page.captured, html=b"<p>x", browser="Chromium/1", views=views
        )
        capture, written = writer.write_rendering(shown, warc_kit.FACTS)
    assert capture.record_type is RecordType.CONVERSION
    path = warc_kit.only_file(tmp_path)
    assert listed(path) == [page, capture, *written]
    theirs = subprocess.run([INDEXER, path], capture_output=True, check=True).stdout
    assert b"".join(replayed_lines(listed(path))) == theirs
