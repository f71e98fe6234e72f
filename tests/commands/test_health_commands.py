"""verify, status, stats, doctor, extract, demo, and the frame they share."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from warc_kit import with_a_flipped_byte

from crawler.admin.doctor import run_checks
from crawler.cli import COMMANDS

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_sound_collection_verifies(warraq: Run, crawled: Path) -> None:
    """A collection that was only crawled has nothing to object to, deep or not."""
    for deep in ((), ("--deep",)):
        done = warraq("-C", crawled, "verify", *deep)
        assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_the_pace_kept_is_told(warraq: Run, crawled: Path) -> None:
    """One row a host, by the WARC's own times; with another report it is wrong usage."""
    done = warraq("-C", crawled, "status", "--politeness")
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert row["host"].startswith("127.0.0.1:")
    assert (row["robots"], row["sooner"], row["held_until"]) == (1, 0, None)
    assert row["requests"] > 5
    assert row["shortest"] is not None
    assert warraq("-C", crawled, "status", "--politeness", "--coverage").returncode == 2
    assert warraq("-C", crawled, "status", "--politeness", "--json").returncode == 2


def test_flipped_byte_is_4(warraq: Run, collection: Path) -> None:
    """One flipped byte in a WARC is found, the record named by file and offset, exit code 4."""
    warc = min((collection / "archive").glob("*.warc.gz"))
    warc.write_bytes(with_a_flipped_byte(warc.read_bytes()))
    done = warraq("-C", collection, "verify")
    assert done.returncode == 4
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert any(
        finding["file"] == warc.name and finding["offset"] is not None for finding in findings
    )


def _emptied(index: Path) -> None:
    index.write_bytes(b"")


