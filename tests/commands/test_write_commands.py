"""init, crawl, run-due, schedule, index: what they leave behind, what they say, how they end."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.layout import CollectionFolder

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def rows(folder: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(folder / "index.db")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_crawled_collection(crawled: Path) -> None:
    """The made-up site's twelve articles are there once each, whatever tracking and second
    addresses lead to them.
    """
    assert rows(crawled, "SELECT count(*) FROM articles") == [(12,)]
    assert rows(crawled, "SELECT url FROM addresses WHERE kind = 'duplicate'") != []
    assert rows(crawled, "SELECT count(*) FROM versions") == [(12,)]
    assert rows(crawled, "SELECT body FROM articles WHERE url LIKE '%/1003'")[0][0].startswith(
        "انطلقت في شوارع"
    )


def test_dates_and_sections_as_published(crawled: Path) -> None:
    """The visible Arabic date and the metadata give the same instant, in the site's zone; the
    section is the site's.
    """
    found = dict(rows(crawled, "SELECT substr(url, -4), published || ' ' || section FROM articles"))
    assert found["3001"] == "2026-11-20T15:53:00Z ثقافة"
    assert found["1002"] == "2026-11-19T14:40:00Z محليات"
    assert found["1003"] == "2026-11-18T08:05:00Z محليات"


def test_second_crawl_finds_nothing_new(crawled: Path) -> None:
    """A second crawl of an unchanged site adds no article and no version, though each page had
    another ticker.
    """
    first, second = rows(crawled, "SELECT new, changed, duplicates FROM crawls ORDER BY started")
    assert (first[0], second[:2]) == (12, (0, 0))


def test_crawl_prints_a_summary(warraq: Run, collection: Path) -> None:
    """The summary of each site is on standard output, as JSON lines in a pipe; -q leaves standard
    error empty.
    """
    done = warraq("-q", "-C", collection, "crawl", "--limit", "3")
    assert done.returncode == 0, warraq("-C", collection, "status", "--failures").stdout
    (summary,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert set(summary) >= {
        "site",
        "outcome",
        "fetched",
        "new",
        "changed",
        "unchanged",
        "duplicates",
        "failed",
    }
    assert done.stderr == ""


def test_what_failed_is_said(warraq: Run, collection: Path, tmp_path: Path) -> None:
    """A failed site has its reason on standard error, with -q too; where all is well enough, -q
    keeps silent.
    """
    assert warraq("init", tmp_path / "c", "--site", "http://127.0.0.1:9/").returncode == 3
    done = warraq("-q", "-C", tmp_path / "c", "crawl")
    (line,) = done.stderr.splitlines()
    assert "http://127.0.0.1:9/robots.txt: robots.txt could not be fetched" in line
    toml = collection / "warraq.toml"
    text = toml.read_text("utf-8")
    start = text.split('start = ["')[1].split('"')[0]
    toml.write_text(text.replace(f'"{start}"', f'"{start}", "{start}no/such/page"'), "utf-8")
    again = ("-C", collection, "crawl", "--force")
    assert warraq("-q", *again).stderr == ""
    assert f": {start}no/such/page: HTTP 404" in warraq(*again).stderr


def test_run_due_beside_a_running_crawl(warraq: Run, tmp_path: Path) -> None:
    """An overlap is exit code 75: told with its holder, and not a word for cron to mail with -q."""
    warraq("init", tmp_path / "c", "--site", "http://127.0.0.1:9/")
    with CollectionFolder(tmp_path / "c").write_lock():
        quiet = warraq("-q", "-C", tmp_path / "c", "run-due")
        told = warraq("-C", tmp_path / "c", "run-due")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (75, "", "")
    assert (told.returncode, f"process {os.getpid()}" in told.stderr) == (75, True)


def test_crawl_of_an_unreachable_site_is_3(warraq: Run, tmp_path: Path) -> None:
    """A site that cannot be reached makes exit code 3 and a row in failures that says why; no
    traceback.
    """
    made = warraq("init", tmp_path / "c", "--site", "http://127.0.0.1:9/")
    assert made.returncode == 3
    done = warraq("-C", tmp_path / "c", "crawl")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert rows(tmp_path / "c", "SELECT count(*) > 0 FROM failures WHERE reason != ''") == [(1,)]
    status = warraq("-C", tmp_path / "c", "status", "--json")
    assert status.returncode == 3
    told = json.loads(status.stdout)
    assert told["healthy"] is False
    assert "robots.txt could not be fetched" in told["sites"][0]["problem"]


def test_busy_collection_is_75(warraq: Run, collection: Path) -> None:
    """While another process writes, crawl, run-due and index end at once with 75 and say who it is;
    reading goes on.
    """
    with CollectionFolder(collection).write_lock():
        for arguments in (("crawl",), ("index",)):
            began = time.monotonic()
            done = warraq("-C", collection, *arguments)
            assert done.returncode == 75
            assert f"process {os.getpid()}" in done.stderr
            assert time.monotonic() - began < 10
        assert warraq("-C", collection, "search", "مخطوطات").returncode == 0


def test_rebuilt_index_is_the_same(warraq: Run, collection: Path) -> None:
    """Deleting both projections and rebuilding them gives the same rows with the same ids."""
    statements = [
        "SELECT * FROM articles ORDER BY id",
        "SELECT * FROM versions ORDER BY id",
        "SELECT * FROM captures ORDER BY id",
        "SELECT * FROM addresses ORDER BY url, article_id",
        "SELECT * FROM crawls ORDER BY id",
    ]
    before = [rows(collection, statement) for statement in statements]
    cdxj = (collection / "indexes" / "index.cdxj").read_bytes()
    for name in ("index.db", "index.db-wal", "index.db-shm", "indexes/index.cdxj"):
        (collection / name).unlink(missing_ok=True)
    done = warraq("-C", collection, "index", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert [rows(collection, statement) for statement in statements] == before
    assert (collection / "indexes" / "index.cdxj").read_bytes() == cdxj
    assert warraq("-C", collection, "index", "--rebuild").returncode == 0
    assert [rows(collection, statement) for statement in statements] == before


def test_state_may_be_deleted(warraq: Run, collection: Path) -> None:
    """Without state/ a crawl goes on as ever and finds nothing new."""
    shutil.rmtree(collection / "state")
    done = warraq("-C", collection, "crawl")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["new"] == 0


def test_interrupted_crawl_is_130_and_goes_on(collection: Path, warraq: Run) -> None:
    """Ctrl-C ends a crawl with 130; the next one goes on and the collection is whole."""
    script = Path(sys.executable).parent / "warraq"
    toml = collection / "warraq.toml"
    toml.write_text(toml.read_text("utf-8") + "delay = 0.4\n", "utf-8")
    process = subprocess.Popen(
        [script, "-C", collection, "crawl", "--force"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while not list((collection / "archive").glob("*.open")):  # it has begun to fetch
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert b"Traceback" not in told
    toml.write_text(toml.read_text("utf-8").replace("delay = 0.4", "delay = 0"), "utf-8")
    again = warraq("-C", collection, "crawl")
    assert again.returncode == 0, again.stderr
    assert warraq("-C", collection, "verify").returncode == 0


def test_run_due(warraq: Run, collection: Path) -> None:
    """run-due leaves alone what was just crawled, and crawls what is due by its schedule."""
    toml = collection / "warraq.toml"  # once a year: half hours come round while tests run
    toml.write_text(toml.read_text("utf-8").replace("*/30 * * * *", "0 0 1 7 *"), "utf-8")
    done = warraq("-C", collection, "run-due")
    assert (done.returncode, done.stdout) == (0, "")
    connection = sqlite3.connect(collection / "index.db")
    with connection:
        connection.execute("UPDATE crawls SET started = '2020-01-01T00:00:00Z'")
    connection.close()
    due = warraq("-q", "-C", collection, "run-due")
    assert due.returncode == 0, due.stderr
    assert json.loads(due.stdout)["outcome"] == "finished"


def test_schedule_prints_absolute_paths(warraq: Run, collection: Path) -> None:
    """The crontab line and the units name the installed script and the collection absolutely, and
    are quiet.
    """
    script = Path(sys.executable).parent / "warraq"
    line = warraq("schedule", "--cron", folder=collection).stdout.splitlines()[-1]
    assert line == f"*/5 * * * * {script} -C {collection} -q run-due >/dev/null"
    units = warraq("-C", collection, "schedule", "--systemd").stdout
    assert f" -- {script} -C {collection} -q run-due\n" in units


def test_schedule_install_and_remove(warraq: Run, collection: Path, tmp_path: Path) -> None:
    """--install puts one line into the user's crontab and --remove takes it out; other lines
    stay.
    """
    table = tmp_path / "crontab.txt"
    table.write_text("0 1 * * * other\n")
    fake = tmp_path / "bin" / "crontab"
    fake.parent.mkdir()
    fake.write_text(
        f'#!/bin/sh\nif [ "$1" = -l ]; then cat {table}; else cat > {table}.new && mv'
        f" {table}.new {table}; fi\n"
    )
    fake.chmod(0o755)
    path = f"{fake.parent}:{os.environ['PATH']}"
    for _ in range(2):
        assert (
            warraq("-C", collection, "schedule", "--cron", "--install", PATH=path).returncode == 0
        )
    assert table.read_text().count("run-due") == 1
    assert warraq("-C", collection, "schedule", "--cron", "--remove", PATH=path).returncode == 0
    assert table.read_text() == "0 1 * * * other\n"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("timezon = 'UTC'", "did you mean 'timezone'?"),
        ("timezone = 'Asia/Dubay'", "warraq.toml"),
        ("[collecton]", "did you mean 'collection'?"),
        ("= broken", "line"),
    ],
)
def test_wrong_configuration_is_2(warraq: Run, collection: Path, edit: str, words: str) -> None:
    """A wrong warraq.toml is one line that names file and field, exit code 2, and nothing is
    fetched.
    """
    toml = collection / "warraq.toml"
    text = toml.read_text("utf-8").replace("timezone = ", "# ")
    toml.write_text(text + edit + "\n", "utf-8")
    done = warraq("-C", collection, "crawl")
    assert done.returncode == 2
    assert done.stderr.startswith("warraq: warraq.toml: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_newer_collection_is_2(warraq: Run, collection: Path) -> None:
    """A collection, or an index, made by a newer Warraq is refused by readers and writers alike."""
    toml = collection / "warraq.toml"
    text = toml.read_text("utf-8")
    toml.write_text(text.replace("format = 1", "format = 2"), "utf-8")
    for command in (("crawl",), ("search", "x"), ("status",)):
        done = warraq("-C", collection, *command)
        assert (done.returncode, "newer Warraq" in done.stderr) == (2, True)
    toml.write_text(text, "utf-8")
    connection = sqlite3.connect(collection / "index.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    done = warraq("-C", collection, "search", "x")
    assert (done.returncode, "newer" in done.stderr) == (2, True)
