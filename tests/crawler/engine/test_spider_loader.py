"""Scrapy's list of spiders."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy import Request
from scrapy.settings import Settings

from archive.config import SiteConfig
from archive.errors import ConfigError
from archive.layout import CollectionFolder
from crawler.engine.scrapy_settings import as_dict
from crawler.engine.spider import NewsSpider
from crawler.engine.spider_loader import SiteLoader, spider_class

CONFIG = """
[collection]
name = "test"
[sites.paper]
start = "https://paper.example/"
[sites.gazette]
start = "https://gazette.example/"
spider = "tests.crawler.engine.user_code:WithComments"
"""


def loader(root: Path | None) -> SiteLoader:
    return SiteLoader(Settings(as_dict() | {"WARRAQ_COLLECTION": root and str(root)}))


def test_each_site_is_a_spider(tmp_path: Path) -> None:
    """Ours where the table names none; without a collection there is none."""
    layout = CollectionFolder.create(tmp_path / "c", CONFIG)
    made = loader(layout.root)
    assert sorted(made.list()) == ["gazette", "paper"]
    assert issubclass(made.load("paper"), NewsSpider)
    assert made.load("gazette").__name__ == "WithComments"
    assert made.load("gazette").name == "gazette"
    assert loader(None).list() == []


def test_looking_at_a_url_takes_no_site_s_spider(tmp_path: Path) -> None:
    """`scrapy shell` and `scrapy fetch` ask which spider handles a URL: with ours they would write
    to the collection.
    """
    layout = CollectionFolder.create(tmp_path / "c", CONFIG)
    assert loader(layout.root).find_by_request(Request("https://paper.example/")) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tests.crawler.engine.user_code:Elsewhere", "no subclass of NewsSpider"),
        ("tests.crawler.engine.user_code:Missing", "cannot be loaded"),
        ("no_such_package.spiders:Mine", "cannot be loaded"),
    ],
)
def test_a_spider_that_is_none_is_named(name: str, message: str) -> None:
    """With the key of the table and what to write."""
    site = SiteConfig(name="paper", start=("https://paper.example/",), spider=name)
    with pytest.raises(ConfigError, match=rf"\[sites.paper\] spider: .*{message}"):
        spider_class(site)
