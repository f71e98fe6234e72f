"""The URLs of a page: the links it leads to (outlinks), and the images, style sheets and fonts it
needs to look as it does (requisites).

Read from the tree that was parsed for everything. Whether a link stands in the article's body or in
a related box is found by `pipelines.body`; whether it is fetched is decided by
`crawler.frontier.scope`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice
from urllib.parse import quote, urljoin, urlsplit

from lxml.html import HtmlElement

from archive.model import Link
from archive.urls import normalise_url
from pipelines.page.css_urls import find_css_urls, parse_srcset
from pipelines.page.dom import Page

OUTLINK_LIMIT = 6_000  # as Heritrix: a page with more is a trap or a dump
REQUISITE_LIMIT = 2_000
_TEXT_LIMIT = 300

_NOT_FETCHED = (
    "#",
    "javascript:",
    "mailto:",
    "tel:",
    "data:",
    "about:",
    "blob:",
    "whatsapp:",
    "sms:",
    "callto:",
)
_CONTROLS = "".join(map(chr, range(0x21)))
_AS_IS = "".join(map(chr, range(0x21, 0x7F)))  # left to `normalise_url`
_STRIPPED = re.compile(r"[\t\r\n]+")
_REFRESH = re.compile(
    r"""\s*+(?:(?:\d[\d.]*+|\.[\d.]*+)(?>\s*+[;,]|\s)\s*+(?:url\s*+=\s*+)?|url\s*+=\s*+)
    (?:'(?P<single>[^']*)|"(?P<double>[^"]*)|(?P<bare>[^'"].*))""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
# What a script that a reader's click, or the page itself, sets off may lead to, where the address
# stands there as it is.
_SCRIPTED = re.compile(
    r"""(?:\blocation(?:\.href)?\s*=|\blocation\.(?:assign|replace)\s*\(|\bwindow\.open\s*\()\s*['"]([^'"\s]{1,2000})['"]"""
)
_SCRIPT_LIMIT = 20_000  # characters of a script that are looked at: what only leads on is short
_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/xml",
        "text/xml",
    }
)
LANGUAGE = "language"
_LINK_KINDS = {"next": "next", "amphtml": "amp", "canonical": "canonical"}

