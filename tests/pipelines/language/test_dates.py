"""The words of dates: names of months, halves of the day, and the spelling they are found by."""

import pytest

from pipelines.language.dates import FILLERS, HALVES, fold_for_dates, month_number


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("أُكتوبر", "اكتوبر"),
        ("OCTOBRE", "octobre"),
        ("  Mis  à jour ", "mis a jour"),
        ("٢٥/١٠", "25/10"),
    ],
)
def test_spellings_of_one_word_are_one(written: str, folded: str) -> None:
    """Marks, hamza seats, case, spaces and the form of digits do not count."""
    assert fold_for_dates(written) == folded


@pytest.mark.parametrize(
    ("word", "following", "language", "month"),
    [
        ("oct", "", None, ("g", 10, 1)),
        ("oktober", "", None, ("g", 10, 1)),
        ("اكتوبر", "", None, ("g", 10, 1)),
        ("تشرين", "الاول", None, ("g", 10, 2)),
        ("تشرين", "الثاني", None, ("g", 11, 2)),
        ("رمضان", "", None, ("h", 9, 1)),
        ("مهر", "", None, ("p", 7, 1)),
        ("listopada", "", "pl", ("g", 11, 1)),
        ("listopada", "", "hr", ("g", 10, 1)),
        ("sat", "", None, None),
        ("quay", "", None, None),
    ],
)
def test_a_name_leads_to_its_month(
    word: str, following: str, language: str | None, month: tuple[str, int, int] | None
) -> None:
    """With its calendar and the number of words it takes; a name that languages disagree on
    follows the page's.
    """
    assert month_number(word, following, language) == month


def test_halves_and_fillers() -> None:
    """Words and phrases for the halves of the day are found folded; fillers are no months."""
    assert (HALVES["مساء"], HALVES["a.m."], HALVES[fold_for_dates("بعد الظهر")]) == (
        "pm",
        "am",
        "pm",
    )
    assert {"de", "of", "م"} <= FILLERS
    assert not any(month_number(word) for word in ("de", "of", "م"))
