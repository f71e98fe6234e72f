"""Where on a page the article stands: which marked regions are only wrappers, and which element
holds the paragraphs.

Both are weighed by prose: text in sentences that is not linked. Blocks that a second opinion
(trafilatura, or the page's embedded data) confirms count in full, others less.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.html import HtmlElement

from pipelines.page.blocks import Block, Blocks, Region
from pipelines.page.markup_hints import EMBED_ATTRIBUTES
from pipelines.page.text_key import text_key

# Share of a page's prose from which regions of one name are wrappers of the article. Calibrated on
# pages of 200 sites.
WRAPPER_SHARE = 0.4
# These are what they are called, even where they hold most of a page's text.
STUBBORN = {
    "comments": 0.97,
    "dialog": 0.9,
    "footer": 0.9,
    "hidden": 0.9,
    "caption": 0.7,
    "related": 0.6,
}
# Names that say little: a region under them that holds several paragraphs (or a table) is part of
# the text.
WEAK = frozenset(("caption", "embed", "widget", "advert", "tags"))
READ = WEAK | {"hidden", "navigation"}
SOLID_PROSE = 100
# Around the headline and a text these names mean the article; after both these mean what they say.
HEADED = frozenset(
    ("byline", "tags", "caption", "widget", "advert", "share", "embed", "footer", "newsletter")
)
APART = frozenset(("aside", "footer", "nav", "dialog"))
APART_ROLES = frozenset(("complementary", "contentinfo", "navigation", "dialog"))
# Go down into a child as long as it holds this share of its parent's prose.
DESCENT_SHARE = 0.88
# A single paragraph of this much prose is one, whatever it is called.
LEAF_PROSE = 150
# A block that the second opinion does not keep counts this much.
DOUBTED = 0.3

_SENTENCE = re.compile(r"[.!?…؟۔。！？،,;؛]")
# Parts of a page that open on demand, and what React streams in before it is put in its place.
_FOLDED = re.compile(r"accordion|collaps|expand|faq|toggle|fold|panel|(^| )s:[0-9a-f]+$")
_MENU = re.compile(r"side-?bar|rail|nav|header|masthead|breadcrumb|pag(er|ination)|skip")
_DIGITS = re.compile(r"\d+")


def prose_length(block: Block) -> float:
    """How much of a block is prose: its unlinked characters, less for short or unpunctuated text,
    none for captions.
    """
    whole, linked = len(block.text), block.linked
    if block.kind == "caption" or (linked and linked / max(1, whole) > 0.6):
        return 0.0
    length = block.breadth - linked
    if block.kind == "h":
        return 0.1 * length
    if length < 40:
        return 0.2 * length
    return float(length) if _SENTENCE.search(block.text) else 0.4 * length


def wrapper_regions(
    page: Blocks, confirmed: set[int], titles: AbstractSet[str] = frozenset()
) -> set[int]:
    """Indices of regions that, with those of the same name, hold so much of the prose that they are
    wrappers.

    `confirmed` are indices of blocks that the second opinion keeps, `titles` keys (`text_key`) of
    the page's headlines: a region around the headline and a text is a wrapper, one apart from both
    is none, however much prose it holds.
    """
    names = [_region_name(region) for region in page.regions]
    weights = _weigh_regions(page, confirmed, names)
    headed, apart = _regions_with_headline(page, titles)
    wrappers = set()
    for index, region in enumerate(page.regions):
        if region.reason == "selector" or index in apart:  # the operator's own word, or the page's
            continue
        if (
            index in headed
            or index in weights.leaves
            or _is_reading(region, weights.paragraphs(index, region, names[index]))
            or weights.wraps(names[index], STUBBORN.get(region.reason, WRAPPER_SHARE))
        ):
            wrappers.add(index)
    return wrappers


@dataclass(slots=True, kw_only=True)
class _ProseWeights:
    """A page's prose (weighed characters), by the names of the regions around it: `total` and
    `sums` of all blocks, `confirmed` and `kept` of those that the second opinion keeps, too.

    `solid` counts each region's paragraphs and cells if its name is weak evidence, `alike` those of
    all regions of a name; `leaves` are paragraphs that are regions themselves.
    """

    total: float = 0.0
    confirmed: float = 0.0
    sums: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    kept: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    leaves: set[int] = field(default_factory=set)
    alike: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    solid: list[int]

    def paragraphs(self, index: int, region: Region, name: tuple[str, str]) -> int:
        """How many paragraphs a region holds; for parts of a text that a content system calls
        embeds, those of all such parts.
        """
        called = region.reason == "embed" and EMBED_ATTRIBUTES.isdisjoint(region.element.keys())
        return self.alike[name] if called else self.solid[index]

    def wraps(self, name: tuple[str, str], limit: float) -> bool:
        """True if regions of this name hold so much of the prose, of all blocks and of the
        confirmed ones, that they are wrappers.
        """
        if name not in self.sums:
            return False
        share = self.sums[name] / (self.total or 1.0)
        agreed = self.kept[name] / self.confirmed if self.confirmed else share
        return (max(share, agreed) >= limit and min(share, agreed) > 0.5 * limit) or (
            agreed > 0.95 and self.confirmed > 400
        )


def _weigh_regions(
    page: Blocks, confirmed: set[int], names: list[tuple[str, str]]
) -> _ProseWeights:
    weights = _ProseWeights(solid=[0] * len(page.regions))
    around: dict[
        tuple[int, ...], set[tuple[str, str]]
    ] = {}  # blocks share their regions: their names are found once
    for block in page.blocks:
        weight = prose_length(block)
        if weight >= SOLID_PROSE or block.kind == "cell":
            for index in block.regions:
                if page.regions[index].reason in READ:
                    weights.solid[index] += 1
                weights.alike[names[index]] += 1
        if not weight:
            continue
        if weight >= LEAF_PROSE and block.kind == "p":
            weights.leaves.update(
                index for index in block.regions if page.regions[index].element is block.element
            )
        kept_weight = weight if block.index in confirmed else 0.0
        weights.total += weight
        weights.confirmed += kept_weight
        if block.regions not in around:
            around[block.regions] = {names[region] for region in block.regions}
        for name in around[block.regions]:
            weights.sums[name] += weight
            weights.kept[name] += kept_weight
    return weights


def _regions_with_headline(page: Blocks, titles: AbstractSet[str]) -> tuple[set[int], set[int]]:
    """Regions around the headline and a text, and regions beside a text that stands right after the
    headline.
    """
    head = next(
        (block for block in page.blocks if block.kind == "h" and text_key(block.text) in titles),
        None,
    )
    if head is None:
        return set(), set()
    with_text: set[int] = set()
    begun: set[int] = set(head.regions)
    free = False
    apart: set[int] = set()
    for block in page.blocks[head.index + 1 :]:
        if prose_length(block) >= SOLID_PROSE:
            with_text.update(block.regions)
            free = free or set(block.regions) <= set(head.regions)
        if free:
            apart.update(
                index
                for index in block.regions
                if index not in begun and _is_apart(page.regions[index])
            )
        else:
            begun.update(block.regions)
    headed = {
        index
        for index in head.regions
        if index in with_text and page.regions[index].reason in HEADED
    }
    return headed, apart


def _is_apart(region: Region) -> bool:
    return (
        region.element.tag in APART
        or region.element.get("role") in APART_ROLES
        or region.reason == "comments"
    )


def _is_reading(region: Region, paragraphs: int) -> bool:
    """True if a region whose name is weak evidence (READ) holds part of the text: it has several
    paragraphs and is no post, gallery, menu or notice.
    """
    element = region.element
    if not paragraphs and element.tag not in ("td", "th", "tr"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    if region.reason == "hidden":  # shown when asked for, or put in place by a script (React)
        return paragraphs > 0 and (
            _FOLDED.search(names) is not None or element.get("role") in ("region", "tabpanel")
        )
    if region.reason == "navigation":
        return paragraphs > 2 and not _MENU.search(names) and element.tag in ("div", "section")
    if region.reason in WEAK and element.tag in ("td", "th", "tr"):
        return True
    return paragraphs > 2 and not any(
        word in names
        for word in ("tweet", "instagram", "facebook", "gallery", "slide", "carousel", "newsletter")
    )


def _region_name(region: Region) -> tuple[str, str]:
    element = region.element
    return str(element.tag), _without_digits(element.get("class") or element.get("id") or "")


@lru_cache(maxsize=10_000)
def _without_digits(names: str) -> str:
    return _DIGITS.sub("", names)


def main_element(blocks: Iterable[Block], root: HtmlElement, confirmed: set[int]) -> HtmlElement:
    """The deepest element that holds nearly all the prose of these blocks."""
    sums: dict[HtmlElement, float] = defaultdict(float)
    for block in blocks:
        weight = prose_length(block) * (1.0 if block.index in confirmed else DOUBTED)
        node: HtmlElement | None = block.element
        while weight > 0 and node is not None:
            sums[node] += weight
            node = node.getparent()
    best = root
    while True:
        weight, index = max(
            ((sums.get(child, 0.0), index) for index, child in enumerate(best)), default=(0.0, 0)
        )
        if weight == 0 or weight < DESCENT_SHARE * sums.get(best, 0.0):
            return best
        if best[index].tag in ("p", "h1", "h2", "h3", "h4", "li"):
            return best
        best = best[index]
