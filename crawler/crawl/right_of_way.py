"""Whether a back-fill lets another crawl of its site go first.

A back-fill takes weeks, and what it asks for can wait: while the site itself is crawled, by its
schedule or by hand, it asks for nothing, and goes on behind it. The pace of a host is kept by both
in any case (`crawler.politeness.shared_host`).
"""

from __future__ import annotations

import logging

from archive.layout import CollectionFolder

logger = logging.getLogger(__name__)


class RightOfWay:
    """Of the crawl whose entries are in `queue` of the frontier: another one of the site has it
    where its lease is that of the site.
    """

    def __init__(self, layout: CollectionFolder, site: str, queue: str) -> None:
        self._layout = layout
        self._site = site
        self._is_back_fill = queue != site
        self.is_given = False  # whether the crawl waits for another
        self.look()

    def look(self) -> bool:
        """Look who crawls the site; whether the crawl waited until now, and may go on."""
        waited = self.is_given
        self.is_given = self._is_back_fill and self._layout.is_crawling(self._site)
        if self.is_given and not waited:
            holder = self._layout.crawler_of(self._site)
            logger.info("%s: the back-fill waits for %s", self._site, holder)
        return waited and not self.is_given
