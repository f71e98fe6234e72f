"""What alarms need from the archive itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from archive.model.alarm import AlarmKind
from archive.query.alarms.site_history import SiteHistory, read_history
from archive.query.reader import IndexReader
from crawler.alarms.evidence import count_entries, find_blocker

BEGAN = datetime(2026, 11, 20, 8, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_a_sitemap_that_became_empty_is_told(watched: Any) -> None:
    """After some days of five addresses it names none, twice: counted in the archive's bytes; it is
    over when it names some again.
    """
    for number in range(5):
        assert watched.look(BEGAN + number * DAY * 0.7).opened == ()
    watched.paper.empty = True
    assert watched.look(BEGAN + 4 * DAY).opened == ()
    (alarm,) = watched.look(BEGAN + 4 * DAY + 2 * HOUR).opened
    assert alarm.kind is AlarmKind.EMPTY_SOURCE
    assert alarm.text == f"{watched.site.url}/sitemap.xml names no address any more"
    assert alarm.since == BEGAN + 4 * DAY
    watched.paper.empty = False
    assert len(watched.look(BEGAN + 4 * DAY + 4 * HOUR).closed) == 1


def test_nobody_is_named_without_a_refusal(watched: Any) -> None:
    """A site that answers has no blocker, and nothing is counted that did not become small."""
    watched.look(BEGAN)
    (site,) = watched.config.sites
    with IndexReader(watched.layout.index_db) as reader:
        history = read_history(reader, "paper", BEGAN + HOUR, starts=site.start)
        assert find_blocker(history, reader, watched.layout) is None
        assert count_entries(history, reader, watched.layout, site) == history
        assert find_blocker(SiteHistory(site="new"), reader, watched.layout) is None
