"""The section that an article stands in."""

from __future__ import annotations

import json

import pytest
from page_kit import (
    FILLER,
    HEADLINE,
    linked,
    metadata_of,
    page,
    parsed,
)

from pipelines.metadata.section import is_home, section_candidates
from pipelines.page.head_tags import Head
from pipelines.page.microdata import Microdata


def test_the_deepest_crumb() -> None:
    """Where the breadcrumb leads deeper than the section stated, its last step is the section."""
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"name": "الرئيسية"},
            {"name": "العالم"},
            {"name": "آسيا"},
            {"name": HEADLINE},
        ],
    }
    head = (
        linked(headline=HEADLINE, articleSection="العالم")
        + f'<script type="application/ld+json">{json.dumps(crumbs)}</script>'
    )
    assert metadata_of(page(head, f"<h1>{HEADLINE}</h1>{FILLER}")).section == "آسيا"


def test_the_label_above_the_headline() -> None:
    """Where nothing states the section, the short label right before the headline is it; a ticker's
    is not.
    """
    body = (
        f'<div><label>عاجل</label><a href="/t">خبر عاجل لا شأن له بما يليه من '
        f"كلام</a></div><div><span>العالم</span><h1>{HEADLINE}</h1></div>{FILLER}"
    )
    assert metadata_of(page("", body)).section == "العالم"


@pytest.mark.parametrize(
    ("head", "body", "section"),
    [
        ('<meta property="article:section" content="World &gt; Asia">', "", "Asia"),
        ("", '<nav class="breadcrumb"><a href="/">Home</a><a href="/w">World</a></nav>', "World"),
        ("", '<nav><a href="/world/">World</a><a href="/sport/">Sport</a></nav>', "World"),
        ('<meta property="article:section" content="الرئيسية">', "", None),
    ],
    ids=["path", "breadcrumb", "link to the folder", "front page"],
)
def test_places_that_name_the_section(head: str, body: str, section: str | None) -> None:
    """Metas, breadcrumbs and a link to the address's folder name it; the front page is no
    section.
    """
    assert metadata_of(page(head, f"{body}<h1>{HEADLINE}</h1>{FILLER}")).section == section


def test_the_articles_own_statement_goes_before_what_the_page_shows() -> None:
    """Candidates keep their order: JSON-LD, metas, then the application data."""
    made = parsed(page('<meta name="section" content="From meta">', FILLER))
    node = {"articleSection": "From node"}
    found = section_candidates(made, Head(made), Microdata(made), [node], [node], data="From data")
    assert found == [("json-ld", "From node"), ("meta", "From meta"), ("data", "From data")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Home", True), ("الرئيسية", True), ("Startseite", True), ("World", False)],
)
def test_names_of_the_front_page(name: str, expected: bool) -> None:
    """A front page is known by name in several languages."""
    assert is_home(name) is expected


@pytest.mark.parametrize(
    ("label", "section"),
    [
        ("World", "World"),
        ("25 October 2024", None),
        ("Breaking", None),
        ("A line of more words than a label has", None),
        ("Who pays?", None),
    ],
)
def test_only_a_label_above_the_headline_is_a_section(label: str, section: str | None) -> None:
    """Dates, tickers, sentences and long lines right before the headline are no section."""
    body = f"<div><span>{label}</span><h1>{HEADLINE}</h1></div>{FILLER}"
    assert metadata_of(page("", body), url="https://www.example.test/x").section == section
