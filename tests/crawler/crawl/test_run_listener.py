"""Who is told how a run goes on."""

from __future__ import annotations

import logging

import pytest

from archive.config import SiteConfig
from crawler.crawl.run_listener import RunListener


def test_who_does_not_listen_hears_only_of_missing_room(caplog: pytest.LogCaptureFixture) -> None:
    """A script that names no listener is told nothing, but has a warning why its crawls ended."""
    listener = RunListener()
    with caplog.at_level(logging.INFO):
        listener.progress(fetched=1)
        listener.begun("run")
        listener.ended(SiteConfig(name="news", start=("https://news.example/",)))
    assert caplog.records == []
    listener.no_room("2 GB are left")
    assert [record.getMessage() for record in caplog.records] == ["2 GB are left"]
