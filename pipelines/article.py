"""One page's article, put together: kind of page, metadata, body, embedded data, each checked against the others.

`extract` is what users call; `from_page` serves those that have parsed the page already, so that it is parsed once.
"""

from __future__ import annotations

from datetime import datetime

from archive.config import SiteConfig
from archive.model import Article, Evidence, NotAnArticle, NotArticleReason
from pipelines import body, dom, second_reader
from pipelines.dom import Page
from pipelines.embedded import Embedded


def extract(
    html: bytes,
    url: str,
    *,
    captured: datetime | None = None,
    site: SiteConfig | None = None,
    content_type: str | None = None,
) -> Article | NotAnArticle:
    """The article that a page's bytes hold, or why they hold none.

    `captured` (aware) is when the page was fetched: relative dates count from it. `site` gives the zone of dates
    without one, and selectors. `content_type` is the HTTP header. Never raises on bad input.
    """
    page = dom.parse(html, url, content_type)
    if isinstance(page, NotAnArticle):
        return page
    return from_page(page, captured=captured, site=site)


def from_page(
    page: Page, *, captured: datetime | None = None, site: SiteConfig | None = None
) -> Article | NotAnArticle:
    """As `extract`, of a page that is parsed already. The tree is left as it is."""
    titles = _titles(page)
    known = {second_reader.letters(dom.text_of(element)) for element in page.root.iter("time", "figcaption")} - {""}
    read = body.read(page, titles={second_reader.letters(title) for title in titles}, known=known)
    if not read.paragraphs or not titles:
        return NotAnArticle(url=page.url, reason=NotArticleReason.LISTING, detail="no paragraphs of prose")
    evidence: list[Evidence] = [*read.evidence]
    return Article(
        url=page.url,
        canonical=page.url,
        title=titles[0],
        paragraphs=read.paragraphs,
        language=page.language,
        evidence=evidence,
        site=site.name if site else None,
    )


def embedded_articles(page: Page, *, captured: datetime | None = None, site: SiteConfig | None = None) -> list[Article]:
    """Articles whose whole bodies a page (a listing) carries in its embedded data."""
    del captured, site
    Embedded(page)
    return []


def _titles(page: Page) -> list[str]:
    found = [dom.text_of(element) for element in page.root.iter("h1")]
    for meta in page.root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() in ("og:title", "twitter:title"):
            found.append(dom.fold(meta.get("content") or ""))
    found += [dom.text_of(element) for element in page.root.iter("title")]
    return [title for title in found if title]
