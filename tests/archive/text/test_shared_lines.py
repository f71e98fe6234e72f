"""Lines and places: their names, their text form, and what leaving lines out may never do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.model.articles import LINK_MARK
from archive.text.shared_lines import (
    LineHashes,
    LineKind,
    boilerplate_kinds,
    content_words,
    line_hashes_of,
    make_place,
    pack_places,
    unpack_places,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
places = st.lists(
    st.builds(
        make_place, texts, st.sampled_from(["div/p", "div/ul/li", "h2", ""]), st.none() | texts
    )
)


@given(places)
def test_places_come_back_from_text(made: list) -> None:  # type: ignore[type-arg]
    """What is packed for the index is unpacked the same."""
    assert unpack_places(pack_places(made)) == made


@given(
    st.lists(
        st.tuples(
            st.text("ab ", max_size=9),
            st.integers(0, 5),
            st.integers(10, 12),
            st.sampled_from(list(LineKind)),
        ),
        min_size=1,
    ),
    st.sets(st.integers(0, 12)),
)
def test_nothing_learned_empties_an_article(
    made: list[tuple[str, int, int, LineKind]], learned: set[int]
) -> None:
    """Whatever was learned, a paragraph stays, and lines that were not learned all stay."""
    lines = [LineHashes(trait, place, kind) for _, trait, place, kind in made]
    verdicts = boilerplate_kinds([text for text, *_ in made], lines, learned)
    assert len(verdicts) == len(lines)
    assert None in verdicts
    for line, verdict in zip(lines, verdicts, strict=True):
        assert verdict is None or line.line_hash in learned or line.place_hash in learned


def test_numbers_and_links_are_left_open() -> None:
    """Counters of different values are one line, and so are labels of different linked headlines;
    sites are apart.
    """

    def line(text: str, form: str | None = None, site: str = "a") -> int:
        return line_hashes_of(site, [make_place(text, "div/p", form)])[0].line_hash

    assert line("Read 1,204 times") == line("read  ٣٤ times")
    assert line("See: one", f"See: {LINK_MARK}") == line("See: other", f"See: {LINK_MARK}")
    assert line("See: one") != line("See: other")
    assert line("Read twice") != line("Read twice", site="b")


def test_words_are_compared_without_their_endings_and_prefixes() -> None:
    """Inflected words of one subject meet, in Latin script by their beginning, in Arabic behind the
    article.
    """
    assert content_words("The ministers") & content_words("by ministerial order")
    assert content_words("وقالت الحكومة") & content_words("للحكومة")
    assert not content_words("of the and to")
