"""The command that arranges for crawls: its text, and that taking it out needs no schedule."""

import json
from pathlib import Path

import pytest
from cli_run import Run

SITE = '[collection]\nname = "c"\n[sites.a]\nstart = "https://a.example/"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collection, and a crontab in the file `table` beside it."""
    script = tmp_path / "crontab"
    table = tmp_path / "table"
    script.write_text(f'#!/bin/sh\nif [ "$1" = - ]; then cat > {table}; else cat {table}; fi\n')
    script.chmod(0o755)
    table.write_text("")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "news").mkdir()
    return tmp_path / "news"


def test_what_was_installed_is_removed_without_a_schedule(run: Run, folder: Path) -> None:
    """Who takes the schedule out of warraq.toml first, or breaks it, is not left with the line."""
    (folder / "warraq.toml").write_text(SITE + 'schedule = "@daily"\n')
    assert run("-C", folder, "schedule", "--cron", "--install").code == 0
    assert "run-due" in (folder.parent / "table").read_text()
    (folder / "warraq.toml").write_text(SITE + "dellay = 1\n")
    done = run("-C", folder, "schedule", "--cron", "--remove")
    assert (done.code, "removed: warraq-news-" in done.err) == (0, True)
    assert (folder.parent / "table").read_text() == ""
    assert "nothing was installed" in run("-C", folder, "schedule", "--cron", "--remove").err


def test_the_units_are_printed_by_their_names(run: Run, folder: Path) -> None:
    """Both, each below the name of its file."""
    (folder / "warraq.toml").write_text(SITE + 'schedule = "7 * * * *"\n')
    printed = run("-C", folder, "schedule", "--systemd").out
    assert printed.count("\n# warraq-news-") + printed.startswith("# warraq-news-") == 4
    assert "OnCalendar=*:0/1\n" in printed
    assert run("-C", folder, "schedule").code == 2


def test_explain_prints_what_each_site_costs(run: Run, folder: Path) -> None:
    """By site, without a schedule too, as rows for a program; it stands alone."""
    (folder / "warraq.toml").write_text(
        SITE + 'schedule = "@hourly"\nbudget = 7\n[sites.b]\nstart = "https://b.example/"\n'
    )
    done = run("-C", folder, "schedule", "--explain")
    rows = {row["site"]: row for row in map(json.loads, done.out.splitlines())}
    assert (done.code, set(rows)) == (0, {"a", "b"})
    assert (rows["a"]["crawls"], rows["a"]["budget"], rows["b"]["requests"]) == (24.0, 7, 1.0)
    only = run("-C", folder, "schedule", "--explain", "b")
    assert [json.loads(line)["site"] for line in only.out.splitlines()] == ["b"]
    assert run("-C", folder, "schedule", "--explain", "--cron").code == 2
