"""What a withdrawal covers: how an article was read, and the captures that show it."""

from __future__ import annotations

import json
from typing import Any

from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader

Row = dict[str, Any]

# Read as the article, captured at an address of it, or a revisit of one that was.
_SHOWING = """
WITH shown AS (
  SELECT c.* FROM captures c JOIN _readings r ON r.capture_id = c.id AND r.ordinal = 0
    WHERE r.site = :site AND (r.name_key IN (SELECT value FROM json_each(:keys))
      OR (r.is_active = 0 AND r.key IN (SELECT value FROM json_each(:keys)))
      OR r.text_sha256 IN (SELECT value FROM json_each(:texts)))
  UNION SELECT c.* FROM captures c WHERE c.url IN (SELECT value FROM json_each(:urls)))
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
        values[row["kind"]].add(row["value"])
    return values


def captures_showing(reader: IndexReader, withdrawal: Withdrawal) -> list[Row]:
    """The rows of captures that show the article, withdrawn or about to be, and of revisits of
    them, by file and offset.
    """
    values = {name: json.dumps(getattr(withdrawal, name)) for name in ("keys", "texts", "urls")}
    return list(reader.rows(_SHOWING, {"site": withdrawal.site, **values}))


def captures_carrying(reader: IndexReader, withdrawal: Withdrawal) -> tuple[tuple[str, str], ...]:
    """The captures of other pages (listings) that carry the article's text, as (URL, ISO 8601)."""
    values = {name: json.dumps(getattr(withdrawal, name)) for name in ("keys", "texts")}
    rows = reader.rows(_CARRYING, {"site": withdrawal.site, **values})
    return tuple((row["url"], row["captured"]) for row in rows)
