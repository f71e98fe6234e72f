"""The queues of one site in the frontier: its own, and one for each back-fill of a window of days.

Crawls of one leave what waits in the others alone, for weeks if need be; what one of them fetched
is not fetched again for another.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from crawler.frontier.queued_url import frontier_key


class SiblingQueues:
    """Of the frontier whose connection is given. A queue is named by its site, a back-fill's by the
    site, a blank and its window.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def queues(self, site: str) -> list[str]:
        """The queues of a site in which there was a run."""
        rows = self._db.execute("SELECT site FROM runs")
        return [queue for (queue,) in rows if queue.partition(" ")[0] == site]

    def drop_elsewhere(self, queue: str, url: str) -> None:
        """Have an article that was fetched for one queue of a site wait in none of the others."""
        for other in self.queues(queue.partition(" ")[0]):
            if other != queue:
                self._db.execute(
                    "UPDATE entries SET state=2, claims=NULL WHERE key=? AND state=0",
                    (frontier_key(other, url),),
                )

    def standing(self, queue: str) -> tuple[str | None, Any]:
        """How far a back-fill is: the oldest day with an article read (ISO), None before there is
        any; and what was noted of the pages of its listings.
        """
        statement = "SELECT reached, pages FROM back_fills WHERE queue=?"
        row = self._db.execute(statement, (queue,)).fetchone()
        return (None, {}) if row is None else (row[0], json.loads(row[1]))

    def note_standing(self, queue: str, day: str | None, pages: Any) -> None:
        """Note how far a back-fill is; `pages` can be written as JSON."""
        values = (queue, day, json.dumps(pages, ensure_ascii=False))
        self._db.execute("INSERT OR REPLACE INTO back_fills VALUES (?, ?, ?)", values)
