"""Other stories, teasers, comments and notices beside an article."""

from __future__ import annotations

import pytest
from page_kit import (
    FERRY_HEADLINE,
    FERRY_LINES,
    MORE_FERRY_LINES,
    blocks_of,
    paragraphs,
)

from pipelines.body.other_stories import leads_inside, without_other_stories
from pipelines.page.text_key import text_key


def rules(markup: str) -> list[tuple[str, str]]:
    """What is left out of a page with FERRY_HEADLINE, with the rule."""
    whole = blocks_of(markup).blocks
    kept, dropped = without_other_stories(whole, whole, {text_key(FERRY_HEADLINE)}, "example.test")
    assert [block.text for block in kept if block.text in FERRY_LINES] == FERRY_LINES
    assert len(kept) + len(dropped) == len(whole)
    return [(block.text, rule) for block, rule in dropped]


STORY = f"<h1>{FERRY_HEADLINE}</h1>{paragraphs(*FERRY_LINES)}"


def test_an_article_beside_the_headlines_own_is_another_story() -> None:
    """Of several like boxes the one with the headline is the article's."""
    other = f"<article><h2>Baker hangs out flags</h2>{paragraphs(MORE_FERRY_LINES[0])}</article>"
    assert rules(f"<main><article>{STORY}</article>{other}</main>") == [
        ("Baker hangs out flags", "another story"),
        (MORE_FERRY_LINES[0], "another story"),
    ]


def test_boxes_with_linked_headlines_are_teasers() -> None:
    """Three like boxes with headlines that lead inside the site are left out; two may be part of a
    text.
    """
    boxes = [
        f"<div class='card'><h3><a href='/n/{number}'>Boat number {number} is late</a></h3><p>A line on it.</p></div>"
        for number in range(3)
    ]
    dropped = rules(f"<main>{STORY}<div>{''.join(boxes)}</div></main>")
    assert len(dropped) == 6
    assert {rule for _, rule in dropped} == {"another story"}
    assert rules(f"<main>{STORY}<div>{''.join(boxes[:2])}</div></main>") == []


@pytest.mark.parametrize("label", ["Comments (2)", "التعليقات", "3 comments", "Leave a comment"])
def test_what_follows_a_label_of_comments_is_the_readers(label: str) -> None:
    """A heading that announces comments ends the text, and goes with all that follows it."""
    comments = f"<h3>{label}</h3>{paragraphs('I was there, too, and saw nothing of it.')}"
    assert {rule for _, rule in rules(f"<main>{STORY}{comments}</main>")} == {"comments"}
    assert len(rules(f"<main>{STORY}{comments}</main>")) == 2


def test_a_notice_above_the_headline_goes() -> None:
    """A sentence above the headline is left out where the text follows it; a few words don't matter."""
    assert rules(f"<p>We have changed our terms of use.</p>{STORY}") == []
    notice = "We have changed our terms of use, as all of our readers were informed in March."
    assert rules(f"<p>{notice}</p>{STORY}") == [(notice, "above the headline")]


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/n/2", True),
        ("https://www.example.test/n", True),
        ("https://other.example/n", False),
        ("#top", False),
        ("", False),
        ("http://[bad", False),
    ],
)
def test_links_inside_the_site(href: str, expected: bool) -> None:
    """A relative link or one to the same host leads inside; a fragment or broken address doesn't."""
    assert leads_inside(href, "example.test") is expected


@pytest.mark.parametrize(
    "other",
    [
        f"<div class='aside'><h2><a href='/n/2'>Flags</a></h2>{paragraphs(MORE_FERRY_LINES[0])}</div>",
        f"<div class='part'><h2>Flags</h2>{paragraphs(MORE_FERRY_LINES[0])}</div>",
        f"<div class='part'>{paragraphs(*MORE_FERRY_LINES)}</div>",
    ],
    ids=["another class", "a sub-head", "no headline"],
)
def test_a_part_of_the_article_is_no_other_story(other: str) -> None:
    """A box of another class, or one whose headline is neither linked nor dated, is left in."""
    assert rules(f"<main><div class='part'>{STORY}</div>{other}</main>") == []


@pytest.mark.parametrize(
    "heading",
    ["<h3>Boat number {}</h3>", "<h3><a href='https://other.example/{}'>Boat is late</a></h3>"],
    ids=["not linked", "another site"],
)
def test_parts_of_a_guide_are_no_teasers(heading: str) -> None:
    """Like boxes whose headings don't lead to pages of the same site are left in."""
    boxes = "".join(
        f"<div class='card'>{heading.format(number)}<p>A line on it.</p></div>"
        for number in range(3)
    )
    assert rules(f"<main>{STORY}<div>{boxes}</div></main>") == []
