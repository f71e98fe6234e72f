"""What holds of a collection after a fault: nothing is left open or torn, and index and archive
agree.
"""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing

from archive.config import load_config
from archive.layout import CollectionFolder
from archive.verify.collection import verify_collection
from pipelines.ingest.catch_up import update_index

# Tables and views that a rebuild must give again, row by row.
TABLES = (
    *("articles", "versions", "captures", "addresses", "sightings", "failures"),
    *("disappearances", "crawls", "clusters"),
)


def contents(layout: CollectionFolder) -> dict[str, list[tuple]]:
    """The rows of the tables, in an order of their own."""
    with closing(sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True)) as db:
        return {
            table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
            for table in TABLES
        }


def check_whole(layout: CollectionFolder) -> None:
    """No file is open or torn, and `verify` is content."""
    assert not list(layout.archive.glob("*.open"))
    for path in layout.archive.glob("*.warc.gz"):
        assert gzip.decompress(path.read_bytes())
    findings = [str(finding) for finding in verify_collection(layout)]
    assert findings == [], findings


def check_rebuilt(layout: CollectionFolder) -> None:
    """The same, and an index made anew has the same rows."""
    check_whole(layout)
    grown = contents(layout)
    with layout.write_lock():
        update_index(layout, load_config(layout.config), rebuild=True)
    assert contents(layout) == grown
