"""Quotations that a page shows twice."""

from __future__ import annotations

from page_kit import (
    FERRY_LINES,
    blocks_of,
    body_of,
    paragraphs,
)

from pipelines.body.pull_quotes import find_pull_quotes


def test_a_pulled_quotation_is_read_once() -> None:
    """A sentence lifted out of a longer paragraph to be shown large is no paragraph of its own,
    wherever it stands.
    """
    said = "“I learned to swim off that boat, as my mother did.”"
    whole = (
        f"{said} Mara Lund, who is eighty, came with her grandchildren and stayed until the last "
        f"crossing."
    )
    markup = f"<section>{paragraphs(*FERRY_LINES[:2])}<p>{said}</p>{paragraphs(*FERRY_LINES[2:], whole)}</section>"
    assert body_of(markup).paragraphs == [*FERRY_LINES, whole]


QUOTE = "“I learned to swim off that boat, as my mother did.”"


def test_a_quotation_is_found_by_its_place() -> None:
    """The index of each sentence that a longer paragraph holds too; what stands once is none."""
    repeated = blocks_of(
        paragraphs(QUOTE, FERRY_LINES[0], f"{QUOTE} Mara Lund, who is eighty, stayed.")
    )
    once = blocks_of(paragraphs(QUOTE, *FERRY_LINES))
    assert find_pull_quotes(repeated.blocks) == {0}
    assert find_pull_quotes(once.blocks) == set()


def test_a_heading_and_a_few_words_are_no_quotations() -> None:
    """A heading whose words come back in the text stays, as does a line of a few letters."""
    heading = blocks_of(
        f"<h2>{QUOTE}</h2>" + paragraphs(f"{QUOTE} Mara Lund, who is eighty, stayed.")
    )
    short = blocks_of(paragraphs("It sank.", f"It sank. {FERRY_LINES[0]}"))
    assert find_pull_quotes(heading.blocks) == find_pull_quotes(short.blocks) == set()
