"""Where line breaks part paragraphs."""

from __future__ import annotations

from pipelines.page.line_breaks import (
    Piece,
    is_break,
    is_line,
    mark_line_breaks,
    split_at_breaks,
)

FIRST = "The quay was rebuilt in stone after the flood of two years ago."
SECOND = "The harbour master said that boats would be back within a week."
BREAK: Piece = ("\n", None, False)


def piece(text: str) -> Piece:
    return text, None, False


def texts(runs: list[list[Piece]]) -> list[str]:
    return [" ".join("".join(text for text, _, _ in run).split()) for run in runs]


def test_two_breaks_part_everywhere() -> None:
    """In loose text and in a paragraph."""
    pieces = [piece("One"), BREAK, BREAK, piece("two")]
    assert texts(split_at_breaks(pieces, loose=False)) == ["One", "two"]
    assert texts(split_at_breaks(pieces, loose=True)) == ["One", "two"]


def test_one_break_parts_whole_lines_of_a_paragraph() -> None:
    """Only behind a line that is long and ends a sentence; a short one goes on."""
    assert texts(split_at_breaks([piece(FIRST), BREAK, piece(SECOND)], loose=False)) == [
        FIRST,
        SECOND,
    ]
    assert texts(split_at_breaks([piece("One"), BREAK, piece("two")], loose=False)) == ["One two"]


def test_one_break_in_loose_text_joins_a_sentence() -> None:
    """Where a comma says that the sentence goes on."""
    pieces = [piece("After the flood,"), BREAK, piece("it was rebuilt.")]
    assert texts(split_at_breaks(pieces, loose=True)) == ["After the flood, it was rebuilt."]
    pieces = [piece("Quay reopens"), BREAK, piece("It was rebuilt.")]
    assert texts(split_at_breaks(pieces, loose=True)) == ["Quay reopens", "It was rebuilt."]


def test_plain_text_with_empty_lines_has_paragraphs() -> None:
    """Lines that are sentences become paragraphs; a text broken for its width stays one."""
    marked = mark_line_breaks([piece(f"{FIRST}\n\n{SECOND}")], kept=False)
    assert [text for text, _, _ in marked if text != "\n"] == [FIRST, SECOND]
    assert sum(map(is_break, marked)) == 4
    wrapped = [piece("The quay\nwas rebuilt\nin stone.")]
    assert mark_line_breaks(wrapped, kept=False) == wrapped


def test_a_line_of_its_own() -> None:
    """Is long and ends a sentence."""
    assert is_line(FIRST)
    assert not is_line("It reopened.")
    assert not is_line(FIRST.rstrip(".") + " and")
