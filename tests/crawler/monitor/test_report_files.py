"""The folder of reports, and which are kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from archive.model.runs import RunReport
from crawler.monitor import report_files
from crawler.monitor.report_files import (
    drop_old_reports,
    reported_runs,
    runs_to_drop,
    write_reports,
)


def report(run: str) -> RunReport:
    return RunReport(
        run=run,
        collection="c",
        started="2026-11-28T18:30:00Z",
        finished=None,
        outcome="running",
        crawls=(),
    )


def runs(days: int, a_day: int) -> list[str]:
    return [f"202611{d:02}T{n:012}" for d in range(1, days + 1) for n in range(a_day)]


def test_a_report_has_three_files(tmp_path: Path) -> None:
    """Text, JSON and HTML, closed to others; one written again replaces the first."""
    (run,) = runs(1, 1)
    for _ in range(2):
        files = write_reports(tmp_path / "reports", report(run))
    assert [file.suffix for file in files] == [".txt", ".json", ".html"]
    assert json.loads(files[1].read_text("utf-8"))["run"] == run
    assert {file.stat().st_mode & 0o007 for file in files} == {0}
    assert reported_runs(tmp_path / "reports") == {run}
    assert len(list((tmp_path / "reports").iterdir())) == 3


def test_a_report_cut_by_a_kill_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was being written then does not count as a report, and is never under its name."""

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_files, "render_report", full)
    with pytest.raises(OSError, match="No space"):
        write_reports(tmp_path, report(runs(1, 1)[0]))
    assert reported_runs(tmp_path) == set()


def test_of_earlier_days_the_last_run_is_kept() -> None:
    """The newest are kept whole, so the folder grows by a report a day at most."""
    known = runs(days=9, a_day=4)
    dropped = runs_to_drop(known, kept=10)
    kept = sorted(set(known) - dropped)
    assert kept[-10:] == known[-10:]
    assert kept[:-10] == [f"202611{day:02}T{3:012}" for day in range(1, 7)]
    assert runs_to_drop(kept, kept=10) == set()


def test_nothing_else_in_the_folder_is_deleted(tmp_path: Path) -> None:
    """A person's own file stays, whatever its name begins with."""
    for run in runs(days=2, a_day=3):
        write_reports(tmp_path, report(run))
    (tmp_path / "notes.txt").write_text("mine")
    half = f"20261101T{7:012}.json.77.new"
    for name in (half, f"20261102T{7:012}.json.78.new", "my.new"):
        (tmp_path / name).write_text("{")
    for name in (half, "my.new"):
        os.utime(tmp_path / name, (0, 0))
    drop_old_reports(tmp_path, kept=1)
    assert {path.name for path in tmp_path.glob("*.new")} == {
        f"20261102T{7:012}.json.78.new",
        "my.new",
    }
    assert sorted(path.name for path in tmp_path.glob("*.txt")) == [
        f"20261101T{2:012}.txt",
        f"20261102T{2:012}.txt",
        "notes.txt",
    ]
    assert reported_runs(tmp_path / "none") == set()
