"""Dates of changes as sitemaps and feeds state them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.model.stated_dates import says_changed, says_unchanged, stated_instant

ASKED = datetime(2024, 3, 1, 12, tzinfo=UTC)


def test_dates_as_sitemaps_and_feeds_write_them() -> None:
    """A bare day says something only of other days; without a zone it is UTC."""
    assert stated_instant("2024-03-01T15:00:00+04:00") == ASKED - timedelta(hours=1)
    assert stated_instant("Fri, 01 Mar 2024 12:00:00 GMT") == ASKED
    assert stated_instant("2024-03-01T12:00:00") == ASKED
    assert stated_instant("yesterday") is None
    for stated, unchanged, changed in (
        ("2024-02-29", True, False),
        ("2024-03-01", False, False),
        ("2024-03-02", False, True),
        ("2024-03-01T11:59:00Z", True, False),
        ("2024-03-01T12:01:00Z", False, True),
        (None, False, False),
    ):
        assert says_unchanged(stated, ASKED) is unchanged
        assert says_changed(stated, ASKED) is changed
