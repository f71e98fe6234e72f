"""The tables of the frontier's database: their schema, the statements on entries, and entries as
rows.

Pure text and conversions; `crawler.frontier.queue` runs the statements.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from archive.model import Sighting
from crawler.frontier.queued_url import (
    LAST,
    PRIORITY,
    REDIRECTED,
    EntryState,
    QueuedUrl,
    priority_at,
    queue_priority,
)
from crawler.frontier.scope import UrlKind

_MAX_CLAIMS = 4  # announcements of one URL that travel with it into the WARC
FORMAT = 5

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    seq        INTEGER PRIMARY KEY,          -- order of arrival
    key        INTEGER NOT NULL UNIQUE,      -- 64 bits of SHA-256 over site and canonical key
    site       TEXT NOT NULL,                -- the queue: a site, or a back-fill of one
    url        TEXT NOT NULL,                -- as found: what will be asked for
    kind       TEXT NOT NULL,
    priority   INTEGER NOT NULL,             -- smaller goes first
    hops       INTEGER NOT NULL,
    via        TEXT,
    claims     TEXT,                         -- JSON list of announcements
    guess      INTEGER NOT NULL,             -- 1: nobody named it, so its absence is no failure
    named      INTEGER NOT NULL,             -- 1: robots.txt names it; may lie on another host
    redirected INTEGER NOT NULL,             -- 1: an answer led here
    by_spider  INTEGER NOT NULL,             -- 1: a spider's own request; the scope is for links
    request    BLOB,                         -- the request where it is more than a GET (marshal)
    state      INTEGER NOT NULL,             -- see EntryState
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,      -- Unix time
    leased     REAL,                         -- Unix time of the lease
    reason     TEXT,                         -- why it is dead
    told       INTEGER NOT NULL DEFAULT 0    -- 1: the archive says why it was not asked for yet
);
-- serves lease(): the next entry of a site
CREATE INDEX IF NOT EXISTS entries_waiting ON entries (site, priority, seq) WHERE state = 0;
-- serves leased() and release_leases()
CREATE INDEX IF NOT EXISTS entries_leased ON entries (site) WHERE state = 1;
-- addresses that this crawl was led to and does not queue, until the archive has them
CREATE TABLE IF NOT EXISTS left_out (
    site     TEXT,
    url      TEXT,
    why      TEXT NOT NULL,
    detail   TEXT NOT NULL,
    found_on TEXT,
    PRIMARY KEY (site, url)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    site     TEXT PRIMARY KEY,               -- the queue: a site, or a back-fill of one
    at       REAL NOT NULL,                  -- Unix time of the note
    summary  TEXT NOT NULL                   -- JSON: how the run stood, or ended
);
-- how far back-fills are
CREATE TABLE IF NOT EXISTS back_fills (
    queue    TEXT PRIMARY KEY,
    reached  TEXT,                           -- the oldest day with an article read (ISO)
    pages    TEXT NOT NULL                   -- JSON: what the last pages of each listing brought
);
"""

_COLUMNS = (
    "key, url, kind, hops, via, claims, guess, named, attempts, leased, redirected, by_spider,"
    " request"
)
INSERT_ENTRY = (
    "INSERT INTO entries (site, key, priority, state, url, kind, hops, via, claims, guess, named,"
    " attempts, leased, redirected, by_spider, request)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
PROMOTE_ENTRY = """
UPDATE entries SET
    kind = CASE WHEN ?1 < priority THEN ?2 ELSE kind END,
    priority = min(priority, ?1),
    claims = coalesce(claims, ?3),
    guess = min(guess, ?4)
WHERE key = ?5 AND state = 0
"""
_LEASE = """
UPDATE entries SET state=1, leased=coalesce(leased, :now) WHERE seq IN (
    SELECT seq FROM entries WHERE site=:site AND state=0 AND not_before<=:now{}
    ORDER BY priority, seq LIMIT :count
) RETURNING {}, priority, seq
"""
# What belongs to pages that were asked for: where they redirect to, and their requisites.
STARTED = f" AND priority IN ({REDIRECTED}, {PRIORITY[UrlKind.REQUISITE]})"
LEASE_NEXT = _LEASE.format("", _COLUMNS)
LEASE_STARTED = _LEASE.format(STARTED, _COLUMNS)
# What code put last and an earlier crawl left comes forward with each crawl, and stands in the end
# where articles do: else crawls with a limit would never come to it. Further pages of listings, put
# last by a back-fill, keep their order.
ADVANCE_LAST = f"""
UPDATE entries SET
    priority = CASE WHEN priority > {LAST + 1} THEN {LAST} + (priority - {LAST}) / 2
        ELSE {PRIORITY[UrlKind.ARTICLE]} END
WHERE site=? AND state=0 AND kind != '{UrlKind.SECTION}' AND priority > {LAST}
"""  # noqa: S608 - our own numbers
COUNT_WAITING = "SELECT count(*) FROM entries WHERE site=? AND state=0"
NEXT_DUE = "SELECT min(not_before) FROM entries WHERE site=? AND state=0"


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
        int(entry.redirected),
        int(entry.by_spider),
        request_blob(entry.request),
    )


# What an announcement says beside its URL. All of it is text, which `astuple` would copy.
_CLAIMED = attrgetter(*[field.name for field in fields(Sighting)][1:])


def claims_text(entry: QueuedUrl) -> str | None:
    """The first announcements of an entry as JSON, without their URL; None if it has none."""
    if not entry.claims:
        return None
    return json.dumps([_CLAIMED(claim) for claim in entry.claims[:_MAX_CLAIMS]], ensure_ascii=False)


def request_blob(request: dict[str, Any] | None) -> bytes | None:
    """A request's dictionary as the table keeps it; ValueError where it holds more than numbers,
    strings, bytes, lists and dictionaries.
    """
    return None if request is None else marshal.dumps(request)


def entry_from_row(row: Sequence[Any]) -> QueuedUrl:
    """The entry of one row of LEASE_NEXT."""
    key, url, kind, hops, via, claims, guess, named, attempts, leased = row[:10]
    redirected, by_spider, request = row[10:13]
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
        redirected=bool(redirected),
        by_spider=bool(by_spider),
        request=None if request is None else marshal.loads(request),  # noqa: S302 - ours, no code
        priority=priority_at(row[-2]),
        key=key,
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
