"""What happens in a run, told to whoever listens."""

from __future__ import annotations

import logging

import pytest

from crawler.monitor.events import EVENTS, log_event


def test_an_event_reaches_a_listener_only(caplog: pytest.LogCaptureFixture) -> None:
    """Where nobody asked for events they are not made; a listener gets name and fields."""
    log_event("failure", "lost 100%", {"site": "a"})
    assert caplog.records == []
    with caplog.at_level(logging.INFO, logger=EVENTS.name):
        log_event("failure", "lost 100%", {"site": "a"})
    (record,) = caplog.records
    assert record.getMessage() == "lost 100%"
    assert vars(record)["event"] == "failure"
    assert vars(record)["fields"] == {"site": "a"}
