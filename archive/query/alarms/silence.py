"""Whether a site has fallen silent, or a sitemap or feed of it: nothing new where there always was.

Silence is counted in articles that should have come, not in hours: nights, weekends and quiet hours
are a part of a site's rhythm. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from statistics import median

from archive.model.alarm import Alarm, AlarmKind
from archive.query.alarms.refusals import out_of_reach
from archive.query.alarms.rhythm import DAY, HOUR, WEEK, Rhythm, learn_rhythm
from archive.query.alarms.site_history import SiteHistory, SourceCapture

# So many articles should have come and did not. A holiday may bring a third of a day's articles:
# at 18 it passes in silence where a day without any does not (the simulation in the tests).
MISSED, MISSED_AT_LEAST = 18.0, 6 * HOUR
# The same while not every day of the week was seen: held against the quietest day.
MISSED_FIRST_WEEK, FIRST_WEEK_AT_LEAST = 12.0, 18 * HOUR
# A gap is measured by the longest of the weeks before, too, but no such gap excuses more than this.
LONGER_THAN_EVER, MOST_MISSED = 1.5, 40.0
# A site that publishes rarely is silent when a gap is so much longer than any before.
RARE_GAPS, RARE_FACTOR, RARE_AT_LEAST, RARE_LEARNED = 20, 3, 2 * DAY, 14

# What a sitemap or feed must have been before, and what must be seen of it now.
SOURCES = frozenset({"sitemap", "feed"})
GOOD_CAPTURES, GOOD_DAYS, BAD_CAPTURES, BAD_FOR = 5, 3, 2, HOUR
MOST_BAD_BEFORE = 0.1  # of its answers before: a source that is empty now and then is no news
# Answers of less than this share of the usual size are looked into, and those smaller than any
# before (most of a record may be its head): so many of the latest.
SMALL, LATEST = 0.7, 4


def find_silence(history: SiteHistory) -> Alarm | None:
    """The alarm where no article came for longer than the site's rhythm allows, up to the last
    crawl that the site answered.
    """
    lost = out_of_reach(history)
    served = [crawl for crawl in history.crawls if crawl.id not in lost]
    times = sorted(article.time for article in history.articles if article.is_news)
    if not served or not times or served[-1].started <= history.articles[-1].seen:
        return None
    last, end = times[-1], served[-1].started
    begins = max(last, _last_outage(history, lost, last))
    rhythm = learn_rhythm(times, history.crawls[0].started, last, history.zone)
    if rhythm is None or not (
        _is_missed(rhythm, times, begins, end) or _is_rare_gap(rhythm, times, begins, end)
    ):
        return None
    asked = sum(crawl.started > begins for crawl in served)
    text = (
        f"no new article since {last:%Y-%m-%d %H:%M} UTC, though {asked} crawls asked;"
        f" about {rhythm.expected(begins, end):.0f} are usual in that time"
    )
    return Alarm(kind=AlarmKind.SILENCE, site=history.site, since=last, text=text)


def _last_outage(history: SiteHistory, lost: set[str], since: datetime) -> datetime:
    """When the last crawl of an outage began, if the site was out of reach for most of a time, else
    `since`: such a time is no silence.
    """
    crawls = [crawl for crawl in history.crawls if crawl.started > since]
    away = [crawl for crawl in crawls if crawl.id in lost]
    return away[-1].started if len(away) > len(crawls) / 2 else since


def _is_missed(rhythm: Rhythm, times: Sequence[datetime], last: datetime, end: datetime) -> bool:
    first_week = rhythm.learned < WEEK
    least, at_least = (
        (MISSED_FIRST_WEEK, FIRST_WEEK_AT_LEAST) if first_week else (MISSED, MISSED_AT_LEAST)
    )
    if end - last < at_least or rhythm.expected(last, end) < least:
        return False
    gaps = [rhythm.expected(a, b) for a, b in pairwise(times) if b - a > 3 * HOUR]
    usual = LONGER_THAN_EVER * max(gaps, default=0.0)
    return rhythm.expected(last, end) >= min(max(least, usual), MOST_MISSED)


def _is_rare_gap(rhythm: Rhythm, times: Sequence[datetime], last: datetime, end: datetime) -> bool:
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if len(gaps) < RARE_GAPS or rhythm.learned < RARE_LEARNED:
        return False
    return end - last >= max(RARE_FACTOR * max(gaps), RARE_AT_LEAST)


# ----------------------------------------------------------------------------- sitemaps and feeds


def captures_to_count(history: SiteHistory) -> list[str]:
    """The ids of captures whose entries must be counted before `find_empty_sources`: late answers
    of sitemaps and feeds that are smaller than they were.
    """
    small: list[str] = []
    for _, captures in history.sources:
        own = [each for each in captures if not each.is_revisit and each.kind in SOURCES]
        late = captures[-LATEST:]
        repeated = {each.same_as for each in late if each.same_as}
        looked_at = [each for each in own if each in late or each.captured in repeated]
        before = [each.length for each in own if each not in late]
        usual = max(SMALL * median(before), min(before)) if before else 0
        small += [each.id for each in looked_at if each.length < usual]
    return small


def with_entries(history: SiteHistory, entries: dict[str, int]) -> SiteHistory:
    """The history with the entries counted, by the ids of captures."""
    sources = tuple(
        (url, tuple(replace(each, entries=entries.get(each.id)) for each in captures))
        for url, captures in history.sources
    )
    return replace(history, sources=sources)


def find_empty_sources(history: SiteHistory) -> Alarm | None:
    """The alarm where sitemaps or feeds that always announced something name nothing now, or
    answer with something else.
    """
    empty = [
        (since, f"{url} {problem}")
        for url, captures in history.sources
        for since, problem in _emptied(captures)
    ]
    if not empty:
        return None
    text = "; ".join(problem for _, problem in empty[:3])
    more = f" and {len(empty) - 3} more" if len(empty) > 3 else ""
    since = min(since for since, _ in empty)
    return Alarm(kind=AlarmKind.EMPTY_SOURCE, site=history.site, since=since, text=f"{text}{more}")


def _emptied(captures: Sequence[SourceCapture]) -> Iterator[tuple[datetime, str]]:
    """Since when a sitemap or feed is not what it was, and what it is: once, or not at all."""
    states = list(_states(captures))
    run = 0
    while run < len(states) and states[-1 - run][1]:
        run += 1
    if run < BAD_CAPTURES:
        return
    before, bad = states[:-run], states[-run:]
    good = [captured for captured, problem in before if not problem]
    days = {captured.date() for captured in good}
    if len(good) < GOOD_CAPTURES or len(days) < GOOD_DAYS:
        return
    if len(before) - len(good) > MOST_BAD_BEFORE * len(before) or bad[-1][0] - bad[0][0] < BAD_FOR:
        return
    yield bad[0][0], str(bad[-1][1])


def _states(captures: Iterable[SourceCapture]) -> Iterator[tuple[datetime, str | None]]:
    """What was wrong with each answer, None for nothing; a revisit is what it repeats. Redirects
    and refusals say nothing of a source.
    """
    by_time: dict[datetime, str | None] = {}
    last: str | None = None
    for each in captures:
        if each.is_revisit:
            last = by_time.get(each.same_as, last) if each.same_as else last
        elif each.status in {404, 410}:
            last = f"answers HTTP {each.status}"
        elif each.status == 200:
            last = _problem_of(each)
            by_time[each.captured] = last
        else:
            continue
        yield each.captured, last


def _problem_of(answer: SourceCapture) -> str | None:
    if answer.kind not in SOURCES:
        return "answers with something that is neither sitemap nor feed"
    return "names no address any more" if answer.entries == 0 else None
