"""The table `usage_signals` of `index.db` and the view `article_signals`: what sites state about
the use of what was captured.

A statement is a row of the capture that brought it. For an article these are its own captures, the
records that these repeat, the robots.txt that applied, and the site's tdmrep.json of the time. What
the headers of these two files say is about them alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from archive.index.rows import storable_text
from archive.model.usage_signals import TDMREP_PATH, UsageSignal

# The address of the site of a capture `c`, without its path.
_ORIGIN = "substr(c.url, 1, ifnull(nullif(instr(substr(c.url, 9), '/'), 0), 9999) + 7)"


def _latest_answer(condition: str) -> str:
    """SQL: the capture that brought what an address answered last, of the captures `t` that meet
    `condition`; a refusal or a failing server says nothing.
    """
    return f"""
    SELECT CASE WHEN t.record_type = 'revisit' AND ifnull(t.refers_to_url, t.url) = t.url
      THEN (SELECT id FROM captures WHERE record_id = t.refers_to_id) ELSE t.id END
    FROM captures t WHERE {condition} AND (
      t.record_type = 'response' AND t.status IN (200, 404, 410)
      OR t.record_type = 'revisit' AND t.status IN (200, 304)
        AND t.refers_to_id IN (SELECT record_id FROM captures))
    ORDER BY t.captured DESC, t.warc DESC, t.offset DESC LIMIT 1"""  # noqa: S608 - constants


_TDMREP = _latest_answer(f"t.url = {_ORIGIN} || '{TDMREP_PATH}' AND t.captured <= c.captured")

USAGE_SIGNALS = f"""
-- One statement about the use of what was captured, as the capture brought it.
CREATE TABLE usage_signals (
  capture_id TEXT, position INTEGER, source TEXT NOT NULL, agent TEXT NOT NULL, path TEXT NOT NULL,
  name TEXT NOT NULL, value TEXT, raw TEXT NOT NULL, PRIMARY KEY (capture_id, position)
) WITHOUT ROWID;
CREATE INDEX usage_signals_name ON usage_signals (name, value); -- which captures are reserved

-- The statements that concern each capture of an article, wherever they were made.
CREATE VIEW article_signals AS
SELECT c.article_id, c.id AS capture_id, s.capture_id AS stated_in,
  s.source, s.agent, s.path, s.name, s.value, s.raw
FROM captures c JOIN usage_signals s ON s.capture_id IN (
  c.id,
  (SELECT id FROM captures WHERE record_id = c.refers_to_id),
  (SELECT id FROM captures WHERE record_id = c.robots_id),
  (SELECT t.id FROM captures r JOIN captures t ON t.record_id = r.refers_to_id
    WHERE r.record_id = c.robots_id),
  ({_TDMREP}))
WHERE c.article_id IS NOT NULL AND (s.source IN ('robots.txt', 'tdmrep.json')
  OR s.capture_id IN (c.id, (SELECT id FROM captures WHERE record_id = c.refers_to_id)));
"""  # noqa: S608 - constants


def write_signals(db: sqlite3.Connection, capture_id: str, signals: Sequence[UsageSignal]) -> None:
    """Write the statements that a capture brought, in their order."""
    rows = [
        (
            capture_id,
            position,
            each.source,
            storable_text(each.agent),
            storable_text(each.path),
            storable_text(each.name),
            None if each.value is None else storable_text(each.value),
            storable_text(each.raw),
        )
        for position, each in enumerate(signals)
    ]
    db.executemany("INSERT INTO usage_signals VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def stated_signals(
    db: sqlite3.Connection, url: str, sources: Sequence[str] = ("tdmrep.json",)
) -> list[UsageSignal]:
    """What the file or page at `url` states in these places by its newest answer; nothing where
    that is that it is not there.
    """
    places = ", ".join("?" * len(sources))
    rows = db.execute(
        "SELECT source, agent, path, name, value, raw FROM usage_signals"  # noqa: S608 - a constant
        f" WHERE source IN ({places}) AND capture_id = ({_latest_answer('t.url = ?')})"
        " ORDER BY position",
        (*sources, url),
    )
    names = ("source", "agent", "path", "name", "value", "raw")
    return [UsageSignal(**dict(zip(names, row, strict=True))) for row in rows]


def delete_signals(db: sqlite3.Connection, capture_id: str) -> None:
    """Delete the statements of a capture."""
    db.execute("DELETE FROM usage_signals WHERE capture_id = ?", (capture_id,))
