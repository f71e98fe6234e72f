"""The embedded article that is the page's own, and its paragraphs: the second source of a body.

The body that the page shows is preferred if both agree; the data's is taken if the page shows none
of it, or only its beginning.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import Body, paragraph_text, read_fragment
from pipelines.embedded.json_articles import EmbeddedArticle
from pipelines.embedded.page_data import Embedded
from pipelines.language.line_phrases import is_story_line
from pipelines.page.dom import Page
from pipelines.page.text_key import text_key

# The data are the fuller text where they are this much longer than what the page shows and hold
# most of that.
FULLER = 1.3
TWICE = 2.0
MUCH_FULLER = 4.0
# Share of the shown paragraphs that must stand in the data for both to be the same text.
AGREED = 0.6


def own_article(embedded: Embedded, page: Page, titles: set[str]) -> EmbeddedArticle | None:
    """The embedded article with the page's headline (one of `titles`, keys by `text_key`) or
    address; of several the one with most text, or None.
    """
    slug = _last_step(page.url)
    best: EmbeddedArticle | None = None
    for article in embedded.articles:
        named = text_key(article.title) in titles
        addressed = bool(slug) and _last_step(article.address or "") == slug
        if (named or addressed) and (best is None or len(article.body) > len(best.body)):
            best = article
    return best


def read_body(article: EmbeddedArticle, page_text: KnownPageText) -> Body:
    """The paragraphs of an embedded article, by the same rules as a page's."""
    if not article.is_html:
        lines = [paragraph_text(line) for line in article.body.splitlines()]
        return Body(paragraphs=[line for line in lines if line])
    root = parse_fragment(article.body)
    if root is None:
        return Body(paragraphs=[])
    return read_fragment(root, page_text)


def parse_fragment(markup: str) -> HtmlElement | None:
    """A piece of HTML as a tree; None if it holds no element."""
    parser = HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True
    )
    try:
        return document_fromstring(
            f"<html><body><div>{markup}</div></body></html>".encode(), parser=parser
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def choose_body(shown: Body, data: Body, source: str) -> Body:
    """The body to keep, of the one shown and the one in the data (from `source`): the data's if
    nothing is shown, or if they are much longer.
    """
    if not data.paragraphs:
        return shown
    data.before = shown.page.blocks if shown.page else []
    data.in_data = True
    if not any(is_story_line(text) for text in shown.paragraphs):
        return data
    in_data = text_key("".join(data.paragraphs))
    on_page = text_key("".join(shown.paragraphs))
    agreed = sum(len(text) for text in map(text_key, shown.paragraphs) if text in in_data)
    # JSON-LD often runs paragraphs together, cuts them or escapes them twice: it must hold much
    # more to be believed.
    if source == "json-ld":
        needed = MUCH_FULLER
    elif agreed >= AGREED * len(on_page):
        needed = FULLER
    else:
        needed = TWICE
    return data if len(in_data) > needed * len(on_page) else shown


def _last_step(address: str) -> str:
    try:
        path = unquote(
            urlsplit(address).path if "//" in address else address.split("?", maxsplit=1)[0]
        ).rstrip("/")
    except ValueError:  # `http://[bad`
        return ""
    return path.rsplit("/", 1)[-1].lower() if path else ""
