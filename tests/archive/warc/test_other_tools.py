"""Other tools of the field read and validate what Warraq writes."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
import warc_kit
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from archive.model import CrawlSummary, Failure, FetchFacts, Stage
from archive.warc.capture_reader import reference_to

BIN = Path(sys.executable).parent


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


@pytest.fixture
def varied(folder):
    """A closed file with the kinds of exchange a crawl meets, none of them chunked."""
    with warc_kit.writer(folder) as writer:
        first = writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        packed = warc_kit.response(gzip.compress(warc_kit.PAGE), ("Content-Encoding", "gzip"))
        writer.write_exchange(
            warc_kit.exchange(answer=packed, second=1, url="http://news.example/gz"), FetchFacts()
        )
        moved = warc_kit.response(b"", ("Location", "/b"), status="301 Moved")
        writer.write_exchange(
            warc_kit.exchange(answer=moved, second=2, url="http://news.example/old"), FetchFacts()
        )
        writer.write_exchange(warc_kit.exchange(second=3), warc_kit.FACTS, reference_to(first))
        not_modified = b"HTTP/1.1 304 Not Modified\r\n\r\n"
        again = warc_kit.exchange(answer=not_modified, second=4)
        writer.write_exchange(again, warc_kit.FACTS, reference_to(first), not_modified=True)
        writer.write_exchange(warc_kit.exchange(second=5, truncated="length"), FetchFacts())
        photo = warc_kit.response(os.urandom(70_000), kind="image/jpeg")
        writer.write_exchange(
            warc_kit.exchange(answer=photo, second=6, url="http://news.example/p.jpg"), FetchFacts()
        )
        writer.write_failure(
            Failure(url="http://x.example/", stage=Stage.FETCH, reason="refused", at=warc_kit.START)
        )
        writer.write_crawl(CrawlSummary(id="1", site="news", started=warc_kit.START))
    return warc_kit.only_file(folder)


@pytest.mark.parametrize(
    "command",
    [
        ["gzip", "-t"],
        [BIN / "warcio", "check"],
        [BIN / "fastwarc", "check"],
        [BIN / "warcio", "index"],
    ],
)
def test_other_tools_find_no_fault(varied, command):
    """gzip, warcio and FastWARC accept a file with every kind of record."""
    run = subprocess.run(
        [*map(str, command), str(varied)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "fail" not in run.stdout.replace("0 failed", "").lower()


def test_warcio_and_fastwarc_read_the_same_blocks(varied):
    """Both readers see the records, ids and blocks that are in the file."""
    expected = [
        (fields["WARC-Record-ID"][0], block) for fields, block in warc_kit.raw_records(varied)
    ]
    with varied.open("rb") as file:
        by_warcio = [
            (one.rec_headers.get_header("WARC-Record-ID"), one.raw_stream.read())
            for one in ArchiveIterator(file, no_record_parse=True)
        ]
    by_fastwarc = [
        (
            one.record_id if one.record_id.startswith("<") else f"<{one.record_id}>",
            one.reader.read(),
        )
        for one in FastIterator(str(varied), parse_http=False)
    ]
    assert by_warcio == expected
    assert by_fastwarc == expected
