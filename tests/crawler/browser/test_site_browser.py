"""One page in a real Chromium: given the captured bytes, held to the proxy, and bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crawler.browser import site_browser
from crawler.browser.site_browser import BrowserError

Show = Callable[..., Any]


def test_the_page_is_shown_from_the_captured_bytes(show: Show) -> None:
    """The page itself is not asked for again; its scripts run in the site's own time zone, and what
    is asked says who asks.
    """
    html = (
        "<p>أول</p><script>document.body.append(Intl.DateTimeFormat().resolvedOptions().timeZone"
        " + ' ' + navigator.userAgent + ' ' + location.href)</script>"
    )
    rendering, asked = show(html)
    assert "أول" in rendering.html.decode()
    assert "Asia/Dubai warraq/test https://news.example/a" in rendering.html.decode()
    assert [url for url in asked if not url.endswith("/favicon.ico")] == []


POLLS = (
    "<p>text</p><script>let i = 0;"
    "setInterval(() => fetch('/poll?' + i++).catch(() => 0), 50)</script>"
)


def test_a_page_that_never_falls_silent_is_read_all_the_same(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that asks for ever more is read once its time is up."""
    monkeypatch.setattr(site_browser, "PAGE_SECONDS", 4.0)
    rendering, _ = show(POLLS)
    assert b"<p>text</p>" in rendering.html
    assert "stopped after 4 s" in rendering.steps


def test_a_page_may_ask_for_so_much(
    show: Show, refused: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the number of requests of a page what else it asks for is refused, which is told
    once.
    """
    monkeypatch.setattr(site_browser, "MAX_REQUESTS", 5)
    rendering, asked = show(POLLS)
    assert b"<p>text</p>" in rendering.html
    assert len(asked) == 5
    [why] = refused
    assert "asked for more than 5 things" in why


def test_a_page_that_hangs_is_given_up(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script without an end costs one page, not the crawl."""
    monkeypatch.setattr(site_browser, "PAGE_SECONDS", 2.0)
    monkeypatch.setattr(site_browser, "READ_SECONDS", 2.0)
    with pytest.raises(BrowserError):
        show("<p>text</p><script>while (true) {}</script>")


def test_a_page_that_takes_too_much_gets_no_more(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the bytes of a page what else it asks for is refused."""
    monkeypatch.setattr(site_browser, "MAX_BYTES", 1000)
    script = "(async () => { for (let i = 0; i < 5; i++) await fetch('/big?' + i); })()"
    parts = {f"https://news.example/big?{number}": "x" * 600 for number in range(5)}
    _, asked = show(f"<script>{script}</script>", parts)
    assert len([url for url in asked if "/big?" in url]) == 2


@pytest.mark.parametrize(
    "script",
    ["location.href = '/b'", "addEventListener('load', () => location.replace('/b'))"],
    ids=["at once", "once loaded"],
)
def test_another_page_is_not_taken_for_this_one(show: Show, script: str) -> None:
    """Where scripts load another document, there is none of this page to keep."""
    with pytest.raises(BrowserError, match=r"lead on to https://news\.example/b"):
        show(f"<script>{script}</script>", {"https://news.example/b": "<p>other"})


def test_a_changed_address_is_the_same_page(show: Show) -> None:
    """`history.pushState` and a reload leave the document that of the page."""
    rendering, _ = show("<p>text</p><script>history.pushState({}, '', '/b?c')</script>")
    assert b"<p>text</p>" in rendering.html
    again = "<p>first</p><script>if (!document.cookie) {"
    again += " document.cookie = 'a=b'; location.reload() }</script>"
    rendering, _ = show(again, {"https://news.example/a": "<p>second</p>"})
    assert b"<p>second</p>" in rendering.html
