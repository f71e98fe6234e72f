"""Articles in any JSON, by the keys that content systems use."""

from __future__ import annotations

from pipelines.embedded.json_articles import find_articles

BODY = "<p>" + "The quay was rebuilt in stone after the flood. " * 8 + "</p>"


def test_an_article_is_found_with_its_fields() -> None:
    """Title, lead, dates, writers, section, tags, address, picture, caption and credit come from
    the usual keys, in any spelling of them.
    """
    data = {
        "page": [
            {
                "Head_Line": "Quay reopens",
                "bodyHTML": BODY,
                "sub-title": "After two years",
                "datePublished": "2026-03-01",
                "modified_at": "2026-03-02",
                "authors": [{"name": "A. Mason"}, {"displayName": "B. Pope"}],
                "section": {"title": "Local"},
                "keywords": ["quay", "flood"],
                "slug": "quay-reopens",
                "image": {"url": "https://www.example.test/q.jpg", "caption": "The quay"},
                "imageCredit": "C. Lane",
            }
        ]
    }
    (article,) = find_articles(data, "state")
    assert (article.source, article.title, article.lead) == (
        "state", "Quay reopens", "After two years",
    )  # fmt: skip
    assert (article.published, article.modified) == ("2026-03-01", "2026-03-02")
    assert (article.authors, article.section) == (["A. Mason", "B. Pope"], "Local")
    assert (article.tags, article.address) == (["quay", "flood"], "quay-reopens")
    assert (article.image, article.caption, article.credit) == (
        "https://www.example.test/q.jpg", "The quay", "C. Lane",
    )  # fmt: skip
    assert (article.body, article.is_html) == (BODY.strip(), True)


def test_escaped_markup_is_markup() -> None:
    """A body whose tags are written as entities is HTML again."""
    escaped = BODY.replace("<", "&lt;").replace(">", "&gt;")
    (article,) = find_articles({"title": "t", "content": escaped}, "state")
    assert (article.body, article.is_html) == (BODY, True)


def test_teasers_are_no_articles() -> None:
    """A headline with a short text is a teaser, and a long text without a headline is none
    either.
    """
    assert not list(find_articles([{"title": "t", "content": "short"}, {"content": BODY}], "state"))


def test_blocks_become_paragraphs() -> None:
    """A body given as a list of blocks becomes HTML, without the blocks that are pictures."""
    data = {
        "headline": "h",
        "content_elements": [
            {"type": "text", "content": "a" * 150},
            {"type": "image", "url": "x"},
            {"type": "text", "content": "b" * 150},
        ],
    }
    (found,) = find_articles(data, "fusion")
    assert found.body == f"<p>{'a' * 150}</p>\n<p>{'b' * 150}</p>"
