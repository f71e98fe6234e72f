"""What captures, readings, announcements and failures are as rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from archive.index.rows import (
    capture_order_key,
    failures_of,
    fingerprint,
    read_articles,
    sighting_row,
)
from archive.model import (
    Failure,
    Image,
    Link,
    NotAnArticle,
    NotArticleReason,
    PayloadKind,
    Reading,
    Sighting,
    Stage,
)
from archive.urls import canonical_key

URL = "https://news.example/a/1001"


def test_text_is_made_fit_for_storage_at_one_border(kit: Any) -> None:
    """NUL, control characters and lone surrogates in any text of a page neither raise nor reach the
    database.
    """
    bad = "ن\x00ص \x1b[31m\ud800"
    entry = kit.entry(
        title=bad, paragraphs=[bad], authors=[bad], tags=[bad], section=bad, image=Image(url=URL, caption=bad),  # noqa: E501
        related=[Link(url=URL, text=bad, kind="related")], lead=bad, publisher=bad, published_raw=bad,  # noqa: E501
    )  # fmt: skip
    sighting = Sighting(url=URL, source=URL, kind="feed", title=bad, published=bad)
    owed = Failure(url=URL, stage=Stage.EXTRACT, reason=bad, at=kit.START)
    noisy = (
        kit.capture(hour=1, etag=bad, mime=bad),
        Reading(kind=PayloadKind.FEED, sightings=(sighting,), failures=(owed,)),
    )
    with kit.index() as index:
        index.apply_captures([entry, noisy])
    assert kit.rows("SELECT title, body, author FROM articles") == [("نص [31m\ufffd",) * 3]
    for table, rows in kit.dump().items():
        text = repr(rows)
        assert not any(sign in text for sign in ("\\x00", "\\x1b", "\\ud800")), table


def test_captures_are_in_order_of_time_file_and_offset(kit: Any) -> None:
    """The order key sorts to the microsecond, then by file, then by offset as a number, and begins
    with the time in ISO 8601.
    """
    first = kit.capture()
    ordered = [
        replace(first, offset=90),
        replace(first, offset=1000),
        replace(first, warc="test-0002.warc.gz", offset=7),
        replace(first, captured=first.captured + timedelta(microseconds=1), offset=1),
        replace(first, captured=first.captured + timedelta(seconds=1), offset=0),
    ]
    keys = [capture_order_key(capture) for capture in ordered]
    assert sorted(keys) == keys
    assert keys[0][:20] == "2024-03-01T12:00:00Z"


def test_a_fingerprint_is_of_words_and_not_of_spelling() -> None:
    """Hamza, vowels and punctuation do not matter, the publication time does; a text without words
    is no other address's.
    """
    one = fingerprint("عنوان", "أعلنت الحكومة، اليوم", "2024-03-01", "a")
    assert one == fingerprint("عنوان", "اعلنت الحكومةُ اليوم", "2024-03-01", "b")
    assert one != fingerprint("عنوان", "أعلنت الحكومة، اليوم", "2024-03-02", "a")
    assert one != fingerprint("عنوان", "أعلنت الحكومة، أمس", "2024-03-01", "a")
    assert fingerprint("عنوان", "...", None, "a") != fingerprint("عنوان", "...", None, "b")


def test_an_article_of_a_capture_is_one(kit: Any) -> None:
    """A page that carries its own article again, and another one twice, was read as two."""
    capture, reading = kit.entry()
    other = kit.article("https://news.example/b/2")
    embedded = (kit.article(URL + "?utm_source=x"), other, other)
    articles = read_articles(capture, replace(reading, embedded=embedded))
    assert [(each.address[1], each.reading["ordinal"]) for each in articles] == [
        (canonical_key(URL), 0),
        (canonical_key(other.url), 2),
    ]


def test_an_empty_page_is_no_failure_of_its_own(kit: Any) -> None:
    """A page that is empty because its extraction failed is one failure, not two."""
    empty = NotAnArticle(url=URL, reason=NotArticleReason.EMPTY)
    failed = Failure(url=URL, stage=Stage.EXTRACT, reason="too deep", at=kit.START)
    reading = Reading(kind=PayloadKind.PAGE, not_article=empty)
    assert [each.reason for each in failures_of(kit.capture(), reading)] == ["empty"]
    assert failures_of(kit.capture(), replace(reading, failures=(failed,))) == [failed]


def test_an_announcement_is_known_by_what_it_says(kit: Any) -> None:
    """Its id is the same whenever it is seen, and another if its title is."""
    sighting = Sighting(url=URL, source=URL, kind="feed", title="خبر")
    row, later = (sighting_row(sighting, kit.capture(hour=hour)) for hour in (0, 1))
    assert (row["id"], row["seen"]) == (later["id"], "2024-03-01T12:00:00Z")
    assert sighting_row(replace(sighting, title="آخر"), kit.capture())["id"] != row["id"]
