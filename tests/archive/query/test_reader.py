from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import StorageError, UsageError
from archive.query.filters import Filters, Sort
from archive.query.reader import IndexReader
from archive.text.folding import (
    parse_query,
)
from archive.text.highlighting import mark_matches

ARABIC = st.text(alphabet="ابتثكلمنوفيىةأإآؤئءـَُِّْٱکی٠١۴۵ abcÉß\u200c\u0301ﻻ\"'-*():^{}+", max_size=40)


@given(st.one_of(st.text(max_size=60), ARABIC))
def test_no_query_can_break_out(text: str) -> None:
    """Whatever is typed, FTS5 takes the expression, tight or loose, and only words of the query
    stand in it.
    """
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (title, body, title_forms, body_forms)")
    query = parse_query(text)
    for loose in (False, True):
        if query:
            db.execute(
                "SELECT * FROM t WHERE t MATCH ?", (query.expression(loose=loose),)
            ).fetchall()
    db.close()
    assert mark_matches(text, query, "", "") == text


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "'",
        "\x00",
        "title:",
        "{title} :",
        "NEAR(",
        "a AND",
        "-",
        "*",
        "OR",
        '"" *',
        "(",
        "^",
        "\ud800",
    ],
)
def test_hostile_queries_find_nothing_and_raise_nothing(kit: Any, text: str) -> None:
    """FTS5's own syntax is text like any other."""
    with kit.index() as index:
        index.apply_captures([kit.entry()])
    with IndexReader(kit.path()) as reader:
        assert reader.search(text) == []
        assert reader.count(text) == 0


def found(kit: Any, query: str, **filters: Any) -> list[str]:
    """The titles that a search of the newest index finds."""
    with IndexReader(kit.path()) as reader:
        return [row["title"] for row in reader.search(query, Filters(**filters))]


def fill(kit: Any, *texts: str) -> None:
    """An index with one article for each text, titled 0, 1, 2 ..."""
    with kit.index() as index:
        index.apply_captures(
            [
                kit.entry(
                    f"https://news.example/a/{place}", place, title=f"عنوان {place}", paragraphs=[text],  # noqa: E501
                    published=kit.START + timedelta(days=place), section=f"قسم{place % 2}", authors=[f"كاتبة {place}"],  # noqa: E501
                )
                for place, text in enumerate(texts)
            ]
        )  # fmt: skip


def test_the_article_and_prefixes(kit: Any) -> None:
    """كرملين finds الكرملين and والكرملين, and the other way round, through Warraq and through
    plain FTS5.
    """
    fill(
        kit,
        "قال الكرملين اليوم",
        "موسكو والكرملين",
        "رسالة للكرملين",
        "زار كرملين قازان",
        "كرم لين",
    )
    for query in ("كرملين", "الكرملين", "والكرملين", "بالكرملين"):
        assert sorted(found(kit, query)) == ["عنوان 0", "عنوان 1", "عنوان 2", "عنوان 3"], query
    plain = kit.rows("SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'كرملين'")
    assert plain == [(4,)]
    joined = kit.rows(
        "SELECT a.title FROM articles_fts f JOIN articles a ON a.rowid = f.rowid"
        " WHERE articles_fts MATCH 'كرملين' ORDER BY rank LIMIT 1"
    )
    assert joined == [("عنوان 3",)]


def test_one_letter_prefixes(kit: Any) -> None:
    """روسيا finds وروسيا and لروسيا; what was typed with a prefix still finds the word where
    nothing else answers.
    """
    fill(kit, "بين أوكرانيا وروسيا", "زيارة لروسيا", "بعيدا عن السياسة")
    assert sorted(found(kit, "روسيا")) == ["عنوان 0", "عنوان 1"]
    assert found(kit, "بسياسة") == ["عنوان 2"]


def test_digits_harakat_and_spelling(kit: Any) -> None:
    """٢٠٢٤ finds 2024 and the other way round; vowels, hamza, ى and ة do not matter on either
    side.
    """
    fill(kit, "في عام 2024", "في عام ٢٠٢٤", "مُدَرِّسَةٌ في مُستشفًى", "أحمد والمؤتمر")
    assert sorted(found(kit, "٢٠٢٤")) == sorted(found(kit, "2024")) == ["عنوان 0", "عنوان 1"]
    assert found(kit, "مدرسه مستشفي") == found(kit, "مدرّسة") == ["عنوان 2"]
    assert found(kit, "احمد موتمر") == ["عنوان 3"]


