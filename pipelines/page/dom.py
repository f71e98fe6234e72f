"""A page decoded and parsed once, for everything that reads it: links, metadata, dates, body.

Nobody may change the tree: a reader that wants to cut it works on a copy. What the page means is
left to the others.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from archive.model import NotAnArticle, NotArticleReason
from pipelines.page.decoding import clean_text, decode_page
from pipelines.page.media_type import media_type

if TYPE_CHECKING:
    from collections.abc import Iterator

# Parsing takes about 0.6 s for 10 MB; real news pages stay under 5 MB. Beyond this a page is kept
# and not read.
MAX_BYTES = 16_000_000
# Of text that is not declared otherwise: share of Arabic letters from which the page is Arabic (or
# Persian, Urdu).
ARABIC_SHARE = 0.3
# Text nodes looked at to tell the script of a page.
SAMPLE_STRINGS = 400
# A `noscript` with more characters than this holds more than a notice.
UNSCRIPTED = 400
# Elements held on to, so that each later walk over the tree finds them made already; a bound for
# hostile pages.
HELD_ELEMENTS = 50_000

_HTML_TYPES = re.compile(r"html|xml|text/plain|octet-stream|unknown", re.IGNORECASE)
_BINARY = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x1f\x8b",
    b"\x00\x00\x01\x00",
)
_ARABIC_RUN = re.compile("[\u0620-\u064a\u066e-\u06d3]+")
# First bytes of what `_ARABIC_RUN` matches, in UTF-8.
_ARABIC_BYTES = b"\xd8\xd9\xda\xdb"
_ARABIC_ENTITY = re.compile(rb"&#(?:0*1[5-7]\d\d|x0*6[0-9a-f]{2})", re.IGNORECASE)
_PERSIAN = re.compile("[\u067e\u0686\u0698\u06af\u06a9\u06cc]")
_URDU = re.compile("[\u0679\u0688\u0691\u06ba\u06d2]")
_HIDDEN = frozenset(("script", "style", "noscript", "template", "head", "svg"))
# One class for all elements, found without a call to Python for each (forms and inputs have no
# class of their own).
_CLASSES = etree.ElementDefaultClassLookup(element=HtmlElement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One HTML page. `base` is the address relative links start from; `encoding` the one read in,
    `declared` the one claimed; `cut` says that the parser dropped what was nested too deeply,
    `clicks` that elements do something when clicked; `language` is a BCP 47 tag, lower case; `held`
    keeps the tree's first elements alive (see HELD_ELEMENTS).
    """

    url: str
    base: str
    root: HtmlElement
    encoding: str
    declared: str | None = None
    cut: bool = False
    clicks: bool = False
    language: str | None = None
    held: tuple[HtmlElement, ...] = field(default=(), repr=False, compare=False)

    def absolute(self, href: str | None) -> str | None:
        """`href` as an absolute URL; None if it is missing or no URL."""
        if not href or not href.strip():
            return None
        try:
            return urljoin(self.base, href.strip())
        except ValueError:
            return None


def parse_page(html: bytes, url: str, content_type: str | None = None) -> Page | NotAnArticle:
    """Decode and parse a page (HTML standard, as far as libxml2 goes).

    Returns NotAnArticle for what is not HTML, is larger than MAX_BYTES, or holds nothing. Never
    raises on bad input.
    """
    if len(html) > MAX_BYTES:
        return NotAnArticle(url=url, reason=NotArticleReason.TOO_LARGE, detail=f"{len(html)} bytes")
    if (content_type and not _HTML_TYPES.search(media_type(content_type, html))) or html.startswith(
        _BINARY
    ):
        binary = html.startswith(_BINARY) or not content_type
        detail = "binary data" if binary else content_type
        return NotAnArticle(url=url, reason=NotArticleReason.NOT_HTML, detail=detail or "")
    decoded = decode_page(html, content_type)
    if not decoded.text.strip():
        return NotAnArticle(url=url, reason=NotArticleReason.EMPTY, detail="no text at all")
    if decoded.text.lstrip()[:1] in ("{", "["):
        return NotAnArticle(url=url, reason=NotArticleReason.NOT_HTML, detail="JSON")
    root, cut = _build_tree(decoded.utf8)
    if root is None:
        return NotAnArticle(url=url, reason=NotArticleReason.EMPTY, detail="no element at all")
    if b"shadowroot" in decoded.utf8:
        for element in root.iter("template"):
            if element.get("shadowrootmode") or element.get("shadowroot"):
                element.tag = "div"  # browsers show it where it stands
    held = tuple(islice(root.iter(), HELD_ELEMENTS))
    return Page(
        url=url,
        base=_base_url(root, url),
        root=root,
        encoding=decoded.encoding,
        declared=decoded.declared,
        cut=cut,
        clicks=b"onclick" in decoded.utf8 or b"onClick" in decoded.utf8,
        language=_declared_language(root, decoded.utf8),
        held=held,
    )