def _cut(index: Path) -> None:
    os.truncate(index, index.stat().st_size // 3)


def _edited(statement: str) -> Callable[[Path], None]:
    def change(index: Path) -> None:
        with closing(sqlite3.connect(index)) as other, other:
            other.execute(statement)

    return change


@pytest.mark.parametrize("deep", [(), ("--deep",)])
@pytest.mark.parametrize(
    "change",
    [
        _emptied,
        _cut,
        _edited("UPDATE captures SET warc_date = 'never', payload_digest = 'none'"),
        _edited(
            "UPDATE articles SET published = '1999-01-01T00:00:00Z' WHERE rowid = (SELECT"
            " min(rowid) FROM articles)"
        ),
        _edited("DELETE FROM articles WHERE rowid = (SELECT min(rowid) FROM articles)"),
        _edited("UPDATE _texts SET metadata = CAST(x'7bff7d' AS TEXT)"),
    ],
)
def test_a_damaged_index_is_4(
    warraq: Run, collection: Path, change: Callable[[Path], None], deep: tuple[str, ...]
) -> None:
    """However the index was hurt, verify says so and ends in order; nothing in it is taken for a
    fault of verify's own.

    Also without the note of its bytes, which is gone where a collection was carried elsewhere.
    """
    (collection / "state" / "index.seal").unlink()
    change(collection / "index.db")
    done = warraq("-C", collection, "verify", *deep)
    assert done.returncode == 4, done.stderr
    assert "index.db" in done.stdout + str(
        [json.loads(line)["detail"] for line in done.stdout.splitlines()]
    )
    assert warraq("-C", collection, "index", "--rebuild").returncode == 0
    assert warraq("-C", collection, "verify", *deep).returncode == 0


def test_a_row_somebody_else_wrote_is_4(warraq: Run, collection: Path) -> None:
    """Where only reading everything again would tell, the note of the index's bytes does."""
    _edited("UPDATE sightings SET title = 'another' WHERE id = (SELECT min(id) FROM sightings)")(
        collection / "index.db"
    )
    done = warraq("-C", collection, "verify")
    assert done.returncode == 4
    assert {json.loads(line)["rule"] for line in done.stdout.splitlines()} == {"index-bytes"}


def test_status_for_a_person_and_a_monitor(warraq: Run, crawled: Path) -> None:
    """Status tells each site's last crawl and what is due; --json is one object."""
    table = warraq("-C", crawled, "status", "--format", "table")
    assert table.returncode == 0, table.stderr
    assert "finished" in table.stdout
    told = json.loads(warraq("-C", crawled, "status", "--json").stdout)
    assert told["healthy"] is True
    (site,) = told["sites"]
    assert (site["articles"], site["outcome"], site["newest"]) == (
        12,
        "finished",
        "2026-11-20T15:53:00Z",
    )


def test_status_and_doctor_know_how_much_room_is_left(warraq: Run, collection: Path) -> None:
    """In words where there are bounds, and in figures for a monitor; a bound that is reached is an
    alarm (exit code 3), and what to do about it is `doctor`'s advice.
    """
    bare = json.loads(warraq("-C", collection, "status", "--json").stdout)["disk"]
    assert (bare["quota"], bare["min_free"], bare["left"]) == (None, None, bare["free"])
    assert "disk:" not in warraq("-C", collection, "status").stderr
    config = (collection / "warraq.toml").read_text("utf-8")
    for quota, code in (("900 GB", 0), ("200 kB", 3)):
        bounds = f'[collection]\nmin_free = "1 MB"\nquota = "{quota}"'
        text = config.replace("[collection]", bounds, 1)
        (collection / "warraq.toml").write_text(text, "utf-8")
        person = warraq("-C", collection, "status")
        disk = json.loads(warraq("-C", collection, "status", "--json").stdout)["disk"]
        doctor = json.loads(_line(warraq("-C", collection, "doctor").stdout, "disk space"))
        assert f", quota {quota}, " in person.stderr
        assert ("alarm: disk: the quota of 200 kB is reached" in person.stderr) is (code == 3)
        assert (person.returncode, disk["min_free"]) == (code, 10**6)
        assert disk["left"] == max(0, min(disk["free"] - 10**6, disk["quota"] - disk["size"]))
        assert f" of a quota of {quota}" in doctor["found"]
        assert ("raise quota" in doctor["do"], doctor["ok"]) == (code == 3, code == 0)


def _line(output: str, word: str) -> str:
    return next(line for line in output.splitlines() if word in line)


def test_a_monitor_sees_that_cron_sleeps(warraq: Run, collection: Path) -> None:
    """A site that is due is told with the time since when, and one that has been due for too long
    is a problem, so that whoever asks notices a cron that has stopped; so is a last crawl that is
    dated in the future, which puts off none.
    """
    with sqlite3.connect(collection / "index.db") as db:
        db.execute("UPDATE crawls SET started = '2020-01-01T00:07:00Z'")
    done = warraq("-C", collection, "status", "--json")
    (site,) = json.loads(done.stdout)["sites"]
    assert (site["due"], site["due_since"]) == ("now", "2020-01-01T00:30:00Z")
    assert (done.returncode, "due since 2020-01-01 00:30" in site["problem"]) == (3, True)
    with sqlite3.connect(collection / "index.db") as db:
        db.execute("UPDATE crawls SET started = '2100-01-01T00:07:00Z'")
    shutil.rmtree(collection / "state")
    done = warraq("-C", collection, "status", "--json")
    (site,) = json.loads(done.stdout)["sites"]
    assert (site["due"], site["due_since"]) == ("now", None)
    assert (done.returncode, "2100-01-01 00:07" in site["problem"]) == (3, True)


def test_stats_add_up(warraq: Run, crawled: Path) -> None:
    """Counts by day add up to all articles."""
    rows = [
        json.loads(line)
        for line in warraq("-C", crawled, "stats", "--per", "day").stdout.splitlines()
    ]
    assert sum(row["articles"] for row in rows) == 12
    assert [row["period"] for row in rows] == sorted(row["period"] for row in rows)


def test_stats_as_a_picture(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """Stats --plot draws a bar for each count; another ending is wrong usage."""
    target = tmp_path / "x.svg"
    done = warraq("-C", crawled, "stats", "--per", "day", "--plot", target)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    days = [
        json.loads(line)
        for line in warraq("-C", crawled, "stats", "--per", "day").stdout.splitlines()
    ]
    picture = target.read_text("utf-8")
    assert all(
        f"<title>{day['period']}: {day['articles']}</title>" in picture
        for day in days
        if day["period"]
    )
    assert warraq("-C", crawled, "stats", "--plot", tmp_path / "x.gif").returncode == 2


def test_fresh_collection_has_a_status(warraq: Run, tmp_path: Path) -> None:
    """A collection that was never crawled, and one without sites, have a status too, and nothing
    damaged.
    """
    warraq("init", tmp_path / "c")
    for command in ("status", "stats", "verify"):
        assert warraq("-C", tmp_path / "c", command).returncode == 0
    warraq("init", tmp_path / "c", "--site", "http://127.0.0.1:9/")
    (row,) = [
        json.loads(line) for line in warraq("-C", tmp_path / "c", "status").stdout.splitlines()
    ]
    assert row["due"] == "now"


def test_doctor_needs_nothing(warraq: Run, tmp_path: Path) -> None:
    """The doctor examines the machine without a collection; what is well needs no advice."""
    done = warraq("doctor", folder=tmp_path)
    checks = {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert checks["SQLite"]["ok"]
    assert done.returncode == (0 if all(row["ok"] for row in checks.values()) else 2)
    assert all(row["ok"] or row["do"] for row in checks.values())


@pytest.mark.parametrize(("kind", "sound"), [("nfs4", False), ("cifs", False), ("ext4", True)])
def test_the_doctor_knows_network_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, sound: bool
) -> None:
    """A collection's place on a file system of another machine is named, with what to do."""
    mounts = f"/dev/a / ext4 rw 0 0\nserver:/share {tmp_path} {kind} rw 0 0\n"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: mounts)
    check = next(
        check for check in run_checks(tmp_path / "collection") if check.name == "file system"
    )
    assert (check.observed, check.ok) == (kind, sound)
    assert ("local disk" in check.advice) != sound


PAGE = """<html lang="ar"><head><title>عنوان الخبر الطويل هنا | موقع</title></head><body><h1>عنوان الخبر الطويل هنا</h1>
<p>20 تشرين الثاني 2026، 6:53 م</p>""" + "".join(  # noqa: E501
    f"<p>الفقرة رقم {number} من نص الخبر، وفيها ما يكفي من الكلمات لتكون فقرة كاملة لا سطراً"
    f" عابراً.</p>"
    for number in range(1, 6)
)


def test_extract_a_file(warraq: Run, tmp_path: Path) -> None:
    """Extract shows what would be indexed for a file under a URL, and why; outside a collection
    too.
    """
    (tmp_path / "page.html").write_text(PAGE + "</body></html>", "utf-8")
    url = "https://news.example/2026/a-story-1"
    done = warraq("extract", url, "--html", tmp_path / "page.html", "--explain", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "عنوان الخبر الطويل هنا" in done.stdout
    told = json.loads(
        warraq(
            "extract", url, "--html", tmp_path / "page.html", "--format", "json", folder=tmp_path
        ).stdout
    )
    assert told["title"] == "عنوان الخبر الطويل هنا"
    assert len(told["paragraphs"]) == 5
    assert told["evidence"]


def test_extract_from_the_site(warraq: Run, crawled: Path, site: str) -> None:
    """Extract asks a URL itself, with the configuration of its site, and changes nothing in the
    collection.
    """
    before = {path: path.stat().st_mtime_ns for path in (crawled / "archive").iterdir()}
    told = json.loads(
        warraq("-C", crawled, "extract", site + "culture/3001", "--format", "json").stdout
    )
    assert told["title"].startswith("خطاط شاب")
    assert {path: path.stat().st_mtime_ns for path in (crawled / "archive").iterdir()} == before


@pytest.mark.parametrize("page", ["no-such-file.html", "ftp://a.example/", "http://127.0.0.1:9/"])
def test_extract_says_what_it_cannot_have(warraq: Run, tmp_path: Path, page: str) -> None:
    """What is no page, or does not answer, is one line and no traceback."""
    done = warraq("-q", "extract", page, folder=tmp_path)
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("warraq: ")
    assert done.stderr.count("\n") == 1


def test_demo(warraq: Run, tmp_path: Path) -> None:
    """The demo crawls the made-up site, shows marked words, says where the collection lies, and
    never overwrites one.
    """
    done = warraq("demo", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "[الوراقين]" in done.stdout
    assert str(tmp_path / "demo-collection") in done.stdout
    assert "Try next" in done.stdout
    again = warraq("-q", "demo", folder=tmp_path)
    assert str(tmp_path / "demo-collection-2") in again.stdout


# ---------------------------------------------------------------------------------------- the frame


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_has_help(warraq: Run, command: str) -> None:
    """Each command documents itself, whether or not there is a collection."""
    done = warraq(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: warraq {command}")


def test_unknown_command_names_the_nearest(warraq: Run) -> None:
    """A mistyped command is exit code 2 and names the one meant."""
    done = warraq("serch", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'search'?" in done.stderr


def test_no_collection_here(warraq: Run, tmp_path: Path) -> None:
    """Outside a collection a command says so in one line and what to do."""
    done = warraq("status", folder=tmp_path)
    assert done.returncode == 2
    assert "warraq init" in done.stderr
    assert done.stderr.count("\n") == 1


def test_collection_from_the_environment(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """$WARRAQ_COLLECTION stands in for -C."""
    done = warraq("status", folder=tmp_path, WARRAQ_COLLECTION=str(crawled))
    assert done.returncode == 0, done.stderr


def test_closed_pipe_is_no_error(crawled: Path) -> None:
    """A reader that has seen enough (`| head -1`) makes no noise."""
    script = Path(sys.executable).parent / "warraq"
    command = (
        f"{script} -C {crawled} search المدينة --limit 1000 --format json | head -c 1;"
        f" echo ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.endswith("[0\n")
    assert done.stderr == ""


def test_ascii_locale_does_not_hurt(warraq: Run, crawled: Path) -> None:
    """Under cron's locale Arabic comes out as UTF-8."""
    done = warraq("-C", crawled, "search", "مخطوطات", LC_ALL="C", LANG="C")
    assert done.returncode == 0, done.stderr
    assert "[مخطوطات]" in done.stdout or "مخطوطات" in done.stdout


def test_version(warraq: Run) -> None:
    """--version says name and number."""
    done = warraq("--version")
    assert done.stdout.startswith("warraq 0.")


def test_output_that_cannot_be_written_is_one_line(crawled: Path) -> None:
    """A full disk behind `>` is one line and exit code 1, in any command; a closed standard output
    is no trouble.
    """
    script = Path(sys.executable).parent / "warraq"
    for arguments in ("search المدينة --limit 1000", "stats", "show --help"):
        command = f"{script} -C {crawled} {arguments} > /dev/full"
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 1
        assert (
            done.stderr
            == "warraq: what was to be printed could not be written: No space left on device\n"
        )
    command = f"{script} -C {crawled} stats >&-"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
