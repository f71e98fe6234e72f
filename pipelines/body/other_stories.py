"""Separates an article from what stands in the same part of its page: other stories, teasers,
comments, notices above the headline.

They are prose like the article's own, so they are recognised by place, not by words: the headline
shows which of several like boxes is the article's, and where it begins; a label shows where the
readers' comments begin.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.language.line_phrases import count_words, is_date_line
from pipelines.page.blocks import Block
from pipelines.page.text_key import text_key

# Prose that makes a box a story of its own, in characters.
STORY = 100
# So many boxes of one kind with linked headlines are a list of teasers, each with no more text than
# this on average.
TEASERS = 3
TEASER_TEXT = 350
_TEASER_WORDS = 3
# No headline is this short, in characters.
_LABEL = 15
# After so many paragraphs any line that says so is a label of comments; a heading is one after the
# first.
SEVERAL = 3
# Headlines are followed by this share of a page's prose, else they are not where the text begins.
FOLLOWED = 0.5
FOLLOWED_H1 = 0.25

_COMMENTS = re.compile(
    r"""
    ^\W*((التعليقات|تعليقات\s+(القراء|الزوار)|أضف\s+تعليقا?ً?|اترك\s+(تعليقا?ً?|
    ردا?ً?)|شارك\s+برأيك|آراء\s+القراء|نظرات(\s+(کاربران|بینندگان))?|ارسال\s+نظر|
    نظر\s+شما|دیدگاه(‌?ها)?|comments?|(reader|user)s?['’]?\s+comments?|leave\s+a\s+(comment
    |reply)|(join|start)\s+the\s+(discussion|conversation)|commentaires?|
    kommentare?|comentarios|comentários|commenti|reacties|komentarze|комментарии|
    yorumlar)\s*[(:\[]?\s*[\d٠-٩۰-۹]*\s*[)\]:]?|[\d٠-٩۰-۹]+\s+(تعليق(ات|
    ا?ً)?|comments?|replies|responses|commentaires?|kommentare|comentarios))\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)


def without_other_stories(
    blocks: list[Block], everything: list[Block], titles: AbstractSet[str], host: str
) -> tuple[list[Block], list[tuple[Block, str]]]:
    """The blocks of the article's own part, and those left out with the rule.

    `blocks` are those of a page outside its marked regions, in order, `everything` all of them;
    `titles` are keys (`text_key`) of its headlines, `host` is its own.
    """
    head = next(
        (block for block in everything if block.kind == "h" and text_key(block.text) in titles),
        None,
    ) or next(
        (block for block in blocks if len(block.text) > _LABEL and text_key(block.text) in titles),
        None,
    )
    left: dict[int, str] = {}
    if head is not None:
        _other_stories(blocks, head, left)
    _drop_teasers(blocks, head, host, left)
    _drop_comments(blocks, head, left)
    if head is not None:
        _drop_above_headline(blocks, head, left)
    if not left:
        return blocks, []
    kept = [block for block in blocks if block.index not in left]
    return kept, [(block, left[block.index]) for block in blocks if block.index in left]


def _prose_of(block: Block) -> int:
    if block.kind in ("h", "caption") or block.link_share > 0.5 or block.breadth < 40:
        return 0
    return block.breadth - block.linked


def _other_stories(blocks: list[Block], head: Block, left: dict[int, str]) -> None:
    """Leave out the siblings of the box around the headline that are of its kind and hold a
    headline and a text each.
    """
    around = {
        node
        for block in blocks
        if _prose_of(block) >= STORY
        for node in block.element.iterancestors()
    }
    box: HtmlElement | None = head.element
    while box is not None and box not in around:
        box = box.getparent()
    while box is not None and box.getparent() is not None:
        others = [
            sibling
            for sibling in box.itersiblings(str(box.tag))
            if sibling in around and _are_alike(sibling, box)
        ]
        if others:
            _leave_stories(blocks, others, left)
        box = box.getparent()


def _are_alike(first: HtmlElement, second: HtmlElement) -> bool:
    names = first.get("class")
    return names == second.get("class") and (bool(names) or first.tag == "article")


