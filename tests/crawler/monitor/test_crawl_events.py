"""The events of one site's crawl."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from archive.model import CrawlSummary, Failure, Stage, crawl_id
from crawler.monitor.crawl_events import log_failure, log_summary
from crawler.monitor.events import EVENTS

BEGAN = datetime(2026, 11, 28, tzinfo=UTC)
SUMMARY = CrawlSummary(id=crawl_id(BEGAN, "al-bayan"), site="al-bayan", started=BEGAN)


def fields_of(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    return [(vars(record)["event"], vars(record)["fields"]) for record in caplog.records]


def test_a_crawl_begins_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    """The end has all its counts."""
    with caplog.at_level(logging.INFO, logger=EVENTS.name):
        log_summary(SUMMARY)
        log_summary(replace(SUMMARY, finished=BEGAN, outcome="finished", fetched=4))
    (began, _), (ended, fields) = fields_of(caplog)
    assert (began, ended) == ("crawl began", "crawl ended")
    assert (fields["site"], fields["fetched"], fields["failed"]) == ("al-bayan", 4, 0)


def test_a_failure_names_address_stage_and_reason(caplog: pytest.LogCaptureFixture) -> None:
    """And the site, which is the end of the crawl's id, hyphens and all."""
    failure = Failure(
        url="https://a.example/", stage=Stage.FETCH, reason="refused", at=BEGAN,
        crawl_id=SUMMARY.id,
    )  # fmt: skip
    with caplog.at_level(logging.INFO, logger=EVENTS.name):
        log_failure(failure)
    ((_, fields),) = fields_of(caplog)
    assert fields == {
        "site": "al-bayan",
        "url": "https://a.example/",
        "stage": "fetch",
        "reason": "refused",
        "crawl": SUMMARY.id,
    }
