"""Which capture answers for a URL at a time, and which record holds a revisit's payload."""

from __future__ import annotations

import random
import sqlite3
from datetime import timedelta
from typing import Any

from archive.index.capture_lookup import (
    earlier_capture_of_page,
    has_capture_in,
    nearest_capture,
    revisit_target,
)
from archive.model import Capture, Digest, PayloadKind, Reading, RecordType
from archive.model.revisit_reference import choose_referred
from archive.warc.capture_reader import reference_to

URL, OTHER = "https://news.example/a/1001", "https://news.example/b/2"


def offset_of(capture: Capture | None) -> int | None:
    return capture and capture.offset


def test_the_nearest_capture_that_shows_something(kit: Any, db: sqlite3.Connection) -> None:
    """The capture nearest in time is shown, an error page only if there is nothing else."""
    old, new, error = kit.capture(URL, 0), kit.capture(URL, 10), kit.capture(URL, 4, status=503)
    asked = kit.START + timedelta(hours=4)
    kit.insert(db, error)
    assert offset_of(nearest_capture(db, URL, asked)) == error.offset
    kit.insert(db, old, new)
    assert offset_of(nearest_capture(db, URL, asked)) == old.offset
    assert offset_of(nearest_capture(db, URL, asked + timedelta(hours=2))) == new.offset
    assert nearest_capture(db, OTHER, asked) is None


def test_http_answers_for_https(kit: Any, db: sqlite3.Connection) -> None:
    """A URL captured under the other scheme only is found; its own scheme comes first."""
    plain = kit.capture("http://news.example/a/1001", 0)
    kit.insert(db, plain)
    assert offset_of(nearest_capture(db, URL, kit.START)) == plain.offset
    secure = kit.capture(URL, 9)
    kit.insert(db, secure)
    assert offset_of(nearest_capture(db, URL, kit.START)) == secure.offset


def some_captures(kit: Any, chance: random.Random) -> list[Capture]:
    """Captures of two URLs that share times, digests and ids."""
    types = [RecordType.RESPONSE] * 4 + [RecordType.RESOURCE, RecordType.REVISIT]
    return [
        kit.capture(
            chance.choice([URL, OTHER]),
            chance.choice([0, 0.25 / 3600, 0.5 / 3600, 1, 2]),
            record_type=chance.choice(types),
            status=chance.choice([200, 200, 404]),
            truncated=chance.choice([None, None, "length"]),
            record_id=chance.choice(["", "<urn:uuid:1>", "<urn:uuid:2>"]),
            payload_digest=chance.choice([Digest.compute(b"1"), Digest.compute(b"2"), None]),
        )
        for _ in range(chance.randint(1, 6))
    ]


def some_revisit(kit: Any, chance: random.Random) -> Capture:
    """A revisit that names more or less of what it refers to."""
    seconds = chance.choice([None, 0, 0.25, 0.5, 3600])
    revisit: Capture = kit.capture(
        URL,
        chance.choice([0.25 / 3600, 1.5]),
        record_type=RecordType.REVISIT,
        profile=chance.choice(["identical-payload-digest", "server-not-modified"]),
        payload_digest=chance.choice([Digest.compute(b"1"), None]),
        refers_to_id=chance.choice([None, None, "<urn:uuid:1>", "<urn:uuid:3>"]),
        refers_to_url=chance.choice([None, URL, OTHER]),
        refers_to_date=None if seconds is None else kit.START + timedelta(seconds=seconds),
    )
    return revisit


def test_the_index_and_the_rule_name_one_record(kit: Any, db: sqlite3.Connection) -> None:
    """What SQL finds for a revisit is what the rule chooses from the same captures, of all of them
    and of those of its own URL up to its time.
    """
    chance = random.Random(7)  # noqa: S311 -- the same cases each time
    named = 0
    for _ in range(400):
        db.execute("DELETE FROM captures")
        captures, revisit = some_captures(kit, chance), some_revisit(kit, chance)
        kit.insert(db, *captures)
        expected = choose_referred(revisit, captures)
        assert revisit_target(db, revisit) == (reference_to(expected) if expected else None)
        second = timedelta(seconds=1)
        earlier = [
            each
            for each in captures
            if each.url == URL and each.captured < revisit.captured.replace(microsecond=0) + second
        ]
        page = choose_referred(revisit, earlier)
        assert offset_of(earlier_capture_of_page(db, revisit)) == offset_of(page)
        named += expected is not None
    assert 100 < named < 400


def test_only_a_revisit_has_a_target(kit: Any, db: sqlite3.Connection) -> None:
    """A capture with a payload of its own refers to no other, whatever its digest."""
    first = kit.capture(URL, 0)
    again = kit.capture(URL, 1, payload_digest=first.payload_digest)
    kit.insert(db, first)
    assert revisit_target(db, again) is None


def test_what_a_revisit_may_refer_to(kit: Any) -> None:
    """The reference for a payload is the earliest whole response with status 200, never a cut one
    or a revisit.
    """
    digest = Digest.compute(b"payload")
    cut = kit.capture(hour=0, payload_digest=digest, truncated="length")
    first, second = (
        kit.capture(hour=1, payload_digest=digest),
        kit.capture(hour=2, payload_digest=digest),
    )
    page = Reading(kind=PayloadKind.PAGE)
    with kit.index() as index:
        assert index.earliest_with_digest(digest) is None
        index.apply_captures([(cut, page), (second, page), kit.revisit(first, 3), (first, page)])
        found = index.earliest_with_digest(digest)
        assert found is not None
        assert (found.offset, found.record_id, found.captured) == (
            first.offset,
            first.record_id,
            first.captured,
        )
        assert found.payload_digest == digest
        revisit, _ = kit.revisit(first, 4)
        assert index.revisit_target(revisit) == found


def test_fractions_of_a_second_survive(kit: Any) -> None:
    """A reference carries the record's date exactly, although rows show whole seconds."""
    exact = kit.START + timedelta(microseconds=123_000)
    digest = Digest.compute(b"payload")
    capture = kit.capture(captured=exact, payload_digest=digest)
    with kit.index() as index:
        index.apply_captures([(capture, Reading(kind=PayloadKind.PAGE))])
        found = index.earliest_with_digest(digest)
    assert found is not None
    assert found.captured == exact
    assert kit.rows("SELECT captured FROM captures") == [("2024-03-01T12:00:00Z",)]


def test_whether_a_capture_begins_in_a_stretch(kit: Any, db: sqlite3.Connection) -> None:
    """The first byte is in it, the byte after the last is not, and another file is none of it."""
    capture = kit.capture(URL, 0)
    kit.insert(db, capture)
    warc, offset = capture.warc, capture.offset
    assert has_capture_in(db, warc, offset, offset + 1)
    assert not has_capture_in(db, warc, offset + 1, offset + 9)
    assert not has_capture_in(db, warc, 0, offset)
    assert not has_capture_in(db, "other.warc.gz", offset, offset + 1)
