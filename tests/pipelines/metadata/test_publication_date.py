"""Dates of publication and of the last change: which of those stated is believed, and in which zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from page_kit import (
    CAPTURED,
    FILLER,
    HEADLINE,
    chosen,
    linked,
    metadata_of,
    page,
    parsed,
)

from archive.model import Precision
from pipelines.metadata.publication_date import choose_date, date_candidates
from pipelines.metadata.visible_date import DateCandidate, DateContext
from pipelines.page.head_tags import Head
from pipelines.page.microdata import Microdata


def test_a_day_is_made_finer_by_another_place() -> None:
    """Where JSON-LD has only the day and the page shows the time of that day, the time is taken."""
    head = linked(headline=HEADLINE, datePublished="2024-10-25")
    found = metadata_of(
        page(head, f"<h1>{HEADLINE}</h1><div>25 أكتوبر 2024، 6:53 م</div>{FILLER}"),
        zone=ZoneInfo("Asia/Dubai"),
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 14, 53, tzinfo=UTC)
    assert found.published.precision == Precision.MINUTE


CAIRO = ZoneInfo("Africa/Cairo")


def test_a_wall_clock_called_utc() -> None:
    """A `Z` behind the very clock that readers are shown is the site's own zone, not UTC."""
    head = linked(headline=HEADLINE, datePublished="2024-10-25T18:53:00Z")
    found = metadata_of(
        page(head, f"<h1>{HEADLINE}</h1><span>الجمعة، 25 أكتوبر 2024 06:53 م</span>{FILLER}"),
        zone=CAIRO,
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 15, 53, tzinfo=UTC)


def test_utc_that_is_true_stays() -> None:
    """A `Z` stays the instant it says where the page shows its readers another clock."""
    head = linked(headline=HEADLINE, datePublished="2024-10-25T15:53:00Z")
    found = metadata_of(
        page(head, f"<h1>{HEADLINE}</h1><span>الجمعة، 25 أكتوبر 2024 06:53 م</span>{FILLER}"),
        zone=CAIRO,
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 15, 53, tzinfo=UTC)


def test_the_zone_is_seen_in_the_clock_shown() -> None:
    """Where the site's zone is unknown, the clock shown beside a true UTC instant tells how far
    from UTC it is.
    """
    head = linked(headline=HEADLINE, datePublished="2024-10-25T14:53:00Z")
    found = metadata_of(
        page(head, f"<h1>{HEADLINE}</h1><span>25 أكتوبر 2024 - 18:53</span>{FILLER}")
    )
    assert found.published is not None
    assert found.published.instant is not None
    assert found.published.instant.isoformat() == "2024-10-25T18:53:00+04:00"


def test_a_z_that_would_lie_ahead_of_the_capture() -> None:
    """A `Z` that would put publication after the capture is the site's wall clock, if that makes it
    past.
    """
    found = metadata_of(
        page(linked(headline=HEADLINE, datePublished="2024-10-25T22:30:00Z"), FILLER), zone=CAIRO
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 19, 30, tzinfo=UTC)


def test_a_list_of_facts_is_no_list_of_teasers() -> None:
    """A `time` in the list of facts under the headline counts; one beside a linked headline
    doesn't.
    """
    facts = (
        '<ul><li>أحمد علي</li><li><time datetime="2024-10-24T10:00:00+03:00">24 '
        "أكتوبر</time></li></ul>"
    )
    teaser = (
        f'<ul><li><time datetime="2024-10-20T10:00:00+03:00">20 أكتوبر</time><a '
        f'href="/y">{HEADLINE} الآن</a></li></ul>'
    )
    found = metadata_of(
        page("", teaser + f"<h1>{HEADLINE}</h1>" + facts + FILLER), url="https://www.example.test/x"
    )
    assert chosen(found, "published") == [("time", "2024-10-24T10:00:00+03:00")]


def test_a_date_after_the_capture_is_passed_over() -> None:
    """A date later than the capture can't be true; the next place is asked."""
    head = (
        linked(headline=HEADLINE, datePublished="2029-01-01T00:00:00Z")
        + '<meta property="article:published_time" content="2024-10-24T10:00:00Z">'
    )
    found = metadata_of(page(head, FILLER))
    assert chosen(found, "published") == [("meta", "2024-10-24T10:00:00Z")]


def test_published_and_modified_are_kept_apart() -> None:
    """The time of the last change is never taken for the time of publication where both are
    stated.
    """
    body = (
        f"<h1>{HEADLINE}</h1><p>آخر تحديث: 25 أكتوبر 2024 10:00</p><p>نشر في: 24 أكتوبر 2024 "
        f"09:00</p>{FILLER}"
    )
    found = metadata_of(page("", body), zone=CAIRO)
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.day, found.modified.day) == (24, 25)


def test_the_date_in_the_address_is_the_last_resort() -> None:
    """Where nothing else is stated the address gives the day, and no more than the day."""
    found = metadata_of(page("", f"<h1>{HEADLINE}</h1>{FILLER}"))
    assert found.published is not None
    assert (chosen(found, "published"), found.published.precision) == (
        [("url", "2024-10-25")],
        Precision.DAY,
    )


