"""A purge that was begun is finished, whatever comes between."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from recorded_site import CONFIG, PARAGRAPHS, Site, ok, page, tables

from archive.config import load_config
from archive.errors import CollectionBusyError, DamagedRecordError, StorageError
from archive.fixity import manifest
from archive.index import connection
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from archive.query.withdrawal_scope import unfinished_purges
from archive.verify.collection import verify_collection
from archive.warc.capture_reader import read_captures
from archive.warc.file_names import list_warc_files
from crawler.admin.withdraw import withdraw_article
from pipelines.ingest import purge
from pipelines.ingest.catch_up import update_index

URL = "http://news.example/a"
# A word that no other page has, in the text and in the title.
WORD = b"quuxzanzibar"
TEXT = f"كلمة لا تقال إلا هنا {WORD.decode()} في خبر السوق القديم الذي سيسحب من الأرشيف بعد قليل."
KILLS = 30  # of some two hundred places
OF_TWO = 6


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    """Three articles in two WARC files; one of them in both, and as a revisit."""
    layout = CollectionFolder.create(tmp_path / "collection", CONFIG)
    site = Site(layout)
    texts = [TEXT, *PARAGRAPHS]
    mine = ok(page(f"ترميم {WORD.decode()} يبدأ الشهر المقبل", paragraphs=texts))
    other = [
        ok(page(f"خبر آخر عن المدينة {number}", paragraphs=PARAGRAPHS[number:]))
        for number in (1, 2)
    ]
    site.write([(URL, mine), ("http://news.example/b", other[0])])
    site.write([("http://news.example/c", other[1]), (URL + "?utm_source=x", mine)])
    catch_up(layout)
    return layout


def catch_up(layout: CollectionFolder, **more: Any) -> list[purge.Purge]:
    with layout.write_lock():
        return update_index(layout, load_config(layout.config), **more).purges


def withdraw(layout: CollectionFolder, url: str = URL, **more: Any) -> Any:
    config = load_config(layout.config)
    return withdraw_article(layout, config, url, reason="asked", **{"purge": True} | more)


def rows(layout: CollectionFolder, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True)) as db:
        return db.execute(statement).fetchall()


def files_with_the_text(layout: CollectionFolder, word: bytes = WORD) -> list[str]:
    """The files of the collection in which the word stands anywhere."""
    found = []
    for path in sorted(path for path in layout.root.rglob("*") if path.is_file()):
        data = path.read_bytes()
        with suppress(OSError, EOFError):
            data += gzip.decompress(data)
        found += [path.name] if word in data else []
    return found


def tables_without_progress(layout: CollectionFolder) -> dict[str, list[str]]:
    """Every row but how far each file was read: a rebuild stops before the tombstones at its end."""
    return {name: held for name, held in tables(layout.index_db).items() if name != "_progress"}


def records_that_say_it_is_gone(layout: CollectionFolder) -> bool:
    files = list_warc_files(layout.archive, include_open=True)
    items = [item for path in files for item in read_captures(path)]
    return any(isinstance(item, Withdrawal) and item.purged for item in items)


def findings(layout: CollectionFolder) -> list[str]:
    return [str(finding) for finding in verify_collection(layout)]


class Killer:
    """Ends this process, as kill -9 does, before the n-th thing that it does to a collection."""

    def __init__(self, root: Path, after: int) -> None:
        self._root, self.left = str(root), after

    def strike(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, values: tuple[Any, ...]) -> None:
        """The audit hook: files opened for writing, renamed, deleted, cut."""
        if event == "open":
            is_write = values[1] not in (None, "r", "rb") or (values[2] or 0) & 3
            if is_write and isinstance(values[0], str) and values[0].startswith(self._root):
                self.strike()
        elif event in ("os.rename", "os.remove", "os.truncate") and self._root in str(values[0]):
            self.strike()

    def install(self) -> None:
        sys.addaudithook(self.hear)
        for name in ("write", "fsync", "fdatasync"):
            setattr(os, name, self._before(getattr(os, name)))
        opened = connection._configure_writer

        def configure(database: sqlite3.Connection, path: Path) -> None:
            opened(database, path)
            database.set_trace_callback(
                lambda sql: self.strike() if sql.startswith(("COMMIT", "PRAGMA wal_")) else None
            )

        connection._configure_writer = configure

    def _before(self, function: Any) -> Any:
        def struck(*values: Any) -> Any:
            self.strike()
            return function(*values)

        return struck


def withdraw_until_killed(layout: CollectionFolder, after: int, url: str = URL) -> int | None:
    """Purge in a process that is killed before its n-th step; how many steps were left of `after`
    where it came to its end.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            killer = Killer(layout.root, after)
            report = os.write
            killer.install()
            withdraw(layout, url)
            report(writer, str(killer.left).encode())
        except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(writer)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as told:
        left = told.read()
    assert os.WIFSIGNALED(status) or left, "the purge failed"
    return int(left) if left else None


