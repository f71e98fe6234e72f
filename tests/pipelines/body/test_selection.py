"""Blocks of the main element, kept or dropped by where they stand."""

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

from pipelines.body.line_rules import KnownPageText
from pipelines.body.selection import BlockSelection
from pipelines.page.text_key import text_key


@pytest.mark.parametrize(
    "label", ["About the author", "Über den Autor", "Sobre el autor", "عن الكاتب"]
)
def test_a_label_over_the_writers_portrait_ends_the_text(label: str) -> None:
    """What stands under such a label, whoever it names, is no part of the text."""
    portrait = (
        "She has lived on three islands and knows the timetable of each of them by heart, summer "
        "and winter."
    )
    assert (
        body_of(
            f"<section>{paragraphs(*FERRY_LINES)}<h3>{label}</h3><p>{portrait}</p></section>"
        ).paragraphs
        == FERRY_LINES
    )


def test_lists_that_a_text_announces_stay_and_lists_of_sources_go() -> None:
    """A list at the end belongs to the text where a line with a colon leads to it, unless that says
    it names sources.
    """
    rows = ["The early boat", "The school boat", "The night boat"]
    items = "<ul>" + "".join(f"<li>{row}</li>" for row in rows) + "</ul>"
    announced = body_of(
        f"<section>{paragraphs(*FERRY_LINES)}<p>These three sail again:</p>{items}</section>"
    ).paragraphs
    assert announced == [*FERRY_LINES, "These three sail again:", *rows]
    assert (
        body_of(f"<section>{paragraphs(*FERRY_LINES)}<p>Sources:</p>{items}</section>").paragraphs
        == FERRY_LINES
    )
    assert (
        body_of(f"<section>{paragraphs(*FERRY_LINES)}<p>Read these, too:</p></section>").paragraphs
        == FERRY_LINES
    )


def test_a_table_at_the_end_stays() -> None:
    """A table of figures under the text is a part of it."""
    table = "<table><tr><td>Boat</td><td>Seats</td></tr><tr><td>Heron</td><td>120</td></tr></table>"
    found = body_of(f"<section>{paragraphs(*FERRY_LINES)}{table}</section>").paragraphs
    assert found == [*FERRY_LINES, "Boat", "Seats", "Heron", "120"]


def test_each_heading_in_a_box_of_its_own_stays() -> None:
    """Where a page builder wraps every heading and every text in elements with names of their own,
    all headings stay.
    """
    parts = [
        (f"Part {at}: the boats of the upper harbour", f"{FERRY_LINES[at % 4]} It is part {at}.")
        for at in range(12)
    ]
    markup = "".join(
        f"<div class='el-{at}a'><div class='wrap'><h3>{head}</h3></div></div>"
        f"<div class='el-{at}b'><div class='wrap'><p>{text}</p></div></div>"
        for at, (head, text) in enumerate(parts)
    )
    expected = [line for part in parts for line in part]
    assert (
        body_of(f"<h1>{FERRY_HEADLINE}</h1><div class='page'>{markup}</div>").paragraphs == expected
    )


@pytest.mark.parametrize(
    ("box", "rule"),
    [
        ("<div><p>Read also</p><p>The second boat</p></div>", "related box"),
        (
            "<ul><li><a href='/1'>The early boat</a></li><li><a href='/2'>The late boat</a></li></ul>",
            "linked list",
        ),
        ("<div><h3><a href='/1'>The early boat</a></h3><p>It left.</p></div>", "teaser"),
        ("<div><p>Go <a href='/1'>to all of the timetables</a></p></div>", "linked box"),
        ("<div><p>Timetable</p><p>Prices</p></div>", "box"),
    ],
)
def test_a_box_between_paragraphs_goes_by_a_rule(box: str, rule: str) -> None:
    """Boxes that stand beside the paragraphs' place are dropped whole, each with its rule."""
    found = body_of(
        f"<section>{paragraphs(*FERRY_LINES[:2])}{box}{paragraphs(*FERRY_LINES[2:])}</section>"
    )
    assert found.paragraphs == FERRY_LINES
    assert {dropped for _, dropped in found.dropped} == {rule}


def test_a_paragraph_for_each_size_of_screen_is_read_once() -> None:
    """A long paragraph that stands on the page twice is kept once."""
    found = body_of(f"<section>{paragraphs(*FERRY_LINES, FERRY_LINES[1])}</section>")
    assert found.paragraphs == FERRY_LINES
    assert [(dropped.text, rule) for dropped, rule in found.dropped] == [
        (FERRY_LINES[1], "repeated")
    ]


