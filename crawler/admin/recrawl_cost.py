"""What crawls of a site cost a day by the policy of asking again, from what the index knows.

Read-only. The policy is `crawler.discovery.recrawl_policy`. Requests for robots.txt do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from cronsim import CronSim

from archive.config import SiteConfig
from archive.index.page_history import ArticleHistory, IndexHistory, SiteEdits
from archive.layout import CollectionFolder
from archive.query.crawl_history import open_history
from archive.query.reports import AHEAD
from crawler.discovery.discovered_entries import start_entries
from crawler.discovery.recrawl_policy import LATELY, believes, page_interval, visits_a_day
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

DAY = timedelta(days=1)
FORTNIGHT = 14 * DAY  # the articles first seen in it say how many there are a day
_MANY = 400  # times of a schedule from which its crawls a day are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCost:
    """Requests a day of one site: `sources` for front pages, feeds and sitemaps, `new` for articles
    not known before, `visits` for known ones that nothing announces, within `budget`.

    `crawls` a day by the site's schedule, one without. `why` says what the visits follow from.
    """

    site: str
    crawls: float
    sources: float
    new: float
    visits: float
    budget: int | None
    why: str

    @property
    def requests(self) -> float:
        """Requests a day in all."""
        return self.sources + self.new + self.visits


def recrawl_costs(
    layout: CollectionFolder, sites: Iterable[SiteConfig], now: datetime
) -> Iterator[SiteCost]:
    """The cost of each site, as its articles are now. Raises StorageError where the index cannot be
    read.
    """
    with open_history(layout.index_db) as history:
        for site in sites:
            crawls = crawls_a_day(site, now)
            if history is None:
                yield SiteCost(
                    site=site.name,
                    crawls=crawls,
                    sources=len(site.start) * crawls,
                    new=0,
                    visits=0,
                    budget=site.budget,
                    why="not crawled yet",
                )
            else:
                yield _cost_of(history, site, now, crawls)


def crawls_a_day(site: SiteConfig, now: datetime) -> float:
    """How often the site's schedule comes round; once for a site without one."""
    if site.schedule is None:
        return 1.0
    times = list(islice(CronSim(site.schedule, now), _MANY))
    return (len(times) - 1) * (DAY / (times[-1] - times[0])) if len(times) > 1 else 0.0


def _cost_of(history: IndexHistory, site: SiteConfig, now: datetime, crawls: float) -> SiteCost:
    until = now + AHEAD
    articles = history.articles(site.name, until, until)
    edits = history.site_edits(site.name, now - LATELY)
    believed = believes(edits.stated, edits.silent)
    visits = visits_a_day(articles, now, is_believed=believed, edits=edits, crawls_a_day=crawls)
    recent = sum(now - FORTNIGHT <= article.first_seen <= until for article in articles)
    oldest = min((article.first_seen for article in articles), default=now)
    days = max(DAY, min(FORTNIGHT, now - oldest)) / DAY
    return SiteCost(
        site=site.name,
        crawls=crawls,
        sources=_source_requests(history, site, now, crawls),
        new=recent / days,
        visits=visits if site.budget is None else min(visits, site.budget),
        budget=site.budget,
        why=_explanation(articles, edits, visits, now, is_believed=believed),
    )


def _source_requests(
    history: IndexHistory, site: SiteConfig, now: datetime, crawls: float
) -> float:
    """Requests a day for what is read first: each source as often as it brings something."""
    kinds = {"sitemap": UrlKind.SITEMAP, "feed": UrlKind.FEED}
    known = [
        QueuedUrl(url=url, kind=kinds[kind], hops=1) for url, kind in history.sources(site.name)
    ]
    entries = list({entry.url: entry for entry in (*start_entries(site), *known)}.values())
    seen = [(entry, history.page(site.name, entry.url, now + AHEAD)) for entry in entries]
    last = max((page.fruitful for _, page in seen if page and page.fruitful), default=None)
    total = 0.0
    for entry, page in seen:
        if page is None or page.fruitful == last:
            total += crawls
        else:
            total += min(crawls, DAY / max(page_interval(entry, page), timedelta(seconds=1)))
    return total


def _explanation(
    articles: list[ArticleHistory],
    edits: SiteEdits,
    visits: float,
    now: datetime,
    *,
    is_believed: bool,
) -> str:
    """What the number of visits follows from, in words."""
    young = sum(now - article.first_seen < 30 * DAY for article in articles)
    silent = sum(not (article.announced and is_believed) for article in articles)
    trust = "are believed" if is_believed else "are not believed"
    edited = sum(count for _, count in edits.by_section.values())
    seen = sum(count for count, _ in edits.by_section.values())
    return (
        f"{len(articles)} articles, {young} seen first within 30 days; of {silent} nothing states"
        f" whether they changed; {edited} of {seen} seen first within {LATELY.days} days were"
        f" edited; stated changes {trust} ({edits.silent} edits were not stated);"
        f" {visits:.1f} visits a day without a budget"
    )
