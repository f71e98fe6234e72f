"""The commands about runs, on a collection that was crawled twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from cli_run import Run

from crawler.monitor.report_files import reported_runs


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_runs_are_listed_latest_first(run: Run, crawled) -> None:
    """Both sites of a run are one row; the numbers are those that `crawl` printed."""
    rows = lines(run("-C", crawled.folder, "runs").out)
    assert [(row["sites"], row["outcome"]) for row in rows] == [(2, "failed"), (2, "finished")]
    assert rows[1]["fetched"] == sum(row["fetched"] for row in lines(crawled.first.out))
    assert (crawled.first.code, crawled.second.code) == (0, 3)
    (row,) = lines(run("-C", crawled.folder, "runs", "--site", "bad", "--limit", 1).out)
    assert (row["sites"], row["outcome"]) == (1, "failed")
    assert run("-C", crawled.folder, "runs", "--site", "worse").code == 2


def test_each_run_has_its_report(run: Run, crawled) -> None:
    """In `reports/`, as text, JSON and HTML, with the exit code."""
    rows = lines(run("-C", crawled.folder, "runs").out)
    reports = crawled.folder / "reports"
    assert reported_runs(reports) == {row["run"] for row in rows}
    told = json.loads((reports / f"{rows[0]['run']}.json").read_text("utf-8"))
    assert told["exit_code"] == 3
    assert {crawl["site"]: crawl["outcome"] for crawl in told["crawls"]}["bad"] == "failed"
    assert any("HTTP 500" in failure["reason"] for failure in told["failures"])


def test_each_run_is_told_to_the_service(crawled) -> None:
    """That it began, and how it ended: exit code 3 is no success."""
    assert crawled.pings == ["/start", "/success", "/start", "/fail"]


def test_the_log_of_a_run_tells_its_steps(run: Run, crawled) -> None:
    """The last run's without an id; of each step its site."""
    rows = lines(run("-C", crawled.folder, "log").out)
    events = [row["event"] for row in rows]
    assert (events[0], events[-1]) == ("run began", "run ended")
    assert events.count("crawl began") == events.count("crawl ended") == 2
    assert any(row["event"] == "failure" and row["site"] == "bad" for row in rows)
    first = run("-C", crawled.folder, "runs").out.splitlines()[1]
    rows = lines(run("-C", crawled.folder, "log", json.loads(first)["run"]).out)
    assert rows[-1]["exit_code"] == 0


def test_what_happened_is_known_without_state_and_reports(
    run: Run, crawled, tmp_path: Path
) -> None:
    """From WARC files alone, by an index made anew: the same runs, their steps, their reports."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("warraq.toml", "archive"):
        place = crawled.folder / name
        (shutil.copytree if place.is_dir() else shutil.copy)(place, copy / name)
    assert run("-C", copy, "index", "--rebuild").code == 0
    assert run("-C", copy, "runs").out == run("-C", crawled.folder, "runs").out
    events = {row["event"] for row in lines(run("-C", copy, "log").out)}
    assert events == {"crawl began", "crawl ended", "failure"}
    for form in ("text", "json", "html"):
        told = run("-C", copy, "log", "--report", form)
        assert told.out == run("-C", crawled.folder, "log", "--report", form).out
        assert "HTTP 500" in told.out


def test_wrong_usage_of_log(run: Run, crawled, tmp_path: Path) -> None:
    """A run that is not there, and two forms at once, are refused; a new collection has no runs."""
    assert run("-C", crawled.folder, "log", "1999").code == 2
    both = ("--report", "text", "--format", "json")
    assert run("-C", crawled.folder, "log", *both).code == 2
    (tmp_path / "warraq.toml").write_text('[collection]\nname = "new"\n')
    done = run("-C", tmp_path, "runs")
    assert (done.code, done.out) == (0, "")
    assert "nothing was crawled yet" in done.err
    assert run("-C", tmp_path, "log").code == 2
