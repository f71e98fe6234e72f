"""Headline, section, date, caption and credit from the lines before a text, on pages whose markup
names none of them.

Only fields that nothing else states are filled from here. Readers recognise a label, a headline, a
caption and a date before the first paragraph whatever elements these are in; so do these functions.
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
    page: Page, metadata: Metadata, read: Body, read_date: Callable[[str], StatedDate | None]
) -> Metadata:
    """The metadata with what is missing taken from the lines before the text, the nearest to it
    first.
    """
    before = read.before
    shown = [block for block in before if len(block.text) <= _CAPTION_LENGTH]
    lines = [plain_text(block.text) for block in shown]
    title = _title_line(metadata, lines)
    if title and title != metadata.title:
        metadata = replace(
            metadata,
            title=title,
            titles=(title, *metadata.titles),
            evidence=_with_field(metadata, "title", title),
        )
    headline = _headline_line(lines, metadata.title)
    if headline is None:
        return metadata
    section = (
        metadata.section
        or _section_line(lines[:headline])
        or _linked_label(shown[headline:])
        or _label_in_line(shown[:headline])
    )
    if metadata.section is None and section:
        metadata = replace(
            metadata, section=section, evidence=_with_field(metadata, "section", section)
        )
    if authors := _missing_authors(metadata, lines, read):
        metadata = replace(
            metadata, authors=authors, evidence=_with_field(metadata, "authors", "; ".join(authors))
        )
    if metadata.published is None:
        for line in lines[headline:]:
            date = read_date(line) if is_date_line(line) else None
            if date and date.instant:
                metadata = replace(
                    metadata, published=date, evidence=_with_field(metadata, "published", line)
                )
                break
    return _captioned_image(page, metadata, before, shown[headline:])


def _missing_authors(metadata: Metadata, lines: list[str], read: Body) -> tuple[str, ...]:
    """Names to add: of a byline among the lines if no author is known, else of a signature beside
    the text; none if the metadata name more than the site.
    """
    if metadata.signed:
        return ()
    byline = () if metadata.authors else in_lines(lines)
    return byline or _signed_names(read)


def _signed_names(read: Body) -> tuple[str, ...]:
    """The names that stand in bold right before or right after the text, on a line of their own."""
    if not read.kept:
        return ()
    first, last = read.kept[0].index, read.kept[-1].index
    for block, _ in read.dropped:
        adjacent = block.index in (first - 1, last + 1) and block.kind == "p" and not block.links
        if (
            adjacent
            and block.strong >= _BOLD * len(block.text)
            and (signed := signature_names(block.text))
        ):
            return signed
    return ()


def _with_field(metadata: Metadata, name: str, value: str) -> tuple[Evidence, ...]:
    return (*metadata.evidence, Evidence(field=name, source="text", value=value, chosen=True))


def _title_line(metadata: Metadata, lines: list[str]) -> str | None:
    """The line that the page's title begins with, or the only one given ends with (the rest is the
    site's name).
    """
    whole = text_key(metadata.title or "")
    keys = {text_key(line): line for line in lines}
    if not whole or whole in keys or len(metadata.titles) > 1:
        return metadata.title
    alone = sum(evidence.field == "title" for evidence in metadata.evidence) == 1
    starts = [
        line
        for key, line in keys.items()
        if len(key) >= 0.5 * len(whole)
        and (whole.startswith(key) or (alone and whole.endswith(key)))
    ]
    return max(starts, key=len, default=metadata.title)


def _headline_line(lines: list[str], title: str | None) -> int | None:
    """The first line that is the headline, or holds it run together with others."""
    key = text_key(title or "")
    return next((index for index, line in enumerate(lines) if key and key in text_key(line)), None)


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
    page: Page, metadata: Metadata, before: list[Block], shown: list[Block]
) -> Metadata:
    """The image with the caption and credit of the line that names a credit; the picture before it
    where none is known.
    """
    image = metadata.image
    if image and image.caption and image.credit:
        return metadata
    for index, block in enumerate(shown):
        line = plain_text(block.text)
        caption, credit = split_caption(line)
        if (
            not credit
            or is_boilerplate_line(line)
            or text_key(line) == text_key(metadata.title or "")
        ):
            continue
        if caption is None and index > 0 and _may_caption(shown[index - 1], metadata):
            caption = plain_text(shown[index - 1].text)
        url = image.url if image else _opening_image(page, before)
        if url:
            captioned = Image(
                url=url,
                caption=(image.caption if image and image.credit else None)
                or caption
                or (image.caption if image else None),
                credit=(image.credit if image else None) or credit,
            )
            return replace(
                metadata, image=captioned, evidence=_with_field(metadata, "image_caption", line)
            )
    return metadata


def _may_caption(block: Block, metadata: Metadata) -> bool:
    """Whether the line before a credit is the caption: no date, button, link nor the headline."""
    no_caption = is_date_line(block.text) or is_boilerplate_line(block.text) or block.links
    return not no_caption and text_key(block.text) != text_key(metadata.title or "")


def _opening_image(page: Page, before: list[Block]) -> str | None:
    """The address of the page's first picture that is no logo; None if nothing stands before the
    text.
    """
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
