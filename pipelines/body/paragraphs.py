"""The article's paragraphs, from blocks: which lines belong to it, and by which rule each other
line was dropped.

The page's structure says where the article stands (`main_element`), siblings say which blocks are
of its kind (`selection`), words say which lines are boilerplate (`line_rules`). Captions are for
`metadata.lead_image`; choosing between DOM and embedded data is for `article.from_data`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from unicodedata import normalize
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.model import Evidence
from pipelines.body import line_rules
from pipelines.body.line_rules import KnownPageText
from pipelines.body.main_element import main_element, prose_length, wrapper_regions
from pipelines.body.other_stories import without_other_stories
from pipelines.body.selection import BlockSelection
from pipelines.body.trafilatura_text import kept_text
from pipelines.language.line_phrases import ends_sentence
from pipelines.page import blocks
from pipelines.page.blocks import Block, Blocks
from pipelines.page.dom import Page
from pipelines.page.markup_hints import boilerplate_mark
from pipelines.page.text_key import text_key

# From so many sibling paragraphs that hold this share of a page's prose, its own structure is proof
# enough.
PLAIN_COUNT = 4
PLAIN_SHARE = 0.8
# The page's own data are a second opinion on its prose where they are this share of it, from and
# to.
DATA_SHARE = (0.5, 1.2)


@dataclass(slots=True, kw_only=True)
class Body:
    """A recovered body: its paragraphs, the blocks they come from (`kept`), those left out with
    their rule (`dropped`), all blocks of the page, and those before the text. `in_data` is true if
    the paragraphs come from the page's embedded data.
    """

    paragraphs: list[str]
    kept: list[Block] = field(default_factory=list)
    dropped: list[tuple[Block, str]] = field(default_factory=list)
    element: HtmlElement | None = None
    page: Blocks | None = None
    wrappers: set[int] = field(default_factory=set)
    before: list[Block] = field(default_factory=list)
    in_data: bool = False

    @property
    def evidence(self) -> list[Evidence]:
        """Why each line that stood among the article's was dropped: by a rule, or with the marked
        part it stands in.
        """
        left = [*self.dropped, *self.marked()]
        return [
            Evidence(field="dropped", source=rule, value=block.text[:300]) for block, rule in left
        ]

    def marked(self) -> list[tuple[Block, str]]:
        """The lines between the first and last paragraph that are left out with a part of the page,
        and what marks it.
        """
        if self.page is None or not self.kept:
            return []
        judged = {id(block) for block in self.kept} | {id(block) for block, _ in self.dropped}
        between = self.page.blocks[self.kept[0].index : self.kept[-1].index]
        lines = []
        for block in between:
            regions = [region for region in block.regions if region not in self.wrappers]
            if regions and id(block) not in judged:
                lines.append((block, self.page.regions[regions[0]].reason))
        return lines


def extract_body(
    page: Page,
    page_text: KnownPageText,
    drop: tuple[HtmlElement, ...] = (),
    *,
    data_paragraphs: Sequence[str] = (),
) -> Body:
    """The paragraphs of a page, without those that repeat its `page_text` and those inside the
    elements to `drop`.

    `data_paragraphs` are the article's paragraphs in the page's embedded data. If they have about
    as many characters as its prose (DATA_SHARE), they are the second opinion on which blocks are
    text; else trafilatura is.
    """
    body = page.root.find("body")
    whole = blocks.read_blocks(body if body is not None else page.root, _mark_dropped(drop))
    _lower_headings(whole)
    everything = {block.index for block in whole.blocks}
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    place = _find_text_place(whole, page.root, everything, page_text.titles, host)
    # What stands in boxes beside plain paragraphs is not taken on its word.
    place.confirmed = set()
    if not _is_plain(place):
        expected = sum(map(prose_length, place.inside))
        text = "".join(data_paragraphs)
        if not text or not DATA_SHARE[0] * expected <= len(text) <= DATA_SHARE[1] * expected:
            text = kept_text(page.root, expected)
        confirmed = _confirmed_blocks(whole, text_key(text))
        place = _find_text_place(whole, page.root, confirmed, page_text.titles, host)
    return _select_paragraphs(place, page_text, host)


def _lower_headings(whole: Blocks) -> None:
    """Make paragraphs of headings that are sentences, where more of a page's text stands in these
    than anywhere else.
    """
    spoken = [
        block
        for block in whole.blocks
        if block.kind == "h"
        and block.breadth >= line_rules.OPENING
        and block.link_share < 0.5
        and ends_sentence(block.text)
    ]
    if len(spoken) > 1 and sum(len(block.text) for block in spoken) > sum(
        map(prose_length, whole.blocks)
    ):
        for block in spoken:
            block.kind, block.level = "p", 0


@dataclass(slots=True, kw_only=True)
class _TextPlace:
    """Where the text stands: `wrappers` are indices of regions that only wrap it, `element` holds
    the blocks `inside`; `other_blocks` of the same part of the page are dropped, each with its
    rule; `confirmed` are indices of the blocks that the second opinion keeps, too.
    """

    whole: Blocks
    wrappers: set[int]
    element: HtmlElement
    inside: list[Block]
    confirmed: set[int]
    other_blocks: list[tuple[Block, str]] = field(default_factory=list)


def _find_text_place(
    whole: Blocks, root: HtmlElement, confirmed: set[int], titles: AbstractSet[str], host: str
) -> _TextPlace:
    wrappers = wrapper_regions(whole, confirmed, titles)
    free = [block for block in whole.blocks if all(region in wrappers for region in block.regions)]
    free, other_blocks = without_other_stories(free, whole.blocks, titles, host)
    element = main_element(free, root, confirmed)
    inside = [
        block
        for block in free
        if block.element is element or element in block.element.iterancestors()
    ]
    return _TextPlace(
        whole=whole,
        wrappers=wrappers,
        element=element,
        inside=inside,
        confirmed=confirmed,
        other_blocks=other_blocks,
    )


def _is_plain(place: _TextPlace) -> bool:
    """Whether nearly all prose of a page stands in one place, as sibling paragraphs: no second
    opinion is needed.
    """
    paragraphs: dict[HtmlElement | None, float] = defaultdict(float)
    count = 0
    for block in place.inside:
        weight = prose_length(block)
        if block.kind == "p" and weight >= line_rules.OPENING:
            paragraphs[block.element.getparent()] += weight
            count += 1
    total = sum(
        prose_length(block) for block in place.whole.blocks if not _is_apart(block, place.wrappers)
    )
    return count >= PLAIN_COUNT and max(paragraphs.values()) >= PLAIN_SHARE * total


def _is_apart(block: Block, wrappers: set[int]) -> bool:
    """True if a block stands in a region that is no wrapper."""
    return any(region not in wrappers for region in block.regions)


def read_fragment(
    root: HtmlElement, page_text: KnownPageText, drop: tuple[HtmlElement, ...] = ()
) -> Body:
    """The body of a tree that holds nothing else, such as HTML from embedded data: its place is not
    searched for, its lines follow the same rules.
    """
    whole = blocks.read_blocks(root, _mark_dropped(drop))
    everything = {block.index for block in whole.blocks}
    wrappers = wrapper_regions(whole, everything)
    free = [block for block in whole.blocks if all(region in wrappers for region in block.regions)]
    element = main_element(free, root, everything)
    place = _TextPlace(
        whole=whole, wrappers=wrappers, element=element, inside=free, confirmed=everything
    )
    return _select_paragraphs(place, page_text, "")


def _select_paragraphs(place: _TextPlace, page_text: KnownPageText, host: str) -> Body:
    whole = place.whole
    selection = BlockSelection(place.inside, place.element, place.confirmed)
    selection.by_structure()
    selection.apply_line_rules(page_text, host)
    selection.drop_pull_quotes()
    selection.trim_ends(page_text.authors)
    if short := line_rules.short_story(
        selection.kept, selection.dropped, whole.blocks, page_text.titles
    ):
        selection.dropped = [dropped for dropped in selection.dropped if dropped[0] not in short]
        selection.dropped += [(block, "teaser") for block in selection.kept]
        selection.kept = short
    selection.add_opening(whole, place.wrappers, page_text)
    first = selection.kept[0].index if selection.kept else len(whole.blocks)
    return Body(
        before=whole.blocks[:first],
        paragraphs=[paragraph_text(block.text) for block in selection.kept],
        kept=selection.kept,
        dropped=[*selection.dropped, *place.other_blocks],
        element=place.element,
        page=whole,
        wrappers=place.wrappers,
    )


def paragraph_text(text: str) -> str:
    """A paragraph as it is stored: NFC, white space folded (no-break spaces made plain)."""
    return " ".join(normalize("NFC", text).split())


def _mark_dropped(drop: tuple[HtmlElement, ...]) -> Callable[[HtmlElement], str | None]:
    def mark(element: HtmlElement) -> str | None:
        return "selector" if element in drop else boilerplate_mark(element)

    return mark if drop else boilerplate_mark


def _confirmed_blocks(whole: Blocks, text: str) -> set[int]:
    if not text:
        return {block.index for block in whole.blocks}
    confirmed = set()
    for block in whole.blocks:
        key = text_key(block.text)
        if len(key) > 10 and key in text:
            confirmed.add(block.index)
    return confirmed
