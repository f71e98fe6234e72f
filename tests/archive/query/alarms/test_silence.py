"""Sites that fall silent, and sitemaps and feeds that announce nothing any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from years.made_weeks import DAY, HOME, HOUR, Fault, Newsroom, live_through

from archive.model.alarm import AlarmKind
from archive.query.alarms.silence import (
    captures_to_count,
    find_empty_sources,
    find_silence,
    with_entries,
)
from archive.query.alarms.site_history import PastFailure, SiteHistory, SourceCapture

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
NOW = BEGAN + 23 * DAY


def silent_week(*, until: datetime = NOW) -> SiteHistory:
    """Three weeks, and two days of silence."""
    fault = Fault(kind=AlarmKind.SILENCE, begins=21 * DAY)
    return live_through(Newsroom(), 23, 1, fault).until(until, "Asia/Baghdad")


def test_silence_is_told_with_what_should_have_come() -> None:
    """Since the last article, with the number of crawls that asked."""
    alarm = find_silence(silent_week())
    assert alarm is not None
    assert alarm.since <= BEGAN + 21 * DAY
    assert "crawls asked; about 46" in alarm.text


def test_where_nobody_asked_nobody_was_silent() -> None:
    """A machine that was off says nothing of a site: the gap ends with the last crawl."""
    history = silent_week()
    crawls = tuple(each for each in history.crawls if each.started < BEGAN + 21 * DAY)
    assert find_silence(replace(history, crawls=crawls)) is None


def test_a_site_out_of_reach_is_not_silent() -> None:
    """Crawls that failed, or that were refused the front page, brought nothing for a reason."""
    history = silent_week()
    failed = tuple(
        replace(each, outcome="failed") if each.started > BEGAN + 21 * DAY else each
        for each in history.crawls[:-1]
    )
    assert find_silence(replace(history, crawls=(*failed, history.crawls[-1]))) is None
    walls = tuple(
        PastFailure(url=HOME, crawl=each.id, stage="fetch", reason="HTTP 403", at=each.started)
        for each in history.crawls
        if each.started > BEGAN + 21 * DAY
    )
    assert find_silence(replace(history, failures=walls)) is None


def test_a_site_of_few_articles_is_silent_after_three_times_its_longest_gap() -> None:
    """Not before, however long its articles are awaited."""
    weeks = live_through(Newsroom(a_day=0.7, on_holidays=1), 56, 2)
    history = weeks.until(BEGAN + 57 * DAY, "Asia/Baghdad")
    last = history.articles[-1].seen
    late = replace(history.crawls[-1], id="late", started=last + 40 * DAY)
    assert find_silence(history) is None
    assert find_silence(replace(history, crawls=(*history.crawls, late))) is not None


# ----------------------------------------------------------------------------- sitemaps and feeds


def answers(*more: dict[str, Any], good: int = 10) -> SiteHistory:
    """A sitemap that was good twice a day, and then answered as told, an hour apart."""
    first = NOW - 30 * DAY
    rows = [
        SourceCapture(
            id=f"g{number}",
            captured=first + number * DAY / 2,
            status=200,
            kind="sitemap",
            length=900,
        )
        for number in range(good)
    ]
    for number, values in enumerate(more):
        plain = {"id": f"b{number}", "captured": NOW + number * HOUR, "status": 200, "length": 200}
        rows.append(SourceCapture(**{**plain, "kind": "sitemap", **values}))
    return SiteHistory(site="paper", sources=((HOME + "sitemap.xml", tuple(rows)),))


def test_a_sitemap_that_names_nothing_twice_is_told() -> None:
    """Once may be a moment of a site's own; a revisit of the empty answer is empty, too."""
    empty = {"entries": 0}
    again = {"is_revisit": True, "same_as": NOW, "kind": "not-modified"}
    assert find_empty_sources(answers(empty)) is None
    for second in (empty, again):
        alarm = find_empty_sources(answers(empty, second))
        assert alarm is not None
        assert (alarm.since, alarm.kind) == (NOW, AlarmKind.EMPTY_SOURCE)
        assert "sitemap.xml names no address any more" in alarm.text


def test_a_sitemap_that_is_a_page_or_gone_is_told() -> None:
    """As what it answers with; a server out of order for a while says nothing of a sitemap."""
    page, gone = {"kind": "page"}, {"status": 404, "kind": "other"}
    broken = {"status": 503, "kind": "other"}
    assert "neither sitemap nor feed" in str(find_empty_sources(answers(page, page)))
    assert "HTTP 404" in str(find_empty_sources(answers(gone, broken, gone)))
    assert find_empty_sources(answers(broken, broken, broken)) is None


def test_what_was_never_good_or_is_often_empty_is_not_told() -> None:
    """A few answers teach nothing; a source that comes back is over at once."""
    empty = {"entries": 0}
    assert find_empty_sources(answers(empty, empty, good=4)) is None
    assert find_empty_sources(answers(empty, empty, {})) is None
    back = {"is_revisit": True, "same_as": NOW - 30 * DAY, "kind": "not-modified"}
    assert find_empty_sources(answers(empty, empty, back)) is None
    often = [empty, empty, {"length": 900}] * 4
    assert find_empty_sources(answers(*often, empty, empty)) is None


def test_only_answers_that_became_small_are_looked_into() -> None:
    """And of these only the late ones, with the one that a late revisit repeats."""
    assert captures_to_count(answers()) == []
    assert captures_to_count(answers({}, {"length": 900}, {"length": 880})) == ["b0", "b2"]
    again = {"is_revisit": True, "same_as": NOW, "kind": "not-modified"}
    assert captures_to_count(answers({}, *[again] * 6)) == ["b0"]
    counted = with_entries(answers({}, {}), {"b0": 0, "b1": 0})
    assert find_empty_sources(counted) is not None


def test_times_are_whole_hours_apart() -> None:
    """Two empty answers within minutes are one."""
    minutes = {"entries": 0, "captured": NOW + timedelta(minutes=5)}
    assert find_empty_sources(answers({"entries": 0}, minutes)) is None
