"""`verify --deep`: every capture read again from the WARCs, and the index compared with what comes of it, row by row.

The fresh index is made in a temporary folder by the same code that makes any index; a difference means that a row was
changed, lost or added behind Warraq's back, or that another version of Warraq wrote it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from archive.config import CollectionConfig
from archive.layout import Layout
from archive.schema import open_reader
from archive.verify import Finding
from pipelines.catch_up import index_files, warc_files

# So many differing rows are named for each table; the rest is a number.
NAMED = 20
# FTS5 keeps its own shadow tables, whose bytes depend on the order of writing; its text is compared by its content table.
_BOOKKEEPING = ("articles_fts_data", "articles_fts_idx", "articles_fts_docsize", "articles_fts_config", "_progress")


def reread(layout: Layout, config: CollectionConfig, *, workers: int | None = None) -> Iterator[Finding]:
    """Read all captures again and yield where `index.db` says something else. Takes as long as a rebuild."""
    with tempfile.TemporaryDirectory(prefix="warraq-verify-") as folder:
        fresh = Path(folder) / "index.db"
        index_files(fresh, warc_files(layout.archive), config, layout, workers=workers)
        with closing(open_reader(layout.index_db)) as kept, closing(open_reader(fresh)) as made:
            for table in _tables(made):
                yield from _differences(kept, made, table)


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if name not in _BOOKKEEPING and not name.startswith("sqlite_")]


def _differences(kept: sqlite3.Connection, made: sqlite3.Connection, table: str) -> Iterator[Finding]:
    finding = Finding(file="index.db", rule="re-extraction", detail="")
    columns = [row[1] for row in made.execute(f"PRAGMA table_xinfo({table})")]
    if columns != [row[1] for row in kept.execute(f"PRAGMA table_xinfo({table})")]:
        yield replace(finding, detail=f"{table}: other columns than this version of Warraq makes")
        return
    name = columns.index("id") if "id" in columns else 0
    ours, theirs = _digests(kept, table, name), _digests(made, table, name)
    lost, extra = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
    for rows, said in ((lost, "is missing or was changed"), (extra, "does not come from the WARC files")):
        source = theirs if rows is lost else ours
        for digest in sorted(rows, key=lambda each: source[each])[:NAMED]:
            yield replace(
                finding, detail=f"{table}: the row of {source[digest]} {said}; `warraq index --rebuild` mends it"
            )
        if len(rows) > NAMED:
            yield replace(finding, detail=f"{table}: and {len(rows) - NAMED} rows more, of which each {said}")


def _digests(connection: sqlite3.Connection, table: str, name: int) -> dict[int, str]:
    """A number for each row's whole content, and the value to name the row by: small enough for millions."""
    return {hash(row): str(row[name])[:200] for row in connection.execute(f"SELECT * FROM {table}")}  # noqa: S608
