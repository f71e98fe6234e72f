"""Matches marked in text as published."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.text.folding import parse_query
from archive.text.highlighting import mark_matches, marked_excerpt, matching_spans


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


def test_marks_are_put_around_words_as_published() -> None:
    """Vowels, article and digits of the text stay; a phrase is one match, part of it none."""
    text = "أعلن الكَرْمَلين في ٢٠٢٤ أنّ مجـلس الوزراء، لا مجلس النواب"
    query = parse_query('كرملين 2024 "مجلس الوزراء"')
    assert mark_matches(text, query, "<", ">") == (
        "أعلن <الكَرْمَلين> في <٢٠٢٤> أنّ <مجـلس الوزراء>، لا مجلس النواب"
    )
    assert [text[span.start : span.end] for span in matching_spans(text, query)] == [
        "الكَرْمَلين",
        "٢٠٢٤",
        "مجـلس الوزراء",
    ]
