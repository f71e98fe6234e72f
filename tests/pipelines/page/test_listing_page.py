"""What a list of headlines says to be, and what it shows."""

from __future__ import annotations

import pytest

from archive.model.listing_page import ListingPage
from archive.text.page_parts import address_parts, text_parts
from pipelines.page.dom import Page, parse_page
from pipelines.page.links import find_outlinks
from pipelines.page.listing_page import read_listing_page

URL = "https://news.example/economy/2026/story-of-a-bridge-1234"


def read(head: str, body: str = "<p>سطر</p>", url: str = URL) -> ListingPage:
    page = parse_page(f"<html><head>{head}</head><body>{body}</body></html>".encode(), url)
    assert isinstance(page, Page)
    return read_listing_page(page, find_outlinks(page), 4)


@pytest.mark.parametrize(
    ("head", "named"),
    [
        ('<link rel="canonical" href="/">', "https://news.example/"),
        (
            '<link rel="canonical" href="https://www.news.example/ar">',
            "https://www.news.example/ar",
        ),
        ('<meta property="og:url" content="/economy/">', "https://news.example/economy/"),
        (
            '<link rel="canonical" href="/"><meta property="og:url" content="/">',
            "https://news.example/",
        ),
        (f'<link rel="canonical" href="/"><meta property="og:url" content="{URL}">', None),
        ('<link rel="canonical" href="/economy/2026/another-story-of-it-1235">', None),
        ('<link rel="canonical" href="https://other.example/">', None),
        ('<link rel="canonical" href="/sport/">', None),
        ("", None),
    ],
)
def test_what_a_page_says_to_be_instead(head: str, named: str | None) -> None:
    """The front page or a section above it, where all it says agrees."""
    assert read(head).named == named


def test_a_front_page_is_itself() -> None:
    """Under its own address a front page stands in nobody's place."""
    head = '<link rel="canonical" href="/">'
    assert read(head, url="https://news.example/").named is None
    assert read(head, url="https://news.example/ar").named is None


def test_what_a_page_shows() -> None:
    """Its titles with the site's name and without, its lines, where it leads."""
    page = read(
        "<title>خبر الجسر الجديد | الجريدة</title>",
        '<h1>خبر الجسر</h1><p>سطر أول</p><p><a href="/a">سطر ثان</a></p>',
    )
    assert text_parts(["خبر الجسر الجديد", "خبر الجسر", "الجريدة"]) <= page.headings
    assert text_parts(["سطر أول", "سطر ثان", "خبر الجسر"]) <= page.texts
    assert page.links == address_parts(["https://news.example/a"])
    assert page.headlines == 4
