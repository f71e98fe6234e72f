"""The view `coverage` of `index.db`: what became of each address that was announced or linked.

It joins what the tables hold: announcements, captures, failures, and what crawls left out. An
address that a finished crawl was led to and that has none of these has no outcome: there should be
none.
"""

from __future__ import annotations

import re
import sqlite3

# An address of a site, each time something tells of it.
_FOUND = """
  SELECT s.url, ifnull(c.site, (SELECT site FROM captures WHERE url = s.source LIMIT 1)),
      s.source, s.seen
    FROM sightings s LEFT JOIN crawls c ON c.id = s.crawl_id
  UNION ALL SELECT url, site, via, captured FROM captures WHERE via IS NOT NULL OR status < 400
  UNION ALL SELECT f.url, c.site, NULL, f.at FROM failures f JOIN crawls c ON c.id = f.crawl_id
  UNION ALL SELECT url, site, found_on, first_at FROM _left_out
"""
_NEWEST = "ORDER BY captured DESC, warc DESC, offset DESC LIMIT 1"
# Failures that are no answer: robots.txt forbade to ask, or a page was not followed further.
_NOT_ASKED = "stage IN ('discovery', 'robots')"
# What each table says of an address.
_SAID = f"""
  (SELECT id FROM captures c WHERE c.url = f.url AND c.status BETWEEN 200 AND 399 {_NEWEST})
    AS answered,
  (SELECT id FROM captures c WHERE c.url = f.url {_NEWEST}) AS latest,
  (SELECT max(captured) FROM captures c WHERE c.url = f.url) AS captured,
  (SELECT max(at) FROM failures x WHERE x.url = f.url AND NOT x.{_NOT_ASKED}) AS failed,
  (SELECT reason FROM failures x WHERE x.url = f.url AND NOT x.{_NOT_ASKED}
    ORDER BY at DESC, id LIMIT 1) AS failure,
  (SELECT iif(stage = 'robots', 'robots: ', '') || reason FROM failures x
    WHERE x.url = f.url AND x.{_NOT_ASKED} ORDER BY at DESC, id LIMIT 1) AS not_asked,
  (SELECT why || iif(detail = '', '', ': ' || detail) FROM _left_out l
    WHERE l.url = f.url AND l.site IS f.site) AS left_out,
  (SELECT iif(r.id IS NULL, 'no crawl: only files of other tools announce it',
      'interrupted: its crawl is under way, or was killed')
    FROM sightings s LEFT JOIN crawls r ON r.id = s.crawl_id
    WHERE s.url = f.url AND ifnull(r.outcome, 'running') = 'running' LIMIT 1) AS waiting
"""  # noqa: S608 - constants

COVERAGE = f"""
-- What became of each address that was announced or linked, once for each site led to it.
CREATE VIEW coverage AS
WITH found (url, site, announced_by, at) AS ({_FOUND}),
once (url, site, announced_by, first_announced) AS (
  SELECT url, site, min(announced_by), min(at) FROM found GROUP BY url, site),
joined AS (SELECT f.*, {_SAID} FROM once f)
SELECT url, site, announced_by, first_announced,
  max(ifnull(captured, failed), ifnull(failed, captured)) AS last_asked,
  CASE WHEN answered IS NOT NULL THEN 'captured'
    WHEN latest IS NOT NULL OR failed IS NOT NULL THEN 'failed'
    WHEN coalesce(left_out, not_asked, waiting) IS NOT NULL THEN 'left out' END AS outcome,
  CASE WHEN answered IS NULL THEN coalesce(
    failure,
    'HTTP ' || (SELECT status FROM captures WHERE id = latest),
    left_out, not_asked, waiting) END AS reason,
  ifnull(answered, latest) AS capture_id,
  (SELECT article_id FROM captures WHERE id = ifnull(answered, latest)) AS article_id
FROM joined;
"""  # noqa: S608 - constants

# Reasons for which an address is not asked for again: the site says that nothing is there, or
# nothing would come of it, or it was not wanted. What `include` and `exclude` kept out may be
# wanted by now: they are asked again.
_NOT_MISSED = re.compile(
    r"HTTP (404|410|451)\b|(date|folded|trap|budget)(:|$)|scope: (?!matches )"
    r"|robots: (robots\.txt forbids|the site reserves)"
)


def missing_addresses(db: sqlite3.Connection, site: str) -> list[tuple[str, str | None]]:
    """The addresses of a site that have no capture that answers and may have one, those announced
    last first, with what announced them.
    """
    rows = db.execute(
        "SELECT url, announced_by, reason FROM coverage WHERE site = ?"
        " AND outcome IS NOT 'captured' ORDER BY first_announced DESC, url",
        (site,),
    ).fetchall()
    return [(url, via) for url, via, reason in rows if not _NOT_MISSED.match(reason or "")]