def test_a_month_stays_a_month() -> None:
    """A page that only names the month has no instant."""
    found = metadata_of(
        page('<meta name="date" content="2024-10">', FILLER), url="https://www.example.test/x"
    )
    assert found.published is not None
    assert (found.published.instant, found.published_precision) == (None, Precision.MONTH)


def test_a_teasers_time_is_not_the_articles() -> None:
    """A `time` inside a link to another article is not this one's date."""
    body = (
        f'<h1>{HEADLINE}</h1><time datetime="2024-10-25T08:00:00Z">اليوم</time>{FILLER}<ul><li><a '
        f'href="/x"><time datetime="2024-01-01T00:00Z"></time></a></li></ul>'
    )
    found = metadata_of(page("", body), url="https://www.example.test/x")
    assert chosen(found, "published") == [("time", "2024-10-25T08:00:00Z")]


def stated_dates(
    *, head: str = "", data: tuple[str | None, str | None] = (None, None)
) -> list[DateCandidate]:
    made = parsed(page(head, f"<h1>{HEADLINE}</h1>{FILLER}"), "https://www.example.test/x")
    reader = DateContext(captured=CAPTURED, zone=None, language="en")
    return date_candidates(made, Head(made), Microdata(made), [], reader, data)


def test_candidates_name_their_place_in_the_order_of_trust() -> None:
    """Metas come before application data; dates of publication and change are told apart."""
    found = stated_dates(
        head='<meta property="article:published_time" content="2024-10-24T10:00:00Z">',
        data=("2024-10-23T10:00:00Z", "2024-10-25T10:00:00Z"),
    )
    assert [(date.source, date.stated.day, date.modified) for date in found] == [
        ("meta", 24, False),
        ("data", 23, False),
        ("data", 25, True),
    ]


def test_a_change_stands_for_a_publication_that_nothing_states() -> None:
    """A page with only a date of change was published then; a publication is never the date of
    change.
    """
    reader = DateContext(captured=CAPTURED, zone=None, language="en")
    changed = stated_dates(data=(None, "2024-10-25T10:00:00Z"))
    assert choose_date(changed, reader) == choose_date(changed, reader, modified=True) == changed[0]
    assert (
        choose_date(stated_dates(data=("2024-10-23T10:00Z", None)), reader, modified=True) is None
    )


@pytest.mark.parametrize(
    ("markup", "modified"),
    [
        ("<span>Updated:</span> {}", True),
        ("Last updated {}", True),
        ("<span>Published:</span> {}", False),
        ("{}", False),
    ],
)
def test_a_label_before_a_time_tells_its_change(markup: str, modified: bool) -> None:
    """A `time` element right after a word for updates is the time of the last change."""
    time = '<time datetime="2024-10-25T08:00:00Z">25 October</time>'
    body = f"<h1>{HEADLINE}</h1><p>{markup.format(time)}</p>{FILLER}"
    made = parsed(page("", body, lang="en"), "https://www.example.test/x")
    reader = DateContext(captured=CAPTURED, zone=None, language="en")
    found = date_candidates(made, Head(made), Microdata(made), [], reader)
    assert [date.modified for date in found if date.source == "time"] == [modified]


@pytest.mark.parametrize(("offset", "sources"), [("+03:00", ["meta"]), ("Z", ["meta", "text"])])
def test_what_readers_see_is_read_where_the_zone_is_in_doubt(
    offset: str, sources: list[str]
) -> None:
    """A time with an offset of its own needs no second source; one in UTC is compared with the
    visible line.
    """
    head = f'<meta property="article:published_time" content="2024-10-25T10:00:00{offset}">'
    body = f"<h1>{HEADLINE}</h1><p>25 October 2024 13:00</p>{FILLER}"
    made = parsed(page(head, body, lang="en"), "https://www.example.test/x")
    reader = DateContext(captured=CAPTURED, zone=None, language="en")
    found = date_candidates(made, Head(made), Microdata(made), [], reader)
    assert [date.source for date in found] == sources


def candidate(source: str, text: str) -> DateCandidate:
    stated = DateContext(captured=CAPTURED, zone=None, language="en").parse_date(text)
    assert stated is not None
    return DateCandidate(source=source, stated=stated)


@pytest.mark.parametrize(
    ("first", "others", "expected"),
    [
        (
            "2024-10-24",
            ["2024-10-23T10:00:00Z", "2024-10-24T11:00:00Z"],
            "2024-10-24T11:00:00+00:00",
        ),
        ("2024-10-24", ["2024-10-23T10:00:00Z"], "2024-10-24T00:00:00+00:00"),
        ("2024-10-24 10:00", ["2024-10-24T10:00:30+03:00"], "2024-10-24T10:00:30+03:00"),
        ("2024-10-24 10:00", ["2024-10-24T11:00:00+03:00"], "2024-10-24T10:00:00+00:00"),
    ],
    ids=["time of that day", "another day", "zone of that clock", "another clock"],
)
def test_a_date_is_refined_by_one_that_agrees(first: str, others: list[str], expected: str) -> None:
    """The time of day is taken from a candidate of the same day, the zone from one of the same
    clock.
    """
    reader = DateContext(captured=CAPTURED, zone=None, language="en")
    found = [candidate("json-ld", first), *(candidate("meta", text) for text in others)]
    best = choose_date(found, reader)
    assert best is not None
    assert best.stated.instant is not None
    assert best.stated.instant.isoformat() == expected
