"""The checks of this machine: each says what it saw and, where something is wrong, what to do."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from recorded_site import CONFIG, START, Site, page

from archive.config import load_config
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import CrawlSummary
from crawler.admin.doctor import run_checks
from crawler.browser import chromium
from pipelines.ingest.catch_up import update_index


def test_a_machine_that_runs_the_tests_is_fit(tmp_path: Path) -> None:
    """Python, SQLite and the packages are found in order here, also for a folder not made yet."""
    checks = {check.name: check for check in run_checks(tmp_path / "not" / "yet")}
    assert {"Python", "SQLite", "packages", "disk space", "writing"} <= checks.keys()
    assert all(checks[name].ok for name in ("Python", "SQLite", "packages", "Brotli"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_gets_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less room than a day of crawling needs is no error, but is said."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    (space,) = [check for check in run_checks(tmp_path) if check.name == "disk space"]
    assert not space.ok
    assert "make room" in space.advice


def test_a_check_that_breaks_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks after it still run."""

    def broken(_: object) -> None:
        raise OSError("no such device")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    checks = list(run_checks(tmp_path))
    assert any("no such device" in check.observed and not check.ok for check in checks)
    assert checks[-1].name == "scheduler"


@pytest.mark.parametrize(("ahead", "fit"), [(timedelta(days=-30), False), (timedelta(), True)])
def test_a_clock_that_is_not_that_of_the_servers_gets_advice(
    tmp_path: Path, ahead: timedelta, *, fit: bool
) -> None:
    """Judged by the newest captures of the collection, without asking the network; without any, the
    time is told and nothing else.
    """
    layout = CollectionFolder.create(tmp_path / "collection", CONFIG)
    (before,) = [check for check in run_checks(layout.root) if check.name == "clock"]
    assert (before.ok, "0 captures compared" in before.observed) == (True, True)
    date = format_datetime(START + ahead, usegmt=True).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nDate: " + date + b"\r\n\r\n"
    pages = [page(f"خبر رقم {number} عن السوق القديم") for number in range(4)]
    Site(layout).write(
        [(f"http://news.example/{number}", head + body) for number, body in enumerate(pages)]
    )
    update_index(layout, load_config(layout.config))
    (clock,) = [check for check in run_checks(layout.root) if check.name == "clock"]
    assert "4 captures compared" in clock.observed
    assert clock.ok is fit
    assert fit or "30 days ahead of the one of http://news.example" in clock.advice


def test_a_crawl_of_the_future_is_told(tmp_path: Path) -> None:
    """With its date, since it explains what `status` says."""
    layout = CollectionFolder.create(tmp_path / "collection", CONFIG)
    with Index(layout.index_db) as index:
        index.end_crawl(
            CrawlSummary(
                id="c", site="a", started=datetime(2099, 1, 1, tzinfo=UTC), outcome="finished"
            )
        )
    (clock,) = [check for check in run_checks(layout.root) if check.name == "clock"]
    assert "crawls dated up to 2099-01-01T00:00:00Z" in clock.observed
    layout.index_db.write_bytes(b"no database")
    (clock,) = [check for check in run_checks(layout.root) if check.name == "clock"]
    assert (clock.ok, "no captures to compare" in clock.observed) == (True, True)


def test_a_missing_browser_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pages in a browser take is named where it is missing; all else works without."""
    (found,) = [check for check in run_checks(tmp_path) if check.name == "browser"]
    assert found.ok
    monkeypatch.setattr(chromium, "find_chromium", lambda: None)
    (missing,) = [check for check in run_checks(tmp_path) if check.name == "browser"]
    assert missing.ok
    assert "install the system's package `chromium`" in missing.observed
