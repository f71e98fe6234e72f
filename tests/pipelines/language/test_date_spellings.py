"""Dates in eras, in Chinese numerals and in short forms are spelt as others are."""

import pytest

from pipelines.language.date_spellings import normalise_levantine_months, normalise_spelling


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("令和6年3月3日", "2024年3月3日"),
        ("令和元年5月1日", "2019年5月1日"),
        ("平成30年1月2日", "2018年1月2日"),
        ("二〇二四年十月二十五日", "2024年10月25日"),
        ("十二月十日", "12月10日"),
        ("25 October 2024", "25 October 2024"),
    ],
)
def test_years_and_numerals(written: str, spelt: str) -> None:
    """Years of Japanese eras become those of the Common Era, numerals digits."""
    assert normalise_spelling(written) == spelt


@pytest.mark.parametrize(
    ("written", "spelt"), [("3 มี.ค. 67", "3 มีนาคม 2567"), ("25 ต.ค. 2567", "25 ตุลาคม  2567")]
)
def test_thai_months(written: str, spelt: str) -> None:
    """A short month is written out, and a year of two digits is of the Buddhist era."""
    assert normalise_spelling(written) == spelt


def test_short_months_of_the_levant() -> None:
    """The two Kanuns and Tishrins are told apart by their numbers."""
    assert normalise_levantine_months("3 ك2 2024").split() == ["3", "كانون", "الثاني", "2024"]
    assert normalise_levantine_months("3 تشرين 1 2024").split() == ["3", "تشرين", "الاول", "2024"]
