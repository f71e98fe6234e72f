"""An article's leading picture, its caption and whose it is.

The address comes from the data or the metas; caption and credit stand beside the picture, often run
together ("إيلون ماسكالمصدر: رويترز"), and are taken apart here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from archive.model import Image
from pipelines.language.line_phrases import is_date_line
from pipelines.metadata.json_ld import value_text
from pipelines.metadata.title import title_likeness
from pipelines.page.dom import Page, collapse_spaces, text_of
from pipelines.page.head_tags import Head, plain_text

# What introduces a credit; it may follow the caption with no space between. Marks and blanks before
# it are taken off the caption's end.
_CREDIT = re.compile(
    r"""
    (?:(?:مصدر\ الصورة|المصدر|صورة|الصورة\ من|تصوير|عدسة|
    الصورة|عكس\ از|عکس|Image\ source|Photo\ credit|Image\ credit|Picture\ credit|
    Photograph|Photos?|Image|Picture|Source|Credits?|Crédits?|Bildquelle|
    Quelle|Foto(?:graf)?s?|Fotograf[ií]a|Bild|Photo\ by|Image\ by|Kilde|
    Källa|Bron|Fonte|Fuente|Kaynak|Źródło|Фото)\s*[:：/]\s*|(?:©|\(c\)|Copyright)\s*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Without such a word: one of photography behind a mark, or an agency that stands alone behind one.
_TAKEN = re.compile(
    r"[\[(|/،–—-]\s*+(?:بعدسة|عدسة|تصوير|صورة|photo by|image by|foto di|foto de)\s+(?=\S)",
    re.IGNORECASE,
)
_AGENCY = re.compile(
    r"""
    [\[(|/–—-]\s*+(?=(?:رويترز|فرانس\ برس|أ\s?\.?\s?ف\s?\.?\s?ب|أسوشيتد\ برس|
    أسوشييتد\ برس|الأناضول|د\s?ب\s?أ|غيتي(?:\ إيمدجز)?|جيتي|وكالة(?:\ [^\W\d_]+){1,3}|
    وكالات|أرشيفية|reuters|afp|ap(?:\ photo)?|associated\ press|getty(?:\ images)?|
    epa|dpa|efe|ansa|anadolu|aa|xinhua|bloomberg|shutterstock|alamy|pa(?:\ media|
    \ wire)?|tass|upi)(?:\W+\w+){0,2}[)\].]*$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LOGO = re.compile(r"logo|icon|avatar|sprite|placeholder|pixel|blank|شعار", re.IGNORECASE)
# Words, not a number or a generic name; not the name of a file.
_SENSE = re.compile(r"[^\W\d_]{2}\W+[^\W\d_]{2}")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)\b|^[^\s_]*_\S*$", re.IGNORECASE)
_LABEL = re.compile(
    r"^\W*(?:المصدر|مصدر الصورة|تصوير|source|credit|photo|foto|quelle|bild)\W+", re.IGNORECASE
)
_TEXTS = etree.XPath(
    "descendant::text()[not(parent::script or parent::style)]|descendant::br", smart_strings=False
)
_CAPTION_TAGS = ("figcaption", "div", "span", "p", "small", "em", "i", "cite", "td")
_CREDIT_PROPERTIES = ("creditText", "copyrightHolder", "copyrightNotice")
_CREDIT_MARK = re.compile(r"credit|copyright|source|photographer|byline", re.IGNORECASE)
_CAPTION_MARK = re.compile(r"caption|legend|bildunterschrift|credit", re.IGNORECASE)
_MAX_CAPTION = 400
_MAX_CREDIT = 80
_MAX_LEVELS = 4
# A caption with this share of the headline's words is the headline.
_HEADLINE = 0.8
_MAX_IMAGES = 40
_MAX_NODES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedImage:
    """A picture as the page's application data have it; its address as written."""

    address: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCandidate:
    """The picture as one place gives its address, and where its caption was found (see
    `ATTRIBUTE`).
    """

    source: str
    image: Image
    captioned: str | None = None


# Source of a caption that readers don't see.
ATTRIBUTE = "attribute"
# Where a caption and credit were found (a source), and the two texts.
_PlacedCaption = tuple[str, tuple[str | None, str | None]]


def image_candidates(
    page: Page, head: Head, linked: list[Any], data: EmbeddedImage, title: str | None
) -> list[ImageCandidate]:
    """The article's picture by falling trust: each address that metas, data or the page give, with
    the best caption and credit.

    Captions are taken from the page, the application data, JSON-LD and the picture's attributes, in
    this order; for an address from JSON-LD its own caption goes first.
    """
    shown = _shown_image(page)
    shown_caption: _PlacedCaption = (
        "dom",
        _caption_around(shown[0], title) if shown else (None, None),
    )
    attribute_caption: _PlacedCaption = (
        ATTRIBUTE,
        _caption_in_attributes(shown[0]) if shown else (None, None),
    )
    linked_caption: _PlacedCaption = ("json-ld", _linked_caption(linked))
    data_caption: _PlacedCaption = (
        "data",
        (plain_text(data.caption or "") or None, plain_text(data.credit or "") or None),
    )
    addresses = [
        *_image_addresses(page, head, linked, data.address),
        *([("dom", shown[1])] if shown else []),
    ]
    candidates = []
    for source, address in addresses:
        captions = (
            (linked_caption, shown_caption, data_caption, attribute_caption)
            if source == "json-ld"
            else (shown_caption, data_caption, linked_caption, attribute_caption)
        )
        captioned, caption, credit = _first_caption(captions, title)
        image = Image(url=address, caption=caption, credit=credit)
        candidates.append(ImageCandidate(source=source, image=image, captioned=captioned))
    return candidates


def _first_caption(
    captions: Iterable[_PlacedCaption], title: str | None
) -> tuple[str | None, str | None, str | None]:
    """(source, caption, credit): the first caption that does not repeat the headline, with its
    source, and the first credit; one inside a caption counts.
    """
    source, first_caption, first_credit = None, None, None
    for place, (caption, credit) in captions:
        within = split_caption(caption) if caption and not credit else (caption, credit)
        if (
            first_caption is None
            and within[0]
            and not (title and title_likeness(within[0], title) > _HEADLINE)
        ):
            source, first_caption = place, within[0]
        first_credit = first_credit or within[1]
    return source, first_caption, first_credit


def _image_addresses(
    page: Page, head: Head, linked: list[Any], data: str | None
) -> list[tuple[str, str]]:
    addresses = [
        ("og", head.first("og:image:secure_url", "og:image", "og:image:url")),
        ("twitter", head.first("twitter:image", "twitter:image:src")),
    ]
    addresses += [("json-ld", _image_address(item)) for item in linked]
    addresses += [("data", data), ("link", head.link("image_src"))]
    absolute = [(source, page.absolute(address)) for source, address in addresses if address]
    return [
        (source, address) for source, address in absolute if address and address.startswith("http")
    ]


def _image_address(item: Any) -> str | None:
    if isinstance(item, dict):
        return value_text(item.get("url") or item.get("contentUrl"))
    return item if isinstance(item, str) else None


def _linked_caption(linked: list[Any]) -> tuple[str | None, str | None]:
    item = next((image for image in linked if isinstance(image, dict)), {})
    credit = item.get("creditText") or item.get("copyrightHolder")
    return value_text(item.get("caption")), value_text(credit)


def split_caption(text: str) -> tuple[str | None, str | None]:
    """Caption and credit of a line in which they may run together."""
    text = plain_text(text)
    match = None
    for match in _CREDIT.finditer(text):  # noqa: B007 - the last one counts
        pass
    match = match or _TAKEN.search(text) or _AGENCY.search(text)
    if match is None:
        return text or None, None
    credit = text[match.end() :].strip(" .)]|")
    if not credit or len(credit) > _MAX_CREDIT:
        return text or None, None
    return text[: match.start()].strip(" .|(/،[–—-\u200c") or None, credit


def _shown_image(page: Page) -> tuple[HtmlElement, str] | None:
    """The first picture of the article, with its address: in a figure, or after the headline, that
    is no logo.
    """
    for image in _images_after_headline(page)[:_MAX_IMAGES]:
        address = page.absolute(
            image.get("src") or image.get("data-src") or image.get("data-lazy-src")
        )
        names = " ".join((image.get("alt") or "", image.get("class") or "", (address or "")[-60:]))
        if address and address.startswith("http") and not _LOGO.search(names):
            return image, address
    return None


def _images_after_headline(page: Page) -> list[HtmlElement]:
    """Images after the headline in document order; all of the page's where it has no headline."""
    pictures: list[HtmlElement] = []
    headed = False
    for element in page.root.iter("h1", "img", "nav", "footer"):
        if element.tag == "h1":
            headed = True
            if any(_is_framed(image) for image in pictures):
                continue
            pictures = []
        elif element.tag == "img":
            pictures.append(element)
        elif element.tag == "footer" and headed:
            break
    return pictures


def _is_framed(image: HtmlElement) -> bool:
    parent = image.getparent()
    return parent is not None and parent.tag in ("figure", "picture")


def _caption_around(image: HtmlElement, title: str | None) -> tuple[str | None, str | None]:
    """Caption and credit from the boxes around a picture, the nearest with a text first; not the
    headline, not prose.
    """
    box = image
    for _ in range(_MAX_LEVELS):
        parent = box.getparent()
        if parent is None or parent.tag in ("body", "article", "main"):
            break
        box = parent
        marked = [element for element in box.iter(*_CAPTION_TAGS) if _class_names(element)]
        text = _box_text(marked[0] if marked else box)
        if not text:
            continue
        if (
            next(box.iter("h1"), None) is not None
            or len(text) > _MAX_CAPTION
            or (title and title_likeness(text, title) > _HEADLINE)
        ):
            break
        return _split_box(text, box)
    return None, None


def _split_box(text: str, box: HtmlElement) -> tuple[str | None, str | None]:
    """Caption and credit of a picture's text; the credit may be marked in its box or in the next
    one.
    """
    caption, credit = split_caption(text)
    marked = credit or _marked_credit(box)
    if credit is None and marked:
        caption = (caption or "").replace(marked, "").strip() or None
        return caption, split_caption(marked)[1] or marked
    after = box.getnext()
    if credit is None and after is not None:
        marked = _marked_credit(after)
        credit = marked and (split_caption(marked)[1] or _LABEL.sub("", marked) or None)
    return caption, credit


def _marked_credit(box: HtmlElement) -> str | None:
    for element in islice(box.iter(), _MAX_NODES):
        if isinstance(element.tag, str) and (
            _CREDIT_MARK.search(element.get("class") or "")
            or element.get("itemprop") in _CREDIT_PROPERTIES
        ):
            text = text_of(element)
            return text if 0 < len(text) <= _MAX_CREDIT else None
    return None


def _box_text(element: HtmlElement) -> str:
    """The text of a picture's box, without the lines in it that are dates."""
    if next(element.iter("br"), None) is None:
        return text_of(element)
    nodes = _TEXTS(element)
    pieces = [
        "\n" if isinstance(node, HtmlElement) else collapse_spaces(str(node))
        for node in (nodes if isinstance(nodes, list) else ())
    ]
    lines = " ".join(pieces).split("\n")
    return collapse_spaces(
        " ".join(line for line in lines if not is_date_line(collapse_spaces(line)))
    )


def _class_names(element: HtmlElement) -> bool:
    return (
        element.tag == "figcaption"
        or bool(_CAPTION_MARK.search(element.get("class") or ""))
        or element.get("itemprop") == "caption"
    )


def _caption_in_attributes(image: HtmlElement) -> tuple[str | None, str | None]:
    """Caption and credit in the picture's own attributes: words, not a file's name."""
    caption = credit = None
    for name in ("data-caption", "title", "alt"):
        words, attribute_credit = split_caption(image.get(name) or "")
        credit = credit or attribute_credit
        if caption is None and words and _SENSE.search(words) and not _FILE.search(words):
            caption = words[:_MAX_CAPTION]
    return caption, plain_text(
        image.get("data-credit") or image.get("data-copyright") or ""
    ) or credit
