"""What stands between headline and text: the first paragraph, or the deck."""

from __future__ import annotations

import pytest
from page_kit import (
    FERRY_HEADLINE,
    FERRY_LINES,
    article_of,
    blocks_of,
    body_of,
    paragraphs,
)

from pipelines.body.deck import is_deck, merge_or_drop_deck
from pipelines.page.blocks import Block, Blocks
from pipelines.page.text_key import text_key

DECK = (
    "After almost a year of repairs the harbour has its oldest boat again, and a second one is to "
    "follow soon."
)


@pytest.mark.parametrize(
    "between",
    [
        "<div class='byline'>By Ada Moor</div>",
        "<time datetime='2026-03-02'>2 March 2026</time>",
        "<div>2 March 2026, 14:05</div>",
        "<div class='share-bar'>Share</div>",
    ],
)
def test_a_line_above_the_byline_is_the_deck(between: str) -> None:
    """A sentence under the headline with byline, date or share bar below it is no paragraph, and
    says why it went.
    """
    found = body_of(
        f"<div><h1>{FERRY_HEADLINE}</h1><p>{DECK}</p>{between}<section>{paragraphs(*FERRY_LINES)}</section></div>"
    )
    assert found.paragraphs == FERRY_LINES
    assert ("deck", DECK) in [(evidence.source, evidence.value) for evidence in found.evidence]


def test_a_first_paragraph_in_a_box_of_its_own_stays() -> None:
    """Where nothing stands between it and the rest, the line under the headline is the text's first
    paragraph.
    """
    html = (
        f"<html><head><title>{FERRY_HEADLINE}</title><meta name='description' "
        f"content='{DECK}'></head><body><h1>{FERRY_HEADLINE}</h1>"
        f"<div "
        f"class='lead'><p>{DECK}</p></div><section>{paragraphs(*FERRY_LINES)}</section></body></html>"
    )
    found = article_of(html, "https://www.example.test/a")
    assert found.paragraphs == [DECK, *FERRY_LINES]


def test_the_deck_is_the_lead() -> None:
    """What was left out as the deck is the article's lead."""
    html = (
        f"<html><head><title>{FERRY_HEADLINE}</title></head><body><h1>{FERRY_HEADLINE}</h1><header><p>{DECK}</p>"
        f"<time datetime='2026-03-02T14:05:00Z'>2 March "
        f"2026</time></header><section>{paragraphs(*FERRY_LINES)}</section></body></html>"
    )
    found = article_of(html, "https://www.example.test/a")
    assert (found.lead, found.paragraphs) == (DECK, FERRY_LINES)


def first_blocks(between: str) -> tuple[Block, Block, Blocks]:
    whole = blocks_of(f"<h1>{FERRY_HEADLINE}</h1><p>{DECK}</p>{between}{paragraphs(*FERRY_LINES)}")
    first = next(block for block in whole.blocks if block.text == DECK)
    second = next(block for block in whole.blocks if block.text == FERRY_LINES[0])
    return first, second, whole


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("", False),
        ("<p>See map</p>", False),
        ("<p class='byline'>By Ada Moor</p>", True),
        ("<p>2 March 2026</p>", True),
    ],
)
def test_a_deck_is_parted_from_the_text(between: str, expected: bool) -> None:
    """Only a byline, a date or a share bar between the first two blocks makes the first the deck."""
    assert is_deck(*first_blocks(between)) is expected


def test_a_first_paragraph_outside_the_texts_box_is_taken_in() -> None:
    """A sentence between headline and text is taken in, unless it was left out by a rule, is short
    or stands above the headline.
    """
    first, second, whole = first_blocks("<p>Short.</p>")
    titles = {text_key(FERRY_HEADLINE)}
    assert merge_or_drop_deck(whole, second, titles, set(), set()) == [first]
    assert merge_or_drop_deck(whole, second, titles, set(), {first.index}) == []
    assert merge_or_drop_deck(whole, second, set(), set(), set()) == []
