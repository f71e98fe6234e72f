"""The log of a run: JSON lines, rotated, and the oldest deleted."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from crawler.monitor import run_log
from crawler.monitor.events import EVENTS, log_event
from crawler.monitor.run_log import drop_old_logs, log_rows, open_run_log

RUN = "20261128T183000000005"


def test_a_line_is_an_object(tmp_path: Path) -> None:
    """Events with their fields, warnings of any part of the program with the part's name, and a
    traceback where there is one; each line has time, level and run.
    """
    with open_run_log(tmp_path / "logs", RUN):
        log_event("failure", "خبر\nlost", {"site": "a", "url": "https://a.example/"})
        logging.getLogger("scrapy.core").warning("odd: %s", 7)
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("elsewhere").exception("stumbled")
        logging.getLogger("elsewhere").info("no event")
    log_event("failure", "after the end", {})
    lines = (tmp_path / "logs" / f"{RUN}.jsonl").read_text("utf-8").splitlines()
    first, second, third = map(json.loads, lines)
    assert {line["run"] for line in (first, second, third)} == {RUN}
    assert (first["event"], first["message"], first["site"]) == ("failure", "خبر\nlost", "a")
    assert first["at"].endswith("Z")
    assert (second["event"], second["level"], second["logger"]) == ("log", "warning", "scrapy.core")
    assert second["message"] == "odd: 7"
    assert "ValueError: broken" in third["error"]
    assert [row["message"] for row in log_rows(tmp_path / "logs", RUN)] == [
        *("خبر\nlost", "odd: 7", "stumbled")
    ]


def test_events_may_be_said_elsewhere_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Once there, and once in the log."""
    with open_run_log(tmp_path, RUN, shown=True):
        log_event("failure", "lost", {"site": "a"})
    assert [record.getMessage() for record in caplog.records] == ["lost"]
    assert [row["message"] for row in log_rows(tmp_path, RUN)] == ["lost"]


def test_events_are_not_said_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log has each once; a person is told in the command's own words, with `-v` too."""
    root = logging.getLogger()
    told = logging.StreamHandler()
    root.addHandler(told)
    before = root.level
    try:
        for level in (logging.INFO, logging.WARNING):
            root.setLevel(level)
            with open_run_log(tmp_path, RUN):
                log_event("failure", f"at {level}", {})
    finally:
        root.setLevel(before)
        root.removeHandler(told)
    assert capsys.readouterr().err == ""
    assert [row["message"] for row in log_rows(tmp_path, RUN)] == ["at 20", "at 30"]
    assert EVENTS.propagate
    assert EVENTS.level == logging.NOTSET


def test_a_log_is_rotated_while_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that goes on for months does not fill the disk; what is kept is read in order, and a
    line that a kill cut is left out.
    """
    monkeypatch.setattr(run_log, "ROTATE_BYTES", 2000)
    with open_run_log(tmp_path, RUN):
        for number in range(200):
            log_event("progress", "x" * 100, {"number": number})
    assert len(list(tmp_path.iterdir())) == 1 + run_log.ROTATED
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    with (tmp_path / f"{RUN}.jsonl").open("a") as file:
        file.write('{"at": "2026')
    numbers = [row["number"] for row in log_rows(tmp_path, RUN)]
    assert numbers == list(range(numbers[0], 200))
    assert len(numbers) > 20


def test_a_log_that_cannot_be_written_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The run goes on, with a warning."""
    (tmp_path / "logs").write_text("in the way")
    with open_run_log(tmp_path / "logs", RUN):
        log_event("failure", "lost", {})
    assert "no log is written" in caplog.text


def test_a_full_disk_ends_nothing(tmp_path: Path) -> None:
    """What cannot be written to the log is lost, and the run goes on to its end."""
    (tmp_path / f"{RUN}.jsonl").symlink_to("/dev/full")
    with open_run_log(tmp_path, RUN):
        for _ in range(3):
            log_event("failure", "lost", {})
    assert EVENTS.handlers == []


def test_the_oldest_logs_are_deleted(tmp_path: Path) -> None:
    """As many runs as are kept, and as many bytes; what else lies there stays."""
    for day in range(10, 30):
        (tmp_path / f"202611{day}T000000000000.jsonl").write_bytes(b"x" * 100)
        (tmp_path / f"202611{day}T000000000000.jsonl.1").write_bytes(b"x" * 100)
    (tmp_path / "notes.txt").write_text("mine")
    drop_old_logs(tmp_path, runs=11)
    kept = {path.name[:8] for path in tmp_path.glob("*.jsonl*")}
    assert kept == {f"202611{day}" for day in range(20, 30)}
    drop_old_logs(tmp_path, size=500)
    assert {path.name[:8] for path in tmp_path.glob("*.jsonl*")} == {"20261128", "20261129"}
    assert (tmp_path / "notes.txt").exists()
