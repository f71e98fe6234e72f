"""One site's pages in the browser, one at a time: each is given the bytes that were captured, and
all else it asks for comes through the recording proxy.

Bounded in time, requests and bytes. What a request may do, and keeping what it brings, is left to
the callable that comes with a page; the document returned is not in the archive yet.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive.config import SiteConfig
from archive.model import Capture
from archive.model.rendering import Rendering
from archive.warc.http_message import HttpMessage
from crawler.browser.chromium import Chromium, closing
from crawler.browser.page_actions import act_on_page, read_document, take_views
from crawler.browser.recording_proxy import RecordingProxy, RefusedError
from crawler.fetch.request import HttpRequest

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Response

PAGE_SECONDS = 90.0  # for a page with all that is done on it; pauses that the site asks for count
READ_SECONDS = 20.0  # for its document and pictures after that
SETTLE_SECONDS = 20.0  # for a page to fall silent after each step
QUIET = 0.5  # seconds without a request under way: the page has fallen silent
MAX_REQUESTS = 400  # of one page
MAX_BYTES = 64 << 20  # of the responses of one page
MAX_DOCUMENT = 32 << 20  # bytes: more would not be read as a page
AT_ONCE = 6  # requests of a page under way, as browsers ask one host

# Of a captured response's head what does not fit its decoded body; the browser gets that whole.
_NOT_OF_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})


class BrowserError(Exception):
    """A page that the browser could not show; its text says why."""


# Makes a request for the page, keeps the exchange and returns the response; raises RefusedError or
# FetchError where there is none.
Fetch = Callable[[HttpRequest], Awaitable[bytes]]
# Hears of the first request that a page's limits keep from being made, and of the reason.
NoteRefused = Callable[[HttpRequest, str], None]


@dataclass(slots=True)
class _Visit:
    """A page while it is shown: its captured bytes until they are asked for, and what it cost."""

    page: Capture
    fetch: Fetch
    note_refused: NoteRefused
    document: bytes | None
    requests: int = 0
    bytes: int = 0
    under_way: int = 0
    is_limited: bool = False
    last: float = field(default_factory=time.monotonic)

    @property
    def is_quiet(self) -> bool:
        return not self.under_way and time.monotonic() - self.last >= QUIET

    def begin(self) -> None:
        """Count a request; RefusedError beyond the limits."""
        if self.requests >= MAX_REQUESTS:
            raise RefusedError(f"the page asked for more than {MAX_REQUESTS} things")
        if self.bytes >= MAX_BYTES:
            raise RefusedError(f"the page took more than {MAX_BYTES >> 20} MB")
        self.requests += 1
        self.under_way += 1

    def end(self, size: int) -> None:
        """Count what came."""
        self.bytes += size
        self.under_way -= 1
        self.last = time.monotonic()


class SiteBrowser:
    """Shows pages of one site, in a profile of its own that ends with `close`."""

    def __init__(self, site: SiteConfig, user_agent: str) -> None:
        self._site = site
        self._user_agent = user_agent
        self._one_page = asyncio.Lock()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._proxy: RecordingProxy | None = None
        self._context: BrowserContext | None = None
        self._visit: _Visit | None = None
        self._chromium = Chromium.shared()

    async def show(
        self,
        page: Capture,
        message: HttpMessage,
        body: bytes,
        fetch: Fetch,
        note_refused: NoteRefused,
    ) -> Rendering:
        """The document that the browser holds once the page's scripts have run.

        `message` is the captured response and `body` its decoded payload; all else that the browser
        asks for comes from `fetch`, or is refused beyond the limits, which `note_refused` hears of.
        Raises BrowserError where the page cannot be shown, or its scripts lead to another one.
        """
        from playwright.async_api import Error

        async with self._one_page, self._chromium.page_slot():
            for attempt in (1, 2):
                document = _response_bytes(message, body)
                self._visit = _Visit(page, fetch, note_refused, document)
                try:
                    return await self._show(self._visit)
                except (Error, TimeoutError, OSError) as error:
                    # A browser that was killed (for its memory, say) is started once more.
                    lost = not await self._drop_lost_context()
                    if attempt == 2 or not lost:
                        raise BrowserError(str(error).partition("\n")[0] or "time-out") from error
                finally:
                    self._visit = None
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close the site's profile, and the browser behind the last site."""
        context, self._context = self._context, None
        if context is not None:
            await self._chromium.close_context(context)
        if self._proxy is not None:
            await self._proxy.close()

    async def _show(self, visit: _Visit) -> Rendering:
        tab = await (await self._open_context()).new_page()
        try:
            steps: list[str] = []
            documents: list[str] = []
            tab.on("response", lambda response: _note_document(response, tab, documents))
            tab.on("popup", _close_popup)
            try:
                async with asyncio.timeout(PAGE_SECONDS):
                    await tab.goto(visit.page.url, wait_until="load", timeout=PAGE_SECONDS * 1000)
                    await _settle(visit)
                    await act_on_page(tab, self._site, lambda: _settle(visit), steps)
            except TimeoutError:
                steps.append(f"stopped after {PAGE_SECONDS:.0f} s")
            async with asyncio.timeout(READ_SECONDS):
                return await self._read(tab, visit, steps, documents)
        finally:
            with closing(f"the page {visit.page.url}", is_gone=tab.is_closed):
                async with asyncio.timeout(READ_SECONDS):
                    await tab.close()

    async def _read(
        self, tab: Page, visit: _Visit, steps: list[str], documents: list[str]
    ) -> Rendering:
        """The document and the pictures of the page that is open; `documents` are the addresses of
        those that were loaded.
        """
        if documents and documents[-1] != documents[0]:
            raise BrowserError(f"its scripts lead on to {documents[-1]}")
        html = await read_document(tab)
        if len(html) > MAX_DOCUMENT:
            raise BrowserError(f"its document has more than {MAX_DOCUMENT >> 20} MB")
        return Rendering(
            page=visit.page,
            at=datetime.now(UTC),
            html=html,
            browser=self._chromium.name,
            steps=(*steps, f"asked for {visit.requests} things"),
            views=await take_views(tab, self._site),
        )

    async def _open_context(self) -> BrowserContext:
        if self._context is None:
            if self._proxy is None:
                self._proxy = RecordingProxy(self._answer)
                self._port = await self._proxy.start()
            self._context = await self._chromium.open_context(
                self._site, self._port, self._user_agent
            )
        return self._context

    async def _drop_lost_context(self) -> bool:
        """Whether the browser still runs; the profile of one that does not is given up."""
        if self._context is None:
            return True
        browser = self._context.browser
        if browser is not None and browser.is_connected():
            return True
        context, self._context = self._context, None
        await self._chromium.close_context(context)
        return False

    async def _answer(self, request: HttpRequest) -> bytes:
        """The response to a request of the browser: the page's own as captured, all else fetched
        and kept.
        """
        visit = self._visit
        if visit is None:
            raise RefusedError("no page is open")
        if visit.document is not None and request.method == "GET":
            document, visit.document = visit.document, None
            return document
        try:
            visit.begin()
        except RefusedError as refusal:
            if not visit.is_limited:  # a script may ask for ever more: it is said once
                visit.is_limited = True
                visit.note_refused(request, f"browser: {refusal}; what else it asks for is refused")
            raise
        size = 0
        try:
            async with self._at_once:
                response = await visit.fetch(request)
            size = len(response)
            return response
        finally:
            visit.end(size)


def _note_document(response: Response, tab: Page, documents: list[str]) -> None:
    """Note the address of each document that is loaded in place of the page."""
    if response.request.is_navigation_request() and response.frame == tab.main_frame:
        documents.append(response.url)


async def _close_popup(tab: Page) -> None:
    """Close a window that a page has opened."""
    with closing("a window that a page opened", is_gone=tab.is_closed):
        await tab.close()


async def _settle(visit: _Visit) -> None:
    """Wait until the page has fallen silent, or its time for that is up."""
    until = time.monotonic() + SETTLE_SECONDS
    visit.last = time.monotonic()
    while not visit.is_quiet and time.monotonic() < until:  # noqa: ASYNC110 - silence is no event
        await asyncio.sleep(QUIET / 5)


def _response_bytes(message: HttpMessage, body: bytes) -> bytes:
    """A captured response as the browser gets it: its head, and its body without content coding,
    which a browser undoes over https only for some.
    """
    lines = [f"HTTP/1.1 {message.status or 200} OK"]
    lines += [
        f"{name}: {value}"
        for name, value in message.headers
        if name.lower() not in _NOT_OF_BODY and value.isprintable()
    ]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body
