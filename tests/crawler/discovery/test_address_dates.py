"""The days that addresses name, and those they do not."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.discovery.address_dates import NumberForms, days_in

HOST = "https://news.example"


def span(path: str, *, anywhere: bool = False) -> tuple[str, str] | None:
    days = days_in(HOST + path, anywhere=anywhere)
    return (days.first.isoformat(), days.last.isoformat()) if days else None


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("/archive/2019/05/03", "2019-05-03", "2019-05-03"),
        ("/archive/2019/5/3/", "2019-05-03", "2019-05-03"),
        ("/archive/2019/02", "2019-02-01", "2019-02-28"),
        ("/archive/2019", "2019-01-01", "2019-12-31"),
        ("/archive/2019-05-03.html", "2019-05-03", "2019-05-03"),
        ("/archive/03-05-2019", "2019-05-03", "2019-05-03"),
        ("/archive/20190503", "2019-05-03", "2019-05-03"),
        ("/archive?date=2019-05-03", "2019-05-03", "2019-05-03"),
        ("/archive?d=20190503&page=2", "2019-05-03", "2019-05-03"),
        ("/archive?year=2019&month=5&day=3", "2019-05-03", "2019-05-03"),
        ("/archive?m=5&y=2019", "2019-05-01", "2019-05-31"),
        ("/2019/05/03/a-story", "2019-05-03", "2019-05-03"),
        ("/news/2019-05-03-a-story", "2019-05-03", "2019-05-03"),
        ("/news/a-story-2019-05-03", "2019-05-03", "2019-05-03"),
        ("/archive/05-2019", "2019-05-01", "2019-05-31"),
        ("/archive?from=2019-05-03&to=2019-06-02", "2019-05-03", "2019-06-02"),
        ("/archive/2019-05-03/page/2", "2019-05-03", "2019-05-03"),
        ("/2019/05/a-story", "2019-05-01", "2019-05-31"),
    ],
)
def test_dates_are_read_in_paths_and_queries(path: str, first: str, last: str) -> None:
    """Of a day, a month or a year, in the orders and with the marks that sites use."""
    assert span(path) == (first, last)


@pytest.mark.parametrize(
    "path",
    [
        "/news/elections-2019",
        "/news/what-2019-05-03-meant-to-us",
        "/news/12019",
        "/news/page/2019",
        "/news/2019-13-45",
        "/news?id=2019",
        "/tag/20190503a",
        "/news/201905031234",
    ],
)
def test_what_an_article_is_about_is_no_day_of_its_address(path: str) -> None:
    """Nor is a number that only begins like a date."""
    assert span(path) is None


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("/sitemap-2019-05.xml", "2019-05-01", "2019-05-31"),
        ("/sitemap-posts-post-2019.05.xml", "2019-05-01", "2019-05-31"),
        ("/sitemap_20190503.xml.gz", "2019-05-03", "2019-05-03"),
        ("/sitemap-201905.xml", "2019-05-01", "2019-05-31"),
        ("/sitemaps/2019/news-1.xml", "2019-01-01", "2019-12-31"),
        ("/sitemap-2019-2.xml", "2019-01-01", "2019-12-31"),
        ("/sitemap.xml?yyyy=2019&mm=05&dd=03", "2019-05-03", "2019-05-03"),
    ],
)
def test_sitemaps_have_dates_in_their_names(path: str, first: str, last: str) -> None:
    """A single digit behind the year is the number of a part."""
    assert span(path, anywhere=True) == (first, last)


def test_a_calendar_is_known_by_the_form_of_its_addresses() -> None:
    """The same for its years, months and days; an article has a name behind the date."""
    found = [days_in(f"{HOST}/archive/{day}") for day in ("2019", "2019/05", "2019/05/03")]
    assert len({days.form for days in found if days}) == 1
    assert all(days and days.is_bare for days in found)
    story = days_in(f"{HOST}/2019/05/03/a-story")
    assert story is not None
    assert not story.is_bare


def test_serial_numbers_are_no_years() -> None:
    """Where addresses of the same form have numbers beyond any year, none of them is one."""
    forms = NumberForms()
    days = days_in(f"{HOST}/news/2019")
    assert days is not None
    assert forms.believes(days)
    forms.note(f"{HOST}/news/2518")
    assert not forms.believes(days)
    sure = days_in(f"{HOST}/news/2019/05/03")
    assert sure is not None
    assert forms.believes(sure)
    assert sure.first == date(2019, 5, 3)
