"""Alarms as values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model.alarm import Alarm, AlarmKind


def test_an_alarm_without_a_site_is_the_collections() -> None:
    """A full disk concerns no site of its own; kinds are plain words in files and messages."""
    alarm = Alarm(kind=AlarmKind.DISK, since=datetime(2026, 3, 1, tzinfo=UTC), text="full")
    assert alarm.site is None
    assert str(alarm.kind) == "disk"
    with pytest.raises(AttributeError):
        alarm.text = "other"  # type: ignore[misc]
