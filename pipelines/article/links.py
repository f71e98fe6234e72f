"""Links of an article: those in its text, and the related headlines the page shows inside or right
after it.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from archive.model import Link
from archive.urls import normalise_url
from pipelines.body.paragraphs import Body
from pipelines.language.line_phrases import RELATED_LABEL, RELATED_LEAD, TICKER, count_words
from pipelines.page.blocks import Block, Region
from pipelines.page.dom import Page

# Rules and regions whose links point at other articles.
_RULES = frozenset(
    (
        "related label",
        "related headline",
        "related line",
        "related box",
        "teaser",
        "linked box",
        "linked list",
    )
)
_REGIONS = frozenset(("related", "embed", "aside"))
# A related headline has at least this many words; shorter links are labels.
_WORDS = 3
# Under a label of related stories so many are enough.
_LABELLED_WORDS = 2
# A label so many lines after the text belongs to it; under it stand lines that are linked this
# much.
_NEAR, _LINKED = 6, 0.8
_NAMED = re.compile(
    r"\brelated(?![a-z])|related-?(news|posts|stories|articles|box)|(read|see)-?also", re.IGNORECASE
)
_SOCIAL = (
    "twitter.com",
    "x.com",
    "facebook.com",
    "instagram.com",
    "youtube.com",
    "t.me",
    "tiktok.com",
)


def body_links(page: Page, read: Body) -> list[Link]:
    """The links inside the paragraphs, in order, each address once."""
    return _make_links(page, read.kept, "body", 1)


def related_links(page: Page, read: Body) -> list[Link]:
    """The related headlines between the paragraphs, in order, each address once."""
    if not read.kept or read.page is None:
        return []
    first, last = read.kept[0].index, read.kept[-1].index
    dropped = {block.index for block, rule in read.dropped if rule in _RULES}
    regions = read.page.regions
    blocks = [
        block
        for block in read.page.blocks
        if first < block.index
        and not TICKER.match(block.text)
        and (
            (
                block.index < last
                and any(regions[region].reason in _REGIONS for region in block.regions)
            )
            or block.index in dropped
        )
    ]
    following = read.page.blocks[last + 1 :]
    links = (
        _make_links(page, blocks, "related", _WORDS)
        or _make_links(page, _headlines_after_label(following), "related", _LABELLED_WORDS)
        or _make_links(page, _boxed_links(following, regions), "related", _WORDS)
    )
    return [link for link in links if not any(host in link.url for host in _SOCIAL)]


def _boxed_links(following: list[Block], regions: list[Region]) -> list[Block]:
    around = {region for block in following for region in block.regions}
    named = {region for region in around if _is_named(regions[region].element)}
    return [block for block in following if not named.isdisjoint(block.regions)]


def _is_named(element: HtmlElement) -> bool:
    """Whether a box is called related by its own name; those of the latest and the most read are
    not.
    """
    return bool(_NAMED.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def _headlines_after_label(following: list[Block]) -> list[Block]:
    """The linked headlines under a label of related stories that stands right after the text."""
    headlines: list[Block] = []
    labelled = False
    for index, block in enumerate(following):
        label = RELATED_LABEL.match(block.text) or RELATED_LEAD.match(block.text)
        if labelled and not (
            block.link_share > _LINKED and count_words(block.text) >= _LABELLED_WORDS
        ):
            break
        if labelled or (label and block.links):
            headlines.append(block)
        elif not label and index >= _NEAR:
            break
        labelled = labelled or bool(label)
    return headlines


def _make_links(page: Page, blocks: list[Block], kind: str, least_words: int) -> list[Link]:
    links: dict[str, Link] = {}
    for block in blocks:
        for href, text in block.links:
            url = normalise_url(href, page.base) if href else None
            if url and count_words(text) >= least_words:
                links.setdefault(url, Link(url=url, text=text, kind=kind))
    return list(links.values())
