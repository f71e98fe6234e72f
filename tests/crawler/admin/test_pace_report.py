"""At what pace hosts were asked, by the times that the WARC files state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import warc_kit

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from archive.model import FetchFacts
from archive.warc.writer import WarcInfo, WarcWriter
from crawler.admin.pace_report import PACE_COLUMNS, pace_rows
from crawler.frontier.queue import Frontier
from pipelines.ingest.catch_up import update_index

BEGUN = datetime(2026, 11, 20, tzinfo=UTC)
HOST = "https://news.example"
ROBOTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s"
SLOW = b"User-agent: *\nCrawl-delay: 10\n"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
SITE = SiteConfig(name="paper", start=(HOST + "/",), delay=2.0)
CONFIG = CollectionConfig(name="test", sites=(SITE,))


class Written:
    """A collection whose WARC holds the exchanges that a test writes."""

    def __init__(self, layout: CollectionFolder) -> None:
        self.layout = layout

    def write(self, *exchanges: tuple[float, str, bytes | None]) -> dict[str, Any]:
        facts = FetchFacts(crawl_id="20261120T000000000000-paper", site="paper")
        cdxj = CdxjFile(self.layout.cdxj)
        with WarcWriter(self.layout.archive, info=WarcInfo(software="warraq/test")) as writer:
            for seconds, path, answer in exchanges:
                made = warc_kit.exchange(url=HOST + path, answer=answer or warc_kit.response())
                started = BEGUN + timedelta(seconds=seconds)
                cdxj.add(writer.write_exchange(replace(made, started=started), facts))
        cdxj.close()
        update_index(self.layout, CONFIG)
        (row,) = pace_rows(self.layout, CONFIG, BEGUN + timedelta(hours=9))
        assert tuple(row) == tuple(name for name in PACE_COLUMNS if name in row)
        return row


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return Written(CollectionFolder.create(tmp_path / "c", ""))


def test_pauses_are_those_of_the_records(written: Written) -> None:
    """With their fractions of a second, in order of time; one that was too short is counted."""
    row = written.write((0, "/a", None), (2.5, "/b", None), (3.25, "/c", None), (9, "/d", None))
    assert row["host"] == "news.example"
    assert (row["requests"], row["delay"]) == (4, 2.0)
    assert (row["shortest"], row["median"], row["sooner"]) == (0.75, 2.5, 1)
    assert (row["asked_for_time"], row["asked_meanwhile"], row["robots"]) == (0, 0, 0)


def test_a_crawl_delay_is_to_be_kept_from_when_it_was_said(written: Written) -> None:
    """Not before; and the longer of the two pauses counts."""
    slow = ROBOTS % (len(SLOW), SLOW)
    row = written.write(
        (0, "/a", None), (3, "/robots.txt", slow), (6, "/b", None), (17, "/c", None)
    )
    assert (row["delay"], row["sooner"], row["robots"]) == (10.0, 1, 1)


def test_requests_to_a_host_that_asked_for_time_are_counted(written: Written) -> None:
    """By the Retry-After of its answer; what comes after it is none."""
    row = written.write((0, "/a", BUSY), (600, "/b", None), (3700, "/c", None))
    assert (row["asked_for_time"], row["asked_meanwhile"]) == (1, 1)


def test_what_is_held_now_is_said(written: Written) -> None:
    """Until when, as the crawls remember it."""
    frontier = Frontier(written.layout.frontier)
    frontier.hosts.keep_host("news.example", held=90000, refused_runs=0, answer_time=0)
    frontier.close()
    row = written.write((0, "/a", None))
    assert row["held_until"] is not None
    assert row["shortest"] is None
