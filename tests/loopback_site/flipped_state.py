"""Crawls of a collection in whose state, reports or configuration a bit has turned round.

An address may turn into another one by that, so this runs as a program, in a network that is
closed:

    python flipped_state.py FOLDER COUNT SEED COMMAND

Prints a line of JSON for each: the file, the byte, the exit code of the command, what it said, and
whether all that was captured before is still known.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder
from crawler.cli import main

PAGES = [f"/news/{number}" for number in range(6)]


@contextlib.contextmanager
def paper() -> Iterator[Site]:
    """A paper of six articles."""
    routes = {name: say(article(name)) for name in PAGES}
    routes |= {"/robots.txt": say("", kind="text/plain"), "/": say(listing("الجريدة", PAGES))}
    with Site(routes) as running:
        yield running


def crawled_paper(folder: Path, url: str) -> CollectionFolder:
    """A new collection of the paper, crawled twice."""
    layout = CollectionFolder.create(
        folder, f'[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\n'
    )
    assert [call(layout, "crawl", "--force")[0] for _ in range(2)] == [0, 0]
    return layout


def call(layout: CollectionFolder, *arguments: str) -> tuple[int, str]:
    """The exit code of a command run in this process, 70 where it is a bug, and what it said."""
    with (
        contextlib.redirect_stderr(io.StringIO()) as said,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        try:
            main(["-C", str(layout.root), *arguments])
        except SystemExit as ended:
            return int(ended.code or 0), said.getvalue()
        except Exception:  # noqa: BLE001 - told, with its traceback
            return 70, traceback.format_exc()
    raise AssertionError("main() always exits")


def files(layout: CollectionFolder) -> list[Path]:
    """Those of a collection that hold anything."""
    return sorted(path for path in layout.root.rglob("*") if path.is_file() and path.stat().st_size)


def is_kept(layout: CollectionFolder, path: Path) -> bool:
    """Whether a file holds what is kept or said of it: neither state, a report, the configuration,
    nor SQLite's memory.
    """
    top = path.relative_to(layout.root).parts[0]
    return top not in {"state", "reports", "warraq.toml"} and not top.endswith("-shm")


def flip(path: Path, chance: random.Random) -> int:
    """Turn one bit of a file round; the offset of its byte."""
    data = bytearray(path.read_bytes())
    place = chance.randrange(len(data))
    data[place] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return place


def captured(layout: CollectionFolder) -> set[str]:
    """The record ids of the captures that the index knows."""
    with closing(sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True)) as db:
        return {row[0] for row in db.execute("SELECT id FROM captures")}


def flip_and_call(folder: Path, count: int, seed: int, command: str, url: str) -> None:
    """Turn bits round, each in a copy of a new collection, and call the command on it."""
    chance = random.Random(seed)  # noqa: S311
    base = crawled_paper(folder / "base", url)
    whole = captured(base)
    names = [path.relative_to(base.root) for path in files(base) if not is_kept(base, path)]
    for number in range(count):
        layout = CollectionFolder(folder / "c")
        shutil.copytree(base.root, layout.root)
        name = names[number % len(names)]
        place = flip(layout.root / name, chance)
        code, said = call(layout, command)
        kept = whole <= captured(layout)
        told = {"file": str(name), "at": place, "code": code, "said": said, "kept": kept}
        print(json.dumps(told), flush=True)
        shutil.rmtree(layout.root)


if __name__ == "__main__":
    with paper() as site:
        flip_and_call(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], site.url)
