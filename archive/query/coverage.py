"""What became of the addresses that sites announced and linked, by the view `coverage`."""

from __future__ import annotations

from typing import Any

from archive.query.reader import IndexReader

Row = dict[str, Any]

# The first word of a reason names its kind: `limit: pages`, `robots: robots.txt forbids it`.
_COUNTS = """
SELECT site, ifnull(outcome, 'unknown') AS outcome,
  CASE WHEN outcome = 'left out' THEN substr(reason, 1, ifnull(nullif(instr(reason, ':'), 0), 999) - 1) END AS why,
  count(*) AS addresses, min(first_announced) AS first, max(first_announced) AS last
FROM coverage GROUP BY 1, 2, 3 ORDER BY 1, 2, 4 DESC, 3
"""  # noqa: E501


COUNTED = ("site", "outcome", "why", "addresses", "first", "last")


def coverage_counts(reader: IndexReader) -> list[Row]:
    """For each site and outcome, and for what was left out each kind of reason: how many addresses,
    and when the first and the last of them were met.
    """
    return list(reader.rows(_COUNTS))
