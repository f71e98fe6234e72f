"""A backup taken while a crawl writes, or killed at any moment, is a whole collection, and crawls
go on from it.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt, check_whole, contents
from loopback_site.server import Behaviour, Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.config import load_config
from archive.layout import CollectionFolder
from archive.warc.file_names import list_warc_files
from crawler.admin.backup import back_up
from crawler.engine.run import crawl_sites

PAGES = 14
CONFIG = (
    '[collection]\nname = "test"\nrotate_bytes = "30 KB"\n'
    '[sites.paper]\nstart = "{url}/"\ndelay = 0\nconcurrency = 2\n'
)


def slow_page(name: str, links: list[str]) -> Behaviour:
    async def behave(talk: Talk) -> None:
        await talk.wait(0.03)
        await talk.reply(article(name, links=links))

    return behave


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """A chain of articles, each of which names the next two."""
    routes: dict[str, Behaviour] = {"/robots.txt": say("", kind="text/plain")}
    for number in range(PAGES):
        links = [f"/news/{child}" for child in (2 * number + 1, 2 * number + 2) if child < PAGES]
        routes[f"/news/{number}"] = slow_page(f"/news/{number}", links)
    routes["/"] = say(listing("الجريدة", ["/news/0"]))
    with Site(routes) as running:
        yield running


def warraq(*arguments: object) -> subprocess.Popen[bytes]:
    script = Path(sys.executable).with_name("warraq")
    return subprocess.Popen([script, *map(str, arguments)], stderr=subprocess.PIPE)


def crawl(layout: CollectionFolder) -> None:
    config = load_config(layout.config)
    crawl_sites(layout, config, config.sites)


def test_backups_beside_a_crawl_are_whole_collections(site: Site, tmp_path: Path) -> None:
    """Each of several taken while it writes passes `verify`; the crawl goes on from the last of
    them, and what it had is not asked for again.
    """
    layout = CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))
    config, target = load_config(layout.config), CollectionFolder(tmp_path / "b")
    running = warraq("-q", "-C", layout.root, "crawl")
    while not layout.index_db.exists():
        time.sleep(0.01)
    taken = 0
    while running.poll() is None and taken < 3:
        back_up(layout, config, target.root)
        check_whole(target)
        taken += 1
    running.communicate()
    assert running.returncode == 0
    assert taken
    shutil.copytree(target.root, tmp_path / "on")
    on = CollectionFolder(tmp_path / "on")
    had = len(contents(on)["articles"])
    site.wire.clear()
    crawl(on)
    check_rebuilt(on)
    assert len(contents(on)["articles"]) == PAGES
    asked = sum(each.startswith("/news/") for each in site.wire.targets)
    assert asked <= PAGES - had + 2
    result = back_up(layout, config, target.root)
    assert contents(target) == contents(layout)
    assert result.files.unchanged
    again = back_up(layout, config, target.root, check=True)
    assert (again.files.copied, again.is_damaged) == (0, False)


def test_a_backup_that_is_killed_is_gone_on_with(site: Site, tmp_path: Path) -> None:
    """The last one stays a whole collection, and the next call copies the rest."""
    layout = CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url))
    target = CollectionFolder(tmp_path / "b")
    crawl(layout)
    chance = random.Random(3)  # noqa: S311
    for _ in range(2):
        running = warraq("-q", "-C", layout.root, "backup", target.root)
        time.sleep(chance.uniform(0.3, 1.2))
        running.kill()
        running.communicate()
    result = back_up(layout, load_config(layout.config), target.root)
    assert result.files.copied + result.files.unchanged >= len(list_warc_files(layout.archive))
    assert contents(target) == contents(layout)
    assert not list(target.root.rglob(".*.part"))
    check_rebuilt(target)
