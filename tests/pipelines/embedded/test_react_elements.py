"""Text and markup of pages that hold their body in React elements."""

from __future__ import annotations

from typing import Any

from pipelines.embedded.react_elements import elements_as_html, read_elements


def element(tag: str, *children: Any, **properties: Any) -> list[Any]:
    """One element as the rows of a page write it."""
    return ["$", tag, None, {"children": list(children), **properties}]


ARTICLE = element(
    "div",
    element("h1", "Quay reopens"),
    element("nav", element("p", "Home, News, Sport")),
    element(
        "article",
        element("p", "The quay was rebuilt ", element("b", "in stone"), "."),
        element("section", element("h2", "After the flood"), element("p", "Two < three years.")),
    ),
)


def test_the_article_is_read_without_what_stands_around() -> None:
    """The blocks of an `article` stand together, escaped for HTML; navigation is left out, the
    first `h1` is the heading.
    """
    heading, text = read_elements([ARTICLE])
    assert heading == "Quay reopens"
    assert text == (
        "<p>The quay was rebuilt in stone.</p><h2>After the flood</h2><p>Two &lt; three years.</p>"
    )


def test_a_page_without_paragraphs_has_no_text() -> None:
    """Headings alone are no text."""
    assert read_elements([element("div", element("h2", "A list"))]) == (None, "")


def test_elements_become_html() -> None:
    """Attributes take their HTML names, scripts are left out, elements that a script would draw
    become boxes.
    """
    page = element(
        "main",
        element("time", "1 March", dateTime="2026-03-01"),
        element("script", "x()"),
        element("$L7", element("p", "A & B")),
        className="story",
    )
    assert elements_as_html([page, "short"]) == (
        '<main class="story"><time datetime="2026-03-01">1 March</time>'
        "<div><p>A &amp; B</p></div></main>"
    )


def test_endless_trees_end() -> None:
    """An element that holds itself is given up, not followed for ever."""
    loop = element("div")
    loop[3]["children"].append(loop)
    assert read_elements([loop]) == (None, "")
    assert elements_as_html([loop]).startswith("<div>")
