"""What a record that is no capture says of itself."""

from __future__ import annotations

import pytest

from archive.warc.parsing.other_record import parse_other_record
from archive.warc.record import Record


def record(kind: str, uri: str | None, *, size: int = 5, **more: str) -> Record:
    headers = {"WARC-Type": kind, "WARC-Date": "2026-03-01T10:00:00Z"}
    headers |= {"WARC-Target-URI": uri} if uri else {}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    return Record(
        version="1.1",
        headers=tuple(headers.items()),
        block=b"words",
        content_length=size,
        offset=7,
        length=90,
        end=97,
    )


@pytest.mark.parametrize(
    ("kind", "uri", "counted"),
    [
        ("response", "DNS:a.example", "response dns:"),
        ("resource", "urn:view:http://a/", "resource urn:"),
        ("metadata", "https://a/", "metadata of a page"),
        ("metadata", None, "metadata without address"),
        ("resource", "\x1b[2Jx:y", "resource else"),
    ],
)
def test_a_record_is_counted_by_type_and_scheme(kind: str, uri: str | None, counted: str) -> None:
    """Schemes that nobody knows are one kind: a foreign file names none of its own."""
    other = parse_other_record(record(kind, uri), "a.warc.gz")
    assert other is not None
    assert (other.kind, other.is_listed, other.offset, other.length) == (counted, True, 7, 90)


@pytest.mark.parametrize("kind", ["request", "warcinfo", "continuation", ""])
def test_what_belongs_to_another_record_is_none(kind: str) -> None:
    """Requests and descriptions are neither listed nor counted."""
    assert parse_other_record(record(kind, "http://a/"), "a") is None
    fields = record("metadata", "http://a/", Content_Type="application/warc-fields")
    assert parse_other_record(fields, "a") is None


def test_a_digest_is_as_stated_or_that_of_the_whole_block() -> None:
    """Of a block that was not read whole nothing is computed."""
    stated = parse_other_record(record("resource", "urn:a", WARC_Payload_Digest="md5:x"), "a")
    computed = parse_other_record(record("resource", "urn:a"), "a")
    unknown = parse_other_record(record("resource", "urn:a", size=6), "a")
    assert stated is not None
    assert computed is not None
    assert unknown is not None
    assert (stated.digest, unknown.digest) == ("md5:x", None)
    assert computed.digest == "sha1:564JGYI6N5LPLLIHESAWGQFFBJHLBAQL"


def test_a_date_that_is_none() -> None:
    """The caller names the record."""
    with pytest.raises(ValueError, match="WARC-Date"):
        parse_other_record(record("resource", "urn:a", WARC_Date="today"), "a")
