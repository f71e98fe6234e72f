"""Whether a site turns the crawler away, fails more often than it does, or fails at the same
addresses whenever they are asked for. Pure.

A failure's class is what its reason begins with: `HTTP 403`, `challenge`, `timeout`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from archive.model.alarm import Alarm, AlarmKind
from archive.query.alarms.site_history import PastCrawl, PastFailure, SiteHistory

# Classes that mean "go away". An overloaded server says 503, too: it is an error like others.
REFUSED = frozenset({"HTTP 401", "HTTP 403", "HTTP 429", "challenge"})
# How the reason ends for which a crawl gave a site up (`crawler.politeness.refusals`).
BLOCKED = "the site blocks it"
# Classes that mean that pages came and nothing could be read from them.
UNREAD = frozenset({"empty", "needs-browser"})
# Classes that say something of an address, and nothing of the site or the crawler.
DEAD = frozenset({"HTTP 404", "HTTP 410", "HTTP 451", "paywall", "consent"})
# Classes of answers that are no page, or an error sent with status 200: of one address they say as
# much as DEAD, in numbers they say something of the site.
NO_PAGE = frozenset({"an error", "not a page"})
# A wall: so many refusals, or a front page refused, at this share of what was asked for, and so
# many times what is usual. A closed section of an open site is usual.
WALL_COUNT, WALL_SHARE, WALL_TIMES = 3, 0.3, 2
# Errors: over so long, so many, at this share, and so many times what is usual of crawls before.
RECENT, ERROR_COUNT, ERROR_SHARE, ERROR_TIMES, KNOWN_CRAWLS = timedelta(days=1), 10, 0.1, 4, 5
# They are over once this share of so many of the latest answers is reached no more.
LATEST, STILL_SHARE = 20, 0.05
# A crawl in which all failed: each address was tried so often, and robots.txt answered.
TRIES = 4
# Failing always: in so many crawls in a row, over so long, the last of them not longer ago.
ALWAYS_CRAWLS, ALWAYS_FOR, STILL = 5, timedelta(days=3), timedelta(days=8)
_CLASS = re.compile(r"HTTP \d+|[a-z-]+(?=:|$)|[^,:]+")


def class_of(reason: str) -> str:
    """The class of a failure's reason."""
    match = _CLASS.match(reason)
    return match[0] if match else reason


def is_refusal(failure: PastFailure) -> bool:
    """Whether a failure means that the crawler was turned away."""
    return class_of(failure.reason) in REFUSED or failure.reason.endswith(BLOCKED)


def refused_urls(history: SiteHistory) -> list[str]:
    """The URLs that the last crawl was refused, front pages first."""
    if not history.crawls:
        return []
    urls = dict.fromkeys(each.url for each in _refusals(history, history.crawls[-1:]))
    return sorted(urls, key=lambda url: url not in history.starts)


def out_of_reach(history: SiteHistory) -> set[str]:
    """The ids of the crawls that found nothing out: they got no front page, or next to nothing, or
    came to no end.
    """
    starts: defaultdict[str, set[str]] = defaultdict(set)
    failed: defaultdict[str, set[str]] = defaultdict(set)
    for each in history.failures:
        if each.url in history.starts:
            starts[each.crawl].add(each.url)
        if class_of(each.reason) not in DEAD | UNREAD | NO_PAGE:
            failed[each.crawl].add(each.url)
    return {
        crawl.id
        for crawl in history.crawls
        if not crawl.was_served
        or (starts[crawl.id] and len(starts[crawl.id]) >= len(history.starts))
        or (len(failed[crawl.id]) > 1 and TRIES * len(failed[crawl.id]) + 3 >= crawl.fetched)
    }


def find_wall(history: SiteHistory, *, blocker: str | None = None) -> Alarm | None:
    """The alarm where the last crawl was turned away; `blocker` is what names itself in the
    answers, with the evidence.
    """
    if not history.crawls:
        return None
    last, before = history.crawls[-1], history.crawls[:-1]
    refusals = _refusals(history, [last])
    count = len({each.url for each in refusals})
    share = count / max(1, last.fetched)
    usual = _share_of(_refusals(history, before), before)
    at_home = any(each.url in history.starts for each in refusals)
    if not (at_home and last.outcome == "failed") and (
        share < max(WALL_SHARE, WALL_TIMES * usual) or not (at_home or count >= WALL_COUNT)
    ):
        return None
    classes = Counter(
        class_of(each.reason) for each in refusals if not each.reason.endswith(BLOCKED)
    )
    seen = ", ".join(f"{number} × {name}" for name, number in classes.most_common(3)) or BLOCKED
    who = f"{blocker} turns" if blocker else "the site turns"
    text = f"{who} the crawler away: {count} of {last.fetched} answers of the last crawl ({seen})"
    return Alarm(kind=AlarmKind.WALL, site=history.site, since=refusals[0].at, text=text)


