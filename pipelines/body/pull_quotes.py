"""Pulled quotations: sentences lifted out of the text to be shown large, which stand in their
paragraph, too.
"""

from __future__ import annotations

from pipelines.language.line_phrases import ends_sentence
from pipelines.page.blocks import Block
from pipelines.page.text_key import text_key

# Letters of a quotation that is lifted out of the text: from this many to that many.
ECHO = (30, 300)
# The paragraph that it is lifted from is so many times as long at least.
LIFTED = 1.25


def find_pull_quotes(text: list[Block]) -> set[int]:
    """Indices (`Block.index`) of sentences that a longer block of the same text contains, too."""
    keys = [text_key(block.text) for block in text]
    whole = "|".join(keys)
    return {
        block.index
        for block, quote in zip(text, keys, strict=True)
        if block.kind in ("p", "quote", "text")
        and ECHO[0] <= len(quote) <= ECHO[1]
        and ends_sentence(block.text)
        and whole.count(quote) > 1
        and any(quote in key for key in keys if len(key) >= LIFTED * len(quote))
    }
