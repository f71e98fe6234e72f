"""An article as text, Markdown and HTML: archived text cannot act as markup of ours."""

from hypothesis import given
from hypothesis import strategies as st
from rendered import Tags, version

from archive.render.article import as_html, as_markdown, as_text

ARTICLE = {
    "id": "0123456789abcdef",
    "url": "https://news.example/1",
    "title": "عنوان <b>غامق</b>",
    "body": "فقرة أولى.\n# ليست عنواناً\n1. وليست قائمة",
    "author": "هالة & عمر",
    "section": None,
    "published": "2026-11-20T06:15:00Z",
    "modified": None,
    "publisher": None,
    "language": "ar",
    "versions": 2,
}


def test_text_has_facts_and_paragraphs() -> None:
    """Plain text begins with the headline, states what is known and nothing else, and keeps the
    paragraphs apart.
    """
    text = as_text(ARTICLE)
    assert text.startswith("عنوان <b>غامق</b>\n\nauthor: هالة & عمر\n")
    assert "section" not in text
    assert text.endswith("\n\nفقرة أولى.\n\n# ليست عنواناً\n\n1. وليست قائمة\n")


def test_a_version_is_shown_as_it_was() -> None:
    """A version's own title and body are shown, with its number."""
    text = as_text(ARTICLE, version("عنوان أقدم", "نص أقدم."))
    assert text.startswith("عنوان أقدم\n")
    assert "version: 1 of 2, seen a to b" in text
    assert "فقرة أولى" not in text


def test_markdown_makes_no_headings_of_its_own() -> None:
    """Paragraphs that look like Markdown stay paragraphs."""
    text = as_markdown(ARTICLE)
    assert text.splitlines()[0].startswith("# عنوان")
    assert "\n\\# ليست عنواناً\n" in text
    assert not [line for line in text.splitlines()[1:] if line.startswith(("#", "1."))]


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_html_holds_only_our_elements(title: str, body: str) -> None:
    """Whatever an article holds, its page has our elements alone and no attribute of its making."""
    page = Tags(as_html(ARTICLE | {"title": title, "body": body, "language": body}))
    assert set(page.tags) <= {"html", "head", "meta", "title", "body", "h1", "dl", "dt", "dd", "p"}


def test_direction_follows_the_language() -> None:
    """Arabic is set from right to left, English is not."""
    assert 'lang="ar" dir="rtl"' in as_html(ARTICLE)
    assert 'lang="en" dir="ltr"' in as_html(ARTICLE | {"language": "en"})
