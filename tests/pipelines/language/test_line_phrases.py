"""Lines that stand around articles everywhere, told from lines of articles."""

import pytest

from pipelines.language.line_phrases import (
    ABOUT_AUTHOR,
    INVITATION,
    REFERENCES_LABEL,
    RELATED_LABEL,
    RELATED_LEAD,
    TICKER,
    count_words,
    ends_sentence,
    is_boilerplate_line,
    is_call,
    is_date_line,
    is_story_line,
    text_breadth,
)


@pytest.mark.parametrize(
    "line",
    [
        "Read more",
        "اقرأ أيضا",
        "مواضيع ذات صلة",
        "بیشتر بخوانید",
        "Lire aussi",
        "Mehr zum Thema",
        "Leia também",
        "相关阅读",
        "関連記事",
    ],
)
def test_labels_of_related_boxes(line: str) -> None:
    """A label is one alone and, with a colon, before a headline."""
    assert RELATED_LABEL.match(f"{line} »")
    assert RELATED_LEAD.match(f"{line}: Quay reopens")
    assert not RELATED_LABEL.match(f"{line} quay quay quay")


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "إعلان",
        "Share this",
        "© 2026 The Marsh",
        "جميع الحقوق محفوظة",
        "Sign up for our daily newsletter",
        "Subscribe to continue reading",
        "5 min read",
    ],
)
def test_lines_around_articles(line: str) -> None:
    """Advertisements, buttons, rights and invitations are boilerplate."""
    assert is_boilerplate_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "The quay was rebuilt in stone.",
        "أعيد بناء الرصيف بالحجر.",
        "She shared the prize with her sister.",
    ],
)
def test_lines_of_articles(line: str) -> None:
    """Sentences of a story are none."""
    assert not is_boilerplate_line(line)
    assert not is_call(line)


def test_calls_dates_and_labels() -> None:
    """Buttons, date lines, tickers and labels are each known as what they are."""
    assert is_call("Download the app")
    assert is_date_line("Updated: 3 March 2026")
    assert is_date_line("٣ مارس ٢٠٢٦")
    assert not is_date_line("On 3 March 2026 the quay was opened again.")
    assert TICKER.match("عاجل | الرصيف")
    assert not TICKER.match("Breakingham wins")
    assert REFERENCES_LABEL.match("Sources:")
    assert ABOUT_AUTHOR.match("About the author")
    assert not INVITATION.search("He reads a newsletter about quays.")


def test_how_much_a_line_says() -> None:
    """A sign of Chinese counts for three letters, two signs for a word; a sentence or a long line
    makes a story.
    """
    assert (text_breadth("quay"), text_breadth("码头")) == (4, 6)
    assert (count_words("the quay"), count_words("码头重建")) == (2, 3)
    assert ends_sentence("It was rebuilt.[1]")
    assert not ends_sentence("Rebuilt")
    assert is_story_line("The quay was rebuilt in stone after all.")
    assert not is_story_line("The quay was rebuilt in stone after all")
    assert is_story_line("stone " * 20)
