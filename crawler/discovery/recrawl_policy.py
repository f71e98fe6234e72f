"""When an address that was asked for before is asked for again.

One policy for all crawls, pure in what the index knows of an address and a site
(`archive.index.page_history`) and the time:

- **An article** is asked for at once where a sitemap or feed states a change since, or a sitemap
  that named it does so no more. While one of them names it and states no change, it is looked at
  after a day (after four where all of many edits were stated) and ever more rarely, at least every
  three weeks; a date of publication alone says
  nothing of a story's first hours, in which most corrections come. Where nothing speaks for it,
  whenever its age has doubled, and at least every two hours in its first eight and once a day in
  its first four days. How often this article, its section and its site were edited makes all that
  up to twice as often, or half as often.
- **Takedowns**: what no sitemap or feed names is looked at every two days in its first month. Every
  article is looked at once a quarter, for ever: what is taken down in silence is found. What is
  gone may come back, and is looked at after a day and ever more rarely. A site on
  which edits or takedowns were found that its sitemaps and feeds had not stated is not believed.
- **A budget** lets through so many of these visits a day, evenly spread over it: those that are
  overdue by the largest part of their interval. So all intervals stretch alike, and none for ever.
- **A front page, feed or sitemap** that led to an article of late is read in each crawl; where that
  is ever longer ago, ever more rarely, at least every two hours. The one that led to the last
  article is read in each crawl.
- **Other pages** (listings, pages without an article, errors) likewise, at least once a week, and
  further pages of listings the more rarely the deeper they lie, at least once a quarter; but one at
  once that follows on a page which ends in articles not known. One that is refused or gone, after
  an hour and ever more rarely; a place where nobody said that there is anything, after a day.

An address that was never asked for is asked for. Dates in the future, of a clock that was ahead,
are not believed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from archive.index.page_history import ArticleHistory, PageHistory, SiteEdits
from archive.model.stated_dates import says_changed
from archive.model.usage_signals import TDMREP_PATH
from archive.query.reports import AHEAD
from crawler.discovery.further_pages import depth_in_list
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH, QUARTER = 30 * DAY, 91 * DAY
# An article is fresh, and then of late, up to such an age; and looked at so often then.
FRESH, LATE = 8 * HOUR, 4 * DAY
WHILE_FRESH, WHILE_LATE = 2 * HOUR, DAY
# At least so often: an article that nothing names, in its first month; one that is announced as
# unchanged; a source of news; another page.
UNANNOUNCED, ANNOUNCED, SOURCE, PAGE = 2 * DAY, 21 * DAY, 2 * HOUR, 7 * DAY
DEEPER = 12 * HOUR  # at most so often a further page of a listing, times its number
# An article is asked for again when so much of its age has passed since it was asked for last.
SHARE_OF_AGE, SHARE_ANNOUNCED = 1 / 2, 3 / 4
ON_ITS_WAY = timedelta(
    minutes=5
)  # from a crawl's begin to its asking, which the next one is spared
# The share of articles that are edited on a site of which nothing is known; it weighs as much as so
# many articles, and a site's share so much in that of its sections. Four times as many edits are
# worth twice as many visits: the least delay for the same number of visits is where they are in
# proportion to the root of the rate of change, nearly (Cho and Garcia-Molina, 2003).
EDITED, WEIGHT = 0.05, 20
LATELY = timedelta(days=90)  # articles first seen in this time say how often a site edits now
SLOWEST, FASTEST = 0.5, 2.0
UNKNOWN_AGE = DAY  # of an article first seen in the future, when the clock was ahead
FIRST_LOOK = DAY  # at an article that is announced as unchanged
# A site of which so many edits were found, all of them stated, is taken at its word for longer.
PROVEN, FIRST_LOOK_PROVEN = 5, 4 * DAY
# Silent edits from which a site's announcements are not believed: so many, and this share of all.
SILENT_EDITS, SILENT_SHARE = 2, 0.2
NO_EDITS = SiteEdits()
AT_MOST = 5_000  # articles that one crawl asks for of its own accord
SOURCES = frozenset({UrlKind.START, UrlKind.FEED, UrlKind.SITEMAP})


def is_due(
    entry: QueuedUrl,
    history: PageHistory | None,
    now: datetime,
    *,
    is_believed: bool,
    edits: SiteEdits = NO_EDITS,
) -> bool:
    """Whether an address that was announced or linked is to be asked for now.

    `is_believed`: whether what the site announces as unchanged is.
    """
    if history is None or entry.kind is UrlKind.REQUISITE:
        return True
    if history.article is not None and entry.kind not in SOURCES:
        claims = (claim.modified or claim.published for claim in entry.claims)
        return any(says_changed(stated, history.asked) for stated in claims) or (
            entry.kind is UrlKind.KNOWN
            and is_article_due(history.article, now, is_believed=is_believed, edits=edits)
        )
    return _is_past(history.asked, page_interval(entry, history), now)


def is_article_due(
    article: ArticleHistory, now: datetime, *, is_believed: bool, edits: SiteEdits = NO_EDITS
) -> bool:
    """Whether an article is to be asked for though nothing says that it has changed."""
    interval = article_interval(article, now, is_believed=is_believed, edits=edits)
    return article.vanished or _is_past(
        article.asked, interval - min(interval / 20, ON_ITS_WAY), now
    )


def _is_past(asked: datetime, interval: timedelta, now: datetime) -> bool:
    """Whether an interval has passed since an address was asked for; one asked for in the future,
    by a clock that was ahead, and never since, is asked for now.
    """
    return asked > now + AHEAD or now - asked >= interval


def article_interval(
    article: ArticleHistory, now: datetime, *, is_believed: bool, edits: SiteEdits = NO_EDITS
) -> timedelta:
    """How long after it was asked for an article is looked at again."""
    began = min(article.first_seen, article.published or article.first_seen)
    age = max(now - began, timedelta()) if began <= now + AHEAD else UNKNOWN_AGE
    if article.gone is not None:  # it may come back
        return min(max(DAY, article.asked - article.gone), QUARTER)
    floor = _takedown_interval(article, age, edits, is_believed=is_believed)
    if article.announced and is_believed and (article.by_lastmod or age >= FRESH):
        proven = edits.stated >= PROVEN and not edits.silent
        return min(max(FIRST_LOOK_PROVEN if proven else FIRST_LOOK, SHARE_ANNOUNCED * age), floor)
    pace = edit_pace(article, edits)
    interval = min(SHARE_OF_AGE / pace, SHARE_ANNOUNCED) * age
    if age < FRESH:
        interval = min(interval, WHILE_FRESH / pace)
    elif age < LATE:
        interval = min(interval, WHILE_LATE / pace)
    return min(interval, floor)


def _takedown_interval(
    article: ArticleHistory, age: timedelta, edits: SiteEdits, *, is_believed: bool
) -> timedelta:
    """How long an article may go unseen at most, whether or not it might be edited."""
    if age >= MONTH:
        return QUARTER
    named = is_believed if article.announced else article.named
    believed = named and believes(edits.unlisted, edits.silent_takedowns)
    return ANNOUNCED if believed else UNANNOUNCED


def edit_pace(article: ArticleHistory, edits: SiteEdits) -> float:
    """How many times as often as others an article is looked at, by its own edits and the shares of
    its section and site that are edited: from SLOWEST to FASTEST.
    """
    if article.versions > 1:
        return FASTEST
    counts = edits.by_section.values()
    seen, edited = sum(each[0] for each in counts), sum(each[1] for each in counts)
    site = (edited + WEIGHT * EDITED) / (seen + WEIGHT)
    seen, edited = edits.by_section.get(article.section, (0, 0))
    share = (edited + WEIGHT * site) / (seen + WEIGHT)
    return min(max(math.sqrt(share / EDITED), SLOWEST), FASTEST)


def page_interval(entry: QueuedUrl, history: PageHistory) -> timedelta:
    """How long after it was asked for a page that shows no article is read again."""
    if entry.url.endswith(TDMREP_PATH):
        return DAY  # no source of news
    quiet = history.asked - max(history.fruitful or history.first_asked, history.first_asked)
    refused = history.status is not None and 400 <= history.status < 500
    if refused and entry.kind is not UrlKind.START:  # what the operator names is asked for
        return min(max(DAY if entry.guess else HOUR, quiet), QUARTER)
    if entry.kind in SOURCES:
        return min(SHARE_OF_AGE * quiet, SOURCE)
    if number := depth_in_list(entry):
        return min(max(SHARE_OF_AGE * quiet, number * DEEPER), QUARTER)
    return min(SHARE_OF_AGE * quiet, PAGE)


def believes(announced: int, silent: int) -> bool:
    """Whether a site's announcements are believed: `announced` edits were found where something
    stated them, `silent` ones at visits of the crawl's own accord.
    """
    return silent < SILENT_EDITS or silent < SILENT_SHARE * (announced + silent)


def due_again(
    articles: Iterable[ArticleHistory],
    now: datetime,
    *,
    is_believed: bool,
    edits: SiteEdits = NO_EDITS,
    force: bool = False,
    at_most: int = AT_MOST,
) -> list[QueuedUrl]:
    """The entries of the articles that are due, at most so many: those first that vanished from a
    sitemap, then by what part of their interval they are overdue. `force` takes all, however many.
    """
    due: list[tuple[float, ArticleHistory]] = []
    for article in articles:
        if force or is_article_due(article, now, is_believed=is_believed, edits=edits):
            interval = article_interval(article, now, is_believed=is_believed, edits=edits)
            waited = now - article.asked if article.asked <= now + AHEAD else QUARTER
            ripe = waited / max(interval, timedelta(seconds=1))
            due.append((math.inf if article.vanished else ripe, article))
    due.sort(key=lambda each: (-each[0], each[1].url))
    return [
        QueuedUrl(url=article.url, kind=UrlKind.KNOWN, hops=1)
        for _, article in due[: AT_MOST if force else min(at_most, AT_MOST)]
    ]


def allowance(budget: int | None, last_crawl: datetime | None, now: datetime) -> int:
    """How many articles a crawl may look at of its own accord, of `budget` a day: what has come in
    since the site's last crawl, at most a day's. All crawls of a day together get no more.
    """
    if budget is None:
        return AT_MOST
    if last_crawl is None or now - last_crawl >= DAY:
        return budget
    units = [
        math.floor(budget * time.timestamp() / DAY.total_seconds()) for time in (now, last_crawl)
    ]
    return max(0, units[0] - units[1])


def visits_a_day(
    articles: Iterable[ArticleHistory],
    now: datetime,
    *,
    is_believed: bool,
    edits: SiteEdits = NO_EDITS,
    crawls_a_day: float,
) -> float:
    """How many visits a day the policy makes of its own accord, at the ages that the articles have
    now: what a budget bounds.

    An interval that grows with the age is longer by the time that it is over than it is now: where
    it is a share of the age, visits are at ages of a geometric series.
    """
    total = 0.0
    for article in articles:
        each, later = (
            article_interval(article, time, is_believed=is_believed, edits=edits)
            for time in (now, now + HOUR)
        )
        growth = min(max((later - each) / HOUR, 0.0), SHARE_ANNOUNCED)
        longer = -math.log1p(-growth) / growth if growth else 1.0
        total += min(crawls_a_day, DAY / max(each * longer, timedelta(seconds=1)))
    return total
