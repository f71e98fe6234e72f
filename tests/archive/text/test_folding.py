"""Folding, the forms of words, and queries."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text.folding import (
    comparable_text,
    fold_for_search,
    parse_query,
    split_words,
    unlike_folded,
    without_article,
    word_forms,
)

ARABIC = st.text(alphabet="ابتثكلمنوفيىةأإآؤئءـَُِّْٱکی٠١۴۵ abcÉß\u200c\u0301ﻻ\"'-*():^{}+", max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("الكَرْمَلِينُ", "الكرملين"),
        ("مـحـمـد", "محمد"),
        ("أحمد إبراهيم آدم ٱلله", "احمد ابراهيم ادم الله"),
        ("مستشفى مدرسة", "مستشفي مدرسه"),
        ("مؤتمر رئيس", "موتمر رييس"),
        ("کتاب ایران", "كتاب ايران"),
        ("٢٠٢٤ ۱۴۰۳", "2024 1403"),
        ("Élysée STRASSE", "elysee strasse"),
        ("ﻻ إله", "لا اله"),
        ("مي\u200cروم", "ميروم"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    """What is written in several ways is folded to one."""
    assert fold_for_search(text) == folded


@given(st.one_of(st.text(), ARABIC))
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folded text is its own folding, and reducing to words never raises."""
    assert fold_for_search(fold_for_search(text)) == fold_for_search(text)
    assert comparable_text(comparable_text(text)) == comparable_text(text)


def test_forms_of_words() -> None:
    """The article and prefixes come off, the article's bare form is another one, and God's name
    stays whole.
    """
    assert word_forms("الكرملين") == ("كرملين",)
    assert (
        word_forms("والكرملين")
        == word_forms("بالكرملين")
        == word_forms("للكرملين")
        == ("كرملين", "الكرملين")
    )
    assert word_forms("وكرملين") == ("كرملين", "رملين")
    assert word_forms("الله") == ()
    assert without_article("كرملين") is None


def test_words_are_those_of_fts5() -> None:
    """Our words and unicode61's are the same ones, so that marks and matches agree."""
    text = fold_for_search("قال: «الكرملين» في 2024 و٣٫٥% من x_y")
    db = sqlite3.connect(":memory:")
    db.execute(
        'CREATE VIRTUAL TABLE t USING fts5 (body, tokenize = "unicode61 remove_diacritics 0")'
    )
    db.execute("INSERT INTO t VALUES (?)", (text,))
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab (t, 'instance')")
    theirs = [term for (term,) in db.execute("SELECT term FROM v ORDER BY offset")]
    db.close()
    assert split_words(text) == theirs


def test_a_query_is_read_as_it_was_meant() -> None:
    """Words are all required, OR joins alternatives, quotes make phrases, a minus excludes, a star
    leaves the end open.
    """
    query = parse_query('خُطّة OR مشروع "مجلس الوزراء" -نفط اقتصاد*')
    assert [[term.words for term in group] for group in query.groups] == [
        [("خطه",), ("مشروع",)],
        [("مجلس", "الوزراء")],
        [("اقتصاد",)],
    ]
    assert query.groups[1][0].phrase
    assert query.groups[2][0].prefix
    assert [term.words for term in query.excluded] == [("نفط",)]
    assert not parse_query(' -"" * ')


def test_spellings_that_folding_takes_away() -> None:
    """Each once, in the words that FTS5 sees; what folding leaves as it is is not repeated."""
    assert unlike_folded("المدرسة، المدرسة! بيت house Zürich مُعلِّم") == "المدرسة zürich مُعلِّم"
    assert unlike_folded("plain words") == ""
