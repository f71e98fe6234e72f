"""Elements that content systems mark as no part of the article."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement, fragment_fromstring

from pipelines.page.markup_hints import boilerplate_mark


def element(markup: str) -> HtmlElement:
    made = fragment_fromstring(markup)
    assert isinstance(made, HtmlElement)
    return made


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("<nav></nav>", "navigation"),
        ('<div role="complementary"></div>', "aside"),
        ('<div class="relatedPosts"></div>', "related"),
        ('<ul class="share-buttons"></ul>', "share"),
        ('<div id="newsletter_box"></div>', "newsletter"),
        ('<div class="ad-slot top"></div>', "advert"),
        ('<p class="byline"></p>', "byline"),
        ('<div style="display: none"></div>', "hidden"),
        ('<div class="hidden"></div>', "hidden"),
        ('<div data-embed-id="7"></div>', "embed"),
    ],
)
def test_a_mark_says_why(markup: str, reason: str) -> None:
    """By tag, role, names, style or attribute."""
    assert boilerplate_mark(element(markup)) == reason


@pytest.mark.parametrize(
    "markup",
    [
        "<p>text</p>",
        '<div class="article-body"></div>',
        '<article class="related"></article>',
        '<div class="has-sidebar"></div>',
        '<div class="hidden md:block"></div>',
        '<h2 id="most-read-books-of-the-year"></h2>',
        '<span class="related">word</span>',
    ],
)
def test_what_is_no_mark(markup: str) -> None:
    """Bodies, names that say what else a page has, boxes hidden on small screens only, the anchors
    of headlines, and inline elements are no boilerplate.
    """
    assert boilerplate_mark(element(markup)) is None
