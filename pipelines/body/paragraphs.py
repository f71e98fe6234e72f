"""The article's paragraphs, from blocks: what belongs to it, line by line, and why everything else
was left.

The page's structure says where the article stands (`container`), its siblings say which blocks are
of its kind, words say which lines are furniture. Captions are `captions`' work, choosing between
DOM and embedded data `article`'s.
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
from pipelines.body.deck import is_deck, merge_or_drop_deck
from pipelines.body.line_rules import KnownPageText
from pipelines.body.main_element import main_element, prose_length, wrapper_regions
from pipelines.body.other_stories import SEVERAL, without_other_stories
from pipelines.body.pull_quotes import find_pull_quotes
from pipelines.body.trafilatura_text import kept_text
from pipelines.language.line_phrases import RELATED_LABEL, RELATED_LEAD, ends_sentence
from pipelines.page import blocks
from pipelines.page.blocks import Block, Blocks
from pipelines.page.dom import Page
from pipelines.page.markup_hints import boilerplate_mark
from pipelines.page.text_key import text_key

# A group of sibling paragraphs with this share of the container's prose is the article's own text.
MAIN_SHARE = 0.1
# So many sub-heads make a guide or a review: its boxes, lists and tables are text. News stories
# have fewer.
LONG_FORM = 8
GUIDE = 4
# From so many sibling paragraphs that hold this share of a page's prose, its own structure is proof
# enough.
PLAIN_COUNT = 4
PLAIN_SHARE = 0.8
# A box of so many lines, most of them list items, is a list; one with a smaller share of links
# leads nowhere.
LISTED, BOX_LINKS = 4, 0.1
# The page's own data are a second opinion on its prose where they are this share of it, from and
# to.
TOLD = (0.5, 1.2)
# A heading in a box of its own heads one of so many blocks after it.
_HEADED = 2
# What is said of the writer stands in so many last blocks.
_SIGNED = 4
# A paragraph of this length stands once in an article; on a page it may stand once for each size of
# screen.
REPEATED = 60


@dataclass(slots=True, kw_only=True)
class Body:
    """What was recovered: the paragraphs, the blocks they come from, those left out with their
    rule, all blocks of the page, and those that stand before the text. `in_data` says that they are
    not the page's but its data's.
    """

    paragraphs: list[str]
    kept: list[Block] = field(default_factory=list)
    dropped: list[tuple[Block, str]] = field(default_factory=list)
    element: HtmlElement | None = None
    page: Blocks | None = None
    void: set[int] = field(default_factory=set)
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
        between = self.page.blocks[self.kept[0].at : self.kept[-1].at]
        found = []
        for block in between:
            regions = [region for region in block.regions if region not in self.void]
            if regions and id(block) not in judged:
                found.append((block, self.page.regions[regions[0]].reason))
        return found


def extract_body(
    page: Page,
    beside: KnownPageText,
    drop: tuple[HtmlElement, ...] = (),
    *,
    told: Sequence[str] = (),
) -> Body:
    """Recover a page's paragraphs, without those that repeat what it says `beside` them, and what
    is in elements to `drop`.

    `told` are the paragraphs that the page's data hold of it: where they are most of its prose,
    they are the second opinion.
    """
    body = page.root.find("body")
    whole = blocks.read_blocks(body if body is not None else page.root, _marker(drop))
    _lower(whole)
    everything = {block.at for block in whole.blocks}
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    place = _find_text_place(whole, page.root, everything, beside.titles, host)
    # What stands in boxes beside plain paragraphs is not taken on its word.
    place.approved = set()
    if not _is_plain(place):
        expected = sum(map(prose_length, place.inside))
        text = "".join(told)
        if not text or not TOLD[0] * expected <= len(text) <= TOLD[1] * expected:
            text = kept_text(page.root, expected)
        approved = _confirmed_blocks(whole, text_key(text))
        place = _find_text_place(whole, page.root, approved, beside.titles, host)
    return _select(place, beside, host)


def _lower(whole: Blocks) -> None:
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
    """Where the text stands: `void` regions are wrappers, `element` holds the blocks `inside`,
    those `beside` it in the same part of the page are not its own; `approved` are those that the
    second reader took for text too.
    """

    whole: Blocks
    void: set[int]
    element: HtmlElement
    inside: list[Block]
    approved: set[int]
    beside: list[tuple[Block, str]] = field(default_factory=list)


def _find_text_place(
    whole: Blocks, root: HtmlElement, approved: set[int], titles: AbstractSet[str], host: str
) -> _TextPlace:
    void = wrapper_regions(whole, approved, titles)
    free = [block for block in whole.blocks if all(region in void for region in block.regions)]
    free, beside = without_other_stories(free, whole.blocks, titles, host)
    element = main_element(free, root, approved)
    inside = [
        block
        for block in free
        if block.element is element or element in block.element.iterancestors()
    ]
    return _TextPlace(
        whole=whole, void=void, element=element, inside=inside, approved=approved, beside=beside
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
        prose_length(block) for block in place.whole.blocks if not _is_apart(block, place.void)
    )
    return count >= PLAIN_COUNT and max(paragraphs.values()) >= PLAIN_SHARE * total


def _is_apart(block: Block, void: set[int]) -> bool:
    """Whether a block stands in a region apart."""
    return any(region not in void for region in block.regions)


def read_fragment(
    root: HtmlElement, beside: KnownPageText, drop: tuple[HtmlElement, ...] = ()
) -> Body:
    """The paragraphs of a tree that holds a body alone: no search for its place, the same rules for
    its lines.
    """
    whole = blocks.read_blocks(root, _marker(drop))
    everything = {block.at for block in whole.blocks}
    void = wrapper_regions(whole, everything)
    free = [block for block in whole.blocks if all(region in void for region in block.regions)]
    element = main_element(free, root, everything)
    place = _TextPlace(whole=whole, void=void, element=element, inside=free, approved=everything)
    return _select(place, beside, "")


def _select(place: _TextPlace, beside: KnownPageText, host: str) -> Body:
    whole = place.whole
    selection = _Selection(place.inside, place.element, place.approved)
    selection.by_structure()
    selection.apply_line_rules(beside, host)
    selection.drop_pull_quotes()
    selection.trim_ends(beside.authors)
    if short := line_rules.short_story(
        selection.kept, selection.dropped, whole.blocks, beside.titles
    ):
        selection.dropped = [each for each in selection.dropped if each[0] not in short]
        selection.dropped += [(block, "teaser") for block in selection.kept]
        selection.kept = short
    selection.add_opening(whole, place.void, beside)
    first = selection.kept[0].at if selection.kept else len(whole.blocks)
    return Body(
        before=whole.blocks[:first],
        paragraphs=[paragraph_text(block.text) for block in selection.kept],
        kept=selection.kept,
        dropped=[*selection.dropped, *place.beside],
        element=place.element,
        page=whole,
        void=place.void,
    )


def paragraph_text(text: str) -> str:
    """A paragraph as it is stored: NFC, white space folded (no-break spaces made plain)."""
    return " ".join(normalize("NFC", text).split())


def _marker(drop: tuple[HtmlElement, ...]) -> Callable[[HtmlElement], str | None]:
    def mark(element: HtmlElement) -> str | None:
        return "selector" if element in drop else boilerplate_mark(element)

    return mark if drop else boilerplate_mark


def _confirmed_blocks(whole: Blocks, text: str) -> set[int]:
    if not text:
        return {block.at for block in whole.blocks}
    approved = set()
    for block in whole.blocks:
        letters = text_key(block.text)
        if len(letters) > 10 and letters in text:
            approved.add(block.at)
    return approved


class _Selection:
    """Blocks inside the container, sorted into kept and dropped, step by step."""

    def __init__(self, inside: list[Block], element: HtmlElement, approved: set[int]) -> None:
        self.kept = inside
        self.dropped: list[tuple[Block, str]] = []
        self.element = element
        self.approved = approved
        heads = sum(
            block.kind == "h" and block.level > 1 and block.link_share < 0.5 for block in inside
        )
        self.lenient = heads >= LONG_FORM
        self.guided = heads >= GUIDE
        self.first = 0  # where the text begins: lists above it are summaries

    def _keep(self, verdicts: list[tuple[Block, str | None]]) -> None:
        self.kept = [block for block, rule in verdicts if rule is None]
        self.dropped += [(block, rule) for block, rule in verdicts if rule is not None]

    def by_structure(self) -> None:
        """Keep what stands where the article's paragraphs stand; judge boxes between them as
        wholes.
        """
        paths = {block.at: self._path(block) for block in self.kept}
        weights: dict[tuple[str, ...], float] = defaultdict(float)
        for block in self.kept:
            if block.kind not in ("li", "cell", "h"):
                weights[paths[block.at]] += prose_length(block) * (
                    1.0 if block.at in self.approved else 0.5
                )
        total = sum(weights.values())
        main = {path for path, weight in weights.items() if weight >= MAIN_SHARE * total}
        self.first = next((block.at for block in self.kept if paths[block.at] in main), 0)
        boxes: dict[HtmlElement, list[Block]] = defaultdict(list)
        verdicts: list[tuple[Block, str | None]] = []
        for block in self.kept:
            if paths[block.at] not in main and main:
                boxes[self._box(block, paths[block.at], main)].append(block)
        judged = {box: self._judge(members) for box, members in boxes.items()}
        following: list[bool] = []  # whether the blocks after this one are text, the nearest last
        for block in reversed(self.kept):
            rule = None
            if paths[block.at] not in main and main:
                box = self._box(block, paths[block.at], main)
                rule = judged[box]
                if (
                    rule == "box"
                    and block.kind == "h"
                    and len(boxes[box]) == 1
                    and any(following[-_HEADED:])
                ):
                    rule = None
            following.append(rule is None)
            verdicts.append((block, rule))
        self._keep(verdicts[::-1])

    def _path(self, block: Block) -> tuple[str, ...]:
        """The tags and names from the container down to the block's parent."""
        steps = []
        node = block.element if block.kind == "text" else block.element.getparent()
        while node is not None and node is not self.element:
            if node.tag not in blocks.INLINE:
                steps.append(f"{node.tag!s}.{node.get('class') or ''}")
            node = node.getparent()
        return tuple(reversed(steps))

    def _box(self, block: Block, path: tuple[str, ...], main: set[tuple[str, ...]]) -> HtmlElement:
        """The outermost element around a block that stands beside main paragraphs (or inside the
        container).
        """
        depth = max((len(known) for known in main if path[: len(known)] == known), default=0)
        node = block.element if block.kind == "text" else block.element.getparent()
        chain = []
        while node is not None and node is not self.element:
            if node.tag not in blocks.INLINE:
                chain.append(node)
            node = node.getparent()
        chain.reverse()
        return chain[depth] if depth < len(chain) else block.element

    def _judge(self, members: list[Block]) -> str | None:
        """The rule by which a box is dropped, or None."""
        length = sum(len(block.text) for block in members)
        linked = sum(block.linked for block in members)
        texts = sum(prose_length(block) for block in members)
        first = members[0]
        if RELATED_LABEL.match(first.text) or RELATED_LEAD.match(first.text):
            return "related box"
        if all(block.kind in ("li", "cell") for block in members):
            seen = sum(len(block.text) for block in members if block.at in self.approved)
            listed = linked <= 0.5 * length or (self.lenient and seen > 0.8 * length)
            return None if listed else "linked list"
        if all(
            block.kind == "quote" or (_is_quoted(block) and linked <= 0.4 * length)
            for block in members
        ):
            return None
        if any(block.kind == "h" and block.link_share > 0.5 for block in members):
            return "teaser"
        if linked > 0.4 * length:
            return "linked box"
        if members[0].at > self.first and self._is_part(members):
            return None
        approved = sum(len(block.text) for block in members if block.at in self.approved)
        if texts > 0.5 * length and (self.lenient or approved > 0.5 * length):
            return None
        return "box"

    def _is_part(self, members: list[Block]) -> bool:
        """Whether a box after the text's beginning, hardly any of it linked, is a part of it: a
        table, and in a guide also a list, or any box at all where the guide is long.
        """
        length = sum(len(block.text) for block in members)
        if sum(block.linked for block in members) >= BOX_LINKS * length:
            return False
        cells = sum(len(block.text) for block in members if block.kind == "cell")
        lines = sum(len(block.text) for block in members if block.kind == "li")
        listed = self.guided and len(members) >= LISTED and lines > 0.5 * length
        return self.lenient or listed or cells > 0.5 * length

    def apply_line_rules(self, beside: KnownPageText, host: str) -> None:
        """Drop lines that repeat what the page says elsewhere, labels with what they label, and
        furniture.
        """
        verdicts: list[tuple[Block, str | None]] = []
        labelled = False
        told: set[str] = set()
        for block in self.kept:
            rule = line_rules.rule_against(block, beside)
            if rule is None and (
                (labelled and line_rules.is_headline(block))
                or (not self.lenient and line_rules.is_linked_headline(block, host))
            ):
                rule = "related headline"
            if rule is None and len(block.text) >= REPEATED:
                rule = "repeated" if block.text in told else None
                told.add(block.text)
            labelled = rule in ("related label", "related headline")
            verdicts.append((block, rule))
        self._keep(verdicts)

    def drop_pull_quotes(self) -> None:
        """Drop sentences lifted out of a paragraph to be shown large. A guide sums itself up in its
        own words.
        """
        lifted = set() if self.guided else find_pull_quotes(self.kept)
        self._keep(
            [(block, "pulled quotation" if block.at in lifted else None) for block in self.kept]
        )

    def trim_ends(self, authors: tuple[str, ...]) -> None:
        """Cut what stands before the first and after the last paragraph of prose, and what is said
        of the writer there.
        """
        solid = [index for index, block in enumerate(self.kept) if line_rules.is_solid(block)]
        solid = solid or [
            index for index, block in enumerate(self.kept) if line_rules.is_sentence_long(block)
        ]
        if not solid:
            return
        first, last = solid[0], solid[-1]
        least = line_rules.longest_end(self.kept)
        last = max(
            [
                last,
                *(
                    at
                    for at, block in enumerate(self.kept)
                    if at > last and line_rules.is_long(block, least)
                ),
            ]
        )
        while first > 0 and line_rules.may_open(self.kept[first - 1], self.kept[first], least):
            first -= 1
        tail = last + 1
        while tail < len(self.kept) and line_rules.may_follow(self.kept[tail], self.kept[tail - 1]):
            tail += 1
        while tail > last + 1 and line_rules.announces_list(
            self.kept[tail - 1]
        ):  # nothing came of it
            tail -= 1
        signed = max(first + SEVERAL, tail - _SIGNED)
        tail = next(
            (
                at
                for at in range(signed, tail)
                if line_rules.tells_of_author(self.kept[at], authors)
            ),
            tail,
        )
        verdicts = []
        for index, block in enumerate(self.kept):
            rule = (
                "before the text" if index < first else "after the text" if index >= tail else None
            )
            verdicts.append((block, rule))
        self._keep(verdicts)

    def add_opening(self, whole: Blocks, void: set[int], beside: KnownPageText) -> None:
        """Take in the text's first paragraphs where they stand in a box of their own, and leave out
        its deck.
        """
        if not self.kept:
            return
        told = text_key("".join(block.text for block in self.kept))
        left = {block.at for block, _ in self.dropped}
        found = merge_or_drop_deck(whole, self.kept[0], beside.titles, void, left)
        self.kept = [
            *(block for block in found if text_key(block.text) not in told),
            *self.kept,
        ]
        while any(map(line_rules.is_solid, self.kept[1:])):
            first, second = self.kept[:2]
            if self._path(first) == self._path(second) or not is_deck(first, second, whole):
                return
            self.dropped.append((self.kept.pop(0), "deck"))


def _is_quoted(block: Block) -> bool:
    return next(block.element.iterancestors("blockquote"), None) is not None
