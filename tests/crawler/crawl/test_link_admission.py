"""Which links and announcements become entries of the frontier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archive.config import SiteConfig
from archive.model import Stage
from crawler.crawl.discovery import Window
from crawler.crawl.left_out import LeftOutLog
from crawler.crawl.link_admission import LinkAdmission
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import Scope, UrlKind

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
