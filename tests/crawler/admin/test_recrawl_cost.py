"""What crawls cost a day, told from a collection that was crawled."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from loopback_site.server import Site
from loopback_site.small_paper import paper

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.admin.recrawl_cost import crawls_a_day, recrawl_costs
from crawler.crawl.options import CrawlOptions
from crawler.engine.run import crawl_sites

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def table(**more: object) -> SiteConfig:
    """A site's table."""
    return SiteConfig(name="paper", start=("http://127.0.0.1:9/",), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("schedule", "crawls"),
    [("*/30 * * * *", 48), ("0 * * * *", 24), ("0 6 * * *", 1), ("0 0 * * 0", 1 / 7), (None, 1)],
)
def test_a_schedule_as_crawls_a_day(schedule: str | None, crawls: float) -> None:
    """However rarely it comes round."""
    assert crawls_a_day(table(schedule=schedule), NOW) == pytest.approx(crawls, rel=0.02)


def test_before_the_first_crawl_only_the_start_is_known(tmp_path: Path) -> None:
    """And that is said."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    [cost] = recrawl_costs(layout, [table(schedule="0 * * * *")], NOW)
    assert (round(cost.requests), cost.visits, cost.why) == (24, 0, "not crawled yet")


def test_what_it_says_is_what_crawls_ask_for(tmp_path: Path) -> None:
    """Two days of crawls visit the articles as often; a budget bounds what is told and done."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    with Site(paper(12)) as site:
        config = SiteConfig(
            name="paper", start=(site.url + "/",), delay=0.0, schedule="0 */2 * * *"
        )

        def crawl(at: datetime, table: SiteConfig) -> int:
            site.wire.clear()
            collection = CollectionConfig(name="test", sites=(table,))
            with time_machine.travel(at):
                crawl_sites(layout, collection, [table], CrawlOptions())
            return sum("/news/" in target for target in site.wire.targets)

        begun = datetime.now(UTC)
        assert crawl(begun, config) == 12
        then = begun + timedelta(days=2)
        [cost] = recrawl_costs(layout, [config], then)
        [bounded] = recrawl_costs(layout, [replace(config, budget=5)], then)
        visited = [crawl(then + timedelta(hours=8 * n), config) for n in range(1, 7)]
        later = then + timedelta(days=4)
        spared = [
            crawl(later + timedelta(hours=8 * n), replace(config, budget=6)) for n in range(1, 5)
        ]
    assert cost.visits == pytest.approx(6)  # each every two days
    assert sum(visited) == 12
    assert (bounded.visits, bounded.budget) == (5, 5)
    assert "12 articles, 12 seen first within 30 days" in cost.why
    assert sum(spared[1:]) == 6 == spared[0]  # after a pause a day's at once, then what comes in