def test_whenever_it_is_killed_the_next_writer_finishes_it(
    layout: CollectionFolder, tmp_path: Path
) -> None:
    """At no moment does a record say that a text is gone that is still there; status and verify
    know what is not finished, the next writer finishes it, and nothing is damaged then.
    """
    whole = CollectionFolder(Path(shutil.copytree(layout.root, tmp_path / "whole")))
    left = withdraw_until_killed(whole, 10_000)
    assert left is not None
    steps = 10_000 - left
    assert steps > KILLS
    assert files_with_the_text(whole) == []
    unfinished = finished = 0
    for number in range(KILLS):
        copy = CollectionFolder(Path(shutil.copytree(layout.root, tmp_path / f"{number}")))
        assert withdraw_until_killed(copy, steps * number // KILLS) is None
        if records_that_say_it_is_gone(copy):
            assert files_with_the_text(copy) == []
        begun = unfinished_purges(copy)
        if begun:
            unfinished += 1
            assert any("purge-unfinished" in each for each in findings(copy))
            assert rows(copy, "SELECT 1 FROM withdrawals WHERE purged") == []
        catch_up(copy, rebuild=number % 5 == 4)
        assert findings(copy) == []
        assert unfinished_purges(copy) == []
        if begun:
            assert rows(copy, "SELECT purged FROM withdrawals") == [(1,)]
        if not rows(copy, f"SELECT 1 FROM articles WHERE url = '{URL}'"):
            finished += 1
            assert files_with_the_text(copy) == []
        if number % 6 == 0:
            grown = tables_without_progress(copy)
            catch_up(copy, rebuild=True)
            assert tables_without_progress(copy) == grown
        shutil.rmtree(copy.root)
    assert unfinished >= KILLS // 3
    assert finished >= unfinished


def test_nothing_of_it_stays_in_the_full_text_index(layout: CollectionFolder) -> None:
    """A word that stood in the purged text only is in no block of the index, log included."""
    assert "index.db" in files_with_the_text(layout)
    withdraw(layout)
    assert files_with_the_text(layout) == []
    assert rows(layout, "SELECT count(*) FROM articles_fts") == [(2,)]


def test_a_reader_keeps_the_log_and_so_the_purge_open(layout: CollectionFolder) -> None:
    """While another process reads, the log with the deleted text must stay: the purge is not done
    and says so, and the next writer finishes it.
    """
    with closing(sqlite3.connect(layout.index_db)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM articles").fetchone()
        with pytest.raises((CollectionBusyError, StorageError), match="index"):
            withdraw(layout)
    assert unfinished_purges(layout) != []
    assert rows(layout, "SELECT purged FROM withdrawals") == [(0,)]
    (done,) = catch_up(layout)
    assert done.error is None
    assert files_with_the_text(layout) == []
    assert findings(layout) == []


def test_damage_is_told_before_anything_is_begun(layout: CollectionFolder) -> None:
    """A file that is not as stated keeps a purge from beginning, and nothing says otherwise."""
    path = min(layout.archive.glob("*.warc.gz"))
    data = path.read_bytes()
    path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    before = {each.name: each.read_bytes() for each in layout.archive.iterdir()}
    with pytest.raises(DamagedRecordError, match="verify"):
        withdraw(layout)
    assert {each.name: each.read_bytes() for each in layout.archive.iterdir()} == before
    assert rows(layout, "SELECT 1 FROM withdrawals") == []


def test_damage_that_comes_meanwhile_keeps_nobody_from_writing(
    layout: CollectionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The purge stays unfinished and the update goes on; once the file is as it was, it is done."""
    monkeypatch.setattr(purge, "_purge", lambda *_: (_ for _ in ()).throw(StorageError("full")))
    with pytest.raises(StorageError, match="full"):
        withdraw(layout)
    monkeypatch.undo()
    path = min(layout.archive.glob("*.warc.gz"))
    data = path.read_bytes()
    path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    (tried,) = catch_up(layout)
    assert isinstance(tried.error, DamagedRecordError)
    assert path.name in str(tried.error)
    path.write_bytes(data)
    withdraw(layout)
    assert files_with_the_text(layout) == []
    assert findings(layout) == []


def test_what_a_file_becomes_is_stated_before(
    layout: CollectionFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No moment has a rewritten file that nothing states: a kill behind the statement leaves a file
    that was stated before, and the purge goes on from there.
    """
    stated: list[str] = []

    def state(*values: Any, **more: Any) -> None:
        manifest.restate_fixity(*values, **more)
        stated.extend(map(manifest.sha256_of, more["coming"].values()))
        raise StorageError("no room")

    monkeypatch.setattr(purge, "restate_fixity", state)
    with pytest.raises(StorageError, match="no room"):
        withdraw(layout)
    monkeypatch.undo()
    assert len(stated) == 1
    assert files_with_the_text(layout) != []
    (done,) = catch_up(layout)
    assert done.error is None
    assert stated[0] in {manifest.sha256_of(path) for path in layout.archive.iterdir()}
    assert findings(layout) == []


def test_what_a_kill_left_half_made_goes_with_it(layout: CollectionFolder) -> None:
    """Copies of a WARC file, and an index that was being rebuilt, hold the text no longer."""
    shutil.copyfile(layout.index_db, layout.root / "index.db.rebuilding")
    warc = min(layout.archive.glob("*.warc.gz"))
    shutil.copyfile(warc, layout.archive / "other.warc.gz.tmp")
    withdraw(layout)
    assert files_with_the_text(layout) == []


def test_an_index_that_was_set_aside_goes_with_it(layout: CollectionFolder) -> None:
    """One of a newer version has the same texts, and can be made anew; what another program keeps
    there is left alone.
    """
    newer, other = (layout.root / f"index.db.{what}" for what in ("schema-999", "other"))
    for path in (newer, newer.with_name(newer.name + "-wal"), other):
        path.write_bytes(WORD)
    withdraw(layout)
    assert files_with_the_text(layout) == ["index.db.other"]


def test_of_two_purges_each_has_its_end(layout: CollectionFolder) -> None:
    """What a later file brings back is hidden, and taken out when the purge is asked for again."""
    warc = min(layout.archive.glob("*.warc.gz"))
    kept = warc.read_bytes()
    withdraw(layout)
    (layout.archive / "later.warc.gz").write_bytes(kept)
    assert catch_up(layout) == []
    assert files_with_the_text(layout) == ["later.warc.gz"]
    withdraw(layout)
    assert files_with_the_text(layout) == []
    assert rows(layout, "SELECT purged FROM withdrawals") == [(1,)]
    assert rows(layout, "SELECT count(*) FROM _withdrawn WHERE kind = 'purged'") == [(2,)]


def test_two_purges_of_one_file_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is begun and not finished, the other is killed at any moment: the next writer finishes
    both, and no record says before that a text is gone that is not.
    """
    layout, other = CollectionFolder.create(tmp_path / "c", CONFIG), b"xylophonbasra"
    site = Site(layout)
    texts = [TEXT, TEXT.replace(WORD.decode(), other.decode())]
    pages = [
        (f"http://news.example/{name}", ok(page(f"خبر {text[-90:-60]}", paragraphs=[text, *more])))
        for name, text, more in zip("ab", texts, (PARAGRAPHS[:2], PARAGRAPHS[2:]), strict=True)
    ]
    site.write(pages)
    site.write(pages[::-1])
    catch_up(layout)
    monkeypatch.setattr(purge, "_purge", lambda *_: (_ for _ in ()).throw(StorageError("full")))
    with pytest.raises(StorageError, match="full"):
        withdraw(layout)
    monkeypatch.undo()
    whole = CollectionFolder(Path(shutil.copytree(layout.root, tmp_path / "whole")))
    left = withdraw_until_killed(whole, 10_000, pages[1][0])
    assert left is not None
    for number in range(OF_TWO):
        copy = CollectionFolder(Path(shutil.copytree(layout.root, tmp_path / f"{number}")))
        step = (10_000 - left) * number // OF_TWO
        assert withdraw_until_killed(copy, step, pages[1][0]) is None
        gone = rows(copy, "SELECT url FROM withdrawals WHERE purged")
        for url, word in ((URL, WORD), (pages[1][0], other)):
            assert (url,) not in gone or files_with_the_text(copy, word) == []
        catch_up(copy)
        assert (findings(copy), unfinished_purges(copy)) == ([], [])
        withdrawn = dict(rows(copy, "SELECT url, purged FROM withdrawals"))
        assert (withdrawn[URL], files_with_the_text(copy)) == (1, [])
        if pages[1][0] in withdrawn:
            assert (withdrawn[pages[1][0]], files_with_the_text(copy, other)) == (1, [])
        shutil.rmtree(copy.root)
