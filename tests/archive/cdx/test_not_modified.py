"""The lines of 304 answers lead to what they confirm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.cdx.not_modified import confirmed_lines, resolve_not_modified, revisit_line

KEY = "example,news)/a"


def line(day: int, offset: int, *, key: str = KEY, **fields: Any) -> bytes:
    """The line of a capture of that day; fields that are None are left out."""
    said = {
        "url": "http://news.example/a",
        "mime": "text/html",
        "status": "200",
        "digest": f"sha1:{offset}",
        "length": "9",
        "offset": str(offset),
        "filename": "a.warc.gz",
    } | fields
    known = {name: value for name, value in said.items() if value is not None}
    return f"{key} 202603{day:02}080000 {json.dumps(known)}\n".encode()


def not_modified(day: int, offset: int, digest: str | None, **fields: Any) -> bytes:
    return line(day, offset, mime="warc/revisit", status="304", digest=digest, **fields)


def resolve(*lines: bytes) -> list[bytes]:
    return list(resolve_not_modified(sorted(lines)))


def target(entry: bytes) -> tuple[str, str, str]:
    fields = json.loads(entry.split(b" ", 2)[2])
    return fields["mime"], fields["status"], fields["offset"]


def test_it_leads_to_the_latest_capture_with_that_payload() -> None:
    """At its own time; where the revisit itself stands is said beside, and given back. Doing it
    again changes nothing.
    """
    first, changed, again = line(1, 10), line(3, 30), line(4, 40, digest="sha1:10")
    raw = [not_modified(2, 20, "sha1:10"), not_modified(5, 50, "sha1:10")]
    resolved = resolve(first, changed, again, *raw)
    assert resolved[0::2] == [first, changed, resolved[4]]
    assert [target(entry) for entry in (resolved[1], resolved[4])] == [
        ("text/html", "200", "10"),
        ("text/html", "200", "40"),
    ]
    assert resolved[1].startswith(b"example,news)/a 20260302080000 ")
    said = json.loads(resolved[1].split(b" ", 2)[2])
    own = {"digest": "sha1:10", "filename": "a.warc.gz", "length": "9", "offset": "20"}
    assert {name: said[f"revisit.{name}"] for name in own} == own
    assert [revisit_line(entry) for entry in resolved] == sorted(
        [first, changed, again, *raw], key=lambda each: each[:40]
    )
    assert resolve(*resolved) == resolved


@pytest.mark.parametrize("digest", [None, "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"])
def test_where_the_digest_is_not_that_of_the_page(digest: str | None) -> None:
    """Other tools state that of the empty answer, or none: the latest capture that has the status
    200 is meant, and the revisit's own digest is kept.
    """
    raw = not_modified(4, 40, digest)
    resolved = resolve(line(1, 10), line(2, 20), line(3, 30, status="404"), raw)
    assert target(resolved[3]) == ("text/html", "200", "20")
    assert revisit_line(resolved[3]) == raw


def test_what_confirms_nothing_stays_as_it_is() -> None:
    """Nothing earlier, another URL of the key, another key: nothing is made up."""
    raw = not_modified(2, 20, "sha1:10")
    others = [
        line(1, 10, key="example,news)/"),
        line(1, 11, url="https://news.example/a"),
        line(1, 12, status="404"),
        line(3, 10),
    ]
    assert raw in resolve(*others, raw)
    assert resolve(raw) == [raw]


def test_a_revisit_of_the_same_payload_can_be_confirmed() -> None:
    """Its line is repeated, so that readers follow it to the payload."""
    same = line(1, 10, mime="warc/revisit", digest="sha1:7")
    resolved = resolve(same, not_modified(2, 20, "sha1:7"))
    assert target(resolved[1]) == ("warc/revisit", "200", "10")


def test_what_comes_later_is_looked_up_anew() -> None:
    """An older capture that is imported afterwards, or one that is dropped, changes what a line
    leads to.
    """
    raw = not_modified(3, 30, "sha1:10")
    alone = resolve(raw)
    late = resolve(*alone, line(2, 20, digest="sha1:10"))
    assert target(late[1])[2] == "20"
    assert resolve(late[1]) == [raw]
    assert target(resolve(late[1], line(1, 10))[1])[2] == "10"


def test_in_a_wacz_it_is_the_revisit_with_the_status_of_the_page() -> None:
    """wabac.js refuses a record of another time; what pywb shows is given beside."""
    beside: list[bytes] = []
    resolved = resolve(line(1, 10, status="203"), not_modified(2, 20, "sha1:10"))
    packed = list(confirmed_lines(resolved, beside.append))
    assert [target(entry) for entry in packed] == [
        ("text/html", "203", "10"),
        ("warc/revisit", "203", "20"),
    ]
    assert beside == [resolved[1]]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.booleans()), max_size=12))
def test_sorted_once_and_nothing_lost(made: list[tuple[int, int, bool]]) -> None:
    """Whatever comes together: the lines stay sorted, and those of indexers can be had back."""
    raw = {
        (not_modified if unchanged else line)(day, 10 * day + number, digest=f"sha1:{number % 2}")
        for day, number, unchanged in made
    }
    resolved = resolve(*raw)
    assert resolved == sorted(set(resolved))
    assert {revisit_line(entry) for entry in resolved} == raw
    assert resolve(*resolved) == resolved
    packed = list(confirmed_lines(resolved, lambda _: None))
    assert packed == sorted(packed)
    assert len(packed) == len(raw)


@pytest.mark.parametrize(
    "damaged",
    [
        b'example,news)/a 20260301080000 {"url": "http://news.example/a", "status": "200\n',
        b"example,news)/a 20260301080000\n",
        b"example,news)/a 20260301080000 [7]\n",
        b'example,news)/a 20260301080000 {"revisit.offset": "1"}\n',
        b'example,news)/a 20260301080000 {"mime": "warc/revisit", "status": "304"}\n',
        b"\xff\n",
        b"\n",
    ],
)
def test_a_damaged_line_is_passed_on(damaged: bytes) -> None:
    """It costs no other line; who needs it says what is wrong."""
    good = [line(1, 10), not_modified(2, 20, "sha1:10")]
    resolved = resolve(*good, damaged)
    assert damaged in resolved
    assert target(max(resolved, key=len))[2] == "10"
    assert damaged in list(confirmed_lines(resolved, lambda _: None))
    assert resolve(*resolved) == resolved
    assert revisit_line(damaged) == damaged
