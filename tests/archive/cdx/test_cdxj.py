"""The CDXJ file: its lines, its merges and its look-ups."""

from __future__ import annotations

import gzip
import itertools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import warc_kit
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.cdx import cdxj
from archive.cdx.cdxj import CdxjFile, cdxj_line
from archive.cdx.not_modified import revisit_line
from archive.errors import StorageError
from archive.model import Capture, CrawlSummary, Digest, Failure, FetchFacts, RecordType, Stage
from archive.warc.capture_reader import read_captures, reference_to

INDEXER = Path(sys.executable).parent / "cdxj-indexer"


def capture(url: str = "http://news.example/a", number: int = 0, **more) -> Capture:
    values = {
        "url": url,
        "captured": warc_kit.START.replace(minute=number % 60, hour=number // 60 % 24),
        "warc": "a.warc.gz",
        "offset": number,
        "length": 9,
        "record_id": f"<urn:uuid:{number}>",
        "record_type": RecordType.RESPONSE,
        "status": 200,
        "mime": "text/html",
        "payload_digest": Digest.compute(b"x", "sha1"),
    }
    return Capture(**values | more)


# ---------------------------------------------------------------------------- lines and the indexer


ANSWERS = [
    warc_kit.response(),
    warc_kit.response(gzip.compress(warc_kit.PAGE), ("Content-Encoding", "gzip")),
    warc_kit.response(warc_kit.chunked(b"abc"), ("Transfer-Encoding", "chunked")),
    warc_kit.response(b"", ("Location", "/x"), status="301 Moved Permanently"),
    warc_kit.response(b"x", kind="image/JPEG ;x=1"),
    warc_kit.response(b"x", kind=""),
    b"HTTP/1.1 404\r\n\r\nno type",
    "HTTP/1.1 200 OK\r\nContent-Type: نص/عادي\r\n\r\n".encode(),
    b"HTTP/1.0 204 No Content\nServer: x\n\n",
    warc_kit.response(b"x", status="503 Busy"),
]
URLS = [
    "http://news.example/خبر/عاجل?ب=1",
    "https://www.news.example/A?b=2&a=1",
    "http://127.0.0.1:8000/x",
]


def write_varied_files(archive: Path, index: CdxjFile) -> list[Path]:
    """Write every answer of every URL, each with a revisit, a failure and a crawl summary."""
    with warc_kit.writer(archive, rotate_bytes=9000) as writer:
        for second, (answer, url) in enumerate(itertools.product(ANSWERS, URLS)):
            made = warc_kit.exchange(url, answer, second=second)
            first = writer.write_exchange(made, warc_kit.FACTS)
            index.add(first)
            again = replace(made, started=made.started.replace(year=2027))
            reference, not_modified = reference_to(first), second % 2 == 0
            index.add(
                writer.write_exchange(again, FetchFacts(), reference, not_modified=not_modified)
            )
        writer.write_failure(
            Failure(url="http://x.example/", stage=Stage.FETCH, reason="x", at=warc_kit.START)
        )
        writer.write_crawl(CrawlSummary(id="1", site="s", started=warc_kit.START))
    index.close()
    return sorted(archive.glob("*.warc.gz"))


def test_the_index_equals_what_cdxj_indexer_makes(tmp_path):
    """Byte for byte: responses, redirects, both revisits, images, odd types, Arabic URLs; failures
    have no line. Of the lines that lead elsewhere, those of 304 revisits, what they are made of.
    """
    (tmp_path / "indexes").mkdir()
    path = tmp_path / "indexes" / "index.cdxj"
    files = write_varied_files(tmp_path / "archive", CdxjFile(path))
    assert len(files) > 2
    command = [str(INDEXER), "--sort", *map(str, files)]
    theirs = subprocess.run(command, capture_output=True, check=True).stdout
    ours = path.read_bytes().splitlines(keepends=True)
    assert sorted(map(revisit_line, ours)) == theirs.splitlines(keepends=True)
    assert ours == sorted(ours)
    captures = [item for file in files for item in read_captures(file) if isinstance(item, Capture)]
    assert CdxjFile(tmp_path / "fresh.cdxj").rebuild(captures) == 60
    assert (tmp_path / "fresh.cdxj").read_bytes() == b"".join(ours)


def test_foreign_files_are_indexed_as_cdxj_indexer_does(tmp_path):
    """WARC/1.0 with brackets, resource records and plain files give the same lines."""
    date = ("WARC-Date", "2020-01-02T03:04:05Z")
    http = ("Content-Type", "application/http; msgtype=response")
    records = [
        warc_kit.record(
            "warcinfo", b"software: x\r\n", ("Content-Type", "application/warc-fields")
        ),
        warc_kit.record(
            "response",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nx",
            ("WARC-Target-URI", "<http://a/x>"),
            date,
            http,
        ),
        warc_kit.record(
            "resource",
            b"<rss/>",
            ("WARC-Target-URI", "http://a/rss"),
            date,
            ("Content-Type", "text/xml;q=1"),
        ),
    ]
    plain, packed = tmp_path / "p.warc", tmp_path / "q.warc.gz"
    plain.write_bytes(b"".join(records))
    packed.write_bytes(warc_kit.packed(records))
    theirs = subprocess.run(
        [str(INDEXER), "--sort", str(plain), str(packed)], capture_output=True, check=True
    ).stdout
    ours = sorted(
        cdxj_line(item)
        for path in (plain, packed)
        for item in read_captures(path)
        if isinstance(item, Capture)
    )
    assert "".join(ours).encode() == theirs


# ----------------------------------------------------------------------------------------- the file


def test_lines_survive_without_a_merge_and_merge_sorted(tmp_path):
    """What was added is found again by a new object, before and after a merge, each line once."""
    path = tmp_path / "index.cdxj"
    made = [capture(f"http://news.example/{number % 7}", number) for number in range(40)]
    made = made[::2] + made[::-2]
    first = CdxjFile(path)
    for one in made[:25]:
        first.add(one)
    second = CdxjFile(path)
    assert len(second.lookup("http://news.example/3")) == sum(
        one.url.endswith("/3") for one in made[:25]
    )
    second.merge()
    for one in made[20:]:
        second.add(one)
    second.close()
    assert path.read_text().splitlines(keepends=True) == sorted(cdxj_line(one) for one in made)
    assert [item.name for item in tmp_path.iterdir()] == ["index.cdxj"]


def test_a_line_cut_off_by_a_kill_is_dropped(tmp_path):
    """A half-written last line of the waiting ones does not spoil those before and after it."""
    path = tmp_path / "index.cdxj"
    CdxjFile(path).add(capture(number=1))
    waiting = tmp_path / "index.cdxj.new"
    waiting.write_bytes(waiting.read_bytes() + b"example,news)/ 2026")
    index = CdxjFile(path)
    index.add(capture(number=2))
    index.close()
    assert path.read_text() == cdxj_line(capture(number=1)) + cdxj_line(capture(number=2))


def test_the_file_stays_sorted_as_it_grows(tmp_path, monkeypatch):
    """Merges happen by themselves; at any time the file that others read is sorted."""
    monkeypatch.setattr(cdxj, "_MERGE_AT_LEAST", 10)
    path = tmp_path / "index.cdxj"
    index = CdxjFile(path)
    numbers = list(range(300))
    numbers = [number * 37 % 300 for number in numbers]
    for number in numbers:
        index.add(capture(f"http://news.example/{number}", number))
        if path.exists():
            lines = path.read_bytes().splitlines()
            assert lines == sorted(lines)
    assert len(path.read_bytes().splitlines()) > 200
    index.close()
    assert len(path.read_bytes().splitlines()) == 300


@settings(max_examples=30)
@given(st.lists(st.integers(0, 30), max_size=60), st.integers(0, 31))
def test_lookup_finds_exactly_the_captures_of_a_url(tmp_path_factory, numbers, wanted):
    """Binary search finds every line of a key, at the start, the end or the middle, and no
    other.
    """
    path = tmp_path_factory.mktemp("c") / "index.cdxj"
    index = CdxjFile(path)
    index.rebuild(
        capture(f"http://news.example/{number}", place) for place, number in enumerate(numbers)
    )
    found = index.lookup(f"http://www.news.example/{wanted}/")
    assert sorted(int(entry.fields["offset"]) for entry in found) == [
        place for place, number in enumerate(numbers) if number == wanted
    ]
    assert [entry.timestamp for entry in found] == sorted(entry.timestamp for entry in found)
    assert all(entry.key == f"example,news)/{wanted}" for entry in found)


def test_rebuild_sorts_more_than_fits_in_memory(tmp_path, monkeypatch):
    """Captures beyond one run are sorted through files and leave nothing behind."""
    monkeypatch.setattr(cdxj, "_RUN", 7)
    made = [capture(f"http://news.example/{number * 37 % 101}", number) for number in range(50)]
    assert CdxjFile(tmp_path / "index.cdxj").rebuild(iter([*made, *made])) == 50
    assert (tmp_path / "index.cdxj").read_text().splitlines(keepends=True) == sorted(
        map(cdxj_line, made)
    )
    assert [item.name for item in tmp_path.iterdir()] == ["index.cdxj"]


def test_trouble_with_the_disk_is_told(tmp_path):
    """A folder that is not there gives an error that names the file."""
    with pytest.raises(StorageError, match=r"index\.cdxj"):
        CdxjFile(tmp_path / "no" / "index.cdxj").add(capture())


def test_a_page_as_a_browser_showed_it_has_no_line(tmp_path):
    """Replay finds the page itself, whichever way the index was made."""
    page, shown = capture(number=1), capture(number=2, record_type=RecordType.CONVERSION)
    index = CdxjFile(tmp_path / "index.cdxj")
    index.add(page)
    index.add(shown)
    index.close()
    assert (tmp_path / "index.cdxj").read_text() == cdxj_line(page)
    assert index.rebuild([shown, page]) == 1
    assert (tmp_path / "index.cdxj").read_text() == cdxj_line(page)
