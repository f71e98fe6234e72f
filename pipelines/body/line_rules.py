"""Rules for a single line: whether it is a paragraph, a headline of another story, or boilerplate.

Where lines stand on the page, and what their neighbours are, is for `pipelines.body.selection`.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pipelines.body.other_stories import leads_inside
from pipelines.language.line_phrases import (
    ABOUT_AUTHOR,
    BYLINE,
    REFERENCES_LABEL,
    RELATED_LABEL,
    RELATED_LEAD,
    count_words,
    ends_sentence,
    is_boilerplate_line,
    is_call,
    is_story_line,
)
from pipelines.page.blocks import Block
from pipelines.page.text_key import text_key

# Prose of a paragraph that can open an article, in characters.
OPENING = 60
# A last paragraph without a full stop is one from this length on.
LONG_END = 100
# Kinds of block that are paragraphs if they are long enough.
_PROSE_KINDS = ("p", "text", "cell")
# A label has no more words.
LABEL_WORDS = 6
# Where no paragraph has a full stop, a line beside them is one from this length on.
UNSTOPPED = 40
# A line that is a link from end to end, in words that make a headline, leads to another article.
WHOLLY_LINKED = 0.9
HEADLINE_WORDS = 4
# A byline has the name, and perhaps a place, a department or a date.
_BYLINE = 90
# A paragraph on the writer has at least so many characters more than the name.
_ON_AUTHOR = 25
MOSTLY_LINKED = 0.8
LONG_HEADLINE = 45
# So many teasers below each other are a list, and one line above them may be all of a story.
TEASERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPageText:
    """What a page shows outside its text: a line that repeats one of these is no paragraph.

    `titles` and `known` are keys (`text_key`) of its headlines and of its other parts (section,
    dates, captions); `authors` are names as written.
    """

    titles: AbstractSet[str] = frozenset()
    known: AbstractSet[str] = frozenset()
    authors: tuple[str, ...] = ()


def rule_against(block: Block, page_text: KnownPageText) -> str | None:
    """Why a line is no paragraph, or None."""
    text = block.text
    key = text_key(text)
    if not key:
        return "no letters"
    if key in page_text.titles:
        return "headline"
    if key in page_text.known:
        return "known elsewhere"
    if _is_byline(text, page_text.authors):
        return "byline"
    if rule := _is_related_label(block):
        return rule
    if block.kind != "li" and block.link_share >= WHOLLY_LINKED and is_call(text):
        return "call"
    return "furniture" if is_boilerplate_line(text) else None


def _is_byline(text: str, authors: tuple[str, ...]) -> bool:
    return (
        len(text) <= _BYLINE
        and bool(BYLINE.match(text))
        and not ends_sentence(text)
        and any(name in text for name in authors)
    )


def _is_related_label(block: Block) -> str | None:
    """Whether a line is a label of related stories, or begins with one."""
    text = block.text
    if len(text) <= 90 and RELATED_LABEL.match(text):
        return "related label"
    if block.link_share > 0.3 and RELATED_LABEL.match(text[: max(0, text.find(block.links[0][1]))]):
        return "related line"
    if (
        len(text) <= 250
        and RELATED_LEAD.match(text)
        and (block.link_share > 0.3 or not ends_sentence(text))
    ):
        return "related line"
    return None


def is_headline(block: Block) -> bool:
    """After a label: a line that is wholly linked, or short without a full stop."""
    return block.link_share > 0.8 or (len(block.text) <= 130 and not ends_sentence(block.text))


def is_linked_headline(block: Block, host: str) -> bool:
    """Whether a line between paragraphs is nothing but a headline that leads elsewhere on the
    site.
    """
    if (
        block.kind not in ("p", "h", "text", "quote")
        or block.link_share < WHOLLY_LINKED
        or len(block.links) != 1
        or count_words(block.text) < HEADLINE_WORDS
        or block.text.endswith((":", "."))
    ):
        return False
    return leads_inside(block.links[0][0], host)


def leads_elsewhere(block: Block) -> bool:
    """Whether a line is nothing but a link of as many words as a headline has."""
    return (
        block.link_share > MOSTLY_LINKED
        and HEADLINE_WORDS <= count_words(block.text) <= LONG_HEADLINE
    )


def is_teaser(block: Block, every: list[Block]) -> bool:
    """Whether a line stands right below a headline that leads elsewhere. `every`: the blocks of the
    page.
    """
    index = block.index
    return 0 < index < len(every) and every[index] is block and leads_elsewhere(every[index - 1])


def short_story(
    kept: list[Block],
    dropped: list[tuple[Block, str]],
    every: list[Block],
    titles: AbstractSet[str],
) -> list[Block]:
    """The sentences right below the page's headline, if all blocks in `kept` are teasers: a story
    too short to be kept beside them. Empty in any other case.
    """
    headlines = sum(leads_elsewhere(block) for block, _ in dropped)
    if not kept or headlines < TEASERS or not all(is_teaser(block, every) for block in kept):
        return []
    left = {block.index for block, rule in dropped if rule == "before the text"}
    heads = [
        block.index
        for block in every[: kept[0].index]
        if text_key(block.text) in titles and not block.links
    ]
    sentences = []
    for block in every[heads[-1] + 1 : kept[0].index] if heads else []:
        if leads_elsewhere(block):
            break
        if block.index in left and is_story_line(block.text) and block.link_share < 0.5:
            sentences.append(block)
    return sentences


def is_solid(block: Block) -> bool:
    """Whether a block is beyond doubt a paragraph of prose."""
    if (
        block.kind == "caption"
        or block.link_share > 0.5
        or (block.kind == "h" and not ends_sentence(block.text))
    ):
        return False
    length = block.breadth
    return length >= 160 or (length >= OPENING and ends_sentence(block.text))


def is_sentence_long(block: Block) -> bool:
    """True if a block without links has the length of a sentence; for texts without full stops."""
    return (
        block.kind in _PROSE_KINDS
        and block.breadth >= OPENING
        and count_words(block.text) > LABEL_WORDS
        and not block.links
    )


def longest_end(text: list[Block]) -> int:
    """The least length, in characters, of a last paragraph without a full stop: shorter if the
    other paragraphs have none either.
    """
    paragraphs = [
        block for block in text if block.kind in _PROSE_KINDS and block.breadth >= OPENING
    ]
    bare = sum(not ends_sentence(block.text) for block in paragraphs)
    if len(paragraphs) > 1 and bare == len(paragraphs):
        return UNSTOPPED
    return OPENING if len(paragraphs) > 1 and bare > len(paragraphs) / 2 else LONG_END


def is_long(block: Block, least: int = LONG_END) -> bool:
    """Whether a line after the text is too long to be anything but its last paragraph, though its
    full stop is missing.
    """
    return (
        block.kind in ("p", "text", "quote") and block.breadth >= least and block.link_share < 0.3
    )


def may_open(block: Block, following: Block, least: int = LONG_END) -> bool:
    """Whether a line right before the text is its beginning: a sub-head, or a short sentence that
    stands as the next does.

    `least` is how much a line without a full stop must have.
    """
    if block.kind == "h":
        return block.level > 1
    alike = block.kind == following.kind and block.element.get("class") == following.element.get(
        "class"
    )
    if (
        not alike
        or block.element.getparent() is not following.element.getparent()
        or block.kind not in _PROSE_KINDS
    ):
        return False
    short = (
        ends_sentence(block.text) and count_words(block.text) >= HEADLINE_WORDS and not block.links
    )
    return (short or block.breadth >= least) and block.link_share < 0.3 and not block.strong


def announces_list(block: Block) -> bool:
    """Whether a paragraph is but the beginning of a list or table."""
    return (
        block.kind == "p"
        and block.text.endswith((":", "："))
        and not REFERENCES_LABEL.match(block.text)
    )


def may_follow(block: Block, before: Block) -> bool:
    """Whether a short line after the last long paragraph is still the article's: a sentence, or a
    line of a list or table that the text announces.
    """
    if block.link_share >= 0.5 or block.kind not in ("p", "li", "cell", "quote", "text"):
        return False
    counted = block.kind == "cell" or (
        block.kind == "li" and (announces_list(before) or before.kind == "li")
    )
    return counted or announces_list(block) or (block.kind != "cell" and ends_sentence(block.text))


def tells_of_author(block: Block, authors: tuple[str, ...]) -> bool:
    """Whether a block introduces a note on the author, or begins with an author's full name (not
    followed by a colon, which marks a speaker).
    """
    if ABOUT_AUTHOR.match(block.text):
        return True
    text = block.text.casefold()
    for name in authors:
        start = name.casefold()
        if len(name.split()) > 1 and text.startswith(start) and len(text) > _ON_AUTHOR + len(start):
            return text[len(start)] in " ,(" and text[len(start) :].lstrip()[:1] != ":"
    return False
