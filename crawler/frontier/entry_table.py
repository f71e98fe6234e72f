"""The tables of the frontier's database: their schema, the statements on entries, and entries as
rows.

Pure text and conversions; `crawler.frontier.queue` runs the statements.
"""

from __future__ import annotations

import json
from dataclasses import astuple

from archive.model import Sighting
from crawler.frontier.queued_url import EntryState, QueuedUrl, queue_priority
from crawler.frontier.scope import UrlKind

_MAX_CLAIMS = 4  # announcements of one URL that travel with it into the WARC
FORMAT = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    seq        INTEGER PRIMARY KEY,          -- order of arrival
    key        INTEGER NOT NULL UNIQUE,      -- 64 bits of SHA-256 over site and canonical key
    site       TEXT NOT NULL,
    url        TEXT NOT NULL,                -- as found: what will be asked for
    kind       TEXT NOT NULL,
    priority   INTEGER NOT NULL,             -- smaller goes first
    hops       INTEGER NOT NULL,
    via        TEXT,
    claims     TEXT,                         -- JSON list of announcements
    guess      INTEGER NOT NULL,             -- 1: nobody named it, so its absence is no failure
    named      INTEGER NOT NULL,             -- 1: robots.txt names it; may lie on another host
    state      INTEGER NOT NULL,             -- see EntryState
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,      -- Unix time
    leased     REAL,                         -- Unix time of the lease
    reason     TEXT                          -- why it is dead
);
-- serves lease(): the next entry of a site
CREATE INDEX IF NOT EXISTS entries_waiting ON entries (site, priority, seq) WHERE state = 0;
-- serves leased() and release_leases()
CREATE INDEX IF NOT EXISTS entries_leased ON entries (site) WHERE state = 1;
CREATE TABLE IF NOT EXISTS runs (
    site     TEXT PRIMARY KEY,
    at       REAL NOT NULL,                  -- Unix time of the note
    summary  TEXT NOT NULL                   -- JSON: how the run stood, or ended
);
"""

_COLUMNS = "url, kind, hops, via, claims, guess, named, attempts, leased"
SELECT_LEASED = f"SELECT {_COLUMNS} FROM entries WHERE site=? AND state=1"  # noqa: S608 - a constant
INSERT_ENTRY = (
    "INSERT INTO entries (site, key, priority, state, url, kind, hops, via, claims, guess, named,"
    " attempts, leased)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PROMOTE_ENTRY = """
UPDATE entries SET
    kind = CASE WHEN ?1 < priority THEN ?2 ELSE kind END,
    priority = min(priority, ?1),
    claims = coalesce(claims, ?3),
    guess = min(guess, ?4)
WHERE key = ?5 AND state = 0
"""
LEASE_NEXT = f"""
UPDATE entries SET state=1, leased=:now WHERE seq = (
    SELECT seq FROM entries WHERE site=:site AND state=0 AND not_before<=:now
      AND priority BETWEEN :first AND :last
    ORDER BY priority, seq LIMIT 1
) RETURNING {_COLUMNS}
"""  # noqa: S608 - a constant


def row_from_entry(site: str, key: int, entry: QueuedUrl, state: EntryState) -> tuple[object, ...]:
    """The values of INSERT_ENTRY for an entry of `site` in `state`; `key` is its frontier key."""
    return (
        site,
        key,
        queue_priority(entry),
        int(state),
        entry.url,
        str(entry.kind),
        entry.hops,
        entry.via,
        claims_text(entry),
        int(entry.guess),
        int(entry.named_by_robots),
        entry.attempts,
        entry.leased or None,
    )


def claims_text(entry: QueuedUrl) -> str | None:
    """The first announcements of an entry as JSON, without their URL; None if it has none."""
    if not entry.claims:
        return None
    return json.dumps(
        [astuple(claim)[1:] for claim in entry.claims[:_MAX_CLAIMS]], ensure_ascii=False
    )


def entry_from_row(
    row: tuple[str, str, int, str | None, str | None, int, int, int, float | None],
) -> QueuedUrl:
    """The entry of one row of SELECT_LEASED or LEASE_NEXT."""
    url, kind, hops, via, claims, guess, named, attempts, leased = row
    return QueuedUrl(
        url=url,
        kind=UrlKind(kind),
        hops=hops,
        via=via,
        claims=tuple(_claim(url, fields) for fields in json.loads(claims)) if claims else (),
        guess=bool(guess),
        named_by_robots=bool(named),
        attempts=attempts,
        leased=leased or 0.0,
    )


def _claim(url: str, fields: list[str | None]) -> Sighting:
    source, kind, title, published, modified = fields
    return Sighting(
        url=url,
        source=source or "",
        kind=kind or "",
        title=title,
        published=published,
        modified=modified,
    )
