"""Where on a page the article stands: which marked regions are only wrappers, and which element holds the paragraphs.

Both are weighed by prose: text in sentences that is not linked. What a second reader (trafilatura) kept weighs full,
what it left weighs less, so the two check each other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from lxml.html import HtmlElement

from pipelines.blocks import Block, Blocks, Region

# Share of a page's prose from which regions of one name are wrappers of the article. Calibrated on pages of 200 sites.
WRAPPER_SHARE = 0.4
# These are what they are called, even where they hold most of a page's text.
STUBBORN = {"comments": 0.97, "dialog": 0.9, "footer": 0.9, "hidden": 0.9, "caption": 0.7, "related": 0.6}
# Names that say little: a region under them that holds several paragraphs (or a table) is part of the text.
WEAK = frozenset(("caption", "embed", "widget", "advert", "tags"))
SOLID_PROSE = 100
# Go down into a child as long as it holds this share of its parent's prose.
DESCENT_SHARE = 0.88
# A single paragraph of this much prose is one, whatever it is called.
LEAF_PROSE = 150
# What the second reader left counts this much.
DOUBTED = 0.3

_SENTENCE = re.compile(r"[.!?…؟۔。！？،,;؛]")
_DIGITS = re.compile(r"\d+")


def prose(block: Block) -> float:
    """How much of a block is prose: its unlinked characters, less for short or unpunctuated text, none for captions."""
    if block.kind == "caption" or block.link_share > 0.6:
        return 0.0
    length = len(block.text) - block.linked
    if block.kind == "h":
        return 0.1 * length
    if length < 40:
        return 0.2 * length
    return float(length) if _SENTENCE.search(block.text) else 0.4 * length


def void_regions(page: Blocks, approved: set[int]) -> set[int]:
    """Indices of regions that, with those of the same name, hold so much of the prose that they are wrappers."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    kept: dict[tuple[str, str], float] = defaultdict(float)
    total = trusted = 0.0
    names = [_name(region) for region in page.regions]
    leaves: set[int] = set()
    solid: dict[int, list[float]] = defaultdict(list)
    for block in page.blocks:
        weight = prose(block)
        for at in block.regions:
            if page.regions[at].reason in WEAK and (weight >= SOLID_PROSE or block.kind == "cell"):
                solid[at].append(weight)
        if weight >= LEAF_PROSE and block.kind == "p":
            leaves.update(at for at in block.regions if page.regions[at].element is block.element)
        total += weight
        trusted += weight if block.at in approved else 0.0
        for name in {names[region] for region in block.regions}:
            sums[name] += weight
            kept[name] += weight if block.at in approved else 0.0
    void = set()
    for index, region in enumerate(page.regions):
        if region.reason == "selector":  # the operator's own word
            continue
        if index in leaves or (len(solid[index]) > 2 and _is_reading(region)):
            void.add(index)
            continue
        share = sums[names[index]] / (total or 1.0)
        agreed = kept[names[index]] / trusted if trusted else share
        limit = STUBBORN.get(region.reason, WRAPPER_SHARE)
        if (max(share, agreed) >= limit and min(share, agreed) > 0.5 * limit) or (agreed > 0.95 and trusted > 400):
            void.add(index)
    return void


def _is_reading(region: Region) -> bool:
    """Whether a region with several paragraphs is no post of a social network nor a gallery."""
    names = f"{region.element.get('class') or ''} {region.element.get('id') or ''}".lower()
    return not any(
        word in names for word in ("tweet", "instagram", "facebook", "gallery", "slide", "carousel", "newsletter")
    )


def _name(region: Region) -> tuple[str, str]:
    element = region.element
    return str(element.tag), _DIGITS.sub("", element.get("class") or element.get("id") or "")


def container(blocks: Iterable[Block], root: HtmlElement, approved: set[int]) -> HtmlElement:
    """The deepest element that holds nearly all the prose of these blocks."""
    sums: dict[HtmlElement, float] = defaultdict(float)
    for block in blocks:
        weight = prose(block) * (1.0 if block.at in approved else DOUBTED)
        node: HtmlElement | None = block.element
        while weight > 0 and node is not None:
            sums[node] += weight
            node = node.getparent()
    best = root
    while True:
        weight, index = max(((sums.get(child, 0.0), index) for index, child in enumerate(best)), default=(0.0, 0))
        if weight == 0 or weight < DESCENT_SHARE * sums.get(best, 0.0):
            return best
        if best[index].tag in ("p", "h1", "h2", "h3", "h4", "li"):
            return best
        best = best[index]
