"""What is done on a page in the browser until its document is read: waiting, consent, scrolling,
"load more", pictures.

Each step is bounded, and told in words that go into the WARC beside the document.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from archive.config import SiteConfig
from archive.model.rendering import View

if TYPE_CHECKING:
    from playwright.async_api import Page

_APPEARS = 1_000  # milliseconds for what is to be clicked to show
_CLICK = 5_000  # milliseconds for a click to be taken
_MAX_HEIGHT = 16_384  # pixels of a screenshot: Chromium draws no higher
_HEIGHT = "document.documentElement.scrollHeight"
_TO_END = f"window.scrollTo(0, {_HEIGHT})"
_TO_START = "window.scrollTo(0, 0)"
# The document with what stands in open shadow roots, which its plain markup leaves out; null where
# it has none.
_WITH_SHADOWS = """() => {
  const roots = [];
  const collect = (place) => {
    for (const element of place.querySelectorAll("*"))
      if (element.shadowRoot) { roots.push(element.shadowRoot); collect(element.shadowRoot); }
  };
  collect(document);
  const html = document.documentElement;
  if (!roots.length || !html.getHTML) return null;
  const start = html.cloneNode(false).outerHTML.replace(/<[/]html>$/i, "");
  const doctype = document.doctype ? "<!DOCTYPE html>" : "";
  return doctype + start + html.getHTML({ shadowRoots: roots }) + "</html>";
}"""

Settle = Callable[[], Awaitable[None]]


async def act_on_page(page: Page, site: SiteConfig, settle: Settle, steps: list[str]) -> None:
    """Do what the site's configuration asks for on a page that is loaded.

    `settle` waits until nothing is under way; what was done is appended to `steps`.
    """
    for selector in site.browser_clicks:
        if await _click(page, selector):
            steps.append(f"clicked {selector}")
            await settle()
    rounds = site.browser_scrolls or (1 if site.browser_more else 0)
    for number in range(rounds):
        before = await page.evaluate(_HEIGHT)
        await page.evaluate(_TO_END)
        await settle()
        clicked = site.browser_more is not None and await _click(page, site.browser_more)
        if clicked:
            await settle()
        steps.append(f"scrolled to the end{f' and clicked {site.browser_more}' if clicked else ''}")
        if not clicked and await page.evaluate(_HEIGHT) <= before and number:
            break
    if rounds:
        await page.evaluate(_TO_START)


async def _click(page: Page, selector: str) -> bool:
    """Click the first element of a CSS selector that shows, if one does soon; whether it was."""
    from playwright.async_api import Error

    target = page.locator(f"css={selector} >> visible=true").first
    try:
        await target.wait_for(state="visible", timeout=_APPEARS)
        await target.click(timeout=_CLICK)
    except Error:  # it does not show, or something lies over it
        return False
    return True


async def read_document(page: Page) -> bytes:
    """The document that the browser holds, as HTML in UTF-8, with its open shadow roots in it
    (`<template shadowrootmode>`, HTML standard).
    """
    whole = await page.evaluate(_WITH_SHADOWS)
    html = whole if isinstance(whole, str) else await page.content()
    return html.encode("utf-8", "replace")


async def take_views(page: Page, site: SiteConfig) -> tuple[View, ...]:
    """The pictures of a page that the site's configuration asks for."""
    views = []
    if "screenshot" in site.browser_views:
        height = min(int(await page.evaluate(_HEIGHT)), _MAX_HEIGHT)
        clip = {"x": 0, "y": 0, "width": 1280, "height": max(1, height)}
        data = await page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
        views.append(View(media_type="image/png", data=data))
    if "pdf" in site.browser_views:
        views.append(View(media_type="application/pdf", data=await page.pdf()))
    return tuple(views)
