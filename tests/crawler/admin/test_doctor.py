"""The checks of this machine: each says what it saw and, where something is wrong, what to do."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawler.admin.doctor import run_checks
from crawler.browser import chromium


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


def test_a_missing_browser_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pages in a browser take is named where it is missing; all else works without."""
    (found,) = [check for check in run_checks(tmp_path) if check.name == "browser"]
    assert found.ok
    monkeypatch.setattr(chromium, "find_chromium", lambda: None)
    (missing,) = [check for check in run_checks(tmp_path) if check.name == "browser"]
    assert missing.ok
    assert "install the system's package `chromium`" in missing.observed
