"""What a page says of itself in its head."""

from __future__ import annotations

from pipelines.page.dom import Page, parse_page
from pipelines.page.head_tags import Head, plain_text

HTML = """<html><head><title> Quay &amp;amp; harbour </title>
<meta property="og:title" content="Quay reopens"><meta name="Author" content=" A. Mason ">
<meta name="author" content="B. Pope"><meta name="description" content="  ">
<meta property="og:site_name" content="The Marsh"><meta name="twitter:site" content="@marsh">
<link rel="Canonical alternate" href="/a"><link rel="icon"></head>
<body><svg><title>logo</title></svg></body></html>"""


def head(html: str = HTML, url: str = "https://www.marsh.example/b") -> Head:
    page = parse_page(html.encode(), url)
    assert isinstance(page, Page)
    return Head(page)


def test_metas_by_name() -> None:
    """Names in any case, contents as plain text, empty ones left out."""
    assert head().first("description", "og:title") == "Quay reopens"
    assert head().all("author", "og:title") == ["A. Mason", "B. Pope", "Quay reopens"]
    assert head().first("description") is None


def test_links_and_title() -> None:
    """A link is absolute, whatever the case of its relation; the title is the document's, not a
    drawing's.
    """
    assert head().link("canonical") == "https://www.marsh.example/a"
    assert head().link("icon") is None
    assert head().title == "Quay & harbour"
    assert head("<html><body><svg><title>logo</title></svg><p>x</p></body></html>").title is None


def test_what_the_site_calls_itself() -> None:
    """Its declared names, then its host and the labels of it."""
    assert head().site_names == ("The Marsh", "marsh", "marsh.example")


def test_text_is_made_plain() -> None:
    """Entities escaped twice are resolved, marks of direction go, white space is single."""
    assert plain_text("a &amp;amp; b\u200f\n  c\ufeff") == "a & b c"
