"""import: files of other tools become captures, articles and CDXJ lines like our own."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import foreign_files as made
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def rows(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / "index.db")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def state(folder: Path) -> dict[str, bytes]:
    """Every file that an import may change, and the rows of the index."""
    kept = {
        str(path): path.read_bytes()
        for part in ("archive", "indexes", "fixity")
        for path in (folder / part).iterdir()
    }
    return kept | {"captures": repr(rows(folder, "SELECT * FROM captures")).encode()}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One file of each tool."""
    folder = tmp_path_factory.mktemp("sources")
    files = {
        "wget.warc.gz": made.gz(made.wget()),
        "heritrix.warc.gz": made.gz(made.heritrix()),
        "warcprox.warc": b"".join(made.warcprox()),
        "CC-NEWS-20190506.warc.gz": made.gz(made.cc_news()),
        "crawl.wacz": made.wacz({"archive/rec-0.warc.gz": made.gz(made.browsertrix())}),
        "old.arc.gz": made.gz(made.arc(2)),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


@pytest.fixture(scope="module")
def imported(sources: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection that has taken them all in, the first by itself. Only to be read."""
    from archive.config import load_config
    from archive.layout import CollectionFolder
    from crawler.admin.import_export import import_files

    site = (
        f'[collection]\nname = "x"\n[sites.paper]\nstart = ["http://{made.HOST}/"]\ntimezone'
        f' = "Asia/Baghdad"\n'
    )
    layout = CollectionFolder.create(tmp_path_factory.mktemp("imported") / "c", site)
    for some in (sources[:1], sources[1:]):
        assert not import_files(layout, load_config(layout.config), some).index_update.damaged
    return layout.root


def test_everything_is_indexed(imported: Path) -> None:
    """Each page is an article of the site whose host it has, or of its host; dates are read by the
    site's zone.
    """
    found = dict(rows(imported, "SELECT url, site FROM articles"))
    own = {made.url(number) for number in (1, 2, 3, 4, 8)}
    assert {url for url, site in found.items() if site == "paper"} == own
    others = {
        made.url(5, "one.example"),
        made.url(6, "www.two.example"),
        made.url(7, "three.example"),
    }
    assert set(found) - own == others
    assert {found[url] for url in others} == {"one.example", "two.example", "three.example"}
    captures = dict(
        rows(
            imported, "SELECT url, count(*) FROM captures WHERE article_id IS NOT NULL GROUP BY url"
        )
    )
    assert captures[made.url(3)] == 3  # once fetched, twice seen again
    assert captures[made.url(1)] == 2  # wget's and the ARC's


def test_cdxj_and_verify_agree(warraq: Run, imported: Path) -> None:
    """Every capture has its CDXJ line, also of files that came to a collection with an index, and
    so has what each tool writes beside the pages; verify objects to nothing.
    """
    lines = (imported / "indexes" / "index.cdxj").read_text("utf-8").splitlines()
    said = [json.loads(x.split(" ", 2)[2]) for x in lines]
    places = {(fields["filename"], int(fields["offset"])) for fields in said}
    assert places > set(rows(imported, 'SELECT warc, "offset" FROM captures'))
    others = {fields["url"] for fields in said if not fields["url"].startswith("http")}
    assert {url.partition(":")[0] for url in others} == {"dns", "urn", "metadata"}
    assert lines == sorted(lines)
    done = warraq("-C", imported, "verify")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_rebuild_gives_the_same(warraq: Run, imported: Path, tmp_path: Path) -> None:
    """A rebuild from the files alone gives the same captures, articles and versions."""
    import shutil

    folder = Path(shutil.copytree(imported, tmp_path / "c"))
    tables = ("articles", "versions", "captures", "addresses", "failures")
    before = [rows(folder, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]
    assert warraq("-C", folder, "index", "--rebuild").returncode == 0
    assert [rows(folder, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables] == before


def test_again_is_no_change(warraq: Run, imported: Path, sources: list[Path]) -> None:
    """The same files once more: exit 0, said so, and not a byte differs."""
    before = state(imported)
    done = warraq("-C", imported, "import", *sources)
    assert done.returncode == 0
    assert done.stderr.count("was there already") == len(sources)
    assert state(imported) == before


def test_damage_is_named(warraq: Run, tmp_path: Path) -> None:
    """A damaged record is named on the way out (exit 4), has its row in failures, and those after
    it are in.
    """
    members = [made.gz([part]) for part in made.wget()]
    members[2] = members[2][:300] + bytes([members[2][300] ^ 0xFF]) + members[2][301:]
    source = tmp_path / "hurt.warc.gz"
    source.write_bytes(b"".join(members))
    warraq("init", tmp_path / "c")
    done = warraq("-C", tmp_path / "c", "import", source)
    where = sum(map(len, members[:2]))
    assert done.returncode == 4
    assert f"at {where}:" in done.stdout
    assert [
        url.rpartition("#")[2] for (url,) in rows(tmp_path / "c", "SELECT url FROM failures")
    ] == [str(where)]
    assert rows(tmp_path / "c", "SELECT url FROM articles") == [(made.url(2),)]


def test_bad_files_among_good_ones(warraq: Run, sources: list[Path], tmp_path: Path) -> None:
    """Files that are no archive, or not there, are named and left out, whatever their place; the
    others are in and indexed (exit 3). All once more is no change. Such a file alone is wrong
    usage (2), and adds nothing.
    """
    (tmp_path / "notes.txt").write_text("words")
    warraq("init", tmp_path / "c")
    named = [tmp_path / "no\x1bne.warc", sources[2], tmp_path / "notes.txt", sources[0]]
    done = warraq("-C", tmp_path / "c", "import", *named)
    assert done.returncode == 3
    assert "refused: notes.txt: neither a WARC nor an ARC nor a WACZ file" in done.stderr
    assert "ne.warc: no such file" in done.stderr
    assert "\x1b" not in done.stderr
    urls = sorted(rows(tmp_path / "c", "SELECT url FROM articles"))
    assert urls == [(made.url(number),) for number in (1, 2, 4)]
    assert warraq("-C", tmp_path / "c", "verify").returncode == 0
    before = state(tmp_path / "c")
    assert warraq("-C", tmp_path / "c", "import", *named).returncode == 3
    alone = warraq("-C", tmp_path / "c", "import", tmp_path / "notes.txt")
    assert alone.returncode == 2
    assert len(alone.stderr.strip().splitlines()) == 1
    assert state(tmp_path / "c") == before


def test_torn_files_and_members_among_good_ones(warraq: Run, tmp_path: Path) -> None:
    """What is damaged is named, each stretch of it, also where another file is refused: exit 4. All
    else is in, of folders too, and the same once more changes nothing.
    """
    import bz2

    folder = tmp_path / "taken"
    folder.mkdir()
    (folder / "torn.warc.bz2").write_bytes(b"".join(map(bz2.compress, made.wget()))[:-30])
    (folder / "good.warc").write_bytes(b"".join(made.warcprox()))
    pack = bytearray(made.wacz({f"archive/{n}.warc": b"".join(made.browsertrix()) for n in "ab"}))
    pack[pack.find(b"software")] ^= 8
    (folder / "half.wacz").write_bytes(pack)
    (folder / "torn.wacz").write_bytes(made.wacz({"archive/x.warc.gz": b""})[:-40])
    (folder / "readme.txt").write_text("words")
    (tmp_path / "notes.txt").write_text("words")
    warraq("init", tmp_path / "c")
    done = warraq("-C", tmp_path / "c", "import", tmp_path / "notes.txt", folder)
    assert done.returncode == 4
    damaged = [line for line in done.stdout.splitlines() if line.startswith("damaged: ")]
    for told in (
        "torn.warc.bz2: the bzip2 frame at byte",
        "half.wacz: archive/a.warc",
        "torn.wacz",
    ):
        assert len([line for line in damaged if told in line]) == 1, done.stdout
    assert done.stderr.count("refused: ") == 1
    assert "readme" not in done.stderr
    found = {url for (url,) in rows(tmp_path / "c", "SELECT url FROM captures")}
    assert {made.url(1), made.url(2), made.url(4), made.url(8)} <= found
    before = state(tmp_path / "c")
    again = warraq("-C", tmp_path / "c", "import", tmp_path / "notes.txt", folder)
    assert again.returncode == 4
    assert state(tmp_path / "c") == before


def test_a_torn_file_alone(warraq: Run, tmp_path: Path) -> None:
    """A single file that is damaged beyond reading is damage (4), and not wrong usage."""
    (tmp_path / "x.wacz").write_bytes(made.wacz({"archive/x.warc.gz": b""})[:-40])
    warraq("init", tmp_path / "c")
    assert warraq("-C", tmp_path / "c", "import", tmp_path / "x.wacz").returncode == 4


def test_what_a_killed_import_left(warraq: Run, tmp_path: Path) -> None:
    """Half a copy is never taken for a file of the archive, and the next import clears it away."""
    (tmp_path / "good.warc.gz").write_bytes(made.gz(made.wget()))
    warraq("init", tmp_path / "c")
    archive = tmp_path / "c" / "archive"
    half = archive / ".import-77.warc.gz.part"
    half.write_bytes(made.gz(made.heritrix())[:500])
    data = (tmp_path / "good.warc.gz").read_bytes()
    note = archive / f"import-{hashlib.sha256(data).hexdigest()[:16]}-good.warc.gz.origin.json"
    note.write_text("{}")  # the note comes before the file
    for command in ("index", "verify"):
        assert warraq("-C", tmp_path / "c", command).returncode == 0
    assert warraq("-C", tmp_path / "c", "import", tmp_path / "good.warc.gz").returncode == 0
    assert not half.exists()
    assert json.loads(note.read_text())["file"] == "good.warc.gz"
    assert warraq("-C", tmp_path / "c", "verify").returncode == 0


def test_spaces_in_addresses(warraq: Run, tmp_path: Path) -> None:
    """Old tools wrote spaces into addresses: the index, the CDXJ and verify take them for the same
    escaped address.
    """
    from warc_kit import record

    base = (
        ("WARC-Date", "2019-05-06T10:00:00Z"),
        ("Content-Type", "application/http;msgtype=response"),
    )
    about = (
        ("WARC-Record-ID", made.urn(1)),
        ("WARC-Target-URI", f"http://{made.HOST}/news/a 1"),
        *base,
    )
    head = made.answer(made.page(1)).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    again = (
        ("WARC-Record-ID", made.urn(2)),
        ("WARC-Target-URI", f"http://{made.HOST}/news/b 1"),
        ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
        ("WARC-Refers-To-Target-URI", f"http://{made.HOST}/news/a 1"),
        ("WARC-Refers-To-Date", "2019-05-06T10:00:00Z"),
        *base,
    )
    made_up = record("response", made.answer(made.page(1)), *about) + record(
        "revisit", head, *again
    )
    (tmp_path / "odd.warc").write_bytes(made_up)
    warraq("init", tmp_path / "c")
    assert warraq("-C", tmp_path / "c", "import", tmp_path / "odd.warc").returncode == 0
    done = warraq("-C", tmp_path / "c", "verify")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    read = rows(tmp_path / "c", "SELECT url, version_id IS NOT NULL FROM captures ORDER BY url")
    assert read == [(f"http://{made.HOST}/news/{name}%201", 1) for name in "ab"]


def test_hostile_addresses_stay_addresses(warraq: Run, tmp_path: Path) -> None:
    """Captures of files, ways up and other schemes are not indexed, and nothing is written outside
    the collection.
    """
    from warc_kit import record

    base = (
        ("WARC-Date", "2019-05-06T10:00:00Z"),
        ("Content-Type", "application/http;msgtype=response"),
    )
    uris = (
        "file:///etc/passwd",
        "../../up",
        "http://../../up",
        "http://x.example/../../../up",
        "gopher://x/",
    )
    records = [
        record("response", made.answer(made.page(1)), ("WARC-Target-URI", uri), *base)
        for uri in uris
    ]
    (tmp_path / "odd.warc").write_bytes(b"".join(records))
    warraq("init", tmp_path / "c")
    before = set(tmp_path.rglob("*"))
    done = warraq("-C", tmp_path / "c", "import", tmp_path / "odd.warc")
    assert done.returncode in (0, 4), done.stderr
    fresh = {
        path.relative_to(tmp_path / "c").parts[0] for path in set(tmp_path.rglob("*")) - before
    }
    assert fresh <= {
        "archive",
        "indexes",
        "index.db",
        "index.db-wal",
        "index.db-shm",
        "state",
        "fixity",
    }
    assert {url.split(":")[0] for (url,) in rows(tmp_path / "c", "SELECT url FROM captures")} <= {
        "http"
    }


def test_files_for_which_there_is_no_room_stay_outside(
    warraq: Run, sources: list[Path], tmp_path: Path
) -> None:
    """Exit code 3 with one line, before the file is copied; what came before it is in, and indexed
    as far as there is room.
    """
    large = tmp_path / "large.warc"
    large.write_bytes(sources[2].read_bytes() + bytes(20_000_000))
    folder = tmp_path / "c"
    folder.mkdir()
    config = '[collection]\nname = "x"\nquota = "10 MB"\n[sites.paper]\nstart = "http://{}/"\n'
    (folder / "warraq.toml").write_text(config.format(made.HOST), "utf-8")
    done = warraq("-C", folder, "import", sources[0], large)
    assert done.returncode == 3, done.stderr
    assert f"warraq: {folder}: no room for 20.0 MB more: " in done.stderr
    assert "quota of [collection] is 10.0 MB" in done.stderr
    assert [path.name[-len("wget.warc.gz") :] for path in folder.glob("archive/*.warc.gz")] == [
        "wget.warc.gz"
    ]
    assert not list(folder.glob("archive/*large*"))
    assert rows(folder, "SELECT count(*) FROM articles") != [(0,)]
