"""Warraq as a Scrapy add-on: what puts its parts into a crawler.

    ADDONS = {"crawler.engine.addon.WarraqAddon": 100}
    WARRAQ_COLLECTION = "/srv/news"

For a `NewsSpider` they are the whole engine. In a project with spiders of its own, every exchange
goes into the collection's WARC files and index as well, and scheduling, retries, cookies and pace
stay that project's.
"""

from __future__ import annotations

from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.settings import SETTINGS_PRIORITIES, Settings
from scrapy.utils.python import global_object_name

from crawler.engine.after_fetch import OutcomeMiddleware, RedirectMiddleware, RetryMiddleware
from crawler.engine.before_fetch import (
    AwayMiddleware,
    ResumeMiddleware,
    RobotsMiddleware,
    TurnMiddleware,
    ValidatorsMiddleware,
)
from crawler.engine.browser_pages import BrowserMiddleware
from crawler.engine.extension import CollectionExtension
from crawler.engine.item_pipelines import Indexed
from crawler.engine.look_again import LookAgain
from crawler.engine.refused_settings import check_settings
from crawler.engine.scheduler import FrontierScheduler
from crawler.engine.session.cookies import CookiesMiddleware
from crawler.engine.session.site_login import KeptSecretsMiddleware, LoginMiddleware
from crawler.engine.spider import NewsSpider
from crawler.fetch.download_handler import RecordingHandler

_OF_PROJECT = SETTINGS_PRIORITIES["project"]
DOWNLOADER = "DOWNLOADER_MIDDLEWARES"
SPIDER = "SPIDER_MIDDLEWARES"
EXTENSIONS = "EXTENSIONS"
_MODULES = {
    DOWNLOADER: "scrapy.downloadermiddlewares",
    SPIDER: "scrapy.spidermiddlewares",
    EXTENSIONS: "scrapy.extensions",
}

# What stands between the wire and the spider of a site.
MIDDLEWARES: dict[type, int] = {
    OutcomeMiddleware: 10,
    BrowserMiddleware: 30,  # what comes here is not tried again, and leads nowhere else
    ResumeMiddleware: 50,
    AwayMiddleware: 90,  # before robots.txt, which is not asked for either
    RobotsMiddleware: 100,
    ValidatorsMiddleware: 450,
    RetryMiddleware: 550,
    RedirectMiddleware: 600,
    CookiesMiddleware: 700,
    KeptSecretsMiddleware: 710,
    LoginMiddleware: 720,
    TurnMiddleware: 900,  # last: what waits was let through by all others
}

# Of Scrapy's own, what would hide an exchange from the archive, forget with the process, or act on
# a rule that is ours to keep.
REPLACED = (
    # lets redirects of seeds pass; crawler.frontier.scope decides
    (DOWNLOADER, "offsite.OffsiteMiddleware"),
    (DOWNLOADER, "robotstxt.RobotsTxtMiddleware"),  # a failing robots.txt means "crawl" to it
    # a site has `login`, which is held to its own hosts
    (DOWNLOADER, "httpauth.HttpAuthMiddleware"),
    (DOWNLOADER, "retry.RetryMiddleware"),  # knows no Retry-After; the frontier retries
    (DOWNLOADER, "redirect.MetaRefreshMiddleware"),  # a meta refresh is a link like others
    (DOWNLOADER, "redirect.RedirectMiddleware"),  # its targets would not be held to the scope
    (DOWNLOADER, "cookies.CookiesMiddleware"),  # fetches the public suffix list
    (DOWNLOADER, "httpproxy.HttpProxyMiddleware"),  # never a proxy from the environment
    (DOWNLOADER, "downloadtimeout.DownloadTimeoutMiddleware"),  # the recorder keeps time itself
    (SPIDER, "start.StartSpiderMiddleware"),  # the frontier keeps the kind of each request
    (SPIDER, "referer.RefererMiddleware"),  # requests come from the frontier, not from a page
    (SPIDER, "depth.DepthMiddleware"),  # the frontier counts hops
    # drops silently; crawler.frontier.scope gives a reason
    (SPIDER, "urllength.UrlLengthMiddleware"),
    (EXTENSIONS, "spiderstate.SpiderState"),  # pickles; state lives in the frontier
    # may go below the delay; crawler.politeness.host_pacing never does
    (EXTENSIONS, "throttle.AutoThrottle"),
)

# Of Scrapy's own, what would come between any spider and what was captured.
IN_THE_WAY = (
    # payloads stay as sent; responses undo the coding when somebody looks
    (DOWNLOADER, "httpcompression.HttpCompressionMiddleware"),
    (DOWNLOADER, "httpcache.HttpCacheMiddleware"),
)

# Of Scrapy's own, what listens on a port where a setting says so. To load them takes a quarter of a
# second, which they do even where they are off.
DOORS = {
    "TELNETCONSOLE_ENABLED": "telnet.TelnetConsole",
    "REMOTE_CONTROL_ENABLED": "remote_control.RemoteControl",
}


class WarraqAddon:
    """Puts Warraq's parts into a crawler's settings; what they name themselves stays."""

    def __init__(self, crawler: Crawler) -> None:
        self._is_news = issubclass(crawler.spidercls, NewsSpider)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The add-on of a crawler."""
        return cls(crawler)

    def update_settings(self, settings: Settings) -> None:
        """Set what the crawler's spider needs; RefusedSettingError where that cannot be had."""
        check_settings(settings, own_scheduler=self._is_news)
        handlers: dict[str, Any] = {"http": RecordingHandler, "https": RecordingHandler}
        settings.setdefault_in_component_priority_dict(EXTENSIONS, CollectionExtension, -100)
        off = IN_THE_WAY + tuple(
            (EXTENSIONS, door) for setting, door in DOORS.items() if not settings.getbool(setting)
        )
        if self._is_news:
            off += REPLACED
            # The others read local files and speak protocols that no WARC response can hold: one
            # link to file:///etc/passwd would put it in the archive.
            handlers |= dict.fromkeys(("file", "ftp", "s3", "data"))
            for middleware, order in MIDDLEWARES.items():
                settings.setdefault_in_component_priority_dict(DOWNLOADER, middleware, order)
            settings.setdefault_in_component_priority_dict(EXTENSIONS, LookAgain, 0)
            settings.setdefault_in_component_priority_dict("ITEM_PIPELINES", Indexed, 100)
            settings.set("SCHEDULER", FrontierScheduler, priority="addon")
        for setting, component in off:
            _take_out(settings, setting, component)
        handlers = settings.getdict("DOWNLOAD_HANDLERS") | handlers
        # Without a reactor Scrapy sets its defaults anew, at the priority of a project.
        priority = max(settings.getpriority("DOWNLOAD_HANDLERS") or 0, _OF_PROJECT)
        settings.set("DOWNLOAD_HANDLERS", handlers, priority=priority)


def _take_out(settings: Settings, name: str, component: str) -> None:
    """Take one of Scrapy's components out, of its defaults, too: to tell by its class that one is
    not wanted Scrapy loads it.
    """
    path = f"{_MODULES[name]}.{component}"
    for setting in (name, f"{name}_BASE"):
        kept = {
            key: order
            for key, order in settings.getdict(setting).items()
            if (key if isinstance(key, str) else global_object_name(key)) != path
        }
        settings.set(setting, kept, settings.getpriority(setting) or 0)