def _refusals(history: SiteHistory, crawls: Sequence[PastCrawl]) -> list[PastFailure]:
    ids = {crawl.id for crawl in crawls}
    return [each for each in history.failures if each.crawl in ids and is_refusal(each)]


def find_errors(history: SiteHistory, *, normal_until: datetime | None = None) -> list[Alarm]:
    """The alarms where an error is far more frequent than it was, or pages come of which nothing
    can be read; `normal_until` as for `find_layout_drift`.
    """
    if not history.crawls:
        return []
    begins = history.crawls[-1].started - RECENT
    recent = [crawl for crawl in history.crawls if crawl.started > begins]
    before = [
        crawl
        for crawl in history.crawls
        if crawl.started <= begins and (normal_until is None or crawl.started < normal_until)
    ]
    if len(before) < KNOWN_CRAWLS:
        return []
    now, usual = _counts_by_class(history, recent), _counts_by_class(history, before)
    still = _counts_by_class(history, _latest(recent))
    asked = sum(crawl.fetched for crawl in recent)
    frequent = {
        name: failures
        for name, failures in now.items()
        if name not in REFUSED | DEAD
        and _are_frequent(failures, asked, _share_of(usual.get(name, []), before))
        and _share_of(still.get(name, []), _latest(recent)) >= STILL_SHARE
    }
    alarms = []
    for kind, chosen in (
        (AlarmKind.LAYOUT, {name: urls for name, urls in frequent.items() if name in UNREAD}),
        (AlarmKind.ERRORS, {name: urls for name, urls in frequent.items() if name not in UNREAD}),
    ):
        if chosen:
            alarms.append(_frequent_alarm(history, kind, chosen, asked))
    return alarms


def _are_frequent(failures: list[PastFailure], asked: int, usual: float) -> bool:
    """Whether errors are many, of many addresses, and many times as frequent as usual."""
    share = len(failures) / max(1, asked)
    many = len({each.url for each in failures}) >= ERROR_COUNT
    return many and share >= max(ERROR_SHARE, ERROR_TIMES * usual)


def _share_of(failures: list[PastFailure], crawls: Sequence[PastCrawl]) -> float:
    return len(failures) / max(1, sum(crawl.fetched for crawl in crawls))


def _latest(crawls: Sequence[PastCrawl]) -> list[PastCrawl]:
    """The last crawls that asked for LATEST addresses together."""
    chosen: list[PastCrawl] = []
    for crawl in reversed(crawls):
        if sum(each.fetched for each in chosen) >= LATEST:
            break
        chosen.append(crawl)
    return chosen


def _frequent_alarm(
    history: SiteHistory, kind: AlarmKind, chosen: dict[str, list[PastFailure]], asked: int
) -> Alarm:
    said = ", ".join(f"{len(failures)} × {name}" for name, failures in sorted(chosen.items()))
    first = min(failures[0].at for failures in chosen.values())
    what = "nothing could be read from pages" if kind is AlarmKind.LAYOUT else "errors"
    text = f"{what}, far more often than usual: {said} of {asked} answers within a day"
    return Alarm(kind=kind, site=history.site, since=first, text=text)


def _counts_by_class(
    history: SiteHistory, crawls: Iterable[PastCrawl]
) -> dict[str, list[PastFailure]]:
    """The failures of crawls by class, one for each URL of a crawl."""
    ids = {crawl.id for crawl in crawls}
    classes: defaultdict[str, dict[tuple[str, str], PastFailure]] = defaultdict(dict)
    for each in history.failures:
        if each.crawl in ids:
            classes[class_of(each.reason)].setdefault((each.crawl, each.url), each)
    return {name: list(failures.values()) for name, failures in classes.items()}


def find_always_failing(history: SiteHistory, now: datetime) -> Alarm | None:
    """The alarm where addresses failed in every crawl that asked for them, for days: not dead
    links, but what may answer one day or cannot be read.
    """
    by_url: defaultdict[str, list[PastFailure]] = defaultdict(list)
    for each in history.failures:
        if each.was_read:
            by_url.pop(each.url, None)
        elif class_of(each.reason) not in REFUSED | DEAD | UNREAD | NO_PAGE:
            by_url[each.url].append(each)
    failing = {
        url: failures
        for url, failures in by_url.items()
        if len({each.crawl for each in failures}) >= ALWAYS_CRAWLS
        and failures[-1].at - failures[0].at >= ALWAYS_FOR
        and now - failures[-1].at <= STILL
    }
    if not failing:
        return None
    url, failures = max(failing.items(), key=lambda item: len(item[1]))
    others = f" and {len(failing) - 1} more" if len(failing) > 1 else ""
    text = (
        f"{url}{others} failed in each of the last {len(failures)} crawls that asked:"
        f" {failures[-1].reason}"
    )
    since = min(each[0].at for each in failing.values())
    return Alarm(kind=AlarmKind.ALWAYS_FAILING, site=history.site, since=since, text=text)
