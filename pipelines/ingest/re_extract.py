"""`verify` reading captures again: a sample, compared by the SHA-256 of their texts, or with
`--deep` all of them, compared row by row.

For `--deep` a second index is made in a temporary folder by the code that makes any index. A
difference means that another program changed, deleted or added a row, or that another version of
Warraq wrote it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from archive.config import CollectionConfig
from archive.errors import DamagedRecordError
from archive.index.connection import open_reader
from archive.index.rows import read_articles
from archive.layout import CollectionFolder
from archive.model import Capture, Reading
from archive.model.finding import Finding
from archive.query.audit import begin_snapshot, content_tables, sample_readings
from archive.query.reader import IndexReader
from archive.warc.capture_reader import read_payload
from archive.warc.file_names import list_warc_files
from pipelines.ingest.catch_up import index_files
from pipelines.ingest.queue import build_payload_facts
from pipelines.ingest.site_assignment import SiteAssignment
from pipelines.ingest.worker_pool import WorkerPool

# So many differing rows are named for each table; the rest is a number.
NAMED = 20
# Captures read again by a plain `verify`: a second or two, and enough to notice an index of another
# version.
SAMPLE = 20


def re_extract_sample(
    layout: CollectionFolder, config: CollectionConfig, *, count: int = SAMPLE
) -> Iterator[Finding]:
    """Read `count` captures of articles again, chosen by the hashes that name them, and compare the
    hashes of their texts.

    The same ones each time, until new ones come: what is found can be looked at again.
    """
    if not layout.index_db.exists():
        return
    with closing(open_reader(layout.index_db)) as index:
        rows = sample_readings(index, count)
    if not rows:
        return
    sites = SiteAssignment(config.sites)
    with IndexReader(layout.index_db) as reader, WorkerPool() as pool:
        asked = []
        for name, sha256 in rows:
            try:
                asked.append((reader.capture(name), sha256))
            except ValueError as error:  # a value that no writer of ours puts there
                detail = (
                    f"captures: the row of {name} cannot be read: {error}; "
                    "`warraq index --rebuild` mends it"
                )
                yield Finding(file=layout.index_db.name, rule="re-extraction", detail=detail)
        readings = [
            (capture, sha256, _submit_capture(layout, sites, pool, capture))
            for capture, sha256 in asked
            if capture
        ]
        for capture, sha256, future in readings:
            found = read_articles(capture, future.result()) if future is not None else []
            if not any(each.text["raw_sha256"] == sha256 for each in found):
                yield Finding(
                    file=capture.warc,
                    offset=capture.offset,
                    record_id=capture.record_id,
                    rule="re-extraction",
                    detail=f"read again, {capture.url} has another text than the index; "
                    "`warraq index --rebuild` mends it",
                )


def _submit_capture(
    layout: CollectionFolder, sites: SiteAssignment, pool: WorkerPool, capture: Capture
) -> Future[Reading] | None:
    try:
        message = read_payload(layout.archive, capture)
    except (DamagedRecordError, FileNotFoundError, LookupError):
        return None  # named by the checks of the WARC itself; here it counts as another text
    # Only captures that were read as an article are asked for: a cut one counted as whole then.
    facts = replace(build_payload_facts(capture, message), came_twice=True)
    return pool.submit(message.entity, facts, sites.site_of(capture))


def re_extract_all(
    layout: CollectionFolder, config: CollectionConfig, *, workers: int | None = None
) -> Iterator[Finding]:
    """Read all captures again; yield a finding for each row of `index.db` that is missing, added or
    different. Takes as long as a rebuild.

    Yields nothing if another process holds the write lock at the start; what a crawl adds later is
    not compared.
    """
    if not layout.index_db.exists():
        return
    with (
        tempfile.TemporaryDirectory(prefix="warraq-verify-") as folder,
        closing(open_reader(layout.index_db)) as kept,
    ):
        begin_snapshot(kept)  # what a crawl adds from here on is not seen
        files = list_warc_files(layout.archive)
        if layout.is_busy():  # it was, before that
            return
        fresh = Path(folder) / "index.db"
        index_files(fresh, files, config, layout, workers=workers)
        with closing(open_reader(fresh)) as made:
            for each in (kept, made):  # a damaged letter makes another text, not an error
                each.text_factory = lambda data: data.decode("utf-8", "backslashreplace")
            for table in content_tables(made):
                yield from _differences(kept, made, table)


def _differences(
    kept: sqlite3.Connection, made: sqlite3.Connection, table: str
) -> Iterator[Finding]:
    finding = Finding(file="index.db", rule="re-extraction", detail="")
    columns = [row[1] for row in made.execute(f"PRAGMA table_xinfo({table})")]
    if columns != [row[1] for row in kept.execute(f"PRAGMA table_xinfo({table})")]:
        yield replace(finding, detail=f"{table}: other columns than this version of Warraq makes")
        return
    name = columns.index("id") if "id" in columns else 0
    ours, theirs = _digests(kept, table, name), _digests(made, table, name)
    lost, extra = theirs.keys() - ours.keys(), ours.keys() - theirs.keys()
    for rows, said in (
        (lost, "is missing or was changed"),
        (extra, "does not come from the WARC files"),
    ):
        source = theirs if rows is lost else ours
        for digest in sorted(rows, key=lambda each: source[each])[:NAMED]:
            yield replace(
                finding,
                detail=f"{table}: the row of {source[digest]} {said}; "
                "`warraq index --rebuild` mends it",
            )
        if len(rows) > NAMED:
            yield replace(
                finding, detail=f"{table}: and {len(rows) - NAMED} rows more, of which each {said}"
            )


def _digests(connection: sqlite3.Connection, table: str, name: int) -> dict[int, str]:
    """A number for each row's whole content, and the value to name the row by: small enough for
    millions.
    """
    return {hash(row): str(row[name])[:200] for row in connection.execute(f"SELECT * FROM {table}")}  # noqa: S608
