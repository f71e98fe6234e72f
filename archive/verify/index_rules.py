"""Whether the CDXJ and `index.db` are what the WARC files say, both ways, and whether they are
sound in themselves.

Both are projections: what is found here is mended by `warraq index --rebuild`, and nothing in
`archive/` is lost by it. Only the places and names that they repeat of the records are compared;
what pages say is read again by `--deep`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from archive.cdx.not_modified import revisit_line
from archive.errors import StorageError, WarraqError
from archive.index.connection import (
    check_version,
    connect_existing,
    is_locked_or_read_only,
    storage_errors,
)
from archive.index.rows import storable_text
from archive.index.withdrawals import hidden_from_replay
from archive.layout import CollectionFolder
from archive.model.finding import REBUILD_INDEX, Finding
from archive.model.identity import text_sha256, version_id
from archive.model.withdrawal import HiddenFromReplay
from archive.query import audit
from archive.query.withdrawal_scope import unfinished_purges
from archive.verify.cross_record_rules import RecordLedger, RecordRow

_LINE_LIMIT = 1 << 20
INDEX_DAMAGED = "index-damaged"  # the rule of an index that cannot be asked, or only in part


# --------------------------------------------------------------------------------------------- CDXJ


def read_hidden(path: Path) -> HiddenFromReplay:
    """What shows a withdrawn article, by the index; nothing if the index cannot be read."""
    if not path.exists():
        return HiddenFromReplay()
    with (
        suppress(StorageError),  # what is wrong with it is `check_index`'s to say
        storage_errors(path, is_trusted=False),
        closing(connect_existing(path, "ro")) as connection,
    ):
        return hidden_from_replay(connection)
    return HiddenFromReplay()


def check_cdxj(
    path: Path, ledger: RecordLedger, hidden: HiddenFromReplay | None = None
) -> Iterator[Finding]:
    """The sorted file and the lines that wait beside it, against the records: each line, and the
    line of each capture and other record that is to have one.

    What is `hidden`, since it shows a withdrawn article, must have none.
    """
    waiting = path.with_name(path.name + ".new")
    if path.exists():
        yield from _check_cdxj_lines(path, ledger, must_be_sorted=True)
    if waiting.exists():
        yield from _check_cdxj_lines(waiting, ledger, must_be_sorted=False)
    hidden = hidden or HiddenFromReplay()
    for warc, offset in sorted({*hidden.places, *ledger.places_made_of(hidden.pages)}):
        if not ledger.mark_named(warc, offset):
            detail = f"{path.name} has a line for a withdrawn article; run: warraq index"
            yield Finding(file=warc, offset=offset, rule="cdxj-withdrawn", detail=detail)
    for record in ledger.lines_missing():
        yield Finding(
            file=record.warc,
            offset=record.offset,
            record_id=record.record_id,
            rule="cdxj-missing",
            detail=f"{path.name} has no line for {record.url}; {REBUILD_INDEX}",
        )


def _check_cdxj_lines(
    path: Path, ledger: RecordLedger, *, must_be_sorted: bool
) -> Iterator[Finding]:
    before = b""
    place = 0
    with path.open("rb") as file:
        while raw := file.readline(_LINE_LIMIT):
            if must_be_sorted and raw < before:
                yield Finding(
                    file=path.name,
                    offset=place,
                    rule="cdxj-order",
                    detail=f"the line at byte {place} is out of order; {REBUILD_INDEX}",
                )
            if raw == before:
                yield Finding(
                    file=path.name,
                    offset=place,
                    rule="cdxj-repeated",
                    detail=f"the line at byte {place} repeats the one before; {REBUILD_INDEX}",
                )
            if (
                raw.endswith(b"\n") or must_be_sorted
            ):  # a waiting line cut off by a kill is left out by everyone
                yield from _check_cdxj_line(path, place, raw, ledger)
            before, place = raw, place + len(raw)


def _check_cdxj_line(path: Path, place: int, raw: bytes, ledger: RecordLedger) -> Iterator[Finding]:
    try:
        own = revisit_line(raw)
        text = own.decode("utf-8")
        fields = json.loads(text.split(" ", 2)[2])
        warc, offset = str(fields["filename"]), int(fields["offset"])
        leads_right = own == raw or _leads_right(raw, ledger)
    except (ValueError, KeyError, IndexError, TypeError):
        yield Finding(
            file=path.name,
            offset=place,
            rule="cdxj-line",
            detail=f"the line at byte {place} cannot be read; {REBUILD_INDEX}",
        )
        return
    record = ledger.record_at(warc, offset)
    if record is None:
        yield Finding(
            file=warc,
            offset=offset,
            rule="cdxj-dangling",
            detail=f"{path.name} has a line for a record that is not there; {REBUILD_INDEX}",
        )
        return
    ledger.mark_named(warc, offset)
    if not leads_right or not _is_line_of(record, text, fields):
        yield Finding(
            file=warc,
            offset=offset,
            record_id=record.record_id,
            rule="cdxj-differs",
            detail=f"the line in {path.name} is not what the record says: {text.strip()[:200]}; "
            f"{REBUILD_INDEX}",
        )


def _is_line_of(record: RecordRow, text: str, fields: dict[str, Any]) -> bool:
    """Whether a line is what the record says. Where a foreign record states no digest the line
    holds one that was worked out.
    """
    if record.cdxj:
        return text == record.cdxj
    return int(fields.get("length", -1)) == record.length and fields.get("url", "") == record.url


def _leads_right(line: bytes, ledger: RecordLedger) -> bool:
    """Whether the line of a 304 revisit leads to a record that it can confirm, and repeats that
    record's line.
    """
    fields = json.loads(line.split(b" ", 2)[2])
    repeated = {name: value for name, value in fields.items() if not name.startswith("revisit.")}
    record = ledger.record_at(str(fields["filename"]), int(fields["offset"]))
    if record is None or record.url != fields["url"]:
        return False
    if not record.cdxj:
        return int(fields["length"]) == record.length
    return bool(json.loads(record.cdxj.split(" ", 2)[2]) == repeated)


# -------------------------------------------------------------------------------------------- index


def check_index(path: Path, ledger: RecordLedger, *, busy: bool = False) -> Iterator[Finding]:
    """The database's own soundness, and its rows against the records. `busy` says that a crawl is
    writing to it.
    """
    if not path.exists():
        if (
            next(ledger.captures(), None) is not None
        ):  # before the first crawl there is nothing to index
            yield Finding(
                file=path.name, rule="index-absent", detail="there is no index; run: warraq index"
            )
        return
    try:
        with storage_errors(path, repair=REBUILD_INDEX, is_trusted=False):
            with closing(connect_existing(path, "ro")) as connection:
                check_version(connection, path)
                yield from _check_database(path, connection)
                yield from _compare_captures(path, connection, ledger)
                yield from _check_version_texts(path, connection)
                yield from _check_articles(path, connection)
            if not busy:
                yield from _check_full_text(path)
    except WarraqError as error:
        yield Finding(file=path.name, rule=INDEX_DAMAGED, detail=str(error))


def check_purges(folder: CollectionFolder) -> Iterator[Finding]:
    """A finding for each purge that was begun and not finished: bytes of the article may still be
    in the archive.
    """
    # what is wrong with the index is `check_index`'s to say
    with suppress(WarraqError), storage_errors(folder.index_db, is_trusted=False):
        for article in unfinished_purges(folder):
            detail = (
                f"the purge of the withdrawn article {article} was begun and is not finished;"
                " run: warraq index"
            )
            yield Finding(file=folder.index_db.name, rule="purge-unfinished", detail=detail)


def _check_database(path: Path, connection: sqlite3.Connection) -> Iterator[Finding]:
    for (message,) in connection.execute("PRAGMA integrity_check(20)"):
        if message != "ok":
            yield Finding(file=path.name, rule=INDEX_DAMAGED, detail=f"{message}; {REBUILD_INDEX}")
    for table, rowid, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(
            file=path.name,
            rule="index-reference",
            detail=f"row {rowid} of {table} refers to nothing in {parent}; {REBUILD_INDEX}",
        )


def _compare_captures(
    path: Path, connection: sqlite3.Connection, ledger: RecordLedger
) -> Iterator[Finding]:
    """Walk rows and records side by side, both by file and offset."""
    rows = audit.capture_places(connection)
    records = ledger.captures()
    record = next(records, None)
    for row in rows:
        place = (row[0], row[1])
        while record is not None and (record.warc, record.offset) < place:
            yield _not_indexed(path, record)
            record = next(records, None)
        if record is not None and (record.warc, record.offset) == place:
            yield from _compare_capture(path, row, record)
            record = next(records, None)
        else:
            yield Finding(
                file=row[0],
                offset=row[1],
                record_id=row[3],
                rule="index-dangling",
                detail=f"{path.name} has a capture that no record is at; {REBUILD_INDEX}",
            )
    while record is not None:
        yield _not_indexed(path, record)
        record = next(records, None)


def _not_indexed(path: Path, record: RecordRow) -> Finding:
    detail = f"{path.name} has no capture of {record.url}; run: warraq index"
    return Finding(
        file=record.warc,
        offset=record.offset,
        record_id=record.record_id,
        rule="index-missing",
        detail=detail,
    )


def _compare_capture(path: Path, row: tuple[object, ...], record: RecordRow) -> Iterator[Finding]:
    compared = {
        "length": (row[2], record.length),
        "record_id": (row[3], storable_text(record.record_id) or row[3]),
        "record_type": (row[4], record.kind),
        "url": (row[5], storable_text(record.url)),
        "captured": (str(row[6])[:19], record.date[:19]),
        "payload_digest": (row[7], record.digest or row[7]),
    }
    wrong = [
        f"{name} {indexed!r}, in the record {written!r}"
        for name, (indexed, written) in compared.items()
        if indexed != written
    ]
    if wrong:
        yield Finding(
            file=record.warc,
            offset=record.offset,
            record_id=record.record_id,
            rule="index-differs",
            detail=f"the capture in {path.name} has {'; '.join(wrong)}; {REBUILD_INDEX}",
        )


def _check_version_texts(path: Path, connection: sqlite3.Connection) -> Iterator[Finding]:
    """Each version's text against its hash, and each hash against its id: a changed letter is
    found.
    """
    for identifier, article, title, body, sha256 in audit.version_texts(connection):
        if text_sha256(title, body) != sha256:
            yield Finding(
                file=path.name,
                rule="index-text",
                detail=f"version {identifier}: its text is not what its hash says; {REBUILD_INDEX}",
            )
        elif version_id(article, sha256) != identifier:
            yield Finding(
                file=path.name,
                rule="index-text",
                detail=f"version {identifier}: its id is not that of its text; {REBUILD_INDEX}",
            )


def _check_articles(path: Path, connection: sqlite3.Connection) -> Iterator[Finding]:
    """Each article against its version, and against what the latest capture of that was read as."""
    for identifier in audit.articles_without_row(connection):
        yield Finding(
            file=path.name,
            rule="index-article",
            detail=f"article {identifier} has versions and no row; {REBUILD_INDEX}",
        )
    for identifier in audit.articles_unlike_reading(connection):
        detail = (
            f"article {identifier}: its row is not what its version and its latest capture say; "
            f"{REBUILD_INDEX}"
        )
        yield Finding(file=path.name, rule="index-article", detail=detail)


def _check_full_text(path: Path) -> Iterator[Finding]:
    """FTS5's own check, which SQLite runs as a write; nothing is changed."""
    connection = connect_existing(path, "rw", timeout=5)
    try:
        connection.execute("BEGIN IMMEDIATE")
        missing = audit.check_full_text(connection)
        if missing:
            yield Finding(
                file=path.name,
                rule="index-search",
                detail=f"{missing} articles cannot be searched; {REBUILD_INDEX}",
            )
        connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        if not is_locked_or_read_only(error):  # then it cannot be asked, which is no damage
            yield Finding(
                file=path.name,
                rule="index-search",
                detail=f"the full-text index: {error}; {REBUILD_INDEX}",
            )
    finally:
        connection.close()
