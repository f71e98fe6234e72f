"""What a redesign drops stays with the articles captured before it."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from archive.index.kept_metadata import merge_metadata
from archive.model import Precision
from archive.query.audit import articles_unlike_reading

URL = "https://news.example/a/1001"
WHOLE = {"section": "اقتصاد", "authors": ["أحمد علي"]}
BARE = {"section": None, "authors": []}


def shown(kit: Any) -> list[tuple[Any, ...]]:
    return kit.rows("SELECT published, published_precision, author, section FROM articles")


def day_of(kit: Any, days: int = 0) -> dict[str, Any]:
    """Only the day is known of a publication."""
    midnight = kit.START.replace(hour=0) + timedelta(days=days)
    return {"published": midnight, "published_precision": Precision.DAY}


@pytest.mark.parametrize("also", [{}, {"title": "عنوان آخر"}], ids=["same text", "another text"])
def test_author_section_and_time_are_kept(kit: Any, also: dict[str, Any]) -> None:
    """Whether the text stayed as it was or not; in whatever order captures come, and `verify` finds
    the row right.
    """
    precise = {"published_precision": Precision.SECOND}
    entries = [
        kit.entry(URL, 0, **WHOLE, **precise),
        kit.entry(URL, 1, **{**WHOLE, "authors": ["سعاد"]}, **precise),
        kit.entry(URL, 2, **BARE, **day_of(kit), **also),
        kit.entry(URL, 3, **BARE, published=None, **also),
    ]
    dumps = []
    for order in itertools.permutations(entries):
        with kit.index() as index:
            for entry in order:
                index.apply_captures([entry])
        assert shown(kit) == [("2024-03-01T12:00:00Z", "second", "سعاد", "اقتصاد")]
        assert kit.rows("SELECT name FROM authors") == [("سعاد",)]
        dumps.append(kit.dump())
        with closing(sqlite3.connect(kit.path())) as db:
            assert list(articles_unlike_reading(db)) == []
    assert all(dump == dumps[0] for dump in dumps)


def test_what_a_page_states_anew_counts(kit: Any) -> None:
    """Another author, another day: nothing earlier is put in their place."""
    precise = {"published_precision": Precision.SECOND}
    with kit.index() as index:
        index.apply_captures([kit.entry(URL, 0, **WHOLE, **precise)])
        later = {"section": "رياضة", "authors": ["سعاد"], **day_of(kit, 5)}
        index.apply_captures([kit.entry(URL, 200, **later)])
    assert shown(kit) == [("2024-03-06", "day", "سعاد", "رياضة")]


def test_a_row_that_no_reading_gave_is_found(kit: Any) -> None:
    """An author that another program wrote is not taken for one that was kept."""
    with kit.index() as index:
        index.apply_captures([kit.entry(URL, 0, **WHOLE), kit.entry(URL, 1, **BARE)])
    with closing(sqlite3.connect(kit.path())) as db:
        db.execute("UPDATE articles SET section = 'x'")
        assert len(list(articles_unlike_reading(db))) == 1
        db.rollback()
        db.execute("UPDATE authors SET name = 'x'")
        assert len(list(articles_unlike_reading(db))) == 1


def test_merging_keeps_the_best_that_was_known() -> None:
    """Of an author the newest, of a publication the finest; nothing where the newest has it."""
    plain = {"author": None, "authors": [], "section": None, "published": None}
    plain |= {"published_precision": None, "published_raw": None}
    old = json.dumps({**plain, "author": "أ", "authors": ["أ"]})
    new = json.dumps({**plain, "section": "س"})
    merged = json.loads(merge_metadata(new, "2", old, "1"))
    assert merged["section"] == "س"
    assert merged["earlier"] == {"author": {"order": "1", "author": "أ", "authors": ["أ"]}}
    assert merge_metadata(new, "2", new, "1") == new
