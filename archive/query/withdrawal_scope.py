"""What a withdrawal covers: how an article was read, and the captures that show it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from archive.index.withdrawals import CANDIDATES, candidate_values, covered_texts
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.warc.capture_reader import read_captures
from archive.warc.file_names import final_name, is_arc, list_warc_files

Row = dict[str, Any]

# Read as the article, captured at an address of it and not read as another that stands, or a
# revisit of one that was. The texts of what is withdrawn already are no longer kept.
_SHOWING = """
WITH gone AS (
  SELECT text_id FROM _readings WHERE site = :site AND is_active = 0 AND ordinal = 0
    AND (own_key IN (SELECT value FROM json_each(:keys))
      OR key IN (SELECT value FROM json_each(:keys))
      OR text_sha256 IN (SELECT value FROM json_each(:texts)))),
shown AS (
  SELECT c.* FROM captures c JOIN _readings r ON r.capture_id = c.id AND r.ordinal = 0
    WHERE r.text_id IN (SELECT value FROM json_each(:covered)) OR r.text_id IN gone
  UNION SELECT c.* FROM captures c WHERE c.url IN (SELECT value FROM json_each(:urls))
    AND NOT EXISTS (
      SELECT 1 FROM _readings r WHERE r.capture_id = c.id AND r.ordinal = 0 AND r.is_active = 1))
SELECT * FROM shown UNION SELECT c.* FROM captures c WHERE c.record_type = 'revisit'
  AND c.refers_to_id IN (SELECT record_id FROM shown WHERE record_id != '') ORDER BY warc, offset
"""
_CARRYING = """
SELECT DISTINCT c.url, c.captured FROM _readings r JOIN captures c ON c.id = r.capture_id
WHERE r.ordinal > 0 AND r.site = :site AND (r.text_sha256 IN (SELECT value FROM json_each(:texts))
  OR r.key IN (SELECT value FROM json_each(:keys))) ORDER BY c.captured, c.url
"""


def withdrawals(reader: IndexReader) -> list[Row]:
    """Every row of `withdrawals`, by article."""
    return list(reader.rows("SELECT * FROM withdrawals ORDER BY article_id"))


def readings_of(reader: IndexReader, article: str) -> list[Row]:
    """The readings of an article (its id), each with the signature of its text, and its hash as it
    stood on the page: another capture of it may be read before its boilerplate is known.
    """
    statement = (
        "SELECT r.*, t.raw_sha256, t.signature FROM _readings r JOIN _texts t ON t.id = r.text_id"
        " WHERE r.article_id = :id"
    )
    return list(reader.rows(statement, {"id": article}))


def withdrawn_values(reader: IndexReader, article: str) -> dict[str, set[str]]:
    """What is withdrawn with an article (its id): `key`, `text`, `url` and `signature`, each with
    its values.
    """
    values: dict[str, set[str]] = {name: set() for name in ("key", "text", "url", "signature")}
    statement = "SELECT kind, value FROM _withdrawn WHERE article_id = :id"
    for row in reader.rows(statement, {"id": article}):
        if row["kind"] in values:
            values[row["kind"]].add(row["value"])
    return values


def standing_withdrawal(reader: IndexReader, row: Row) -> Withdrawal:
    """What the row of `withdrawals` says, with all that the index knows of it, purges aside."""
    withdrawn = withdrawn_values(reader, row["article_id"])
    return Withdrawal(
        article_id=row["article_id"],
        site=row["site"],
        url=row["url"],
        at=datetime.fromisoformat(row["withdrawn"]),
        reason=row["reason"],
        keys=tuple(sorted(withdrawn["key"])),
        texts=tuple(sorted(withdrawn["text"])),
        urls=tuple(sorted(withdrawn["url"])),
        digests=tuple(row["payload_digests"].split()),
        signatures=tuple(sorted(withdrawn["signature"])),
    )


def begun_purges(reader: IndexReader) -> list[tuple[Row, str]]:
    """The rows of `withdrawals` whose purge was begun and is not done, each with the purge's id."""
    rows = reader.rows(
        "SELECT w.*, b.value AS purge FROM withdrawals w JOIN _withdrawn b"
        " ON b.article_id = w.article_id AND b.kind = 'purge' WHERE NOT EXISTS"
        " (SELECT 1 FROM _withdrawn d WHERE d.kind = 'purged' AND d.value = b.value"
        " AND d.article_id = b.article_id) ORDER BY w.article_id, b.value"
    )
    return [(row, row.pop("purge")) for row in map(dict, rows)]


def unfinished_purges(layout: CollectionFolder) -> list[str]:
    """The articles (ids) whose purge was begun, by the index or by what it has not read of the
    WARC files, and is not done; empty where there is no index, or one that has to be made anew.

    StorageError where the index cannot be read.
    """
    if not layout.has_usable_index():
        return []
    with IndexReader(layout.index_db) as reader:
        ends = {row["warc"]: row["end"] for row in reader.rows("SELECT warc, end FROM _progress")}
        begun = {(row["article_id"], purge) for row, purge in begun_purges(reader)}
    done: set[tuple[str, str]] = set()
    for path in list_warc_files(layout.archive, include_open=True):
        start = ends.get(final_name(path), 0)
        # An import's file that no index has seen can be large, and no purge was begun by one.
        if is_arc(path) or path.name.startswith("import-"):
            continue
        with suppress(FileNotFoundError):  # a crawl has closed it meanwhile
            for item in read_captures(path, start=start) if path.stat().st_size > start else ():
                if isinstance(item, Withdrawal) and item.purge:
                    (done if item.purged else begun).add((item.article_id, item.purge))
    return sorted({article for article, _ in begun - done})


def captures_showing(reader: IndexReader, withdrawal: Withdrawal) -> list[Row]:
    """The rows of captures that show the article, withdrawn or about to be, and of revisits of
    them, by file and offset.
    """
    stored = replace(withdrawal, site=reader.site_identity(withdrawal.site))
    values = candidate_values(stored)
    candidates = reader.rows(CANDIDATES, values)
    covered = covered_texts((tuple(row.values()) for row in candidates), stored)
    values |= {"urls": json.dumps(withdrawal.urls), "covered": json.dumps(covered)}
    return list(reader.rows(_SHOWING, values))


def captures_carrying(reader: IndexReader, withdrawal: Withdrawal) -> tuple[tuple[str, str], ...]:
    """The captures of other pages (listings) that carry the article's text, as (URL, ISO 8601)."""
    values = {name: json.dumps(getattr(withdrawal, name)) for name in ("keys", "texts")}
    rows = reader.rows(_CARRYING, {"site": reader.site_identity(withdrawal.site), **values})
    return tuple((row["url"], row["captured"]) for row in rows)
