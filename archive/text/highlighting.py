"""Marks the matches of a query in text as published, in whole texts and in short excerpts.

Words of the text are folded one by one, so no map of offsets is needed and the text itself never
changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.text.folding import Query, Term, fold_for_search, without_article, word_forms

# A word with the marks that may stand inside it: harakat, tatweel, joiners and direction marks,
# combining accents.
_PUBLISHED_WORD = re.compile(
    r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u06d6-\u06ed\u00ad\u061c\u200b-\u200f\u2060])*"
)
# Characters of text around a match in an excerpt.
EXCERPT_MARGIN = 90


@dataclass(frozen=True, slots=True)
class Span:
    """A match: characters `start` to `end` of the text as published."""

    start: int
    end: int


def matching_spans(text: str, query: Query) -> list[Span]:
    """Every match of a term of `query` in `text`, in order, not overlapping."""
    terms = [term for group in query.groups for term in group]
    words = [
        (match.start(), match.end(), fold_for_search(match[0]))
        for match in _PUBLISHED_WORD.finditer(text)
    ]
    marked: list[Span] = []
    position = 0
    while position < len(words):
        size = max((_matched_words(words, position, term) for term in terms), default=0)
        if size:
            marked.append(Span(words[position][0], words[position + size - 1][1]))
        position += size or 1
    return marked


def mark_matches(text: str, query: Query, before: str = "[", after: str = "]") -> str:
    """The text with `before` and `after` around each match."""
    return "".join(_marked_pieces(text, matching_spans(text, query), before, after))


def marked_excerpt(text: str, query: Query, before: str = "[", after: str = "]") -> str:
    """The passage of `text` with the most matches, marked, on one line; the beginning of the text
    if nothing matches.
    """
    all_spans = matching_spans(text, query)
    start, end = _excerpt_window(text, all_spans)
    inside = [
        Span(span.start - start, span.end - start)
        for span in all_spans
        if start <= span.start and span.end <= end
    ]
    passage = "".join(_marked_pieces(text[start:end], inside, before, after))
    passage = " ".join(passage.split())
    return ("… " if start else "") + passage + (" …" if end < len(text) else "")


def _excerpt_window(text: str, all_spans: list[Span]) -> tuple[int, int]:
    """Start and end of the passage with the most matches, at word boundaries."""
    best, most = 0, 0
    for first, span in enumerate(all_spans):
        inside = sum(
            1
            for later in all_spans[first : first + 20]
            if later.end <= span.start + 2 * EXCERPT_MARGIN
        )
        if inside > most:
            best, most = span.start, inside
    start = max(0, best - EXCERPT_MARGIN // 2)
    if start:
        start = text.rfind(" ", 0, start + 1) + 1
    end = min(len(text), start + 2 * EXCERPT_MARGIN + EXCERPT_MARGIN // 2)
    if end < len(text):
        end = max(text.rfind(" ", start, end), best + 1) if " " in text[start:end] else end
    for span in all_spans:  # never cut a match in two
        if span.start < end < span.end:
            end = span.end
    return start, end


def _marked_pieces(text: str, marked: list[Span], before: str, after: str) -> Iterator[str]:
    position = 0
    for span in marked:
        yield text[position : span.start]
        yield before + text[span.start : span.end] + after
        position = span.end
    yield text[position:]


def _matched_words(words: list[tuple[int, int, str]], position: int, term: Term) -> int:
    """How many words of the text, from `position` on, match the term; 0 if they do not."""
    if not term.phrase:
        return int(
            any(
                _word_matches(words[position][2], word, prefix=_is_prefix(term, word))
                for word in term.words
            )
        )
    size = len(term.words)
    if position + size > len(words):
        return 0
    here = [word for _, _, word in words[position : position + size]]
    if size == 1:
        return int(_word_matches(here[0], term.words[0], prefix=False))
    return size if tuple(here) == term.words else 0


def _is_prefix(term: Term, word: str) -> bool:
    return term.prefix and word == term.words[-1]


def _word_matches(word: str, asked: str, *, prefix: bool) -> bool:
    wanted = {asked, without_article(asked) or asked}
    candidates = (word, *word_forms(word))
    if prefix:
        return any(candidate.startswith(begin) for candidate in candidates for begin in wanted)
    return not wanted.isdisjoint(candidates)