def test_short_lines_around_the_prose_are_cut() -> None:
    """Lines before the first and after the last paragraph of prose go; with no prose nothing is
    cut.
    """
    whole = blocks_of(f"<p>Quay</p>{paragraphs(*FERRY_LINES)}<p>Map</p>")
    selection = BlockSelection(list(whole.blocks), parsed("<p>x</p>").root, set())
    selection.trim_ends(())
    assert [block.text for block in selection.kept] == FERRY_LINES
    assert [(block.text, rule) for block, rule in selection.dropped] == [
        ("Quay", "before the text"),
        ("Map", "after the text"),
    ]
    short = BlockSelection(
        blocks_of("<p>Quay</p><p>Map</p>").blocks, parsed("<p>x</p>").root, set()
    )
    short.trim_ends(())
    assert len(short.kept) == 2


def test_a_quotation_in_a_box_of_its_own_stays() -> None:
    """Lines inside a `blockquote` are text, whatever stands around them."""
    quote = "<blockquote><div><p>We are back</p><p>at last</p></div></blockquote>"
    found = body_of(
        f"<section>{paragraphs(*FERRY_LINES)}{quote}{paragraphs(MORE_FERRY_LINES[0])}</section>"
    )
    assert found.paragraphs == [*FERRY_LINES, "We are back", "at last", MORE_FERRY_LINES[0]]


def test_lists_in_a_guide_are_text() -> None:
    """In a text with several sub-heads a box of list items with hardly a link belongs to it; in a
    news story it is dropped.
    """
    rows = "".join(f"<li>Boat {number} of the fleet</li>" for number in range(4))
    box = f"<div><p>Boats</p><ul>{rows}</ul></div>"

    def read(heads: int) -> list[str]:
        parts = "".join(
            f"<h2>Pier {number}</h2>{paragraphs(f'{FERRY_LINES[number]} So it is.')}"
            for number in range(heads)
        )
        last = paragraphs(*MORE_FERRY_LINES[:2])
        return body_of(
            f"<section>{paragraphs(*FERRY_LINES)}{parts}{box}{last}</section>"
        ).paragraphs

    assert "Boat 3 of the fleet" in read(4)
    assert "Boat 3 of the fleet" not in read(2)


def test_each_box_is_judged_by_itself() -> None:
    """A quotation between two boxes that are dropped stays."""
    links = "<div><p>Go <a href='/1'>to all of the timetables</a></p></div>"
    quote = "<div><blockquote><p>We are back at last</p></blockquote></div>"
    found = body_of(
        f"<section>{paragraphs(*FERRY_LINES[:2])}{links}{quote}{paragraphs(*FERRY_LINES[2:])}</section>"
    )
    assert found.paragraphs == [*FERRY_LINES[:2], "We are back at last", *FERRY_LINES[2:]]


QUOTE = "“I learned to swim off that boat, as my mother did.”"


def test_a_quotation_shown_twice_is_dropped_with_its_rule() -> None:
    """The copy goes, the paragraph it is taken from stays; a guide keeps both."""
    whole = blocks_of(paragraphs(QUOTE, f"{QUOTE} Mara Lund, who is eighty, stayed.")).blocks
    heads = blocks_of("<h2>Pier</h2>" * 4).blocks
    root = parsed("<p>x</p>").root
    news = BlockSelection(list(whole), root, set())
    news.drop_pull_quotes()
    assert news.kept == whole[1:]
    assert news.dropped == [(whole[0], "pulled quotation")]
    guide = BlockSelection([*whole, *heads], root, set())
    guide.drop_pull_quotes()
    assert guide.kept == [*whole, *heads]


def test_a_first_paragraph_outside_the_selection_is_added() -> None:
    """A sentence between headline and text that was not among the selected blocks opens the text."""
    whole = blocks_of(
        f"<h1>{FERRY_HEADLINE}</h1><div>{paragraphs(MORE_FERRY_LINES[0])}</div>{paragraphs(*FERRY_LINES)}"
    )
    text = [block for block in whole.blocks if block.text in FERRY_LINES]
    selection = BlockSelection(text, parsed("<p>x</p>").root, set())
    selection.add_opening(whole, set(), KnownPageText(titles={text_key(FERRY_HEADLINE)}))
    assert [block.text for block in selection.kept] == [MORE_FERRY_LINES[0], *FERRY_LINES]
