"""The index's bytes: what changes behind Warraq's back is found, wherever it stands."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import warc_kit

from archive.fixity.index_seal import BLOCK, changed_blocks
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import PayloadKind, Reading


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    """A collection with an index of several blocks, whose writer has let go of it."""
    layout = CollectionFolder.create(tmp_path / "collection", '[collection]\nname = "x"\n')
    with (
        layout.write_lock(),
        warc_kit.writer(layout.archive) as writer,
        Index(layout.index_db) as index,
    ):
        captures = [
            writer.write_exchange(
                warc_kit.exchange(f"http://news.example/{n}", second=n), warc_kit.FACTS
            )
            for n in range(40)
        ]
        index.apply_captures([(capture, Reading(kind=PayloadKind.OTHER)) for capture in captures])
    return layout


def said(layout: CollectionFolder) -> list[tuple[str, int | None]]:
    return [
        (finding.file, finding.offset)
        for finding in changed_blocks(layout.index_db, layout.index_checksums)
    ]


def test_what_warraq_left_is_whole(layout: CollectionFolder) -> None:
    """Nothing is said of an untouched index, nor after it was read; nor after a writer that wrote
    nothing.
    """
    assert layout.index_db.stat().st_size > 3 * BLOCK
    with closing(sqlite3.connect(layout.index_db)) as reader:
        reader.execute("SELECT count(*) FROM captures").fetchall()
    assert said(layout) == []
    with layout.write_lock():
        assert not layout.index_checksums.exists()
    assert layout.index_checksums.exists()
    assert said(layout) == []


def test_any_flipped_byte_is_found_where_it_is(layout: CollectionFolder) -> None:
    """Also where a page of the database holds nothing, which SQLite itself never looks at."""
    data = layout.index_db.read_bytes()
    for place in random.Random(7).sample(range(len(data)), 200):  # noqa: S311
        layout.index_db.write_bytes(data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :])
        assert said(layout) == [("index.db", place // BLOCK * BLOCK)]
    layout.index_db.write_bytes(data)
    assert said(layout) == []


def test_no_byte_of_the_note_can_change_unseen(layout: CollectionFolder) -> None:
    """The note itself is named where it is not as it was written, and accuses nothing else."""
    data = layout.index_checksums.read_bytes()
    for place in range(len(data)):
        layout.index_checksums.write_bytes(
            data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        )
        assert said(layout) == [("state/index.seal", None)]
    layout.index_checksums.write_bytes(b"")
    assert said(layout) == [("state/index.seal", None)]


def _by_another_program(layout: CollectionFolder) -> None:
    with closing(sqlite3.connect(layout.index_db)) as other, other:
        other.execute("UPDATE captures SET status = 404 WHERE url LIKE '%/7'")


@pytest.mark.parametrize(
    "change",
    [
        lambda layout: layout.index_db.write_bytes(layout.index_db.read_bytes() + bytes(4096)),
        lambda layout: layout.index_db.write_bytes(layout.index_db.read_bytes()[:-4096]),
        lambda layout: layout.index_db.with_name("index.db-wal").write_bytes(b"junk"),
        _by_another_program,
    ],
)
def test_other_changes_are_found(
    change: Callable[[CollectionFolder], None], layout: CollectionFolder
) -> None:
    """Bytes behind the end or missing there, a log that is not ours, a row that somebody else
    wrote.
    """
    change(layout)
    assert said(layout)


def test_nothing_is_claimed_without_a_note(layout: CollectionFolder) -> None:
    """After a kill, and where a reader still needs the log, there is no note, and nothing is
    said.
    """
    with closing(sqlite3.connect(layout.index_db, isolation_level=None)) as reader:
        with layout.write_lock(), Index(layout.index_db) as index:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM captures").fetchall()
            index.mark_indexed("x.warc.gz", 1)
        assert not layout.index_checksums.exists()
        assert said(layout) == []
