"""An archived page or style sheet made to look at the archive for all it shows, and to do nothing:
pure.

Every address becomes one of the replay (`Rewriter.address`), or goes where it is none of http or
https. Scripts, plug-ins, forms' targets, hints to fetch in advance and redirects by `<meta>` are
left out. This makes pages look right; that nothing runs and nothing gets out does not rest on it,
but on the headers that `crawler.serve.replay` sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag

from lxml import etree
from lxml.html import HtmlElement

from archive.urls import normalise_url
from pipelines.page.css_urls import parse_srcset, replace_css_urls
from pipelines.page.dom import Page

# What an element may name that a browser shows or follows.
_ADDRESSES = (
    "src",
    "href",
    "poster",
    "background",
    "{http://www.w3.org/1999/xlink}href",
    "xlink:href",
)
# What runs, sends, or would stop a rewritten style sheet from being used.
_DROPPED_ATTRIBUTES = frozenset(
    [
        "action",
        "formaction",
        "ping",
        "integrity",
        "crossorigin",
        "nonce",
        "srcdoc",
        "target",
        "manifest",
        "attributionsrc",
        "codebase",
        "classid",
        "archive",
        "lowsrc",
        "dynsrc",
        "longdesc",
        "profile",
        "download",
        "sandbox",
        "csp",
        "data",
        "imagesrcset",
    ]
)
_DROPPED_ELEMENTS = frozenset(
    [
        "script",
        "base",
        "object",
        "embed",
        "applet",
        "portal",
        "fencedframe",
        "noembed",
        "noframes",
        "template",
        "param",
    ]
)
_AS_PREFORMATTED = frozenset(("xmp", "plaintext", "listing"))
_KEPT_RELS = frozenset(("stylesheet", "icon", "shortcut", "apple-touch-icon"))
# Where a page loads its images by script, the script's hint is the address: none runs here.
_LAZY = {"data-src": "src", "data-srcset": "srcset"}
_DOCTYPE = re.compile(r"<!doctype\b[^<>]{0,300}>", re.IGNORECASE)
_QUIRKS_FREE = "<!DOCTYPE html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriter:
    """Rewrites what was captured at `timestamp` (14 digits); `base` is the address that relative
    ones start from.
    """

    timestamp: str
    base: str

    def address(self, written: str) -> str | None:
        """The path in the replay for a URL as written in the page; None if it has no place there
        (no URL of http or https).

        Fragments of the page itself and images in `data:` URLs are returned unchanged.
        """
        text = written.strip()
        if text.startswith("#") or text[:11].lower().startswith("data:image/"):
            return text
        url = normalise_url(text, self.base)
        if url is None:
            return None
        fragment = urldefrag(text).fragment
        return f"/{self.timestamp}/{url}" + (f"#{fragment}" if fragment else "")

    def css(self, css: str) -> str:
        """A style sheet whose addresses are the replay's."""
        return replace_css_urls(
            css, lambda written: self.address(written) or _font(written) or "about:invalid"
        )

    def page(self, page: Page, doctype: str = _QUIRKS_FREE) -> str:
        """A page as HTML that shows what it showed. Its tree is changed."""
        for element in list(page.root.iter()):
            if not isinstance(element.tag, str) or self._is_left_out(element):
                _remove(element)
            else:
                self._element(element)
        html: str = etree.tostring(page.root, method="html", encoding="unicode", with_tail=False)
        return f"{doctype}\n{html}"

    @staticmethod
    def _is_left_out(element: HtmlElement) -> bool:
        if element.tag == "meta":
            return element.get("http-equiv") is not None
        if element.tag == "link":
            return not _KEPT_RELS.intersection((element.get("rel") or "").lower().split())
        return element.tag in _DROPPED_ELEMENTS

    def _element(self, element: HtmlElement) -> None:
        for lazy, shown in _LAZY.items():
            if (
                element.tag in ("img", "source")
                and lazy in element.attrib
                and _shows_nothing(element.get(shown))
            ):
                element.set(shown, element.get(lazy, ""))
        for name in list(element.attrib):
            self._attribute(element, str(name))
        if element.tag == "style":
            # Its text stands as it is in HTML: nothing in it may end the element.
            css = "".join(element.itertext())
            del element[:]
            element.text = self.css(css).replace("</", "<\\/")
        elif element.tag == "iframe":
            element.text = None
        elif element.tag in _AS_PREFORMATTED:
            element.tag = "pre"

    def _attribute(self, element: HtmlElement, name: str) -> None:
        value = element.get(name, "")
        fresh: str | None = value
        if name.startswith("on") or name in _DROPPED_ATTRIBUTES:
            fresh = None
        elif name in _ADDRESSES:
            fresh = self.address(value)
        elif name == "srcset":
            parts = [(self.address(url), descriptor) for url, descriptor in parse_srcset(value)]
            fresh = (
                ", ".join(f"{url} {descriptor}".strip() for url, descriptor in parts if url) or None
            )
        elif name == "style":
            fresh = self.css(value)
        if fresh is None:
            del element.attrib[name]
        elif fresh != value:
            element.set(name, fresh)


def doctype_of(text: str) -> str:
    """A page's document type, which decides how browsers lay it out; nothing where it has none."""
    found = _DOCTYPE.search(text[:4096])
    return found[0] if found else ""


def _font(written: str) -> str | None:
    """Fonts inside a style sheet itself are part of it."""
    return (
        written
        if re.match(r"data:(font/|application/(x-)?font|image/)", written, re.IGNORECASE)
        else None
    )


def _shows_nothing(value: str | None) -> bool:
    return not value or value.lower().startswith("data:")


def _remove(element: HtmlElement) -> None:
    """Take an element out of the tree and keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail:
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(element)
