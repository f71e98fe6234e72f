"""The block between headline and text: either the text's first paragraph, or the deck, which
becomes the article's lead.

Both are sentences in an element of their own. If a byline, a date or a share bar separates it from
the text, it is the deck; if nothing does, it is the first paragraph, even if the page's description
repeats it.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from pipelines.body import line_rules
from pipelines.language.line_phrases import ends_sentence, is_date_line
from pipelines.page.blocks import Block, Blocks
from pipelines.page.text_key import text_key

# What stands between a deck and the text under it.
_PARTING = frozenset(("byline", "date", "share"))


def merge_or_drop_deck(
    whole: Blocks, first: Block, titles: AbstractSet[str], wrappers: set[int], left: set[int]
) -> list[Block]:
    """Paragraphs between the headline and the text's `first` block, in a box of their own and not
    `left` out already.
    """
    heads = [block.index for block in whole.blocks[: first.index] if text_key(block.text) in titles]
    if not heads:
        return []
    return [
        block
        for block in whole.blocks[heads[-1] + 1 : first.index]
        if (block.kind == "p" or block.level > 1)
        and block.index not in left
        and all(region in wrappers for region in block.regions)
        and block.breadth >= line_rules.LONG_END
        and ends_sentence(block.text)
        and block.link_share < 0.3
    ]


def is_deck(block: Block, following: Block, whole: Blocks) -> bool:
    """Whether the first block of a text, which stands apart from the `following` ones, is its
    deck.
    """
    return any(
        _split_deck(between, whole) for between in whole.blocks[block.index + 1 : following.index]
    )


def _split_deck(between: Block, whole: Blocks) -> bool:
    reasons = {whole.regions[region].reason for region in between.regions}
    return not _PARTING.isdisjoint(reasons) or is_date_line(between.text)
