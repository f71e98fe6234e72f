"""Where line breaks part paragraphs: in loose text, in cells, in text that keeps its own breaks.

Takes stretches of text with breaks among them, and says which belong together; what stands around
them is `pipelines.page.blocks`' business.
"""

from __future__ import annotations

import re

from pipelines.language.line_phrases import text_breadth
from pipelines.page.dom import collapse_spaces

SENTENCE_END = re.compile(r"[.!?…:؟۔。！？”»\"'’)\]]\s*$")
_FULL_STOP = re.compile(r"[.!?…؟۔。！？][”»\"'’)\]]?\s*$")
# A piece before a single line break is a paragraph of its own from this length (or from its full
# stop) on.
LINE_LENGTH = 60
# A line of loose text that is longer and ends no sentence was broken for its width.
WRAPPED = 110
_EVEN = 1.25
# Text shown with its own line breaks is prose where this share of it are lines that read as
# paragraphs.
_MOST = 0.85
# A shorter line that ends with a comma or colon may be a label.
_SHORT_LABEL = 8
_BLANK_LINE = re.compile(r"\n[ \t\r\xa0]*\n\s*")
# A single break joins where the sentence goes on, whatever its length.
_COMMA = re.compile(r"[,،;؛:-]\s*$")
# A stretch of text, the address it links to, and whether it is bold; a line break is a lone line
# feed.
Piece = tuple[str, str | None, bool]


def mark_line_breaks(pieces: list[Piece], *, kept: bool) -> list[Piece]:
    """Pieces with line breaks where plain text has its paragraphs on lines of their own, each a
    sentence or more.

    Where the page shows the text's own line breaks (`kept`), an empty line parts paragraphs as soon
    as most are such.
    """
    marked: list[Piece] = []
    for text, link, bold in pieces:
        parts = [part for part in _BLANK_LINE.split(text.strip()) if part.strip()]
        written = kept and sum(len(part) for part in parts if _is_sentence(part)) >= _MOST * len(
            text.strip()
        )
        if len(parts) < 2 or not (written or all(map(is_line, parts))):
            parts = [part for part in text.strip().split("\n") if part.strip()]
            if len(parts) < 3 or not all(map(is_line, parts)):
                marked.append((text, link, bold))
                continue
        for part in parts:
            marked += [(part, link, bold), ("\n", None, False), ("\n", None, False)]
    return marked


def _is_sentence(text: str) -> bool:
    return text_breadth(text) >= LINE_LENGTH and bool(_FULL_STOP.search(text))


def split_at_breaks(pieces: list[Piece], *, loose: bool) -> list[list[Piece]]:
    """Runs of text between line breaks that end a paragraph.

    Two breaks always do. A single one does in loose text (where it is all the markup there is)
    unless the sentence goes on after it, or doubled ones part the sentences; inside a paragraph
    only where none is doubled and what stands before it reads as a line of its own.
    """
    if not any(is_break(piece) for piece in pieces):
        return [pieces]
    runs: list[list[Piece]] = [[]]
    counts: list[int] = []
    for piece in pieces:
        if not is_break(piece):
            runs[-1].append(piece)
        elif any(part[0].strip() for part in runs[-1]):
            runs.append([])
            counts.append(1)
        elif counts:
            counts[-1] += 1
    doubled = max(counts, default=0) > 1
    parted = loose and doubled and _double_parts(runs, counts)
    widths = (
        sorted((sum(len(piece[0]) for piece in run) for run in runs), reverse=True) if loose else []
    )
    joined = [runs[0]]
    for count, run in zip(counts, runs[1:], strict=False):
        before = collapse_spaces("".join(piece[0] for piece in joined[-1]))
        apart = (
            not _goes_on(before, widths, parted=parted)
            if loose
            else not doubled and is_line(before)
        )
        if count > 1 or apart:
            joined.append(run)
        else:
            joined[-1] = [*joined[-1], (" ", None, False), *run]
    return joined


def is_break(piece: Piece) -> bool:
    """Whether a piece is a line break."""
    return piece[0] == "\n" and piece[1] is None


def _double_parts(runs: list[list[Piece]], counts: list[int]) -> bool:
    """Whether doubled breaks part the paragraphs, so that single ones between sentences don't."""
    lines = sum(
        count == 1 and is_line(collapse_spaces("".join(piece[0] for piece in run)))
        for count, run in zip(counts, runs, strict=False)
    )
    return sum(count > 1 for count in counts) > lines


def _goes_on(text: str, widths: list[int], *, parted: bool) -> bool:
    """Whether a line was broken for its width or inside a paragraph: no sentence ends there, or
    other breaks part them.

    Lines broken for their width are about as long as the longest of the text, of which there are
    more than one: `widths` are the lengths of all, the longest first.
    """
    if SENTENCE_END.search(text):
        return parted
    even = widths[0] <= _EVEN * len(text) and (len(widths) < 3 or widths[0] <= _EVEN * widths[1])
    return (text_breadth(text) >= WRAPPED and even) or (
        len(text) > _SHORT_LABEL and bool(_COMMA.search(text))
    )


def is_line(text: str) -> bool:
    """Whether a text reads as a line of its own: long, and with the end of a sentence."""
    return text_breadth(text) >= LINE_LENGTH and bool(SENTENCE_END.search(text))
