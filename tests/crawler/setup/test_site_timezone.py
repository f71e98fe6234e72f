"""The zone a site publishes in is learned from the offsets its dates carry."""

from datetime import datetime
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.setup.site_timezone import country_zones, learn_zone, stated_instants, wall_offset

COM = "https://news.example.com/"


def instants(*texts: str) -> list[datetime]:
    return [moment for text in texts for moment in stated_instants(text)]


@pytest.mark.parametrize(
    ("url", "dates", "zone"),
    [
        (COM, ["2024-10-25T18:53:00+04:00", "2024-01-25T18:53:00+04:00"], "Asia/Dubai"),
        (COM, ["2026-01-05T10:00:00+02:00", "2026-07-05T10:00:00+03:00"], "Africa/Cairo"),
        (COM, ["2026-01-05T10:00:00-05:00", "2026-07-05T10:00:00-04:00"], "America/New_York"),
        ("https://n.example.iq/", ["2026-01-05T10:00:00+03:00"], "Asia/Baghdad"),
        ("https://n.example.om/", ["2026-01-05T10:00:00+04:00"], "Asia/Muscat"),
        (COM, ["Fri, 20 Nov 2026 09:15:00 +0300"], "Asia/Riyadh"),
        ("https://n.example.ae/", ["2026-01-05T10:00:00Z"], "Asia/Dubai"),
        ("https://n.example.ae/", [], "Asia/Dubai"),
        (COM, ["2026-01-05T10:00:00Z"], "UTC"),
        (COM, [], "UTC"),
    ],
)
def test_learned(url: str, dates: list[str], zone: str) -> None:
    """The first zone whose offset fits the dates at their own instants, the country's first; else
    the country's; else UTC.
    """
    assert learn_zone(instants(*dates), url).zone == zone


def test_a_guess_says_so() -> None:
    """A zone that no date supports is marked for the person to check."""
    guess = learn_zone([], "https://n.example.ae/")
    assert (guess.confident, "please check" in guess.why) == (False, True)
    assert learn_zone(instants("2024-10-25T18:53:00+04:00"), COM).confident


def test_one_stray_date_does_not_mislead() -> None:
    """One date in five from elsewhere does not change what is learned."""
    dates = ["2024-10-25T18:53:00+04:00"] * 4 + ["2024-10-25T18:53:00+01:00"]
    assert learn_zone(instants(*dates), COM).zone == "Asia/Dubai"


def test_visible_clock_against_utc_metadata() -> None:
    """Metadata in UTC and a clock four hours ahead on the page make an offset of +04:00."""
    (stated,) = instants("2024-10-25T14:53:07Z")
    shown = wall_offset(stated, datetime(2024, 10, 25, 18, 53))  # noqa: DTZ001
    assert shown is not None
    assert shown.isoformat() == "2024-10-25T18:53:07+04:00"
    assert wall_offset(stated, datetime(2024, 10, 27, 18, 53)) is None  # noqa: DTZ001
    assert wall_offset(stated, datetime(2024, 10, 25, 18, 46)) is None  # noqa: DTZ001


def test_countries() -> None:
    """A country's zones come from its top-level domain; a generic one has none."""
    assert country_zones("https://bbc.example.uk/") == ["Europe/London"]
    assert country_zones(COM) == []
    assert country_zones("http://127.0.0.1:8000/") == []
    assert set(country_zones("https://a.example.us/")) <= available_timezones()


@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)"))
def test_any_text_is_read_without_error(text: str) -> None:
    """Whatever a page states, reading its instants gives aware datetimes or nothing."""
    assert all(moment.utcoffset() is not None for moment in stated_instants(text))
    learn_zone(list(stated_instants(text)), COM)