# Where each element names something the page needs; `srcset` forms hold several.
_SOURCES = {
    "img": ("src", "data-src"),
    "video": ("poster",),
    "input": ("src",),
    "body": ("background",),
    "table": ("background",),
    "td": ("background",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
}
_SRCSETS = ("srcset", "data-srcset", "imagesrcset")
_NEEDED_RELS = frozenset({"stylesheet", "icon", "shortcut", "apple-touch-icon"})
_PRELOADED = frozenset({"style", "image", "font"})


def find_outlinks(page: Page) -> tuple[Link, ...]:
    """Where the page leads, in order, each address once, at most `OUTLINK_LIMIT` of them.

    Addresses are absolute and normalised. What `<link>` and rel say of an address goes before its
    standing in the text: an address that is both `canonical` and an ordinary link is `canonical`,
    with the text of the link.
    """
    join = _Joiner(page.base, page.encoding)
    links: dict[str, Link] = {}
    raw: dict[str, str | None] = {}
    for href, kind, element in chain(
        _written_links(page.root), _click_targets(page.root) if page.clicks else ()
    ):
        if href not in raw:
            raw[href] = join.absolute(href)
        url = raw[href]
        if url is None:
            continue
        known = links.get(url)
        if known is None:
            if len(links) >= OUTLINK_LIMIT:
                break
            links[url] = Link(url=url, text=_link_text(element), kind=kind)
        elif not known.text or (known.kind == "navigation" and kind != "navigation"):
            better = known.kind if known.kind != "navigation" else kind
            links[url] = Link(url=url, text=known.text or _link_text(element), kind=better)
    return tuple(links.values()) or tuple(_script_redirects(page.root, join))


def find_language_versions(page: Page) -> tuple[Link, ...]:
    """What the page names as itself in other languages (`<link rel=alternate hreflang>`), absolute
    and normalised.
    """
    join = _Joiner(page.base, page.encoding)
    named = (
        join.absolute(element.get("href") or "")
        for element in page.root.iter("link")
        if element.get("hreflang")
        and "alternate" in (element.get("rel") or "").lower().split()
        and _link_kind(element) is None
    )
    found = dict.fromkeys(url for url in named if url is not None and url != page.url)
    return tuple(Link(url=url, kind=LANGUAGE) for url in islice(found, OUTLINK_LIMIT))


def find_requisites(page: Page) -> tuple[str, ...]:
    """What the page needs to look as it does: images with all their sizes, style sheets, fonts,
    posters of films.

    Not scripts, frames, plug-ins, films and sound: they weigh most, and rarely are the page.
    """
    join = _Joiner(page.base, page.encoding)
    needed: dict[str, None] = {}
    for href in _needed_urls(page.root):
        url = join.absolute(href)
        if url is not None:
            needed[url] = None
            if len(needed) >= REQUISITE_LIMIT:
                break
    return tuple(needed)


def find_css_requisites(css: str, base: str) -> tuple[str, ...]:
    """What a style sheet needs (`url()` and `@import`), absolute and normalised; `base` is the
    sheet's own address.
    """
    join = _Joiner(base)
    needed = dict.fromkeys(
        url for href in find_css_urls(css) if (url := join.absolute(href)) is not None
    )
    return tuple(islice(needed, REQUISITE_LIMIT))


def refresh_address(value: str) -> str:
    """The address in a `Refresh` header or `<meta http-equiv=refresh>`, as written; '' if it only
    loads the page again (HTML standard, "shared declarative refresh steps").
    """
    match = _REFRESH.match(value)
    return (match["single"] or match["double"] or match["bare"] or "").strip() if match else ""


# ---------------------------------------------------------------------------------------- addresses


@lru_cache(maxsize=1 << 15)
def _normalise_cached(address: str) -> str | None:
    """`normalise_url` with a cache: the pages of a site share most of their links."""
    return normalise_url(address)


class _Joiner:
    """Makes addresses absolute against one base; the common forms without `urljoin`.

    `encoding` is the page's: a query goes out in it, as browsers have it (URL standard, "query
    state"), and old servers understand nothing else.
    """

    __slots__ = ("_base", "_encoding", "_origin", "_scheme")

    def __init__(self, base: str, encoding: str = "utf-8") -> None:
        self._base = base
        self._encoding = "utf-8" if encoding.lower().startswith(("utf", "ascii")) else encoding
        parts = urlsplit(base)
        self._scheme = parts.scheme
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def absolute(self, href: str) -> str | None:
        """The normalised absolute URL; None if it cannot be fetched."""
        href = _STRIPPED.sub("", href.strip(_CONTROLS))
        if not href or href[:11].lower().startswith(_NOT_FETCHED):
            return None
        if "?" in href and self._encoding != "utf-8" and not href.isascii():
            place, _, query = href.partition("?")
            query = quote(query, safe=_AS_IS, encoding=self._encoding, errors="xmlcharrefreplace")
            href = f"{place}?{query}"
        if "\\" in href:
            return normalise_url(href, self._base)
        if href.startswith(("http://", "https://")):
            return _normalise_cached(href)
        if href.startswith("//"):
            return _normalise_cached(f"{self._scheme}:{href}")
        if href.startswith("/"):
            return _normalise_cached(self._origin + href)
        try:
            joined = urljoin(self._base, href)
        except ValueError:
            return None
        # `a ?` loses its mark and ends with a space that is part of the path.
        return (
            _normalise_cached(joined)
            if joined == joined.strip(_CONTROLS)
            else normalise_url(href, self._base)
        )


# ----------------------------------------------------------------------------------------- elements


def _written_links(root: HtmlElement) -> Iterator[tuple[str, str, HtmlElement]]:
    """Every (href as written, kind, element) of the page in order."""
    for element in root.iter("a", "area", "link", "meta", "frame"):
        tag = element.tag
        if tag in {"a", "area"}:
            href = element.get("href")
            if href:
                rel = element.get("rel")
                yield (
                    href,
                    "next" if rel and "next" in rel.lower().split() else "navigation",
                    element,
                )
        elif tag == "link":
            href, kind = element.get("href"), _link_kind(element)
            if href and kind:
                yield href, kind, element
        elif tag == "frame":
            yield element.get("src") or "", "navigation", element
        elif (element.get("http-equiv") or "").strip().lower() == "refresh":
            target = refresh_address(element.get("content") or "")
            if target:
                yield target, "navigation", element


def _click_targets(root: HtmlElement) -> Iterator[tuple[str, str, HtmlElement]]:
    """(href, kind, element) of each address that the `onclick` of an element opens."""
    for element in root.xpath("//*[@onclick]"):
        for href in _SCRIPTED.findall(element.get("onclick") or ""):
            yield href, "navigation", element


def _script_redirects(root: HtmlElement, join: _Joiner) -> Iterator[Link]:
    """Where a page without a link sends its readers by a script."""
    for script in root.iter("script"):
        for href in _SCRIPTED.findall((script.text or "")[:_SCRIPT_LIMIT]):
            url = join.absolute(href)
            if url is not None:
                yield Link(url=url, kind="navigation")


def _link_kind(element: HtmlElement) -> str | None:
    """What a `<link>` leads to; None if it is no page, feed or sitemap."""
    rels = (element.get("rel") or "").lower().split()
    if "sitemap" in rels:
        return "sitemap"
    if "alternate" in rels:
        kind = (element.get("type") or "").partition(";")[0].strip().lower()
        return "feed" if kind in _FEED_TYPES and "stylesheet" not in rels else None
    return next((_LINK_KINDS[rel] for rel in rels if rel in _LINK_KINDS), None)


def _link_text(element: HtmlElement) -> str:
    """The link's text, else its title or its image's alternative text."""
    if element.tag not in {"a", "area"}:
        return ""
    text = " ".join("".join(element.itertext()).split())
    if not text:
        text = element.get("title") or element.get("aria-label") or element.get("alt") or ""
        image = None if text else next(element.iter("img"), None)
        text = " ".join((text if image is None else image.get("alt") or "").split())
    return text[:_TEXT_LIMIT]


def _is_needed(element: HtmlElement) -> bool:
    rels = (element.get("rel") or "").lower().split()
    preloaded = "preload" in rels and (element.get("as") or "").lower() in _PRELOADED
    return preloaded or bool(_NEEDED_RELS.intersection(rels))


def _needed_urls(root: HtmlElement) -> Iterator[str]:
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            continue  # a comment or processing instruction
        yield from filter(None, map(element.get, _SOURCES.get(tag, ())))
        for value in filter(None, map(element.get, _SRCSETS)):
            yield from (href for href, _ in parse_srcset(value))
        yield from find_css_urls(element.get("style") or "")
        if tag == "style":
            yield from find_css_urls(element.text or "")
        elif tag == "link" and _is_needed(element):
            yield element.get("href") or ""