def _leave_stories(blocks: list[Block], boxes: list[HtmlElement], left: dict[int, str]) -> None:
    members: dict[HtmlElement, list[Block]] = defaultdict(list)
    wanted = set(boxes)
    for block in blocks:
        box = next(
            (node for node in (block.element, *block.element.iterancestors()) if node in wanted),
            None,
        )
        if box is not None:
            members[box].append(block)
    for box, inside in members.items():
        if _opens_story(box, inside[:5]):
            left.update((block.index, "another story") for block in inside)


def _opens_story(box: HtmlElement, first: list[Block]) -> bool:
    """Whether a box begins another story: with a linked headline, a headline and a date, or as an
    article element.
    """
    heads = [block for block in first if block.kind == "h"]
    if not heads:
        return False
    dated = any(is_date_line(block.text) for block in first)
    return dated or box.tag == "article" or heads[0].link_share > 0.8


def _drop_teasers(blocks: list[Block], head: Block | None, host: str, left: dict[int, str]) -> None:
    """Leave out boxes of one kind that each hold a linked headline, where a text stands outside
    them.
    """
    headed = [block for block in blocks if _is_linked_headline(block, host) and block is not head]
    if len(headed) < TEASERS:
        return
    boxes = _headline_boxes(headed)
    if not boxes:
        return
    lists = {box.getparent() for box in boxes}
    inside: dict[HtmlElement, int] = defaultdict(int)
    members: list[Block] = []
    outside = 0
    for block in blocks:
        box = next(
            (node for node in (block.element, *block.element.iterancestors()) if node in boxes),
            None,
        )
        if box is not None:
            members.append(block)
            inside[box] += _prose_of(block)
        elif block.index not in left and (head is None or block.index > head.index):
            outside = max(outside, _prose_of(block))
            if _prose_of(block) >= STORY and any(
                node in lists for node in block.element.iterancestors()
            ):
                return  # boxes among the paragraphs are a guide's parts
    if outside >= STORY and sum(inside.values()) <= TEASER_TEXT * len(boxes):
        left.update((block.index, "another story") for block in members)


def _is_linked_headline(block: Block, host: str) -> bool:
    if block.kind != "h" or block.link_share <= 0.8 or count_words(block.text) < _TEASER_WORDS:
        return False
    return leads_inside(block.links[0][0], host)


def leads_inside(href: str, host: str) -> bool:
    """Whether a link leads to another page of the same site."""
    try:
        there = (urlsplit(href).hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return bool(href) and not href.startswith("#") and there in ("", host)


def _headline_boxes(headed: list[Block]) -> set[HtmlElement]:
    """The elements that each hold one of these headlines, where several of their siblings do so
    too.
    """
    children: dict[HtmlElement, set[HtmlElement]] = defaultdict(set)
    for block in headed:
        node = block.element
        for parent in block.element.iterancestors():
            children[parent].add(node)
            node = parent
    boxes = set()
    for block in headed:
        node = block.element
        for parent in block.element.iterancestors():
            alike = [child for child in children[parent] if child.tag == node.tag]
            if len(alike) >= TEASERS:
                if node is not block.element:
                    boxes.add(node)
                break
            node = parent
    return boxes


def _drop_comments(blocks: list[Block], head: Block | None, left: dict[int, str]) -> None:
    """Leave out what follows a label of comments in its part of the page, after some text."""
    paragraphs = 0
    for index, block in enumerate(blocks):
        if (head is None or block.index > head.index) and _prose_of(block) >= STORY:
            paragraphs += 1
        needed = 1 if block.kind == "h" else SEVERAL
        if paragraphs < needed or len(block.text) > 40 or not _COMMENTS.match(block.text):
            continue
        for scope in block.element.iterancestors():
            comments = [
                following
                for following in blocks[index:]
                if scope in following.element.iterancestors()
            ]
            if len(comments) > 1:
                left.update((following.index, "comments") for following in comments)
                return


def _drop_above_headline(blocks: list[Block], head: Block, left: dict[int, str]) -> None:
    """Leave out what stands above the headline, where most of the text follows it."""
    before = sum(
        _prose_of(block) for block in blocks if block.index < head.index and block.index not in left
    )
    after = sum(
        _prose_of(block) for block in blocks if block.index > head.index and block.index not in left
    )
    if before and after >= (FOLLOWED_H1 if head.level == 1 else FOLLOWED) * (before + after):
        left.update(
            (block.index, "above the headline") for block in blocks if block.index < head.index
        )
