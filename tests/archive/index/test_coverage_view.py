"""What became of an address, from what the tables hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from archive.model import (
    CrawlSummary,
    Failure,
    FetchFacts,
    LeftOut,
    LeftOutBatch,
    LeftOutReason,
    PayloadKind,
    Reading,
    Sighting,
    Stage,
)

HOST = "https://news.example"
STORY = f"{HOST}/a/1001"
MAP = f"{HOST}/sitemap.xml"


def summary(kit: Any, crawl: str = "crawl-1", outcome: str = "finished") -> CrawlSummary:
    """A crawl that ended after an hour, or runs."""
    end = None if outcome == "running" else kit.START + timedelta(hours=1)
    return CrawlSummary(id=crawl, site="news", started=kit.START, finished=end, outcome=outcome)


def announcement(kit: Any, url: str = STORY) -> tuple[Any, Reading]:
    """A sitemap that announces one address."""
    sighting = Sighting(url=url, source=MAP, kind="sitemap")
    return kit.capture(MAP), Reading(kind=PayloadKind.SITEMAP, sightings=(sighting,))


def batch(kit: Any, *entries: LeftOut, hour: float = 1) -> LeftOutBatch:
    """What a crawl left out, said at its end."""
    at = kit.START + timedelta(hours=hour)
    return LeftOutBatch(crawl_id=f"crawl-{hour}", site="news", at=at, entries=entries)


def said(kit: Any, url: str = STORY) -> list[tuple[Any, ...]]:
    """Site, announcer, outcome and reason of an address."""
    return list(
        kit.rows(
            "SELECT site, announced_by, outcome, reason FROM coverage WHERE url = ?",
            url,
        )
    )


def test_an_announced_address_that_nothing_became_of_has_no_outcome(kit: Any) -> None:
    """That is what to look for; while the crawl runs, or where nobody crawls, it waits."""
    with kit.index() as index:
        index.apply_captures([announcement(kit)])
        index.end_crawl(summary(kit, outcome="running"))
        assert said(kit)[0][2:] == (
            "left out",
            "interrupted: its crawl is under way, or was killed",
        )
        index.end_crawl(summary(kit))
        assert said(kit) == [("news", MAP, None, None)]
    foreign, reading = announcement(kit)
    with kit.index() as index:
        index.apply_captures([(replace(foreign, facts=FetchFacts(site="old")), reading)])
        assert said(kit) == [
            ("old", MAP, "left out", "no crawl: only files of other tools announce it")
        ]


def test_a_capture_outweighs_all_else(kit: Any) -> None:
    """Also an earlier one than the failure; a redirect counts, an error does not."""
    failure = Failure(
        url=STORY, stage=Stage.FETCH, reason="HTTP 500", at=kit.START, crawl_id="crawl-1"
    )
    error = kit.capture(STORY, 1, status=500), Reading(kind=PayloadKind.OTHER)
    with kit.index() as index:
        index.end_crawl(summary(kit))
        index.add_left_out(batch(kit, LeftOut(url=STORY, why=LeftOutReason.LIMIT, detail="pages")))
        assert said(kit) == [("news", None, "left out", "limit: pages")]
        index.apply_captures([error])
        assert said(kit) == [("news", None, "failed", "HTTP 500")]
        index.add_failures([replace(failure, reason="HTTP 500, at 4 tries")])
        assert said(kit) == [("news", None, "failed", "HTTP 500, at 4 tries")]
        index.apply_captures([kit.entry(STORY)])
        assert said(kit) == [("news", None, "captured", None)]


def test_what_robots_txt_forbids_was_left_out(kit: Any) -> None:
    """It is no failure of the address."""
    with kit.index() as index:
        index.end_crawl(summary(kit))
        index.add_failures(
            [
                Failure(
                    url=STORY,
                    stage=Stage.ROBOTS,
                    reason="robots.txt forbids it",
                    at=kit.START,
                    crawl_id="crawl-1",
                )
            ]
        )
        assert said(kit) == [("news", None, "left out", "robots: robots.txt forbids it")]


def failure(kit: Any, reason: str, hour: float, stage: Stage = Stage.FETCH) -> Failure:
    """A failure of the story's address, so many hours after the start."""
    at = kit.START + timedelta(hours=hour)
    return Failure(url=STORY, stage=stage, reason=reason, at=at, crawl_id="crawl-1")


def test_a_page_that_was_not_followed_further_was_left_out(kit: Any) -> None:
    """Its address was not asked for, so it has not failed, and has no time at which it was."""
    with kit.index() as index:
        index.end_crawl(summary(kit))
        index.add_failures([failure(kit, "too many links", 1, Stage.DISCOVERY)])
        assert said(kit) == [("news", None, "left out", "too many links")]
    assert kit.rows("SELECT last_asked FROM coverage") == [(None,)]


def test_a_redirect_is_an_answer_and_an_address_nobody_announced_is_told(kit: Any) -> None:
    """What a crawl asked for of itself stands there, too, if it answered."""
    moved = kit.capture(STORY, 1, status=301, location=f"{HOST}/b/2")
    guess = kit.capture(f"{HOST}/guess.xml", 1, status=404)
    with kit.index() as index:
        index.apply_captures(
            [(moved, Reading(kind=PayloadKind.REDIRECT)), (guess, Reading(kind=PayloadKind.OTHER))]
        )
    assert said(kit) == [("news", None, "captured", None)]
    assert said(kit, guess.url) == []


def test_the_latest_failure_is_the_reason_and_the_time_of_asking(kit: Any) -> None:
    """Whichever was stored first; a capture before it changes neither."""
    early, late = failure(kit, "HTTP 500", 1), failure(kit, "connection refused", 3)
    error = kit.capture(STORY, 2, status=500), Reading(kind=PayloadKind.OTHER)
    for stored in ([early, late], [late, early]):
        with kit.index() as index:
            index.end_crawl(summary(kit))
            index.apply_captures([error])
            index.add_failures(stored)
            assert said(kit) == [("news", None, "failed", "connection refused")]
        assert kit.rows("SELECT last_asked FROM coverage") == [("2024-03-01T15:00:00Z",)]


def test_the_first_announcement_counts_and_each_site_has_its_own_reason(kit: Any) -> None:
    """An address that two sites lead to stands there twice; what one left out says nothing of the
    other.
    """
    entry = LeftOut(url=STORY, why=LeftOutReason.LIMIT, detail="pages")
    with kit.index() as index:
        for hour in (5, 2):
            index.add_left_out(batch(kit, entry, hour=hour))
        other = LeftOut(url=STORY, why=LeftOutReason.SCOPE, detail="another site")
        index.add_left_out(replace(batch(kit, other, hour=3), site="other"))
    rows = kit.rows("SELECT site, first_announced, reason FROM coverage ORDER BY site")
    assert rows == [
        ("news", "2024-03-01T14:00:00Z", "limit: pages"),
        ("other", "2024-03-01T15:00:00Z", "scope: another site"),
    ]
    link = replace(kit.capture(STORY, 4, status=404), facts=FetchFacts(site="news", via=MAP))
    with kit.index() as index:
        index.add_left_out(batch(kit, entry, hour=2))
        index.apply_captures([(link, Reading(kind=PayloadKind.OTHER))])
    rows = kit.rows("SELECT announced_by, first_announced FROM coverage")
    assert rows == [(MAP, "2024-03-01T14:00:00Z")]
