"""What one record alone says of the capture that it holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model import Digest, FetchFacts, RecordType
from archive.warc.parsing.capture_record import capture_of_record
from archive.warc.record import Record

FACTS = FetchFacts(site="news")
BLOCK = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "7"\r\n\r\n<p>x'


def record(kind: str = "response", *, block: bytes = BLOCK, size: int = 0, **more: str) -> Record:
    """A record with these headers, underscores for hyphens; `size`: of a block not read whole."""
    headers = {
        "WARC-Type": kind,
        "WARC-Record-ID": "<urn:uuid:1>",
        "WARC-Target-URI": "<http://news.example/a b>",
        "WARC-Date": "2026-03-01T10:00:00Z",
    } | {name.replace("_", "-"): value for name, value in more.items()}
    return Record(
        version="1.1",
        headers=tuple(headers.items()),
        block=block,
        content_length=size or len(block),
        offset=7,
        length=90,
        end=97,
    )


def test_a_response_is_a_capture_of_its_address() -> None:
    """Address, time, place, status and validators; the digest is computed where none is stated."""
    capture = capture_of_record(record(), "a.warc.gz", FACTS)
    assert capture is not None
    assert capture.url == "http://news.example/a%20b"
    assert capture.captured == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (capture.warc, capture.offset, capture.length) == ("a.warc.gz", 7, 90)
    assert (capture.status, capture.mime, capture.etag) == (200, "text/html", '"7"')
    assert capture.payload_digest == Digest.compute(b"<p>x", capture.payload_digest.algorithm)
    assert capture.facts == FACTS


def test_a_digest_that_is_stated_is_kept_and_none_is_guessed() -> None:
    """One that cannot be read is none, nor is one of a block that was read in part."""
    stated = Digest.compute(b"else", "sha256")
    capture = capture_of_record(record(WARC_Payload_Digest=str(stated)), "a.warc.gz", FACTS)
    assert capture is not None
    assert capture.payload_digest == stated
    for odd in (record(WARC_Payload_Digest="no digest"), record(size=99)):
        capture = capture_of_record(odd, "a.warc.gz", FACTS)
        assert capture is not None
        assert capture.payload_digest is None


def test_a_revisit_says_what_it_refers_to() -> None:
    """Its truncation says that the known payload was left out, not that the exchange was cut."""
    revisit = record(
        "revisit",
        WARC_Profile="http://netpreserve.org/warc/1.1/revisit/server-not-modified",
        WARC_Refers_To="<urn:uuid:0>",
        WARC_Refers_To_Target_URI="http://news.example/0",
        WARC_Refers_To_Date="2026-02-01T10:00:00Z",
        WARC_Truncated="length",
    )
    capture = capture_of_record(revisit, "a.warc.gz", FACTS)
    assert capture is not None
    assert capture.record_type == RecordType.REVISIT
    assert (capture.profile, capture.truncated) == ("server-not-modified", None)
    assert capture.refers_to_url == "http://news.example/0"
    assert capture.refers_to_date == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert capture.refers_to_id == "<urn:uuid:0>"


@pytest.mark.parametrize(
    "other",
    [
        record(WARC_Target_URI="dns:news.example"),
        record("resource", WARC_Target_URI="urn:screenshot:1"),
        record("conversion"),
    ],
    ids=["dns", "urn", "conversion"],
)
def test_what_is_no_exchange_of_the_web_is_no_capture(other: Record) -> None:
    """Nor is a conversion that no browser of ours made."""
    assert capture_of_record(other, "a.warc.gz", FACTS) is None
