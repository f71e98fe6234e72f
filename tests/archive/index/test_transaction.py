"""Captures added in one transaction: their rows, and what each capture meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from archive.model import (
    Change,
    Failure,
    NotAnArticle,
    NotArticleReason,
    PayloadKind,
    Reading,
    RecordType,
    Sighting,
    Stage,
)

URL = "https://news.example/a/1001"


def test_the_same_capture_twice_is_no_change(kit: Any) -> None:
    """Applying a capture again leaves every table as it was."""
    entry = kit.entry()
    with kit.index() as index:
        index.apply_captures([entry])
        before = kit.dump()
        assert index.apply_captures([entry, entry]) == [Change.NONE, Change.NONE]
    assert kit.dump() == before


def test_other_publication_time_is_another_article(kit: Any) -> None:
    """A daily column with the same words on another day is not a duplicate."""
    with kit.index() as index:
        later = kit.START + timedelta(days=1)
        assert index.apply_captures(
            [kit.entry(), kit.entry("https://news.example/b/2", 1, published=later)]
        ) == [
            Change.NEW,
            Change.NEW,
        ]


def test_failures(kit: Any) -> None:
    """Pages that may hide an article, failures of a reading and failures told are rows, each once;
    listings are none.
    """
    paywall = NotAnArticle(url=URL, reason=NotArticleReason.PAYWALL, detail="three lines of text")
    listing = NotAnArticle(url=URL, reason=NotArticleReason.LISTING)
    further = Failure(url=URL, stage=Stage.DISCOVERY, reason="sitemap is cut", at=kit.START)
    with kit.index() as index:
        index.apply_captures(
            [
                (
                    kit.capture(hour=1),
                    Reading(kind=PayloadKind.PAGE, not_article=paywall, failures=(further,)),
                ),
                (kit.capture(hour=2), Reading(kind=PayloadKind.PAGE, not_article=listing)),
            ]
        )
        failure = Failure(url=URL, stage=Stage.FETCH, reason="connection refused", at=kit.START)
        index.add_failures([failure, failure])
        index.add_failures([replace(failure, at=kit.START + timedelta(hours=9))])
    assert sorted(kit.rows("SELECT stage, reason FROM failures")) == [
        ("discovery", "sitemap is cut"),
        ("extract", "paywall: three lines of text"),
        ("fetch", "connection refused"),
    ]
    fetched = "SELECT at FROM failures WHERE stage = 'fetch'"
    assert kit.rows(fetched) == [("2024-03-01T12:00:00Z",)]


def test_sightings(kit: Any) -> None:
    """An announcement repeated unchanged is one row with first and last time; with another title it
    is another.
    """
    sighting = Sighting(
        url=URL, source="https://news.example/sitemap.xml", kind="news-sitemap", title="خبر"
    )
    other = Sighting(
        url=URL, source="https://news.example/sitemap.xml", kind="news-sitemap", title="خبر معدل"
    )
    with kit.index() as index:
        for hour, each in ((2, sighting), (1, sighting), (3, other)):
            capture = kit.capture("https://news.example/sitemap.xml", hour)
            index.apply_captures([(capture, Reading(kind=PayloadKind.SITEMAP, sightings=(each,)))])
    assert kit.rows("SELECT title, seen, last_seen FROM sightings ORDER BY seen") == [
        ("خبر", "2024-03-01T13:00:00Z", "2024-03-01T14:00:00Z"),
        ("خبر معدل", "2024-03-01T15:00:00Z", "2024-03-01T15:00:00Z"),
    ]


def test_a_payload_that_is_found_later_replaces_what_was_known(kit: Any) -> None:
    """A capture read late has the rows of its new reading only, as if it had been read at first."""
    capture, reading = kit.entry()
    with kit.index() as index:
        index.apply_captures([(capture, reading)])
    expected = kit.dump()
    with kit.index() as index:
        index.apply_captures([(capture, Reading(kind=PayloadKind.NOT_MODIFIED))])
        assert kit.rows("SELECT kind, article_id FROM captures") == [("not-modified", None)]
        index.apply_late([(capture, reading)])
    assert kit.dump() == expected


def test_the_earliest_announcement_stands(kit: Any) -> None:
    """Of one announcement repeated, the crawl is that of the earliest and the time of change the
    one stated last, whichever came into the index first.
    """

    def announced(hour: float, modified: str) -> Any:
        sighting = Sighting(url=URL, source=URL, kind="sitemap", title="خبر", modified=modified)
        return kit.capture(URL, hour), Reading(kind=PayloadKind.SITEMAP, sightings=(sighting,))

    with kit.index() as index:
        for each in (announced(2, "b"), announced(1, "a"), announced(3, "c")):
            index.apply_captures([each])
    assert kit.rows("SELECT modified, seen, last_seen FROM sightings") == [
        ("c", "2024-03-01T13:00:00Z", "2024-03-01T15:00:00Z")
    ]


def test_what_a_capture_meant_is_known_afterwards(kit: Any) -> None:
    """The same as when it was applied: new, changed, unchanged, another address of the same text,
    not modified, no article.
    """
    first = kit.entry(hour=1)
    other = "https://news.example/b/2"
    entries = [
        first,
        kit.entry(hour=2),
        kit.entry(hour=3, title="عنوان آخر"),
        kit.revisit(first[0], 4),
        kit.entry(other, 5, title="عنوان آخر"),
        kit.entry(other, 6, title="عنوان آخر"),
        (kit.capture(hour=7), Reading(kind=PayloadKind.PAGE)),
    ]
    with kit.index() as index:
        meant = [index.apply_captures([entry])[0] for entry in entries]
        assert meant == [
            Change.NEW,
            Change.UNCHANGED,
            Change.CHANGED,
            Change.UNCHANGED,
            Change.DUPLICATE,
            Change.UNCHANGED,
            Change.NONE,
        ]
        assert [index.change_of(capture) for capture, _ in entries] == meant
        assert index.change_of(kit.capture()) == Change.NONE


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_page_that_a_browser_has_shown_needs_none(kit: Any, order: tuple[int, int]) -> None:
    """That a page needs a browser is a failure until its document is there, whichever of the two
    records is read first; one of another page stays.
    """
    needs = NotAnArticle(url=URL, reason=NotArticleReason.NEEDS_BROWSER, detail="no prose")
    page = (kit.capture(hour=1), Reading(kind=PayloadKind.PAGE, not_article=needs))
    shown = replace(kit.capture(hour=2), record_type=RecordType.CONVERSION)
    other = kit.capture("https://news.example/a/2", hour=3)
    entries = [page, (shown, Reading(kind=PayloadKind.PAGE))]
    with kit.index() as index:
        index.apply_captures([entries[place] for place in order])
        index.apply_captures([(other, Reading(kind=PayloadKind.PAGE, not_article=needs))])
    (failure,) = kit.dump()["failures"]
    assert other.url in failure
