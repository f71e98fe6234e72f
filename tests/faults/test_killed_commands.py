"""kill -9 at random moments of every command that writes: what it leaves is whole, and the command
itself, called again, comes to its end.

`make test` kills a few times; `make soak` four hundred times (WARRAQ_KILLS).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt, check_whole
from foreign_files import answer, page, urn
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing
from warc_kit import foreign_response, packed

from archive.config import load_config
from archive.layout import CollectionFolder
from pipelines.ingest.catch_up import update_index

KILLS = int(os.environ.get("WARRAQ_KILLS", "3"))
SEED = int(os.environ.get("WARRAQ_SEED", "0")) or random.randrange(1 << 32)  # noqa: S311
SCRIPT = Path(sys.executable).with_name("warraq")
PAGES = [f"/news/{number}" for number in range(12)]
PURGED = "المحجوب"  # stands in the article that is purged, and nowhere else


@dataclass(frozen=True)
class Called:
    """A command that writes: its arguments, in which `{new}` is a name that is free, and the exit
    codes with which it ends when it is called again after a kill.
    """

    arguments: tuple[str, ...]
    codes: tuple[int, ...] = (0,)
    seconds: list[float] = field(default_factory=lambda: [2.0])  # how long it took last

    def __str__(self) -> str:
        return " ".join(self.arguments)


# Export names a file that was written whole before the kill.
COMMANDS = [
    Called(("crawl", "--force")),
    Called(("crawl", "--since", "2020-01-01")),
    Called(("run-due",)),
    Called(("index",)),
    Called(("index", "--rebuild")),
    Called(("import", "{foreign}")),
    Called(("withdraw", "{url}", "--reason", "x"), (0, 2)),
    Called(("withdraw", "{url}", "--reason", "x", "--purge"), (0, 2)),
    Called(("export", "--to", "{new}.wacz"), (0, 2)),
    Called(("export", "--to", "{new}.jsonl"), (0, 2)),
    Called(("export", "--to", "{new}.warc.gz"), (0, 2)),
    Called(("export", "--bag", "{new}"), (0, 2)),
    Called(("backup", "{new}")),
    Called(("fixity", "trees")),
    Called(("sites", "pause", "paper")),
]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    routes = {name: say(article(name, links=PAGES[:3])) for name in PAGES}
    routes["/news/5"] = say(article("/news/5").replace("</article>", f"<p>{PURGED}</p></article>"))
    routes["/robots.txt"] = say("", kind="text/plain")
    routes["/"] = say(listing("الجريدة", PAGES))
    with Site(routes) as running:
        yield running


@pytest.fixture(scope="module")
def base(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of some WARC files, one of which a killed crawl left open; only to be copied."""
    layout = CollectionFolder.create(
        tmp_path_factory.mktemp("base") / "c",
        f'[collection]\nname = "test"\nrotate_bytes = "20 KB"\n[sites.paper]\nstart = "{site.url}/"'
        '\ndelay = 0\nschedule = "@hourly"\n',
    )
    assert called(layout.root, "crawl").returncode == 0
    running = start(layout.root, "crawl", "--force")
    asked = len(site.wire.exchanges)
    while len(site.wire.exchanges) < asked + 6 and running.poll() is None:
        time.sleep(0.001)
    kill_group(running)
    return layout.root


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three files of another maker."""
    folder = tmp_path_factory.mktemp("foreign")
    for number in range(3):
        block = answer(page(number))
        named = ("WARC-Record-ID", urn(number))
        record = foreign_response(f"http://old.example/news/{number}", named, block=block)
        (folder / f"{number}.warc.gz").write_bytes(packed([record]))
    return folder


def start(root: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [SCRIPT, "-q", "-C", root, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def called(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    running = start(root, *arguments)
    _, err = running.communicate(timeout=120)
    return subprocess.CompletedProcess(arguments, running.returncode, b"", err)


def kill_group(running: subprocess.Popen[bytes]) -> bool:
    """Kill a command and all its processes; whether it was still running."""
    alive = running.poll() is None
    if alive:
        os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    return alive


def purged(layout: CollectionFolder) -> bool:
    with closing(sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True)) as db:
        return bool(db.execute("SELECT count(*) FROM withdrawals WHERE purged").fetchone()[0])


def check_nothing_of_it_is_left(layout: CollectionFolder) -> None:
    """No file that a reader opens, nor the database's own, has the words of a purged article."""
    for path in layout.root.rglob("*"):
        if path.is_file() and layout.state not in path.parents:
            opened = subprocess.run(["zcat", "-f", path], capture_output=True, check=False)
            assert PURGED.encode() not in opened.stdout, path


def kill_once(command: Called, root: Path, words: dict[str, object], chance: random.Random) -> bool:
    """Kill a command at a random moment; whether it was running still. What it left is whole."""
    arguments = [each.format(**words) for each in command.arguments]
    layout = CollectionFolder(root)
    began = time.monotonic()
    running = start(root, *arguments)
    time.sleep(chance.random() * command.seconds[-1])
    killed = kill_group(running)
    if not killed:
        command.seconds.append(time.monotonic() - began)
    with layout.write_lock():
        update_index(layout, load_config(layout.config))
    check_whole(layout)
    if purged(layout):
        check_nothing_of_it_is_left(layout)
    again = called(root, *arguments)
    assert again.returncode in command.codes, again.stderr.decode()
    assert b"Traceback" not in again.stderr
    if "--purge" in arguments:
        check_nothing_of_it_is_left(layout)
    check_rebuilt(layout)
    return killed


def test_a_command_killed_at_any_moment_leaves_a_whole_collection(
    tmp_path: Path, base: Path, foreign: Path, site: Site
) -> None:
    """Whichever command it is: verify is content, an index made anew has the same rows, what was to
    be purged is nowhere once that is said, and the same command can be called again.
    """
    chance = random.Random(SEED)  # noqa: S311
    print(f"WARRAQ_SEED={SEED}")
    first, killed, calls = chance.randrange(len(COMMANDS)), 0, 0
    while killed < KILLS:
        command = COMMANDS[(first + calls) % len(COMMANDS)]
        calls += 1
        root = tmp_path / f"c{calls}"
        shutil.copytree(base, root)
        words = {"new": tmp_path / f"new{calls}", "foreign": foreign, "url": f"{site.url}/news/5"}
        print(command)
        killed += kill_once(command, root, words, chance)
        shutil.rmtree(root)
    print(f"{killed} kills in {calls} calls")
