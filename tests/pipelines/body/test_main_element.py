"""The element that holds an article, and the marked regions that only wrap it."""

from __future__ import annotations

import pytest
from page_kit import (
    FERRY_HEADLINE,
    FERRY_LINES,
    MORE_FERRY_LINES,
    blocks_of,
    body_of,
    paragraphs,
    parsed,
)

from pipelines.body.main_element import main_element, prose_length, wrapper_regions
from pipelines.page.text_key import text_key


def test_parts_that_are_called_embeds_are_read_and_embedded_posts_are_not() -> None:
    """Paragraphs in boxes that a content system calls embeds are text where several are; what is
    embedded says so itself.
    """
    called = "".join(f"<div class='block--embed'><p>{line}</p></div>" for line in MORE_FERRY_LINES)
    posts = "".join(
        f"<div class='block--embed' data-embed-id='{at}'><p>{line}</p></div>"
        for at, line in enumerate(MORE_FERRY_LINES)
    )
    text = f"<section>{paragraphs(*FERRY_LINES)}{{}}</section>"
    assert body_of(text.format(called)).paragraphs == [*FERRY_LINES, *MORE_FERRY_LINES]
    assert body_of(text.format(posts)).paragraphs == FERRY_LINES


@pytest.mark.parametrize(
    "names",
    [
        "class='wrap has-rail-right'",
        "class='main with-sidebar'",
        "class='main sidebar-enabled--false'",
        "class='node node--promoted'",
        "id='the-related-boats-of-the-harbour'",
        "id='our_most_read_stories_about_ferries'",
    ],
)
def test_states_and_slugs_tell_nothing_of_a_box(names: str) -> None:
    """Names that say what else a page has, and an id made of a headline, do not make half of a text
    boilerplate.
    """
    half = f"<div {names}>{paragraphs(*FERRY_LINES[2:])}</div>"
    markup = f"<h1>{FERRY_HEADLINE}</h1><section>{paragraphs(*FERRY_LINES[:2])}{half}{paragraphs(*MORE_FERRY_LINES)}</section>"
    assert body_of(markup).paragraphs == [*FERRY_LINES, *MORE_FERRY_LINES]


def test_prose_is_weighed() -> None:
    """Unlinked sentences weigh their length, headings a tenth of it, captions and links nothing."""
    line = FERRY_LINES[0]
    made = blocks_of(
        f"<p>{line}</p><h2>{line}</h2><figcaption>{line}</figcaption><p><a href='/x'>{line}</a></p>"
    ).blocks
    weights = [prose_length(block) for block in made]
    assert weights == [len(line), pytest.approx(len(line) / 10), 0, 0]


def test_the_deepest_element_with_nearly_all_prose() -> None:
    """The search goes down to the box of the paragraphs, and stops where these are shared out."""
    markup = f"<div id='page'><div id='side'><p>Map</p></div><div id='text'>{paragraphs(*FERRY_LINES)}</div></div>"
    whole = blocks_of(markup)
    root = parsed(f"<html><body>{markup}</body></html>").root
    everything = {block.index for block in whole.blocks}
    top = whole.blocks[0].element.getroottree().getroot()
    assert main_element(whole.blocks, top, everything).get("id") == "text"
    assert main_element([], root, set()) is root


def test_a_region_with_most_of_the_prose_is_a_wrapper() -> None:
    """A marked region with all of the prose is seen through; one that holds a short line is not."""
    wrapped = blocks_of(f"<div class='share-buttons'>{paragraphs(*FERRY_LINES)}</div>")
    apart = blocks_of(f"{paragraphs(*FERRY_LINES)}<div class='share-buttons'><p>Map</p></div>")
    everything = set(range(len(FERRY_LINES) + 1))
    assert [region.reason for region in wrapped.regions] == ["share"]
    assert wrapper_regions(wrapped, everything) == {0}
    assert wrapper_regions(apart, everything) == set()


def test_what_stands_apart_from_the_headlines_text_is_no_wrapper() -> None:
    """Where a text follows the headline directly, an `aside` after it is left out however much it
    says; an element of another name with as much prose is a wrapper.
    """
    titles = {text_key(FERRY_HEADLINE)}

    def wrapped(tag: str) -> set[int]:
        long = paragraphs(*MORE_FERRY_LINES, *(f"{line} Twice." for line in MORE_FERRY_LINES))
        box = f"<{tag} class='share-buttons'>{long}</{tag}>"
        made = blocks_of(f"<h1>{FERRY_HEADLINE}</h1>{paragraphs(*FERRY_LINES)}{box}")
        return wrapper_regions(made, set(range(len(made.blocks))), titles)

    assert wrapped("aside") == set()
    assert wrapped("div") == {0}


def test_regions_are_named_without_numbers() -> None:
    """Boxes that differ in a number only are weighed together, those of other names are not."""

    def wrapped(*names: str) -> set[int]:
        boxes = "".join(
            f"<div class='{name}'><div>{line}</div></div>"
            for name, line in zip(names, FERRY_LINES, strict=True)
        )
        made = blocks_of(f"{boxes}{paragraphs(*MORE_FERRY_LINES[:2])}")
        assert len(made.regions) == len(FERRY_LINES)
        return wrapper_regions(made, set(range(len(made.blocks))))

    numbered = wrapped("share-1", "share-2", "share-3", "share-4")
    assert numbered == {0, 1, 2, 3}
    assert wrapped("share-a", "share-b", "share-c", "share-d") == set()
