"""What a list of headlines shows and says to be, by which it is known again under the address of an
article that it has taken the place of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from archive.model import Link
from archive.model.listing_page import ListingPage
from archive.text.page_parts import address_parts, text_parts
from archive.urls import canonical_key, names_a_work, normalise_url, site_host
from pipelines.page import dom
from pipelines.page.blocks import read_blocks
from pipelines.page.dom import Page
from pipelines.page.head_tags import Head

_SEPARATOR = re.compile(r"\s[-–—|:]\s")
_HOME = re.compile(r"/(index\.\w{3,5}|home|[a-z]{2}(-[a-z]{2})?)?/?", re.IGNORECASE)


def read_listing_page(page: Page, outlinks: Iterable[Link], headlines: int) -> ListingPage:
    """What a page shows that leads to articles; `outlinks` are where it leads, `headlines` is how
    many addresses of its own site it announces.
    """
    head = Head(page)
    body = page.root.find("body")
    blocks = read_blocks(body if body is not None else page.root, lambda _: None).blocks
    return ListingPage(
        named=_named_instead(page, head),
        headlines=headlines,
        headings=text_parts(_headings(page, head)),
        texts=text_parts([*(block.text for block in blocks), head.title or ""]),
        links=address_parts(link.url for link in outlinks if link.kind != "canonical"),
    )


def _headings(page: Page, head: Head) -> list[str]:
    """The titles that a page gives itself, whole and without the name of the site."""
    titles = [dom.text_of(element) for element in page.root.iter("h1")]
    titles += head.all("og:title", "twitter:title")
    titles.append(head.title or "")
    return [*titles, *(part for title in titles for part in _SEPARATOR.split(title))]


def _named_instead(page: Page, head: Head) -> str | None:
    """The front page or section that a page says to be, where all that it says agrees; None where
    it names itself, or another work.
    """
    stated = [head.link("canonical"), *(page.absolute(url) for url in head.all("og:url"))]
    named = {url for each in stated if each and (url := normalise_url(each, page.base))}
    if not named or not all(_is_above(page.url, url) for url in named):
        return None
    return min(named)


def _is_above(url: str, named: str) -> bool:
    here, there = urlsplit(url), urlsplit(named)
    if site_host(url) != site_host(named) or canonical_key(url) == canonical_key(named):
        return False
    if there.query or _HOME.fullmatch(here.path):
        return False
    above = here.path.startswith(there.path.rstrip("/") + "/") and not names_a_work(named)
    return above or bool(_HOME.fullmatch(there.path or "/"))
