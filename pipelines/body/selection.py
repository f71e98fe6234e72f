"""Blocks of the main element, sorted into kept and dropped step by step."""

from __future__ import annotations

from collections import defaultdict

from lxml.html import HtmlElement

from pipelines.body import line_rules
from pipelines.body.deck import is_deck, merge_or_drop_deck
from pipelines.body.line_rules import KnownPageText
from pipelines.body.main_element import prose_length
from pipelines.body.other_stories import SEVERAL
from pipelines.body.pull_quotes import find_pull_quotes
from pipelines.language.line_phrases import RELATED_LABEL, RELATED_LEAD
from pipelines.page import blocks
from pipelines.page.blocks import Block, Blocks
from pipelines.page.text_key import text_key

# A box of so many lines, most of them list items, is a list; one with a smaller share of links
# leads nowhere.
LISTED, BOX_LINKS = 4, 0.1
# A heading in a box of its own heads one of so many blocks after it.
_HEADED = 2
# A group of sibling paragraphs with this share of the container's prose is the article's own text.
MAIN_SHARE = 0.1
# So many sub-heads make a guide or a review: its boxes, lists and tables are text. News stories
# have fewer.
LONG_FORM = 8
GUIDE = 4
# A note on the author stands in so many last blocks.
_SIGNED = 4
# A paragraph of this length stands once in an article; on a page it may stand once for each size of
# screen.
REPEATED = 60


class BlockSelection:
    """Blocks inside the container, sorted into kept and dropped, step by step."""

    def __init__(self, inside: list[Block], element: HtmlElement, confirmed: set[int]) -> None:
        self.kept = inside
        self.dropped: list[tuple[Block, str]] = []
        self.element = element
        self.confirmed = confirmed
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
        paths = {block.index: self._path(block) for block in self.kept}
        weights: dict[tuple[str, ...], float] = defaultdict(float)
        for block in self.kept:
            if block.kind not in ("li", "cell", "h"):
                weights[paths[block.index]] += prose_length(block) * (
                    1.0 if block.index in self.confirmed else 0.5
                )
        total = sum(weights.values())
        main = {path for path, weight in weights.items() if weight >= MAIN_SHARE * total}
        self.first = next((block.index for block in self.kept if paths[block.index] in main), 0)
        boxes: dict[HtmlElement, list[Block]] = defaultdict(list)
        verdicts: list[tuple[Block, str | None]] = []
        for block in self.kept:
            if paths[block.index] not in main and main:
                boxes[self._box(block, paths[block.index], main)].append(block)
        judged = {box: self._rule_against_box(members) for box, members in boxes.items()}
        following: list[bool] = []  # whether the blocks after this one are text, the nearest last
        for block in reversed(self.kept):
            rule = None
            if paths[block.index] not in main and main:
                box = self._box(block, paths[block.index], main)
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

    def _rule_against_box(self, members: list[Block]) -> str | None:
        """The rule by which a box is dropped, or None."""
        length = sum(len(block.text) for block in members)
        linked = sum(block.linked for block in members)
        texts = sum(prose_length(block) for block in members)
        first = members[0]
        if RELATED_LABEL.match(first.text) or RELATED_LEAD.match(first.text):
            return "related box"
        if all(block.kind in ("li", "cell") for block in members):
            seen = sum(len(block.text) for block in members if block.index in self.confirmed)
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
        if members[0].index > self.first and self._is_part(members):
            return None
        confirmed = sum(len(block.text) for block in members if block.index in self.confirmed)
        if texts > 0.5 * length and (self.lenient or confirmed > 0.5 * length):
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

    def apply_line_rules(self, page_text: KnownPageText, host: str) -> None:
        """Drop lines that repeat other parts of the page, labels with what they label, and
        boilerplate.
        """
        verdicts: list[tuple[Block, str | None]] = []
        labelled = False
        seen: set[str] = set()
        for block in self.kept:
            rule = line_rules.rule_against(block, page_text)
            if rule is None and (
                (labelled and line_rules.is_headline(block))
                or (not self.lenient and line_rules.is_linked_headline(block, host))
            ):
                rule = "related headline"
            if rule is None and len(block.text) >= REPEATED:
                rule = "repeated" if block.text in seen else None
                seen.add(block.text)
            labelled = rule in ("related label", "related headline")
            verdicts.append((block, rule))
        self._keep(verdicts)

    def drop_pull_quotes(self) -> None:
        """Drop sentences lifted out of a paragraph to be shown large, except in a guide, whose
        summaries repeat its sentences.
        """
        lifted = set() if self.guided else find_pull_quotes(self.kept)
        self._keep(
            [(block, "pulled quotation" if block.index in lifted else None) for block in self.kept]
        )

    def trim_ends(self, authors: tuple[str, ...]) -> None:
        """Drop the lines before the first and after the last paragraph of prose, and the note on
        the author among the last; `authors` are names as written.
        """
        solid = [index for index, block in enumerate(self.kept) if line_rules.is_solid(block)]
        solid = solid or [
            index for index, block in enumerate(self.kept) if line_rules.is_sentence_long(block)
        ]
        if not solid:
            return
        first, last = solid[0], solid[-1]
        least = line_rules.longest_end(self.kept)
        for index in range(last + 1, len(self.kept)):
            if line_rules.is_long(self.kept[index], least):
                last = index
        while first > 0 and line_rules.may_open(self.kept[first - 1], self.kept[first], least):
            first -= 1
        tail = last + 1
        while tail < len(self.kept) and line_rules.may_follow(self.kept[tail], self.kept[tail - 1]):
            tail += 1
        # A line that announces a list or table which did not follow.
        while tail > last + 1 and line_rules.announces_list(self.kept[tail - 1]):
            tail -= 1
        for index in range(max(first + SEVERAL, tail - _SIGNED), tail):
            if line_rules.tells_of_author(self.kept[index], authors):
                tail = index
                break
        before: list[tuple[Block, str | None]] = [
            (block, "before the text") for block in self.kept[:first]
        ]
        inside = [(block, None) for block in self.kept[first:tail]]
        after = [(block, "after the text") for block in self.kept[tail:]]
        self._keep([*before, *inside, *after])

    def add_opening(self, whole: Blocks, wrappers: set[int], page_text: KnownPageText) -> None:
        """Take in the text's first paragraphs where they stand in a box of their own, and leave out
        its deck.
        """
        if not self.kept:
            return
        kept_text = text_key("".join(block.text for block in self.kept))
        left = {block.index for block, _ in self.dropped}
        opening = merge_or_drop_deck(whole, self.kept[0], page_text.titles, wrappers, left)
        self.kept = [
            *(block for block in opening if text_key(block.text) not in kept_text),
            *self.kept,
        ]
        while any(map(line_rules.is_solid, self.kept[1:])):
            first, second = self.kept[:2]
            if self._path(first) == self._path(second) or not is_deck(first, second, whole):
                return
            self.dropped.append((self.kept.pop(0), "deck"))


def _is_quoted(block: Block) -> bool:
    return next(block.element.iterancestors("blockquote"), None) is not None
