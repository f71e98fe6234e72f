"""What a project may not set: said in a line, before anything is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from loopback_site.server import Site
from loopback_site.small_paper import paper
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from archive.layout import CollectionFolder
from crawler.engine.addon import WarraqAddon
from crawler.engine.refused_settings import RefusedSettingError, check_settings
from crawler.engine.spider import NewsSpider

SELECT = "twisted.internet.selectreactor.SelectReactor"
FIFO = "scrapy.core.scheduler.Scheduler"
SPIDER = f"""
from crawler.engine.spider import NewsSpider

class Fifo(NewsSpider):
    custom_settings = {{"SCHEDULER": "{FIFO}"}}
"""


def test_a_reactor_without_asyncio_is_refused_for_every_spider() -> None:
    """The recorder would wait for ever; where no reactor runs, none is asked about."""
    for spider in (Spider, NewsSpider):
        for reactor in (SELECT, None):
            settings = Settings({"TWISTED_REACTOR": reactor}, priority="project")
            with pytest.raises(RefusedSettingError, match="TWISTED_REACTOR"):
                WarraqAddon(Crawler(spider, settings)).update_settings(settings)
    check_settings(
        Settings({"TWISTED_REACTOR": SELECT, "TWISTED_REACTOR_ENABLED": False}), own_scheduler=True
    )


def test_another_project_s_scheduler_stays() -> None:
    """Only a site's own spider needs ours."""
    settings = Settings({"SCHEDULER": FIFO}, priority="project")
    crawler = Crawler(Spider, settings)
    WarraqAddon.from_crawler(crawler).update_settings(crawler.settings)
    assert crawler.settings["SCHEDULER"] == FIFO
    with pytest.raises(RefusedSettingError, match="take the setting out"):
        Crawler(NewsSpider, settings)


@pytest.mark.parametrize(
    "command",
    [
        "from scrapy.cmdline import execute; execute(['scrapy', 'crawl', 'paper'])",
        "from crawler.cli import main; main(['crawl'])",
    ],
    ids=["scrapy", "warraq"],
)
def test_a_scheduler_for_a_site_is_refused_in_a_line(tmp_path: Path, command: str) -> None:
    """By both commands, with exit code 2; the site is not asked for anything."""
    (tmp_path / "fifo.py").write_text(SPIDER)
    with Site(paper(2)) as site:
        table = f'[sites.paper]\nstart = "{site.url}/"\nspider = "fifo:Fifo"\n'
        layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "t"\n' + table)
        settings = {
            "SCRAPY_SETTINGS_MODULE": "crawler.engine.scrapy_settings",
            "PYTHONPATH": os.pathsep.join([*sys.path, str(tmp_path)]),
        }
        done = subprocess.run(
            [sys.executable, "-c", command],
            cwd=layout.root,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
            env=os.environ | settings,
        )
        assert site.wire.targets == []
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert f"SCHEDULER is {FIFO}: a site's crawl keeps its requests in the collection" in last
