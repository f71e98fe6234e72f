"""Pages of a site about itself, searches, goods, profiles, recordings and tables."""

from __future__ import annotations

import pytest
from page_kit import FERRY_LINES, body_of, paragraphs, parsed

from pipelines.classify.service_pages import (
    is_audio_page,
    is_own_page,
    is_product_page,
    is_profile,
    is_search,
    is_table,
)


def page_at(path: str, heading: str = "", head: str = ""):
    html = f"<html><head>{head}</head><body><h1>{heading}</h1></body></html>"
    return parsed(html, f"https://www.example.test{path}")


@pytest.mark.parametrize(
    ("path", "heading", "expected"),
    [
        ("/about-us", "Who is behind it", True),
        ("/fr/mentions-legales/", "", True),
        ("/من-نحن", "", True),
        ("/x", "Privacy policy", True),
        ("/x", "سياسة الخصوصية", True),
        ("/x", "Kontakt", True),
        ("/x", "Minister resigns over privacy policy", False),
        ("/news/about-us-and-them", "Film of the week", False),
    ],
)
def test_a_site_about_itself(path: str, heading: str, expected: bool) -> None:
    """Such a page is known by its address or by its whole headline, never by a word in it."""
    assert is_own_page(page_at(path, heading), None, is_article=False) is expected


def test_a_page_that_states_to_be_an_article_is_asked_twice() -> None:
    """Address and headline must both say so where the page calls itself an article."""
    assert not is_own_page(page_at("/about", "The boats"), None, is_article=True)
    assert not is_own_page(page_at("/x", "About us"), None, is_article=True)
    assert is_own_page(page_at("/about", "About us"), None, is_article=True)


@pytest.mark.parametrize(
    ("path", "heading", "expected"),
    [
        ("/find?q=boats", "", True),
        ("/find?page=2&s=boats", "", True),
        ("/x", "Search results for boats", True),
        ("/x", "نتائج البحث عن القوارب", True),
        ("/find?q=", "", False),
        ("/x", "The search for the lost boats goes on in the northern sea", False),
    ],
)
def test_answers_to_a_search(path: str, heading: str, expected: bool) -> None:
    """A search is known by its query, or by the headline."""
    assert is_search(page_at(path, heading), None) is expected


def test_without_a_heading_the_title_is_asked() -> None:
    """The title that was read stands in for a headline."""
    assert is_search(page_at("/x"), "Search results for boats")
    assert is_own_page(page_at("/x"), "About us", is_article=False)


@pytest.mark.parametrize(
    ("kinds", "head", "expected"),
    [
        ({"product", "offer"}, "", True),
        ({"product"}, "", False),
        ({"newsarticle", "offer"}, "", False),
        (set(), '<meta property="og:type" content="product.item">', True),
        (set(), '<meta property="og:type" content="article">', False),
    ],
)
def test_goods_are_for_sale(kinds: set[str], head: str, expected: bool) -> None:
    """A product page has goods and an offer, or says so to social networks."""
    assert is_product_page(page_at("/x", head=head), frozenset(kinds)) is expected


def test_profiles_and_recordings_say_so() -> None:
    """Stated types tell profiles and audio pages from articles."""
    assert is_profile(frozenset({"profilepage"}))
    assert is_audio_page(frozenset({"podcastepisode", "webpage"}))
    assert not is_profile(frozenset({"newsarticle"}))
    assert not is_audio_page(frozenset({"newsarticle"}))


def test_a_table_with_at_most_a_line_of_text() -> None:
    """Ten short cells without a text are a table; under a text they belong to it."""

    def table(rows: int) -> str:
        pairs = (f"<tr><td>Pier {number}</td><td>{number}:00</td></tr>" for number in range(rows))
        return f"<table>{''.join(pairs)}</table>"

    assert is_table(body_of(table(5)))
    assert not is_table(body_of(table(4)))
    assert not is_table(body_of(f"{paragraphs(*FERRY_LINES)}{table(5)}"))
