"""Scrapy's list of spiders: each `[sites.NAME]` of the collection is one."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.misc import load_object

from archive.config import FaultySite, SiteConfig, load_config
from archive.errors import ConfigError, WarraqError
from archive.layout import CollectionFolder
from crawler.browser.chromium import require_parts
from crawler.crawl.context import find_open_context
from crawler.crawl.site_access import SiteAccess
from crawler.engine.spider import NewsSpider


class RefusedCollectionError(ConfigError, UsageError):
    """A collection whose sites cannot be told, or a site whose table is wrong: `scrapy` says why as
    it says errors of usage.
    """


class SiteLoader(SpiderLoader):
    """The spiders of SPIDER_MODULES, and one for each site of WARRAQ_COLLECTION.

    What is wrong with the collection, or with one site, is raised where a spider is asked for, as
    RefusedCollectionError: Scrapy makes the loader where it would print a traceback.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self._problem: WarraqError | None = None
        self._faulty: dict[str, str] = {}  # what is wrong with a site's table, by its name
        if root := settings.get("WARRAQ_COLLECTION"):
            try:
                self._add_sites(Path(root))
            except WarraqError as problem:
                self._problem = problem

    def _add_sites(self, root: Path) -> None:
        opened = find_open_context(root)
        config = opened.config if opened else load_config(CollectionFolder(root).config)
        self._faulty = {fault.name: fault.problem for fault in config.faulty}
        for site in config.sites:
            try:
                self._spiders[site.name] = spider_class(site)
            except ConfigError as problem:
                self._faulty[site.name] = str(problem)

    def load(self, spider_name: str) -> type[Spider]:
        """The class of a spider; KeyError where there is none of this name."""
        self._check()
        if spider_name in self._faulty:
            raise RefusedCollectionError(self._faulty[spider_name])
        return super().load(spider_name)

    def list(self) -> builtins.list[str]:
        """The names of all spiders, also of sites with which something is wrong."""
        self._check()
        return [*super().list(), *self._faulty]

    def _check(self) -> None:
        if self._problem is not None:
            raise RefusedCollectionError(str(self._problem)) from self._problem

    def find_by_request(self, request: Request) -> builtins.list[str]:
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


def check_site(site: SiteConfig, folder: Path) -> None:
    """Raise ConfigError where a site's spider cannot be loaded, a secret of it cannot be read, or
    what its browser takes is missing; `folder` is the collection's.
    """
    spider_class(site)
    SiteAccess(site, folder)
    if site.browser != "never":
        require_parts(site)


def part_usable(
    sites: Sequence[SiteConfig], folder: Path
) -> tuple[list[SiteConfig], list[FaultySite]]:
    """The sites that this machine can crawl (`check_site`), and the others; ConfigError where only
    those are left.
    """
    usable: list[SiteConfig] = []
    faulty: list[FaultySite] = []
    for site in sites:
        try:
            check_site(site, folder)
        except ConfigError as error:
            faulty.append(FaultySite(name=site.name, problem=str(error)))
        else:
            usable.append(site)
    if faulty and not usable:
        raise ConfigError(faulty[0].problem)
    return usable, faulty
