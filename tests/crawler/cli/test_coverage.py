"""The command `gone`, and what `status --coverage` and `crawl --since --until` say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cli_run import Run
from loopback_site.server import Site, say
from loopback_site.small_paper import listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.cli.crawl import _ends_before
from crawler.crawl.options import CrawlOptions
from crawler.engine.run import crawl_sites


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection of a site that took one of its articles down."""
    layout = CollectionFolder.create(tmp_path / "c", "")
    with Site(paper(3)) as site:
        table = SiteConfig(name="paper", start=(site.url + "/",), delay=0.0, exclude=("/tag/",))
        config = CollectionConfig(name="test", sites=(table,))
        layout.config.write_text(
            f'[collection]\nname = "test"\n[sites.paper]\nstart = "{site.url}/"\n'
        )
        site.routes["/"] = say(listing("الجريدة", [*(f"/news/{n}" for n in range(3)), "/tag/1"]))
        crawl_sites(layout, config, [table], CrawlOptions())
        site.routes["/news/1"] = say("gone", status="410 Gone")
        with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
            crawl_sites(layout, config, [table], CrawlOptions())
    return layout.root


def test_what_was_taken_down_is_listed(run: Run, folder: Path) -> None:
    """With the time since when, and what answers now."""
    done = run("-C", folder, "gone", "--format", "jsonl")
    [row] = [json.loads(line) for line in done.out.splitlines()]
    assert row["url"].endswith("/news/1")
    assert row["reason"] == "HTTP 410"
    assert row["gone_since"] > datetime.now(UTC).isoformat()


def test_what_became_of_addresses_is_counted(run: Run, folder: Path) -> None:
    """By outcome, and for what was left out by the kind of reason."""
    done = run("-C", folder, "status", "--coverage", "--format", "jsonl")
    rows = [json.loads(line) for line in done.out.splitlines()]
    counts = {(row["outcome"], row["why"]): row["addresses"] for row in rows}
    assert counts[("captured", None)] >= 4
    assert counts[("left out", "scope")] == 1


@pytest.mark.parametrize(
    ("until", "since", "refused"),
    [
        ("2026-11-01", "2026-11-02", True),
        ("2026-11-02", "2026-11-02", False),
        ("2026-11", "2026-11-20", False),
        ("2025", "2026-01-01", True),
        ("2026-12-01", "2026-12", False),
    ],
)
def test_an_end_before_the_beginning_is_refused(until: str, since: str, *, refused: bool) -> None:
    """Of days, months and years alike."""
    assert _ends_before(until, since) is refused
