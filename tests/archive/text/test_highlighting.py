"""Matches marked in text as published."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.text.folding import (
    parse_query,
)
from archive.text.highlighting import marked_excerpt, matching_spans


@given(
    st.lists(st.sampled_from(["كلمة", "الكرملين", "خبر.", "طويل" * 30, "\n"]), max_size=120),
    st.sampled_from(["كرملين", "خبر*"]),
)
def test_excerpts_are_pieces_of_the_text(parts: list[str], asked: str) -> None:
    """An excerpt without its marks and dots is a passage of the text, on one line, and shows a
    match if there is one.
    """
    text = " ".join(parts)
    query = parse_query(asked)
    made = marked_excerpt(text, query)
    plain = made.replace("[", "").replace("]", "").removeprefix("… ").removesuffix(" …")
    assert plain in " ".join(text.split())
    assert ("[" in made) == bool(matching_spans(text, query))
