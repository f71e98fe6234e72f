"""The disk fills, a WARC is damaged, somebody else holds the database: what is kept, what is said,
how it goes on.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import malformed_warcs
import pytest
from loopback_site.server import Site
from loopback_site.small_paper import paper

from archive.config import load_config
from archive.errors import StorageError
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.verify.strict_reader import raw_records
from crawler.engine.run import crawl_sites
from crawler.frontier.queue import Frontier

FULL_DISK = Path(__file__).with_name("full_disk.py")
CONFIG = '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\n'
PAGES = 8


def warraq(layout: CollectionFolder, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).with_name("warraq")
    command = [script, "-C", layout.root, *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=200, check=False)


def articles(layout: CollectionFolder) -> set[str]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        return {
            url.rpartition("/news/")[2]
            for (url,) in db.execute("SELECT url FROM articles WHERE url LIKE '%/news/%'")
        }


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(paper(PAGES)) as running:
        yield running


@pytest.fixture(scope="module")
def crawled(site: Site, tmp_path_factory: pytest.TempPathFactory) -> CollectionFolder:
    """A small collection, to be copied."""
    layout = CollectionFolder.create(
        tmp_path_factory.mktemp("crawled") / "c", CONFIG.format(url=site.url)
    )
    config = load_config(layout.config)
    crawl_sites(layout, config, config.sites)
    return layout


@pytest.fixture
def layout(crawled: CollectionFolder, tmp_path: Path) -> CollectionFolder:
    """A copy, to be damaged."""
    return CollectionFolder(Path(shutil.copytree(crawled.root, tmp_path / "c")))


def warc(layout: CollectionFolder) -> Path:
    return next(layout.archive.glob("*.warc.gz"))


# ----------------------------------------------------------------------------------------- the disk


def test_a_disk_that_fills_stops_the_crawl_and_costs_nothing(tmp_path: Path) -> None:
    """A real file system of 2.5 MB: one line, exit code not 0, every file readable; with room
    again, the rest is fetched.
    """
    prefix = ("unshare", "--mount", "--net", "--map-root-user")
    command = [*(prefix if shutil.which("unshare") else ()), sys.executable, FULL_DISK, tmp_path]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=200, check=False)
    if (
        done.returncode in (1, 77)
        and not done.stdout
        and ("unshare" in done.stderr or done.returncode == 77)
    ):
        print(
            "note: no file system may be mounted here; a full disk is only simulated"
            " (tests/crawler/test_spiders.py)"
        )
        return
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    first, second, pages = told["first"], told["second"], told["pages"]
    assert first["code"] == 1
    assert (
        "No space left" in first["err"]
        or "free on this disk" in first["err"]
        or "full" in first["err"]
    )
    assert "Traceback" not in first["err"]
    assert len(first["err"].splitlines()) <= 2
    assert (first["torn"], told["asked"] < 60) == (0, True)
    assert all("run: warraq index" in finding for finding in first["findings"])  # whole, if behind
    assert (second["code"], second["torn"], second["open"], second["findings"]) == (0, 0, 0, [])
    assert len(set(pages)) == 60
    assert len(pages) <= 60 + 3  # what was on the wire when the disk was full


# ------------------------------------------------------------------------------------------- damage


@pytest.mark.parametrize("seed", range(2))
def test_a_file_cut_off_anywhere_is_named_and_the_rest_is_there(
    layout: CollectionFolder, seed: int
) -> None:
    """verify: exit 4 and the file's name. A rebuilt index holds what stands before the cut."""
    path = warc(layout)
    before = articles(layout)
    size = path.stat().st_size
    cut = random.Random(seed).randrange(size // 4, size - 1)  # noqa: S311
    ends = [(record.offset, record.first("WARC-Target-URI")) for record in raw_records(path)]
    whole = {
        url.rpartition("/news/")[2]
        for offset, url in ends
        if "/news/" in (url or "") and offset < cut
    }
    with path.open("r+b") as file:
        file.truncate(cut)
    done = warraq(layout, "verify")
    assert done.returncode == 4
    assert path.name in done.stdout
    assert warraq(layout, "index", "--rebuild", "--workers", "1").returncode in (0, 4)
    found = articles(layout)
    assert found <= whole <= before
    assert len(found) >= len(whole) - 1


def test_a_flipped_byte_costs_one_record(layout: CollectionFolder) -> None:
    """Verify names the file; a rebuilt index lacks that article and has all that come after it."""
    path = warc(layout)
    with sqlite3.connect(layout.index_db) as db:
        query = (
            "SELECT url, offset, length FROM captures WHERE url LIKE '%/news/%' ORDER BY"
            " offset LIMIT 1"
        )
        url, offset, length = db.execute(query).fetchone()
    lost = url.rpartition("/news/")[2]
    data = bytearray(path.read_bytes())
    data[offset + length // 2] ^= 0x55
    path.write_bytes(data)
    done = warraq(layout, "verify")
    assert done.returncode == 4
    assert f'"file": "{path.name}", "offset": {offset},' in done.stdout
    rebuilt = warraq(layout, "index", "--rebuild", "--workers", "1")
    assert rebuilt.returncode == 4
    assert f"{path.name} at {offset}" in rebuilt.stdout
    assert articles(layout) == {str(number) for number in range(PAGES)} - {lost}


def test_a_torn_file_in_progress_is_cut_and_kept(layout: CollectionFolder) -> None:
    """What a kill leaves: a `.open` file with half a record. The next crawl sets the tail aside and
    loses nothing else.
    """
    path = warc(layout)
    members = path.read_bytes()
    growing = path.with_name(path.name + ".open")
    path.rename(growing)
    growing.write_bytes(members[:-30])
    shutil.rmtree(layout.fixity, ignore_errors=True)
    layout.fixity_head.unlink(missing_ok=True)
    done = warraq(layout, "crawl")
    assert done.returncode == 0, done.stderr
    assert list(layout.archive.glob("*.torn-*"))
    for file in layout.archive.glob("*.warc.gz"):
        assert gzip.decompress(file.read_bytes())
    assert articles(layout) == {str(number) for number in range(PAGES)}
    assert warraq(layout, "verify").returncode == 0


def test_an_index_ahead_of_a_file_in_progress_is_made_anew(layout: CollectionFolder) -> None:
    """Where a file system lost the end of a file in progress that the index had read: both agree
    again, the tail is kept.
    """
    path = warc(layout)
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        ((last,),) = db.execute("SELECT max(offset) FROM captures WHERE article_id IS NOT NULL")
    written = path.read_bytes()[: last + 100]
    growing = path.with_name(path.name + ".open")
    path.rename(growing)
    growing.write_bytes(written)
    shutil.rmtree(layout.fixity)
    layout.fixity_head.unlink(missing_ok=True)
    assert warraq(layout, "index").returncode == 0
    (torn,) = layout.archive.glob("*.torn-*")
    assert path.read_bytes() + torn.read_bytes() == written
    done = warraq(layout, "verify", "--deep")
    assert (done.returncode, done.stdout) == (0, "")
    assert 0 < len(articles(layout)) < PAGES
    assert warraq(layout, "crawl", "--force").returncode == 0
    assert articles(layout) == {str(number) for number in range(PAGES)}


@pytest.mark.parametrize("record", ["response", "request", "warcinfo"])
def test_a_bad_byte_in_a_file_in_progress_costs_one_record(
    layout: CollectionFolder, record: str
) -> None:
    """Killed, then one byte went bad of what the index had read: the next crawl sets that record
    aside, says so, keeps the others in their places, and asks for the page again if it is lost;
    `status` and `verify` go on saying it.
    """
    path = warc(layout)
    captured = {found.offset: found.offset + found.length for found in raw_records(path)}
    kinds = [(found.first("WARC-Type"), found.offset) for found in raw_records(path)]
    offset = [place for kind, place in kinds if kind == record][-1 if record == "warcinfo" else 3]
    end = captured[offset]
    written = bytearray(path.read_bytes())
    written[(offset + end) // 2] ^= 0x55
    growing = path.with_name(path.name + ".open")
    path.rename(growing)
    growing.write_bytes(written)
    shutil.rmtree(layout.fixity)
    layout.fixity_head.unlink(missing_ok=True)
    done = warraq(layout, "crawl", "--force")
    assert done.returncode == 0, done.stderr
    aside = layout.archive / f"{path.name}.torn-{offset}"
    assert aside.read_bytes() == written[offset:end]
    now = path.read_bytes()
    assert (now[:offset], now[end:]) == (bytes(written[:offset]), bytes(written[end:]))
    assert f"{end - offset} damaged bytes from {offset} on" in done.stderr
    assert articles(layout) == {str(number) for number in range(PAGES)}
    checked = warraq(layout, "verify", "--deep")
    assert (checked.returncode, checked.stdout) == (0, "")
    told = json.loads(warraq(layout, "status", "--json").stdout)["set_aside"]
    assert [(each["file"], each["is_damage"]) for each in told] == [(aside.name, True)]
    for said in (checked.stderr, warraq(layout, "status").stderr):
        assert f"set aside: {end - offset} bytes of {path.name} that were damaged" in said


def test_after_a_rebuild_verify_and_the_index_agree(tmp_path: Path) -> None:
    """Whatever is wrong with the WARC files: what `verify` names is never that the index lacks, or
    has too much of, what they hold. A rebuild that it recommends has healed that.
    """
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "test"\n')
    for number, data in enumerate(malformed_warcs.ALL.values()):
        (layout.archive / f"import-{number:03d}-case.warc.gz").write_bytes(data)
    assert warraq(layout, "index", "--rebuild", "--workers", "1").returncode == 4
    done = warraq(layout, "verify", "--deep", "--format", "jsonl")
    rules = {json.loads(line)["rule"] for line in done.stdout.splitlines()}
    assert "record-trailer" in rules
    assert {rule for rule in rules if rule.startswith(("cdxj", "index"))} == set()


# ----------------------------------------------------------------------------------- another writer


@pytest.mark.parametrize("name", ["index_db", "frontier"])
def test_a_locked_database_is_one_clear_line(
    layout: CollectionFolder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Somebody writes with another tool and does not end: StorageError that names the file, after a
    bounded wait.
    """
    for kind in (Index, Frontier):
        monkeypatch.setitem(kind.__init__.__kwdefaults__, "timeout", 0.2)
    config = load_config(layout.config)
    path = getattr(layout, name)
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked") as caught:
            crawl_sites(layout, config, config.sites)
    finally:
        other.close()
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert crawl_sites(layout, config, config.sites)[0].outcome == "finished"
