"""Scrapy's list of spiders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.settings import Settings

from archive.config import SiteConfig
from archive.errors import ConfigError
from archive.layout import CollectionFolder
from crawler.browser import chromium
from crawler.engine.scrapy_settings import as_dict
from crawler.engine.spider import NewsSpider
from crawler.engine.spider_loader import (
    RefusedCollectionError,
    SiteLoader,
    part_usable,
    spider_class,
)

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


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"spider": "no_such_package:Mine"}, "no_such_package:Mine cannot be loaded"),
        ({"cookies_file": "none.txt"}, "cookies_file"),
        ({"browser": "always"}, "no Chromium here"),
    ],
)
def test_what_one_site_lacks_stops_that_site_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: dict[str, str], message: str
) -> None:
    """A spider, a secret or a browser that is not there: the others are crawled; where none is
    left, that is a wrong configuration.
    """
    monkeypatch.setattr(chromium, "missing_parts", lambda: ["no Chromium here"])
    good = SiteConfig(name="good", start=("https://a.example/",))
    bad = replace(good, name="bad", **key)
    usable, faulty = part_usable([bad, good], tmp_path)
    assert ([site.name for site in usable], [fault.name for fault in faulty]) == (["good"], ["bad"])
    assert message in faulty[0].problem
    with pytest.raises(ConfigError, match=message):
        part_usable([bad], tmp_path)


def test_a_broken_collection_is_told_where_a_spider_is_asked_for(tmp_path: Path) -> None:
    """Not before: Scrapy makes the loader where it prints tracebacks, and `scrapy fetch` asks for
    none.
    """
    broken = CONFIG.replace("[sites.paper]", "[sites.paper")
    made = loader(CollectionFolder.create(tmp_path / "c", broken).root)
    assert made.find_by_request(Request("https://paper.example/")) == []
    with pytest.raises(RefusedCollectionError, match=r"warraq\.toml"):
        made.list()
    with pytest.raises(RefusedCollectionError, match=r"warraq\.toml"):
        made.load("paper")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('example/"\nspider', 'example/"\nspyder'), "has no key 'spyder'"),
        (("user_code:WithComments", "user_code:Missing"), "cannot be loaded"),
    ],
    ids=["key", "spider"],
)
def test_what_is_wrong_with_one_site_is_told_where_that_one_is_asked_for(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    """It is listed, and the others are there as ever."""
    made = loader(CollectionFolder.create(tmp_path / "c", CONFIG.replace(*change)).root)
    assert sorted(made.list()) == ["gazette", "paper"]
    assert made.load("paper").name == "paper"
    with pytest.raises(RefusedCollectionError, match=message):
        made.load("gazette")
