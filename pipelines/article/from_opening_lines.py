"""What the lines before a text say: headline, section, date, caption and credit, on pages whose
markup names none of them.

Only fields that nothing else states are filled from here. A reader sees a label, a headline, a
picture's caption and a date before the first paragraph, in whatever elements they stand; so do
these functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from archive.model import Evidence, Image
from pipelines.body.paragraphs import Body
from pipelines.dates.parse import StatedDate
from pipelines.language.line_phrases import ends_sentence, is_boilerplate_line, is_date_line
from pipelines.metadata.authors import in_lines, signature_names
from pipelines.metadata.extract import Metadata
from pipelines.metadata.lead_image import split_caption
from pipelines.metadata.section import is_home
from pipelines.page.blocks import Block
from pipelines.page.dom import Page
from pipelines.page.head_tags import plain_text
from pipelines.page.text_key import text_key

# A section's label is at most this long, in words and characters.
_LABEL_WORDS, _LABEL_LENGTH = 4, 30
_CAPTION_LENGTH = 250
# A line is bold where this share of it is.
_BOLD = 0.9


def fill_from_opening_lines(
    page: Page, stated: Metadata, read: Body, read_date: Callable[[str], StatedDate | None]
) -> Metadata:
    """The metadata with what is missing taken from the lines before the text, the nearest to it
    first.
    """
    before = read.before
    shown = [block for block in before if len(block.text) <= _CAPTION_LENGTH]
    lines = [plain_text(block.text) for block in shown]
    title = _title_line(stated, lines)
    if title and title != stated.title:
        stated = replace(
            stated,
            title=title,
            titles=(title, *stated.titles),
            evidence=_with_field(stated, "title", title),
        )
    at = _headline_line(lines, stated.title)
    if at is None:
        return stated
    section = (
        stated.section
        or _section_line(lines[:at])
        or _linked_label(shown[at:])
        or _label_in_line(shown[:at])
    )
    if stated.section is None and section:
        stated = replace(stated, section=section, evidence=_with_field(stated, "section", section))
    authors = (
        () if stated.signed else (() if stated.authors else in_lines(lines)) or _signed_names(read)
    )
    if authors:
        stated = replace(
            stated, authors=authors, evidence=_with_field(stated, "authors", "; ".join(authors))
        )
    if stated.published is None:
        for line in lines[at:]:
            found = read_date(line) if is_date_line(line) else None
            if found and found.instant:
                stated = replace(
                    stated, published=found, evidence=_with_field(stated, "published", line)
                )
                break
    return _captioned_image(page, stated, before, shown[at:])


def _signed_names(read: Body) -> tuple[str, ...]:
    """The names that stand in bold right before or right after the text, on a line of their own."""
    if not read.kept:
        return ()
    first, last = read.kept[0].index, read.kept[-1].index
    for block, _ in read.dropped:
        beside = block.index in (first - 1, last + 1) and block.kind == "p" and not block.links
        if (
            beside
            and block.strong >= _BOLD * len(block.text)
            and (signed := signature_names(block.text))
        ):
            return signed
    return ()


def _with_field(stated: Metadata, name: str, value: str) -> tuple[Evidence, ...]:
    return (*stated.evidence, Evidence(field=name, source="text", value=value, chosen=True))


def _title_line(stated: Metadata, lines: list[str]) -> str | None:
    """The line that the page's title begins with, or the only one given ends with (the rest is the
    site's name).
    """
    whole = text_key(stated.title or "")
    keys = {text_key(line): line for line in lines}
    if not whole or whole in keys or len(stated.titles) > 1:
        return stated.title
    alone = sum(one.field == "title" for one in stated.evidence) == 1
    starts = [
        line
        for key, line in keys.items()
        if len(key) >= 0.5 * len(whole)
        and (whole.startswith(key) or (alone and whole.endswith(key)))
    ]
    return max(starts, key=len, default=stated.title)


def _headline_line(lines: list[str], title: str | None) -> int | None:
    """The first line that is the headline, or holds it run together with others."""
    key = text_key(title or "")
    return next((at for at, line in enumerate(lines) if key and key in text_key(line)), None)


def _section_line(lines: list[str]) -> str | None:
    """The label right before the headline."""
    for line in reversed(lines[-2:]):
        label = (
            len(line) <= _LABEL_LENGTH
            and len(line.split()) <= _LABEL_WORDS
            and not any(map(str.isdigit, line))
        )
        if label and not (is_boilerplate_line(line) or ends_sentence(line) or is_home(line)):
            return line
    return None


def _linked_label(shown: list[Block]) -> str | None:
    """The label between headline and text that is a link and no more."""
    labels = [block.text for block in shown if block.link_share > 0.9 and len(block.links) == 1]
    return next((section for label in labels if (section := _section_line([label]))), None)


def _label_in_line(shown: list[Block]) -> str | None:
    """The one linked label in a line beside its date, right before the headline."""
    for block in reversed(shown[-2:]):
        if len(block.links) == 1 and is_date_line(block.text):
            return _section_line([plain_text(block.links[0][1])])
    return None


def _captioned_image(
    page: Page, stated: Metadata, before: list[Block], shown: list[Block]
) -> Metadata:
    """The image with the caption and credit of the line that names a credit; the picture before it
    where none is known.
    """
    image = stated.image
    if image and image.caption and image.credit:
        return stated
    for at, block in enumerate(shown):
        line = plain_text(block.text)
        caption, credit = split_caption(line)
        if (
            not credit
            or is_boilerplate_line(line)
            or text_key(line) == text_key(stated.title or "")
        ):
            continue
        if caption is None and at > 0 and _may_caption(shown[at - 1], stated):
            caption = plain_text(shown[at - 1].text)
        url = image.url if image else _opening_image(page, before)
        if url:
            found = Image(
                url=url,
                caption=(image.caption if image and image.credit else None)
                or caption
                or (image.caption if image else None),
                credit=(image.credit if image else None) or credit,
            )
            return replace(stated, image=found, evidence=_with_field(stated, "image_caption", line))
    return stated


def _may_caption(block: Block, stated: Metadata) -> bool:
    """Whether the line before a credit is the caption: no date, button, link nor the headline."""
    other = is_date_line(block.text) or is_boilerplate_line(block.text) or block.links
    return not other and text_key(block.text) != text_key(stated.title or "")


def _opening_image(page: Page, before: list[Block]) -> str | None:
    """The last picture that stands before the text and is no logo."""
    if not before:
        return None
    scope = page.root.find("body")
    for element in scope.iter("img", "amp-img") if scope is not None else ():
        source = page.absolute(element.get("src") or element.get("data-src"))
        if (
            source
            and "logo" not in f"{source} {element.get('alt') or ''}".lower()
            and source.startswith("http")
        ):
            return source
    return None
