"""Revisits are read as the capture of their URL that they refer to, whatever comes first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from archive.index.affected import AffectedRows
from archive.index.revisits import drop_reading
from archive.model import Change, PayloadKind, Reading


def test_revisits_are_captures_of_what_they_refer_to(kit: Any) -> None:
    """A revisit of either profile moves last_seen and carries article and version; it makes no
    version.
    """
    capture, reading = kit.entry()
    not_modified = kit.revisit(
        capture, 2, status=304, profile="server-not-modified", payload_digest=None
    )
    with kit.index() as index:
        assert index.apply_captures(
            [(capture, reading), kit.revisit(capture, 1), not_modified]
        ) == [
            Change.NEW,
            Change.UNCHANGED,
            Change.UNCHANGED,
        ]
    assert kit.rows(
        "SELECT count(*), count(DISTINCT version_id) FROM captures WHERE version_id IS NOT NULL"
    ) == [(3, 1)]
    assert kit.rows("SELECT versions, last_seen FROM articles") == [(1, "2024-03-01T14:00:00Z")]


def test_a_revisit_that_comes_before_what_it_refers_to(kit: Any) -> None:
    """A revisit applied first is resolved once its referent arrives, from another file."""
    capture, reading = kit.entry()
    with kit.index() as index:
        assert index.apply_captures([kit.revisit(capture, 1)]) == [Change.NONE]
        assert index.apply_captures([(capture, reading)]) == [Change.NEW]
    assert kit.rows("SELECT count(*) FROM captures WHERE article_id IS NOT NULL") == [(2,)]
    assert kit.rows("SELECT last_seen FROM articles") == [("2024-03-01T13:00:00Z",)]


def test_a_revisit_of_what_was_no_article_has_no_reading(kit: Any) -> None:
    """A revisit of a page is not read as the article that stood at its URL before."""
    page = kit.capture(hour=1)
    with kit.index() as index:
        index.apply_captures([kit.entry(), (page, Reading(kind=PayloadKind.PAGE))])
        assert index.apply_captures([kit.revisit(page, 2)]) == [Change.NONE]
    assert kit.rows("SELECT last_seen FROM articles") == [("2024-03-01T12:00:00Z",)]


def test_a_reading_taken_away_is_derived_anew(kit: Any) -> None:
    """Article, version and URL of a dropped reading are among what is to be derived again, and the
    capture has none of them any more.
    """
    capture, reading = kit.entry()
    with kit.index() as index:
        index.apply_captures([(capture, reading)])
    [(article, version)] = kit.rows("SELECT article_id, version_id FROM captures")
    affected = AffectedRows()
    with closing(sqlite3.connect(kit.path())) as db:
        drop_reading(db, capture.id, affected)
        drop_reading(db, "of no capture", affected)
        assert db.execute("SELECT count(*) FROM _readings").fetchone() == (0,)
        assert db.execute("SELECT article_id, version_id FROM captures").fetchone() == (None, None)
    assert affected.articles == {article}
    assert affected.urls == {(capture.url, article)}
    assert list(affected.versions) == [version]
