"""withdraw: an article taken back, with a tombstone, and with --purge out of the WARC files,
too.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warc_kit import packed, record

from archive.warc.record import Record
from archive.warc.record_reader import read_records

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def rows(folder: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / "index.db")
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def dump(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    names = rows(
        folder,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'articles_fts_%'",
    )
    return {
        name: sorted(rows(folder, f'SELECT * FROM "{name}"'), key=repr)
        for (name,) in names
        if name != "_progress"
    }


def a_versioned(folder: Path) -> tuple[str, str, str]:
    """Id, URL and title of the article with most captures."""
    return rows(
        folder,
        "SELECT a.id, a.url, a.title FROM articles a JOIN captures c ON c.article_id = a.id"
        " GROUP BY a.id"
        " ORDER BY count(*) DESC, a.id LIMIT 1",
    )[0]


def shown(folder: Path, article: str) -> list[tuple[str, int, int, str]]:
    return rows(
        folder,
        'SELECT warc, "offset", length, record_id FROM captures WHERE article_id = ? ORDER BY'
        " warc, 2",
        article,
    )


def places(folder: Path) -> set[tuple[str, int]]:
    lines = (folder / "indexes" / "index.cdxj").read_text("utf-8").splitlines()
    fields = [json.loads(line.split(" ", 2)[2]) for line in lines]
    return {(each["filename"], int(each["offset"])) for each in fields}


def assert_sound(warraq: Run, folder: Path) -> None:
    """Verify has nothing to say, and a rebuild gives the same index and CDXJ."""
    done = warraq("-C", folder, "verify", "--format", "jsonl")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    before, cdxj = dump(folder), (folder / "indexes" / "index.cdxj").read_bytes()
    assert warraq("-C", folder, "index", "--rebuild").returncode == 0
    after = dump(folder)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}
    assert (folder / "indexes" / "index.cdxj").read_bytes() == cdxj


def test_withdrawn(warraq: Run, collection: Path, tmp_path: Path) -> None:
    """A withdrawn article is in no search, show, cite or export, replay finds no capture of it, and
    WARCs stay as they are.
    """
    article, url, title = a_versioned(collection)
    captured = shown(collection, article)
    assert captured
    others = rows(collection, "SELECT count(*) FROM articles")[0][0] - 1
    before = {path.name: path.read_bytes() for path in (collection / "archive").iterdir()}
    done = warraq("-C", collection, "withdraw", url, "--reason", "بطلب من الناشر")
    assert done.returncode == 0, done.stderr
    assert article in done.stdout
    for command in (("show", article), ("cite", url), ("versions", article)):
        told = warraq("-C", collection, *command)
        assert told.returncode == 2
        assert "withdrawn" in told.stderr
        assert "بطلب من الناشر" in told.stderr
    exported = tmp_path / "all.jsonl"
    assert warraq("-C", collection, "export", "--to", exported).returncode == 0
    assert len(exported.read_text("utf-8").splitlines()) == others
    found = warraq("-C", collection, "search", *title.split()[:3], "--format", "jsonl")
    assert article not in found.stdout
    assert not {(warc, offset) for warc, offset, _, _ in captured} & places(collection)
    for name, data in before.items():
        assert (collection / "archive" / name).read_bytes() == data
    tombstone = rows(
        collection, "SELECT url, reason, text_sha256, payload_digests, purged FROM withdrawals"
    )[0]
    assert tombstone[:2] == (url, "بطلب من الناشر")
    assert tombstone[2]
    assert "sha1:" in tombstone[3]
    assert tombstone[4] == 0
    kept = {
        name
        for name, table in dump(collection).items()
        if any(title in map(str, row) for row in table)
    }
    assert kept <= {"links"}  # the words by which other pages link to it are theirs
    assert_sound(warraq, collection)
    again = warraq("-C", collection, "withdraw", article, "--reason", "other")
    assert again.returncode == 0
    assert rows(collection, "SELECT reason FROM withdrawals") == [("بطلب من الناشر",)]


def test_a_withdrawn_article_is_not_exported(warraq: Run, collection: Path, tmp_path: Path) -> None:
    """A WACZ made afterwards holds no payload of it, though the WARC files do, and is valid in all
    else.
    """
    article, _, _ = a_versioned(collection)
    captured = {(warc, offset) for warc, offset, _, _ in shown(collection, article)}
    assert warraq("-C", collection, "withdraw", article, "--reason", "x").returncode == 0
    before = {path.name: path.read_bytes() for path in (collection / "archive").iterdir()}
    target = tmp_path / "all.wacz"
    assert warraq("-C", collection, "export", "--to", target).returncode == 0
    with zipfile.ZipFile(target) as package:
        for warc in {warc for warc, _ in captured}:
            path = Path(package.extract(f"archive/{warc}", tmp_path))
            kinds = {
                each.offset: each.type for each in read_records(path) if isinstance(each, Record)
            }
            assert {kinds[offset] for name, offset in captured if name == warc} == {"metadata"}
            assert "response" in kinds.values()
    validate = [Path(sys.executable).parent / "wacz", "validate", "-f", target]
    assert subprocess.run(validate, capture_output=True, check=False).returncode == 0
    assert {path.name: path.read_bytes() for path in (collection / "archive").iterdir()} == before
    assert list((collection / "state").glob("tmp*")) == []


def test_purged(warraq: Run, collection: Path) -> None:
    """Purged, its bytes are in no WARC; tombstones of the same length stand there, all other
    records keep their bytes.
    """
    article, _, title = a_versioned(collection)
    captured = {
        (warc, offset): (length, record_id)
        for warc, offset, length, record_id in shown(collection, article)
    }
    before = {
        path: [each for each in read_records(path) if isinstance(each, Record)]
        for path in sorted((collection / "archive").glob("*.warc.gz"))
    }
    raw = {path: path.read_bytes() for path in before}
    bodies = [
        body
        for (body,) in rows(collection, "SELECT body FROM versions WHERE article_id = ?", article)
    ]
    done = warraq("-C", collection, "withdraw", article, "--reason", "court order 7", "--purge")
    assert done.returncode == 0, done.stderr
    for path, whole in before.items():
        fresh = path.read_bytes()
        assert len(fresh) == len(raw[path])
        now = [each for each in read_records(path) if isinstance(each, Record)]
        assert [(each.offset, each.length) for each in now] == [
            (each.offset, each.length) for each in whole
        ]
        for old, new in zip(whole, now, strict=True):
            if (path.name, old.offset) in captured:
                assert (new.type, new.id) == ("metadata", old.id)
                assert b"court order 7" in new.block
                assert (old.header("WARC-Payload-Digest") or "").encode() in new.block
            elif new.type == "metadata":
                assert title.encode() not in new.block
            else:
                part = slice(old.offset, old.offset + old.length)
                assert fresh[part] == raw[path][part]
            assert not any(body.split("\n")[0].encode() in new.block for body in bodies)
    assert rows(collection, "SELECT purged FROM withdrawals") == [(1,)]
    assert_sound(warraq, collection)
    chain = [
        json.loads(line)
        for line in (collection / "fixity" / "chain.jsonl").read_text("utf-8").splitlines()
    ]
    restated = [line for line in chain if "rewritten" in line]
    assert restated
    assert all("court order 7" in line["reason"] for line in restated)
    for name, digest in restated[-1]["before"].items():
        assert digest == hashlib.sha256(raw[collection / name]).hexdigest()


def test_other_readers_of_purged_files(warraq: Run, collection: Path) -> None:
    """gzip, warcio and FastWARC read a purged file to its end, with every digest right."""
    from fastwarc.warc import ArchiveIterator

    article, _, _ = a_versioned(collection)
    assert warraq("-C", collection, "withdraw", article, "--reason", "x", "--purge").returncode == 0
    for path in (collection / "archive").glob("*.warc.gz"):
        subprocess.run(["gzip", "-t", path], check=True)
        checked = subprocess.run(
            [Path(sys.executable).parent / "warcio", "check", path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout
        with path.open("rb") as file:
            count = 0
            for record in ArchiveIterator(file, parse_http=False):
                assert record.verify_block_digest()
                count += 1
        assert count == len(list(read_records(path)))


def test_a_withdrawn_article_does_not_come_back(warraq: Run, collection: Path) -> None:
    """A later crawl does not fetch the article again, nor index it where another address shows it,
    nor lets replay find it.
    """
    article, url, _ = a_versioned(collection)
    assert warraq("-C", collection, "withdraw", article, "--reason", "x").returncode == 0
    before = rows(collection, "SELECT id FROM captures WHERE url = ?", url)
    crawled = warraq("-C", collection, "crawl", "--force")
    assert crawled.returncode == 0, crawled.stderr
    assert rows(collection, "SELECT 1 FROM articles WHERE id = ? OR url = ?", article, url) == []
    assert rows(collection, "SELECT id FROM captures WHERE url = ?", url) == before
    shows = (
        'SELECT warc, "offset" FROM captures WHERE id IN (SELECT capture_id FROM _readings'
        " WHERE is_active = 0 AND ordinal = 0)"
    )
    assert not set(rows(collection, shows)) & places(collection)
    assert_sound(warraq, collection)


def test_nothing_of_its_text_lies_about(warraq: Run, collection: Path) -> None:
    """Purged, its sentences are in no file of the collection, free space of the index and its log
    included.
    """
    article, _, _ = a_versioned(collection)
    (body,) = rows(collection, "SELECT body FROM articles WHERE id = ?", article)[0]
    sentence = max(body.splitlines(), key=len).encode()
    assert sentence in (collection / "index.db").read_bytes()
    assert warraq("-C", collection, "withdraw", article, "--reason", "x", "--purge").returncode == 0
    for path in (path for path in collection.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data = b"".join(each.block for each in read_records(path) if isinstance(each, Record))
        assert sentence not in data, path.name


def test_what_refers_to_a_purged_record_comes_later(
    warraq: Run, collection: Path, tmp_path: Path
) -> None:
    """An export of before the purge brings its records back, other files bring revisits of them:
    neither is damage, neither shows the article, and purged once more the records are tombstones
    there, too.
    """
    article, url, title = a_versioned(collection)
    assert warraq("-C", collection, "export", title, "--to", tmp_path / "part.wacz").returncode == 0
    purged = [row[3] for row in shown(collection, article)]
    withdraw = ("-C", collection, "withdraw", article, "--reason", "x", "--purge")
    assert warraq(*withdraw).returncode == 0
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    revisits = [
        record(
            "revisit",
            head,
            ("WARC-Record-ID", f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"),
            ("WARC-Target-URI", address),
            ("WARC-Date", "2030-01-01T00:00:00Z"),
            ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
            ("WARC-Refers-To", purged[0]),
            ("Content-Type", "application/http;msgtype=response"),
        )
        for number, address in enumerate((url, url + "-elsewhere"))
    ]
    (tmp_path / "later.warc.gz").write_bytes(packed(revisits))
    for name in ("part.wacz", "later.warc.gz"):
        assert warraq("-C", collection, "import", tmp_path / name).returncode == 0
        assert rows(collection, "SELECT 1 FROM articles WHERE id = ?", article) == []
        assert_sound(warraq, collection)
    assert warraq(*withdraw).returncode == 0
    assert_sound(warraq, collection)
    kept = [
        each for warc in (collection / "archive").glob("*.warc.gz") for each in read_records(warc)
    ]
    assert [each.type for each in kept if isinstance(each, Record) and each.id in purged].count(
        "response"
    ) == 0


def test_withdraw_refuses(warraq: Run, collection: Path) -> None:
    """An unknown article, and a missing or empty reason, are wrong usage; nothing is written."""
    before = {path.name for path in (collection / "archive").iterdir()}
    for arguments in (
        ("nothing", "--reason", "x"),
        (a_versioned(collection)[0],),
        (a_versioned(collection)[0], "--reason", " "),
    ):
        assert warraq("-C", collection, "withdraw", *arguments).returncode == 2
    assert {path.name for path in (collection / "archive").iterdir()} == before


def test_a_purge_that_was_killed_is_finished(warraq: Run, collection: Path) -> None:
    """Where a file was rewritten and nothing else, the same command again states its fixity and
    mends the index.
    """
    from datetime import UTC, datetime

    from archive.layout import CollectionFolder
    from archive.model.withdrawal import Withdrawal
    from archive.warc.tombstones import replace_with_tombstones

    article, _, _ = a_versioned(collection)
    captured = shown(collection, article)
    assert warraq("-C", collection, "withdraw", article, "--reason", "x").returncode == 0
    half = Withdrawal(
        article_id=article, site="s", url="http://x.example/", at=datetime.now(UTC), reason="x"
    )
    layout = CollectionFolder.locate(collection)
    warc = captured[0][0]
    replace_with_tombstones(
        layout.archive / warc,
        {offset: record for name, offset, _, record in captured if name == warc},
        half,
    )
    assert warraq("-C", collection, "verify").returncode == 4
    done = warraq("-C", collection, "withdraw", article, "--reason", "x", "--purge")
    assert done.returncode == 0, done.stderr
    assert_sound(warraq, collection)


def test_a_damaged_file_is_not_purged(warraq: Run, collection: Path) -> None:
    """A file that is not what the manifest states is left alone: a purge never covers damage up."""
    article, _, _ = a_versioned(collection)
    warc = collection / "archive" / shown(collection, article)[0][0]
    data = bytearray(warc.read_bytes())
    data[-20] ^= 1
    warc.write_bytes(data)
    done = warraq("-C", collection, "withdraw", article, "--reason", "x", "--purge")
    assert done.returncode == 4
    assert warc.read_bytes() == data
    assert warraq("-C", collection, "verify").returncode == 4
