"""The one Chromium of a process, driven by Playwright: started for the first page that needs it,
closed behind the last crawl that used it.

All its traffic goes through the recording proxy of a site, or nowhere: the browser itself has a
proxy that does not answer, no name resolves, and what it would ask for on its own account is off.
Playwright's driver ends, and Chromium with it, when the process that started them is gone.

Playwright and not scrapy-playwright: that is a download handler, which needs Twisted's asyncio
reactor (crawls here run without a reactor) and would fetch pages itself, past robots.txt, pace,
validators, retries and the WARC.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from archive.config import SiteConfig
from archive.errors import ConfigError
from crawler.browser.certificates import key_hash

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

logger = logging.getLogger(__name__)

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PAGES_AT_ONCE = 2  # in all sites of the process together: a page takes 100 to 400 MB
_START = 30.0  # seconds for Chromium to come up
_NOWHERE = "http://127.0.0.1:9"  # the port of "discard" (RFC 863): nobody listens

_FEATURES = (
    "AutofillServerCommunication",
    "CertificateTransparencyComponentUpdater",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "Translate",
)
_SWITCHES = (
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    f"--disable-features={','.join(_FEATURES)}",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--js-flags=--max-old-space-size=512",
    "--metrics-recording-only",
    "--mute-audio",
)


def find_chromium() -> str | None:
    """The path of a Chromium on this machine (that in the environment variable CHROMIUM, if it is
    set), or None.
    """
    named = os.environ.get("CHROMIUM")
    return next((path for name in (named, *_NAMES) if name and (path := shutil.which(name))), None)


def missing_parts() -> list[str]:
    """What this machine lacks for pages in a browser, each with what to do."""
    missing = []
    if find_spec("playwright") is None:
        missing.append("the extra is not installed: pip install 'warraq[browser]'")
    if find_chromium() is None:
        missing.append(
            "there is no Chromium: install the system's package `chromium`,"
            " or name one in the environment variable CHROMIUM"
        )
    return missing


def require_parts(site: SiteConfig) -> None:
    """ConfigError where a site wants a browser and this machine lacks what it takes."""
    missing = missing_parts()
    if missing:
        raise ConfigError(
            f"warraq.toml: [sites.{site.name}] browser = {site.browser!r}: {'; '.join(missing)}"
        )


class Chromium:
    """The browser of one event loop; made by `shared`."""

    def __init__(self) -> None:
        self._users = 0
        self._lock = asyncio.Lock()
        self._pages = asyncio.Semaphore(_PAGES_AT_ONCE)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    @classmethod
    def shared(cls) -> Chromium:
        """The browser of the running event loop."""
        return _OF_LOOP.setdefault(asyncio.get_running_loop(), cls())

    @property
    def name(self) -> str:
        """Name and version, as WARC records state them."""
        return f"Chromium/{self._browser.version}" if self._browser else "Chromium"

    @asynccontextmanager
    async def page_slot(self) -> AsyncIterator[None]:
        """Wait until fewer than the most pages are open."""
        async with self._pages:
            yield

    async def open_context(self, site: SiteConfig, port: int, user_agent: str) -> BrowserContext:
        """A fresh profile for a site, in memory, that speaks to the proxy on `port` only.

        Pages see the site's own time zone, and what is sent says who asks. Starts the browser where
        it does not run (any more).
        """
        async with self._lock:
            self._users += 1
            is_open = False
            try:
                context = await self._new_context(site, port, user_agent)
                is_open = True
            finally:
                if not is_open:
                    await self._leave()
            return context

    async def _new_context(self, site: SiteConfig, port: int, user_agent: str) -> BrowserContext:
        if not self._is_running:
            await self._stop()
            await self._start()
        assert self._browser is not None  # noqa: S101 - started above
        return await self._browser.new_context(
            proxy={"server": f"http://127.0.0.1:{port}", "bypass": "<-loopback>"},
            user_agent=user_agent,
            locale=site.language or "ar",
            timezone_id=site.timezone,
            viewport={"width": 1280, "height": 1024},
            service_workers="block",  # they would answer from a store that nobody records
            accept_downloads=False,
        )

    async def close_context(self, context: BrowserContext) -> None:
        """Close a site's profile, and the browser behind the last."""
        async with self._lock:
            try:
                with closing("a profile", is_gone=lambda: not self._is_running):
                    await context.close()
            finally:
                await self._leave()

    async def _leave(self) -> None:
        self._users -= 1
        if not self._users:
            await self._stop()

    @property
    def _is_running(self) -> bool:
        return self._browser is not None and self._browser.is_connected()

    async def _start(self) -> None:
        from playwright.async_api import async_playwright

        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=find_chromium(),
            args=[*_SWITCHES, f"--ignore-certificate-errors-spki-list={key_hash()}"],
            proxy={"server": _NOWHERE, "bypass": "<-loopback>"},
            chromium_sandbox=os.geteuid() != 0,  # it does not start as root
            timeout=_START * 1000,
            # signals end the crawl, which closes the browser
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )

    async def _stop(self) -> None:
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        try:
            if browser is not None:
                with closing("Chromium", is_gone=lambda: not browser.is_connected()):
                    await browser.close()
        finally:
            if playwright is not None:
                with closing("Playwright's driver"):
                    await playwright.stop()


@contextmanager
def closing(what: str, is_gone: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Close a part of the browser in the block: where it refuses, that is logged and the rest goes
    on.

    It is a warning, since something may be left running, unless the part `is_gone` by itself.
    """
    from playwright.async_api import Error

    try:
        yield
    except (Error, OSError) as error:  # of OSErrors also time-outs
        level = logging.DEBUG if is_gone() else logging.WARNING
        why = str(error).partition("\n")[0] or type(error).__name__
        logger.log(level, "browser: %s was not closed: %s", what, why)


_OF_LOOP: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Chromium] = (
    weakref.WeakKeyDictionary()
)
