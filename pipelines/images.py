"""An article's leading picture, its caption and whose it is.

The address comes from the data or the metas; caption and credit stand beside the picture, often run together
("إيلون ماسكالمصدر: رويترز"), and are taken apart here.
"""

from __future__ import annotations

import re
from typing import Any

from lxml.html import HtmlElement

from archive.model import Image
from pipelines import linked_data
from pipelines.dom import Page, text_of
from pipelines.head import Head, plain
from pipelines.titles import likeness

# What introduces a credit; it may follow the caption with no space between.
_CREDIT = re.compile(
    r"\s*[\[(|–—-]?\s*(?:(?:مصدر الصورة|المصدر|الصورة من|تصوير|عدسة|الصورة|عكس از|عکس|Image source|Photo credit|Image credit|Picture credit|Photograph|Photos?|Image|Picture|Source|Credits?|Crédits?"
    r"|Bildquelle|Quelle|Foto(?:graf)?s?|Fotograf[ií]a|Bild|Photo by|Image by|Kilde|Källa|Bron|Fonte|Fuente|Kaynak|Źródło|Фото)\s*[:：/]\s*|(?:©|\(c\)|Copyright)\s*)",
    re.IGNORECASE,
)
_LOGO = re.compile(r"logo|icon|avatar|sprite|placeholder|pixel|blank|شعار", re.IGNORECASE)
_CREDIT_MARK = re.compile(r"credit|copyright|source|photographer|byline", re.IGNORECASE)
_CAPTION_MARK = re.compile(r"caption|legend|bildunterschrift|credit", re.IGNORECASE)
_MAX_CAPTION = 400
_MAX_CREDIT = 80
_MAX_LEVELS = 4
_MAX_IMAGES = 40


def read(
    page: Page, head: Head, nodes: list[linked_data.Node], data: str | None, title: str | None
) -> list[tuple[str, Image]]:
    """(source, image) by falling trust: the address of metas and data with what the page shows beside the picture."""
    shown = _shown(page, title)
    found: list[tuple[str, Image]] = []
    for source, address in _addresses(page, head, nodes, data):
        caption, credit = _linked_caption(nodes) if source == "json-ld" else (None, None)
        found.append(
            (
                source,
                Image(
                    url=address,
                    caption=caption or (shown.caption if shown else None),
                    credit=credit or (shown.credit if shown else None),
                ),
            )
        )
    return [*found, *([("dom", shown)] if shown else [])]


def _addresses(page: Page, head: Head, nodes: list[linked_data.Node], data: str | None) -> list[tuple[str, str]]:
    stated = [
        ("og", head.first("og:image:secure_url", "og:image", "og:image:url")),
        ("twitter", head.first("twitter:image", "twitter:image:src")),
    ]
    stated += [("json-ld", _image_address(value)) for value in linked_data.values(nodes, "image", "thumbnailUrl")]
    stated += [("data", data), ("link", head.link("image_src"))]
    absolute = [(source, page.absolute(address)) for source, address in stated if address]
    return [(source, address) for source, address in absolute if address and address.startswith("http")]


def _image_address(value: Any) -> str | None:
    item = value[0] if isinstance(value, list) and value else value
    if isinstance(item, dict):
        return linked_data.text(item.get("url") or item.get("contentUrl"))
    return item if isinstance(item, str) else None


def _linked_caption(nodes: list[linked_data.Node]) -> tuple[str | None, str | None]:
    for value in linked_data.values(nodes, "image"):
        item = value[0] if isinstance(value, list) and value else value
        if isinstance(item, dict):
            return linked_data.text(item.get("caption")), linked_data.text(
                item.get("creditText") or item.get("copyrightHolder")
            )
    return None, None


def part(text: str) -> tuple[str | None, str | None]:
    """Caption and credit of a line in which they may run together."""
    text = plain(text)
    match = None
    for match in _CREDIT.finditer(text):  # noqa: B007 - the last one counts
        pass
    if match is None:
        return text or None, None
    credit = text[match.end() :].strip(" .)]|")
    if not credit or len(credit) > _MAX_CREDIT:
        return text or None, None
    return text[: match.start()].strip(" .|(/،[–—-") or None, credit


def _shown(page: Page, title: str | None) -> Image | None:
    """The first picture of the article: in a figure, or after the headline, that is no logo."""
    for image in _pictures(page)[:_MAX_IMAGES]:
        address = page.absolute(image.get("src") or image.get("data-src") or image.get("data-lazy-src"))
        if (
            not address
            or not address.startswith("http")
            or _LOGO.search(" ".join((image.get("alt") or "", image.get("class") or "", address[-60:])))
        ):
            continue
        caption, credit = _beside(image, title)
        return Image(url=address, caption=caption, credit=credit)
    return None


def _pictures(page: Page) -> list[HtmlElement]:
    """Images after the headline in document order; all of the page's where it has no headline."""
    pictures: list[HtmlElement] = []
    headed = False
    for element in page.root.iter("h1", "img", "nav", "footer"):
        if element.tag == "h1":
            headed = True
            if any(_framed(image) for image in pictures):
                continue
            pictures = []
        elif element.tag == "img":
            pictures.append(element)
        elif element.tag == "footer" and headed:
            break
    return pictures


def _framed(image: HtmlElement) -> bool:
    parent = image.getparent()
    return parent is not None and parent.tag in ("figure", "picture")


def _beside(image: HtmlElement, title: str | None) -> tuple[str | None, str | None]:
    """Caption and credit from the boxes around a picture, the nearest with a text first; not the headline, not prose."""
    box = image
    for _ in range(_MAX_LEVELS):
        parent = box.getparent()
        if parent is None or parent.tag in ("body", "article", "main"):
            break
        box = parent
        marked = [element for element in box.iter("figcaption", "div", "span", "p", "small", "em") if _marks(element)]
        text = text_of(marked[0]) if marked else text_of(box)
        if not text:
            continue
        if (
            next(box.iter("h1"), None) is not None
            or len(text) > _MAX_CAPTION
            or (title and likeness(text, title) > 0.8)
        ):
            break
        marked_credits = [
            text_of(element)
            for element in box.iter()
            if isinstance(element.tag, str) and _CREDIT_MARK.search(element.get("class") or "")
        ]
        caption, credit = part(text)
        if credit is None and marked_credits and 0 < len(marked_credits[0]) <= _MAX_CREDIT:
            credit = part(marked_credits[0])[1] or marked_credits[0]
            caption = (caption or "").replace(marked_credits[0], "").strip() or None
        return caption, credit
    return None, None


def _marks(element: HtmlElement) -> bool:
    return element.tag == "figcaption" or bool(_CAPTION_MARK.search(element.get("class") or ""))