def with_body(page: Page, markup: str) -> Page | None:
    """The page with other markup for its body, its head and language kept; None if that markup
    holds no element.
    """
    root, _ = _build_tree(f"<html><body>{markup}</body></html>".encode("utf-8", "replace"))
    head = page.root.find("head")
    if root is None:
        return None
    if head is not None:
        root.insert(0, copy.deepcopy(head))
    return replace(page, root=root, held=tuple(islice(root.iter(), HELD_ELEMENTS)))


def without_scripts(page: Page) -> Page | None:
    """The page as readers without scripts see it, with what `noscript` holds; None if that is the
    same page.
    """
    if not any(
        len(element) and len(text_within(element)) > UNSCRIPTED
        for element in page.root.iter("noscript")
    ):
        return None
    root = copy.deepcopy(page.root)
    for element in root.iter("noscript"):
        element.tag = "div"
    return replace(page, root=root, held=tuple(islice(root.iter(), HELD_ELEMENTS)))


def text_within(element: HtmlElement) -> str:
    """All text under an element, whatever it is."""
    return collapse_spaces("".join(element.itertext()))


def text_of(element: HtmlElement) -> str:
    """All text under an element with white space folded (scripts and the like left out)."""
    return collapse_spaces(" ".join(text_nodes(element)))


def text_nodes(element: HtmlElement) -> Iterator[str]:
    """The text nodes under an element in order, without those of scripts, styles and templates; its
    tail left out.

    Walks without recursion: a hostile page nests deeper than Python's stack.
    """
    hidden: HtmlElement | None = None
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if hidden is None and node.tag in _HIDDEN:
                hidden = node
            elif hidden is None and node.text:
                yield node.text
            continue
        if node is hidden:
            hidden = None
        if hidden is None and node is not element and node.tail:
            yield node.tail


def collapse_spaces(text: str) -> str:
    """Runs of white space made one space, the ends stripped."""
    return " ".join(text.split())


def _build_tree(text: bytes) -> tuple[HtmlElement | None, bool]:
    parser = HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        root = document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
            raise MemoryError from error  # lxml calls it an unknown syntax error
        return None, False
    cut = any("depth" in entry.message.lower() for entry in parser.error_log)
    _join_bodies(root)
    return root, cut


def _join_bodies(root: HtmlElement) -> None:
    """Take what follows an early `</html>`, which libxml2 puts beside the document's root, into the
    document.
    """
    for late in list(root.itersiblings()):
        late.tag = "div"
        (root[-1] if len(root) else root).append(late)


def _base_url(root: HtmlElement, url: str) -> str:
    for element in root.iter("base"):
        href = (element.get("href") or "").strip()
        if href:
            try:
                return urljoin(url, href)
            except ValueError:
                break
    return url


def _declared_language(root: HtmlElement, text: bytes) -> str | None:
    """The language as declared on `html` (or by meta), unless the letters of the text contradict
    it.
    """
    declared = (
        root.get("lang")
        or root.get("{http://www.w3.org/XML/1998/namespace}lang")
        or root.get("xml:lang")
    )
    if not declared:
        for meta in root.iter("meta"):
            name = (
                meta.get("http-equiv") or meta.get("property") or meta.get("name") or ""
            ).lower()
            if name in ("content-language", "og:locale", "language"):
                declared = meta.get("content")
                break
    tag = (
        clean_text(declared or "").strip().split(",")[0].strip().replace("_", "-").lower()
    ) or None
    if tag and not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
        tag = None
    if (tag or "").split("-")[0] not in _ARABIC_SCRIPT and not _may_hold_arabic(text):
        return tag
    return _language_by_script(root, tag)


def _may_hold_arabic(text: bytes) -> bool:
    return len(text.translate(None, _ARABIC_BYTES)) < len(text) or bool(_ARABIC_ENTITY.search(text))


def _language_by_script(root: HtmlElement, declared: str | None) -> str | None:
    body = root.find("body")
    sample = "".join(islice(text_nodes(body if body is not None else root), SAMPLE_STRINGS))
    letters = sum(map(str.isalpha, sample))
    arabic = sum(map(len, _ARABIC_RUN.findall(sample)))
    if letters < 100 or (arabic > ARABIC_SHARE * letters) == (
        (declared or "").split("-")[0] in _ARABIC_SCRIPT
    ):
        return declared
    if arabic <= ARABIC_SHARE * letters:
        return None if declared and arabic < 0.05 * letters else declared
    if len(_URDU.findall(sample)) > 0.01 * arabic:
        return "ur"
    return "fa" if len(_PERSIAN.findall(sample)) > 0.02 * arabic else "ar"


_ARABIC_SCRIPT = frozenset(("ar", "arz", "ary", "fa", "ur", "ps", "ckb", "ug", "sd", "ku"))
