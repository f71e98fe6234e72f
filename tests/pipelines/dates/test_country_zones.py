"""Where a page states no zone, its country may."""

import pytest

from pipelines.dates.country_zones import guess_zone


@pytest.mark.parametrize(
    ("url", "locale", "zone"),
    [
        ("https://news.example.ae/a", None, "Asia/Dubai"),
        ("https://news.example/a", "ar-EG", "Africa/Cairo"),
        ("https://news.example/a", "ar_SA", "Asia/Riyadh"),
    ],
)
def test_a_country_names_its_zone(url: str, locale: str | None, zone: str) -> None:
    """By the ending of the host, else by the region of the locale."""
    assert str(guess_zone(url, locale)) == zone


@pytest.mark.parametrize(
    ("url", "locale"),
    [("https://news.example/a", None), ("https://news.com/a", "ar"), ("https://[::1]/a", None)],
)
def test_no_country_no_zone(url: str, locale: str | None) -> None:
    """A language alone, or a host without a country, says nothing of the clock."""
    assert guess_zone(url, locale) is None
