"""Scrapy's list of spiders: each `[sites.NAME]` of the collection is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.misc import load_object

from archive.config import SiteConfig, load_config
from archive.errors import ConfigError
from archive.layout import CollectionFolder
from crawler.crawl.context import find_open_context
from crawler.engine.spider import NewsSpider


class SiteLoader(SpiderLoader):
    """The spiders of SPIDER_MODULES, and one for each site of WARRAQ_COLLECTION."""

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        if root := settings.get("WARRAQ_COLLECTION"):
            opened = find_open_context(Path(root))
            config = opened.config if opened else load_config(CollectionFolder(Path(root)).config)
            for site in config.sites:
                self._spiders[site.name] = spider_class(site)

    def find_by_request(self, request: Request) -> list[str]:
        """None: `scrapy shell` and `scrapy fetch` look at a URL and touch no collection."""
        del request
        return []


def spider_class(site: SiteConfig) -> type[Spider]:
    """The class of a site's spider, under the site's name; ConfigError where it cannot be
    loaded.
    """
    base: Any = NewsSpider
    if site.spider is not None:
        where = f"[sites.{site.name}] spider"
        try:
            base = load_object(site.spider.replace(":", "."))
        except (ImportError, NameError, ValueError) as problem:
            raise ConfigError(
                f"{where}: {site.spider} cannot be loaded ({problem}); write it as"
                " package.module:Class, with the package on the Python path"
            ) from problem
        if not (isinstance(base, type) and issubclass(base, NewsSpider)):
            raise ConfigError(f"{where}: {site.spider} is no subclass of NewsSpider")
    return type(base.__name__, (base,), {"name": site.name, "__module__": base.__module__})
