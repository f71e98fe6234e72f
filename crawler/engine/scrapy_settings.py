"""Every Scrapy setting that Warraq departs from or depends on, each with its reason.

``warraq crawl`` puts what belongs to one crawl on top: delay, concurrency, user agent,
scheduler, log level. Everything that Scrapy would do between the wire and the spider (redirects,
retries, decompression, cookies, robots.txt) is off: each of these hides an exchange from the
archive, or acts on a rule that is ours to keep.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from scrapy.utils.conf import closest_scrapy_cfg

BOT_NAME = "warraq"
SPIDER_MODULES: list[str] = []

# -------------------------------------------------------------------------------------- the network

# The recorder speaks asyncio.
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

# The recorder takes http and https; no link leads to local files, nor to what no WARC can hold.
DOWNLOAD_HANDLERS = {"file": None, "ftp": None, "s3": None, "data": None}
DOWNLOAD_MAXSIZE = 50_000_000  # bytes of one body; more is kept up to here and marked `length`
DOWNLOAD_WARNSIZE = 0  # the truncation mark says it
# Seconds for a whole exchange; what has come by then is kept and marked `time`.
DOWNLOAD_TIMEOUT = 180.0
WARRAQ_CONNECT_TIMEOUT = 20.0  # seconds to connect, TLS included
WARRAQ_IDLE_TIMEOUT = 20.0  # seconds without a byte; a slow drip is ended by DOWNLOAD_TIMEOUT
# Bytes up to the end of the final head; endless headers otherwise fill the memory.
WARRAQ_HEAD_LIMIT = 1 << 20
WARRAQ_LINE_LIMIT = 256 << 10  # bytes of one header line; real sites send some over 16 KiB
WARRAQ_IP_FAMILY = 0  # 4 or 6: connect by this version of IP only
WARRAQ_KEEP_ALIVE = True  # two requests over a connection, where that is safe

# -------------------------------------------------------------------------------- what is asked for

USER_AGENT = "warraq (news archive)"  # crawl puts version and contact here
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ar,en;q=0.5",
    # bodies are archived as received, and these three can be read back
    "Accept-Encoding": "gzip, deflate, br",
}

# ------------------------------------------------------------------------------- the collection


def _current_collection() -> str | None:
    """The current folder, or the one whose `scrapy.cfg` led here, if it is a collection."""
    try:
        for folder in (Path.cwd(), Path(closest_scrapy_cfg()).parent):
            if (folder / "warraq.toml").is_file():
                return str(folder)
    except OSError:  # the current folder was deleted, or one above it is closed to us
        pass
    return None


# The folder of the collection that spiders write to: of the environment, or the current one.
# Without one nothing is kept.
WARRAQ_COLLECTION = os.environ.get("WARRAQ_COLLECTION") or _current_collection()
SPIDER_LOADER_CLASS = "crawler.engine.spider_loader.SiteLoader"
# Puts our parts into each crawler, and takes out those of Scrapy that they replace.
ADDONS = {"crawler.engine.addon.WarraqAddon": 100}
HTTPERROR_ALLOWED_CODES = [304]  # the page as it was is read for its links
COOKIES_ENABLED = False

# ----------------------------------------------------------------------------- no doors, no chatter

# Both listen on a port, and both execute what is sent to it.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# ---------------------------------------------------------------------------------- pace and memory

# Turns and pace of a site's hosts are kept by TurnMiddleware, how much may be under way by the
# site's `concurrency`. Slots by host would wait once more.
CONCURRENT_REQUESTS_PER_DOMAIN = 1000
# Scrapy makes as many tasks for each response: one may wait for the index, another goes on.
CONCURRENT_ITEMS = 2
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0.0  # a crawl delay that robots.txt asks for is a lower bound, never halved
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 20_000_000  # bytes of responses in hand before downloads wait
REACTOR_THREADPOOL_MAXSIZE = 10

# ------------------------------------------------------------------------------------------ logging

# at INFO Scrapy prints all overridden settings, secrets among them, and at DEBUG whole URLs
LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []
LOG_STDOUT = False
FEED_EXPORT_ENCODING = "utf-8"
STATS_DUMP = False  # the summary is printed by `warraq crawl`
WARN_ON_GENERATOR_RETURN_VALUE = False  # reads the source of every callback for nothing


def as_dict() -> dict[str, Any]:
    """These settings by name, as `scrapy.settings.Settings` takes them."""
    return {
        name: value
        for name, value in globals().items()
        if name.isupper() and not name.startswith("_")
    }