def test_the_language_of_queries(kit: Any) -> None:
    """Words are all required; phrases, OR, exclusion and beginnings work."""
    fill(kit, "مجلس الوزراء يجتمع", "الوزراء في مجلس آخر", "مجلس النواب يجتمع")
    assert sorted(found(kit, "مجلس يجتمع")) == ["عنوان 0", "عنوان 2"]
    assert found(kit, '"مجلس الوزراء"') == ["عنوان 0"]
    assert found(kit, '"مجلس الوزراء') == ["عنوان 0"]
    assert sorted(found(kit, "آخر OR النواب")) == ["عنوان 1", "عنوان 2"]
    assert sorted(found(kit, "مجلس -يجتمع")) == ["عنوان 1"]
    assert found(kit, "نوا*") == ["عنوان 2"]


def test_filters_and_order(kit: Any) -> None:
    """Site, section, author and dates limit; relevance or date orders; no words at all lists the
    newest first.
    """
    fill(kit, "خبر", "خبر خبر خبر", "خبر", "خبر")
    assert found(kit, "خبر", section="قسم١") == ["عنوان 1", "عنوان 3"]
    assert found(kit, "خبر", author="كاتبه 2") == ["عنوان 2"]
    assert sorted(found(kit, "خبر", since="2024-03-02", until="2024-03-03")) == [
        "عنوان 1",
        "عنوان 2",
    ]
    assert found(kit, "خبر", site="other") == []
    assert found(kit, "", until="2024-03-01") == ["عنوان 0"]
    with IndexReader(kit.path()) as reader:
        newest = [row["title"] for row in reader.search("خبر", sort=Sort.DATE, limit=2)]
        assert newest == ["عنوان 3", "عنوان 2"]
        assert reader.search("خبر", limit=1)[0]["title"] == "عنوان 1"
        assert reader.count("خبر") == 4
        assert [row["title"] for row in reader.select()] == [
            "عنوان 3",
            "عنوان 2",
            "عنوان 1",
            "عنوان 0",
        ]


def test_marks_stand_in_the_text_as_published(kit: Any) -> None:
    """The matched words are marked with their vowels, article and digits as published."""
    fill(kit, "وأعلن الكَرْمَلين في ٢٠٢٤ أنّ مجـلس الوزراء سيجتمع")
    with IndexReader(kit.path()) as reader:
        [row] = reader.search('كرملين 2024 "مجلس الوزراء"')
    assert row["excerpt"] == "وأعلن [الكَرْمَلين] في [٢٠٢٤] أنّ [مجـلس الوزراء] سيجتمع"
    assert mark_matches("وزير والوزير", parse_query("الوزير")) == "[وزير] [والوزير]"


def test_articles_are_found_by_id_and_any_address(kit: Any) -> None:
    """An id, its beginning, the canonical URL, an alias, and an address never seen that folds to it
    lead to an article.
    """
    url = "https://news.example/a/1001"
    with kit.index() as index:
        index.apply_captures(
            [
                kit.entry(),
                kit.entry("https://news.example/sport/5", 1),
                kit.entry(hour=2, title="عنوان ثان"),
            ]
        )
    with IndexReader(kit.path()) as reader:
        identity = reader.require_article(url)["id"]
        for name in (
            identity,
            identity[:8],
            "https://news.example/sport/5",
            "http://www.news.example/a/1001/?utm_source=x",
        ):
            assert reader.require_article(name)["id"] == identity, name
        assert reader.article("https://news.example/none") is None
        assert [row["number"] for row in reader.versions(identity)] == [1, 2]
        assert len(reader.captures(identity)) == 3
        assert reader.capture(reader.captures(identity)[0]["id"]).url == url
        assert [row["kind"] for row in reader.addresses(identity)] == ["canonical", "duplicate"]
        assert [row["id"] for row in reader.cluster(identity)] == [identity]
        assert reader.authors(identity) == ["أحمد علي"]
        assert reader.stats()[0]["versions"] == 2
        with pytest.raises(UsageError, match="no article"):
            reader.require_article("ffffffffffff")


def test_reading_cannot_write_and_needs_an_index(kit: Any, tmp_path: Any) -> None:
    """A reader opens the file read-only, and says what to do where there is none."""
    kit.index().close()
    with IndexReader(kit.path()) as reader, pytest.raises(StorageError, match="readonly"):
        list(reader.rows("DELETE FROM articles"))
    with pytest.raises(StorageError, match="warraq index"):
        IndexReader(tmp_path / "none.db")
