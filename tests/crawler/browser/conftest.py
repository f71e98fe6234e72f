"""Pages shown by a real Chromium, from bytes: no server takes part."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from made_captures import made_capture
from needed_parts import need_browser

from archive.config import SiteConfig
from archive.model.rendering import Rendering
from archive.warc.http_message import HttpMessage
from crawler.browser.recording_proxy import RefusedError
from crawler.browser.site_browser import SiteBrowser
from crawler.fetch.request import HttpRequest

URL = "https://news.example/a"


@pytest.fixture
def refused() -> list[str]:
    """What `show` was told of requests that were not made."""
    return []


@pytest.fixture
def show(refused: list[str]) -> Callable[..., tuple[Rendering, list[str]]]:
    """Show a page of HTML; `parts` are the responses' bodies by URL. Gives the rendering and what
    was asked for.
    """
    need_browser()

    def show_page(html: str, parts: dict[str, str] | None = None, **keys: Any) -> Any:
        asked: list[str] = []

        async def fetch(request: HttpRequest) -> bytes:
            asked.append(request.url)
            if request.url not in (parts or {}):
                raise RefusedError("not there")
            body = (parts or {})[request.url].encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}"
            return f"{head}\r\n\r\n".encode() + body

        async def run() -> Rendering:
            site = SiteConfig(name="x", start=(URL,), timezone="Asia/Dubai", **keys)
            browser = SiteBrowser(site, "warraq/test")
            message = HttpMessage(
                status=200, headers=(("Content-Type", "text/html; charset=utf-8"),)
            )
            page = made_capture(URL, captured=datetime.now(UTC))
            try:
                return await browser.show(
                    page, message, html.encode(), fetch, lambda _, why: refused.append(why)
                )
            finally:
                await browser.close()

        return asyncio.run(run()), asked

    return show_page
