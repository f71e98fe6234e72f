"""The clock of this machine against the Date of servers."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.warc.http_message import HttpMessage
from crawler.engine.run import crawl_sites
from crawler.fetch.server_dates import ServerDates, clock_warning, seconds_ahead

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0


def answer(ahead: float, *, age: str | None = None) -> HttpMessage:
    date = format_datetime(NOW + timedelta(seconds=ahead), usegmt=True)
    more = (("Age", age),) if age is not None else ()
    return HttpMessage(status=200, headers=(("Date", date), *more))


def test_the_difference_is_that_of_date_and_age() -> None:
    """A cache sends the Date of when it stored the page, and how long ago that was."""
    assert seconds_ahead(answer(90), NOW) == 90
    assert seconds_ahead(answer(-DAY, age="86400"), NOW) == 0
    assert seconds_ahead(HttpMessage(status=200), NOW) is None


@given(st.text(max_size=40), st.text(max_size=8))
def test_no_header_breaks_it(date: str, age: str) -> None:
    """Whatever a server sends as Date and Age, it is a number of seconds or nothing."""
    message = HttpMessage(status=200, headers=(("Date", date), ("Age", age)))
    assert isinstance(seconds_ahead(message, NOW), float | None)


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        ({}, None),
        ({"a": 200.0}, None),
        ({"a": -184 * DAY}, "184 days ahead of the one of a: one of the two"),
        ({"a": HOUR * 3, "b": HOUR * 3 + 20, "c": 0.0}, "3 hours behind the clocks of 2 servers"),
        ({"a": HOUR * 3, "b": 0.0}, None),
        ({"a": HOUR, "b": 0.0, "c": 1.0}, None),
        ({"a": -DAY, "b": DAY, "c": 9 * DAY}, None),
    ],
)
def test_a_clock_is_wrong_where_most_servers_agree(
    ahead: dict[str, float], expected: str | None
) -> None:
    """A server or two with clocks of their own are no reason to doubt ours."""
    warning = clock_warning(ahead)
    assert warning is None if expected is None else expected in str(warning)


def test_the_latest_date_of_a_host_counts_and_one_answer_is_none() -> None:
    """Stored pages do not make our clock look ahead, nor does a single answer."""
    dates = ServerDates()
    for ahead in (-9 * DAY, 5.0, -3 * DAY):
        dates.note("a", answer(ahead), NOW)
    assert dates.warning() is None
    for host in ("b", "c", "d"):
        dates.note(host, answer(-DAY), NOW)
    assert dates.warning() is None
    for _ in range(2):
        for host in ("b", "c", "d"):
            dates.note(host, answer(-DAY), NOW)
    assert "24 hours ahead of the clocks of 3 servers" in str(dates.warning())


def test_a_crawl_tells_that_the_clock_is_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the Date of the site's answers; a site whose clock agrees, or sends none, is no reason."""
    for number, (ahead, told) in enumerate([(timedelta(days=-40), 1), (timedelta(), 0)]):
        caplog.clear()
        date = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
        with Site({}) as site:
            site.routes["/"] = say(listing("الجريدة", ["/news/1", "/news/2"]), Date=date)
            for path in ("/news/1", "/news/2"):
                site.routes[path] = say(article(path), Date=date)
            one = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0)
            layout = CollectionFolder.create(tmp_path / str(number), "")
            with caplog.at_level(logging.WARNING):
                crawl_sites(layout, CollectionConfig(name="c", sites=(one,)), [one])
        warnings = [each for each in caplog.messages if "clock is 40 days ahead" in each]
        assert len(warnings) == told
        assert sum("clock" in each for each in caplog.messages) == told
