"""The browser of a process: found, started once, closed behind the last user, and mute."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from needed_parts import need_browser
from playwright.async_api import Error

from archive.config import SiteConfig
from archive.errors import ConfigError
from crawler.browser import chromium
from crawler.browser.chromium import (
    Chromium,
    closing,
    find_chromium,
    missing_parts,
    require_parts,
)

SITE = SiteConfig(name="paper", start=("https://news.example/",), browser="always")


def test_a_chromium_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The one in CHROMIUM comes first; where nothing is, it is said what to install."""
    mine = tmp_path / "mine"
    mine.write_text("")
    mine.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert find_chromium() == str(mine)
    monkeypatch.setenv("CHROMIUM", "")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert [part for part in missing_parts() if "Chromium" in part]
    with pytest.raises(ConfigError, match=r"\[sites\.paper\] browser = 'always'"):
        require_parts(SITE)


def test_the_extra_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Playwright the message names the extra."""
    monkeypatch.setattr(chromium, "find_spec", lambda _: None)
    assert "pip install 'warraq[browser]'" in missing_parts()[0]


def test_one_browser_serves_all_sites_and_goes_with_the_last() -> None:
    """Two sites share it, each with its own profile; behind the second it is closed, and a third
    starts it anew.
    """
    need_browser()

    async def run() -> None:
        browser = Chromium.shared()
        assert Chromium.shared() is browser
        first = await browser.open_context(SITE, 9, "x")
        second = await browser.open_context(SITE, 9, "x")
        assert first.browser is second.browser
        assert browser.name.startswith("Chromium/")
        await browser.close_context(first)
        assert second.browser is not None
        assert second.browser.is_connected()
        await browser.close_context(second)
        assert not second.browser.is_connected()
        third = await browser.open_context(SITE, 9, "x")
        await browser.close_context(third)

    asyncio.run(run())


def test_a_browser_that_does_not_start_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Chromium that ends at once is an error, and what was started to drive it is closed."""
    need_browser()
    monkeypatch.setenv("CHROMIUM", "/bin/false")

    async def run() -> None:
        browser = Chromium.shared()
        with pytest.raises(Error):
            await browser.open_context(SITE, 9, "x")
        assert browser._playwright is None

    asyncio.run(run())


def test_nothing_goes_out_but_by_the_proxy() -> None:
    """Where the proxy of a profile does not answer, not even loopback is reached directly."""
    need_browser()

    async def run() -> bool:
        asked = asyncio.Event()

        async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.set()
            writer.close()

        server = await asyncio.start_server(note, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        browser = Chromium.shared()
        context = await browser.open_context(SITE, 9, "x")
        try:
            page = await context.new_page()
            for host in ("127.0.0.1", "localhost"):
                with pytest.raises(Exception, match="ERR_PROXY_CONNECTION_FAILED"):
                    await page.goto(f"http://{host}:{port}/", timeout=10_000)
            return asked.is_set()
        finally:
            await browser.close_context(context)
            server.close()

    assert not asyncio.run(run())


@pytest.mark.parametrize(
    ("gone", "level"), [(False, logging.WARNING), (True, logging.DEBUG)], ids=["stuck", "gone"]
)
def test_what_does_not_close_is_told(
    caplog: pytest.LogCaptureFixture, gone: bool, level: int
) -> None:
    """Something may be left running; what went by itself is no matter. Bugs are not hidden."""
    with caplog.at_level(logging.DEBUG, chromium.__name__):
        for error in (Error("first line\nsecond"), TimeoutError()):
            with closing("a part", is_gone=lambda: gone):
                raise error
    said = [(each.levelno, each.getMessage()) for each in caplog.records]
    assert said == [
        (level, "browser: a part was not closed: first line"),
        (level, "browser: a part was not closed: TimeoutError"),
    ]
    with pytest.raises(ValueError, match="a bug"), closing("a part"):
        raise ValueError("a bug")
