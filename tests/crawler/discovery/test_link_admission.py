"""Which links and announcements become entries of the frontier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from empty_index import empty_index

from archive.config import SiteConfig
from archive.model import Stage
from crawler.discovery.discovered_entries import Window
from crawler.discovery.left_out import LeftOutLog
from crawler.discovery.link_admission import LinkAdmission
from crawler.discovery.recrawl import Recrawl
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, ScopeReason, UrlKind

HOST = "https://news.example"
SITE = SiteConfig(name="news", start=(f"{HOST}/",), exclude=("/tag/",))
STORY = f"{HOST}/news/1"


@pytest.fixture
def frontier(tmp_path: Path) -> Iterator[Frontier]:
    made = Frontier(tmp_path / "frontier.db")
    yield made
    made.close()


def admit(frontier: Frontier, entries: list[QueuedUrl], site: SiteConfig = SITE) -> list[QueuedUrl]:
    said: list[tuple[str, Stage, str]] = []
    admission = LinkAdmission(
        site,
        Scope(site),
        frontier,
        Window(),
        lambda key, stage, why, **_: said.append((key, stage, why)),
        LeftOutLog(site.name, frontier),
        Recrawl(empty_index(), site.name),
    )
    return admission.select_entries(entries)


def queued(frontier: Frontier, entries: list[QueuedUrl], site: SiteConfig = SITE) -> int:
    return frontier.add("news", admit(frontier, entries, site))


def test_only_what_is_in_scope_is_admitted(frontier: Frontier) -> None:
    """Not what the site's table excludes, nor what lies on other hosts."""
    urls = [STORY, f"{HOST}/tag/1", "https://elsewhere.example/1"]
    assert [entry.url for entry in admit(frontier, [QueuedUrl(url=url) for url in urls])] == [STORY]


def test_links_that_differ_in_tracking_are_asked_for_once(frontier: Frontier) -> None:
    """Unless the site's table says otherwise; a parameter of the site's own makes another page."""
    links = [QueuedUrl(url=f"{STORY}{query}") for query in ("?utm_source=a", "?fbclid=b", "")]
    assert queued(frontier, links) == 1
    assert queued(frontier, [QueuedUrl(url=f"{STORY}?ref=a"), QueuedUrl(url=f"{STORY}?m=1")]) == 2
    frontier.forget_entries("news")
    assert queued(frontier, links, replace(SITE, fold_tracking=False)) == 3


def test_what_is_announced_is_asked_for_as_it_is_announced(frontier: Frontier) -> None:
    """Two announced addresses are one page only when both were seen to be."""
    announced = [
        QueuedUrl(url=f"{STORY}?utm_content={part}", kind=UrlKind.LISTED) for part in "abc"
    ]
    assert queued(frontier, announced) == 3


def test_what_is_left_out_has_a_reason_and_is_counted(frontier: Frontier) -> None:
    """Each address that is not asked for ends under one reason; of files that a sitemap announces
    as pages it is told how many there were.
    """
    said: dict[str, str] = {}
    admission = LinkAdmission(
        SITE,
        Scope(SITE),
        frontier,
        Window(),
        lambda key, _stage, why, *, url=None: said.setdefault(url or key, why),
        LeftOutLog(SITE.name, frontier),
        Recrawl(empty_index(), SITE.name),
    )
    listed = [f"{HOST}/{name}" for name in ("a.pdf", "b.pdf", "c.mp4", "why-node.js")]
    linked = [f"{HOST}/tag/1", "https://elsewhere.example/", f"{HOST}/d.pdf", f"{HOST}/a/a/a/a"]
    entries = [QueuedUrl(url=url, kind=UrlKind.LISTED) for url in listed]
    entries += [QueuedUrl(url=url) for url in linked]
    entries.append(QueuedUrl(url=f"{HOST}/x.png", kind=UrlKind.REQUISITE, hops=99))
    assert [each.url for each in admission.select_entries(entries)] == [f"{HOST}/why-node.js"]
    admission.record_left_out()
    assert admission.left_out_counts == {
        ScopeReason.FILE_TYPE: 4,
        ScopeReason.EXCLUDED: 1,
        ScopeReason.HOST: 1,
        ScopeReason.REPEATED_SEGMENT: 1,
        ScopeReason.REQUISITE: 1,
    }
    assert said[f"{HOST}/a.pdf"].endswith("pdf, and 1 more .pdf that sitemaps announce")
    assert said[f"{HOST}/c.mp4"].endswith(": mp4")
    assert f"{HOST}/d.pdf" not in said


def test_a_spent_shape_is_left_for_a_reason(frontier: Frontier) -> None:
    """Once pages of a shape have brought nothing for long enough, others of it are left out."""
    log = LeftOutLog(SITE.name, frontier)
    known = Recrawl(empty_index(), SITE.name)
    admission = LinkAdmission(
        SITE, Scope(SITE), frontier, Window(), lambda *_, **__: None, log, known
    )
    days = [QueuedUrl(url=f"{HOST}/calendar/{day}") for day in range(12)]
    for day in days[:10]:
        admission.begin(day)
        admission.count_refusal(day, 403)
        admission.end(day)
    assert admission.is_undecided(days[10])
    assert admission.is_trap(days[10])
    assert admission.left_out_counts == {ScopeReason.TRAP: 1}
    announced = replace(days[11], kind=UrlKind.ARTICLE)
    assert not admission.is_trap(announced)
    assert not admission.is_undecided(announced)
