"""Which site a capture belongs to, whoever made it: the one that a crawl would give it."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from archive.config import SiteConfig
from archive.model import Capture
from archive.urls import matches_address, normalise_url, site_host


class SiteAssignment:
    """Which site a capture belongs to: the one it was crawled for, under whichever of its names;
    else the one on whose host it lies, mirrors (`www.`, `m.`, `amp.`) folded
    (`archive.urls.site_host`), else one called as that host.

    Of several sites on one host it is the first one whose `start` names the URL, else the first
    whose `include` and `exclude` let a crawl fetch it, else the first.
    """

    def __init__(self, sites: Sequence[SiteConfig]) -> None:
        self._by_name = {name: site for site in sites for name in (*site.aliases, site.name)}
        self._by_host: dict[str, list[SiteConfig]] = {}
        for site in sites:
            for host in dict.fromkeys(map(site_host, site.start)):
                self._by_host.setdefault(host, []).append(site)
        self._unknown: OrderedDict[str, SiteConfig] = OrderedDict()

    def site_of(self, capture: Capture) -> SiteConfig:
        """The site's configuration; one of defaults, named after the host, where none is
        configured.
        """
        name = capture.facts.site
        if name in self._by_name:
            return self._by_name[name]
        host = site_host(capture.url)
        if name is None and host in self._by_host:
            return _choose_site(self._by_host[host], normalise_url(capture.url) or capture.url)
        return self._default(name or urlsplit(f"//{host}").hostname or "")

    def _default(self, name: str) -> SiteConfig:
        if name not in self._unknown:
            self._unknown[name] = SiteConfig(name=name, start=())
            if len(self._unknown) > 1_000:
                self._unknown.popitem(last=False)
        return self._unknown[name]


def _choose_site(sites: Sequence[SiteConfig], url: str) -> SiteConfig:
    """The one of the sites on a host that a URL belongs to."""
    if len(sites) == 1:
        return sites[0]
    starts = (site for site in sites if url in map(normalise_url, site.start))
    return next(starts, None) or next((site for site in sites if _admits(site, url)), sites[0])


def _admits(site: SiteConfig, url: str) -> bool:
    """Whether a site's patterns let a page be fetched."""
    if _is_matched(site.exclude, url):
        return False
    return not site.include or _is_matched(site.include, url)


def _is_matched(patterns: Sequence[str], url: str) -> bool:
    for pattern in patterns:
        with suppress(re.error):  # the crawl of that site says what is wrong with it
            if matches_address(re.compile(pattern), url):
                return True
    return False
