"""Every Scrapy setting that Warraq departs from or depends on, each with its reason.

``warraq crawl`` puts what belongs to one crawl on top: delay, concurrency, user agent,
scheduler, log level. Everything that Scrapy would do between the wire and the spider (redirects,
retries, decompression, cookies, robots.txt) is off: each of these hides an exchange from the
archive, or acts on a rule that is ours to keep.
"""

from __future__ import annotations

import os
from typing import Any

BOT_NAME = "warraq"
SPIDER_MODULES: list[str] = []

# -------------------------------------------------------------------------------------- the network

# Exact bytes are taken below Scrapy's own HTTP handler. The others read local files and speak
# protocols that no WARC response can hold: one link to file:///etc/passwd would put it in the
# archive.
DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "crawler.fetch.download_handler.RecordingHandler",
    "https": "crawler.fetch.download_handler.RecordingHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
# The recorder speaks asyncio.
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

DOWNLOAD_MAXSIZE = 50_000_000  # bytes of one body; more is kept up to here and marked `length`
DOWNLOAD_WARNSIZE = 0  # the truncation mark says it
# Seconds for a whole exchange; what has come by then is kept and marked `time`.
DOWNLOAD_TIMEOUT = 180.0
WARRAQ_CONNECT_TIMEOUT = 20.0  # seconds to connect, TLS included
WARRAQ_IDLE_TIMEOUT = 20.0  # seconds without a byte; a slow drip is ended by DOWNLOAD_TIMEOUT
# Bytes up to the end of the final head; endless headers otherwise fill the memory.
WARRAQ_HEAD_LIMIT = 1 << 20
WARRAQ_LINE_LIMIT = 256 << 10  # bytes of one header line; real sites send some over 16 KiB

# -------------------------------------------------------------------------------- what is asked for

USER_AGENT = "warraq (news archive)"  # crawl puts version and contact here
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ar,en;q=0.5",
    # bodies are archived as received, and these three can be read back
    "Accept-Encoding": "gzip, deflate, br",
}

# ------------------------------------------------------------------------------- the collection

# The folder of the collection that spiders write to. Without one nothing of a crawl is kept.
WARRAQ_COLLECTION = os.environ.get("WARRAQ_COLLECTION")
SPIDER_LOADER_CLASS = "crawler.engine.spider_loader.SiteLoader"
SCHEDULER = "crawler.engine.scheduler.FrontierScheduler"
ITEM_PIPELINES: dict[str, int] = {"crawler.engine.item_pipelines.Indexed": 100}

# ------------------------------------------------------------------ between the wire and the spider

_OFF = None  # how Scrapy spells "not this one"
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "crawler.engine.after_fetch.OutcomeMiddleware": 10,
    "crawler.engine.before_fetch.ResumeMiddleware": 50,
    "crawler.engine.before_fetch.RobotsMiddleware": 100,
    "crawler.engine.before_fetch.ValidatorsMiddleware": 450,
    "crawler.engine.after_fetch.RetryMiddleware": 550,
    "crawler.engine.after_fetch.RedirectMiddleware": 600,
    "crawler.engine.before_fetch.TurnMiddleware": 900,  # last: what waits was let through by all
    # lets redirects of seeds pass; crawler.frontier.scope decides
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": _OFF,
    # a failing robots.txt means "crawl" to it
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": _OFF,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": _OFF,  # credentials never go out
    # knows no Retry-After; the frontier retries
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": _OFF,
    # meta refresh is a link like others
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": _OFF,
    # its targets would not be held to the scope
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": _OFF,
    # payloads stay as sent; responses undo the coding when somebody looks
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": _OFF,
    # no cookies; it also fetches the suffix list
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": _OFF,
    # never a proxy from the environment
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": _OFF,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": _OFF,
    # the recorder keeps time itself
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": _OFF,
}

HTTPERROR_ALLOWED_CODES = [304]  # the page as it was is read for its links
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    # requests come from the frontier, not from a page
    "scrapy.spidermiddlewares.referer.RefererMiddleware": _OFF,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": _OFF,  # the frontier counts hops
    # it drops silently; crawler.frontier.scope gives a reason
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": _OFF,
}

# ----------------------------------------------------------------------------- no doors, no chatter

# Both listen on a port, and both execute what is sent to it.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
EXTENSIONS: dict[str, int | None] = {
    # before all others: it opens what they and the scheduler need
    "crawler.engine.extension.CollectionExtension": -100,
    "scrapy.extensions.telnet.TelnetConsole": _OFF,
    "scrapy.extensions.remote_control.RemoteControl": _OFF,
    "scrapy.extensions.spiderstate.SpiderState": _OFF,  # pickles; state lives in the frontier
    # delays are the operator's and robots.txt's to set
    "scrapy.extensions.throttle.AutoThrottle": _OFF,
}

# ---------------------------------------------------------------------------------- pace and memory

# Turns and pace of a site's hosts are kept by TurnMiddleware, how much may be under way by the
# site's `concurrency`. Slots by host would wait once more.
CONCURRENT_REQUESTS_PER_DOMAIN = 1000
CONCURRENT_ITEMS = 8  # Scrapy makes as many tasks for each response
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0.0  # a crawl delay that robots.txt asks for is a lower bound, never halved
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 20_000_000  # bytes of responses in hand before downloads wait
REACTOR_THREADPOOL_MAXSIZE = 10

# ------------------------------------------------------------------------------------------ logging

# at INFO Scrapy prints all overridden settings, secrets among them, and at DEBUG whole URLs
LOG_LEVEL = "WARNING"
LOG_VERSIONS: list[str] = []
LOG_STDOUT = False
STATS_DUMP = False  # the summary is printed by `warraq crawl`
WARN_ON_GENERATOR_RETURN_VALUE = False  # reads the source of every callback for nothing


def as_dict() -> dict[str, Any]:
    """These settings by name, as `scrapy.settings.Settings` takes them."""
    return {
        name: value
        for name, value in globals().items()
        if name.isupper() and not name.startswith("_")
    }
