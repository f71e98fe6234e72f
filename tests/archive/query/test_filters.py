"""Filters narrow a search; without any, everything passes."""

import sqlite3

import pytest

from archive.query.filters import Filters


def test_no_filter_lets_all_pass() -> None:
    """The condition is valid SQL that is always true."""
    condition, values = Filters().condition()
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE articles (id, site, section, published, first_seen)")
    db.execute("INSERT INTO articles VALUES ('1', 'gulf', 'world', '2026-11-02', '2026-11-02')")
    assert db.execute(f"SELECT id FROM articles a WHERE {condition}", values).fetchall() == [("1",)]
    db.close()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(site="gulf"), ["1"]),
        (Filters(since="2026-11-03"), ["2"]),
        (Filters(until="2026-11-02"), ["1"]),
        (Filters(since="2026-11", until="2026-11"), ["1", "2"]),
    ],
)
def test_what_filters_let_pass(filters: Filters, expected: list[str]) -> None:
    """A site by its name; days, months and years with both ends included."""
    condition, values = filters.condition()
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE articles (id, site, section, published, first_seen)")
    db.executemany(
        "INSERT INTO articles VALUES (?, ?, 'world', ?, ?)",
        [
            ("1", "gulf", "2026-11-02T10:00:00Z", "2026-11-02T10:05:00Z"),
            ("2", "oasis", "2026-11-03T10:00:00Z", "2026-11-03T10:05:00Z"),
        ],
    )
    found = db.execute(f"SELECT id FROM articles a WHERE {condition} ORDER BY id", values)
    assert [name for (name,) in found] == expected
    db.close()
