"""Metadata of made-up pages: what the fields have in common, and that each choice is kept as
evidence.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_kit import CAPTURED, FILLER, HEADLINE, URL, chosen, linked, metadata_of, page

from archive.model import NotAnArticle
from pipelines.embedded.page_data import Embedded
from pipelines.metadata.extract import extract_metadata
from pipelines.page import dom


def test_entities_escaped_twice() -> None:
    """Entities that JSON-LD holds as text are resolved, and direction marks and soft hyphens
    dropped.
    """
    head = linked(
        headline="The &#8216;quiet&#8217; river &amp; its Tal\u00adbr\u00fcck\u00ade\u200f",
        datePublished="2024-10-25T10:00Z",
    )
    assert metadata_of(page(head, FILLER, lang="en")).title == "The ‘quiet’ river & its Talbrücke"


def test_another_articles_node_is_not_this_ones() -> None:
    """JSON-LD of a related article doesn't give this page its headline, date or author."""
    other = linked(
        headline="Something else entirely happened",
        datePublished="2020-01-01T10:00:00Z",
        author={"name": "Other Person"},
    )
    own = linked(
        headline="Rivers return to the valley",
        datePublished="2024-10-25T10:00:00Z",
        author={"@type": "Person", "name": "Amal Haddad"},
    )
    found = metadata_of(
        page(
            f'<meta property="og:title" content="Rivers return to the valley">{other}{own}',
            FILLER,
            lang="en",
        )
    )
    assert (found.title, found.authors) == ("Rivers return to the valley", ("Amal Haddad",))
    assert found.published is not None
    assert found.published.raw == "2024-10-25T10:00:00Z"


@pytest.mark.parametrize(
    ("url", "head", "offset"),
    [
        ("https://www.example.ae/x", "", "+04:00"),
        ("https://www.example.com/x", '<meta property="og:locale" content="ar_EG">', "+03:00"),
        ("https://www.example.tv/x", "", "+00:00"),
    ],
)
def test_the_country_tells_the_zone(url: str, head: str, offset: str) -> None:
    """Where no zone is known, the country of the address or locale gives one; an ending used
    everywhere doesn't.
    """
    found = metadata_of(
        page(head, f"<h1>{HEADLINE}</h1><div>25 أكتوبر 2024، 6:53 م</div>{FILLER}"), url=url
    )
    assert found.published is not None
    assert found.published.instant is not None
    assert found.published.instant.isoformat() == f"2024-10-25T18:53:00{offset}"
    assert not found.published.zone_stated


def test_addresses_kinds_tags_and_publisher() -> None:
    """Canonical and AMP addresses are absolute; kinds, tags and publisher are as stated."""
    head = (
        '<link rel="canonical" href="/world/quiet-river"><link rel="amphtml" '
        'href="/amp/quiet-river">'
        '<meta property="og:type" content="article"><meta name="keywords" content="نهر، جفاف, نهر">'
        + linked(headline=HEADLINE, publisher={"@type": "Organization", "name": "المثال"})
    )
    found = metadata_of(page(head, FILLER))
    assert (found.canonical, found.amp) == (
        "https://www.example.test/world/quiet-river",
        "https://www.example.test/amp/quiet-river",
    )
    assert (found.tags, found.publisher) == (("نهر", "جفاف"), "المثال")
    assert {"article", "newsarticle"} <= found.kinds


def test_every_choice_is_among_the_evidence() -> None:
    """For each field that was chosen, exactly one piece of evidence is marked as the one."""
    head = linked(
        headline=HEADLINE,
        datePublished="2024-10-25T10:00:00Z",
        author={"name": "أحمد علي"},
        articleSection="العالم",
        image="/a.jpg",
    )
    found = metadata_of(page(head, f"<h1>{HEADLINE}</h1>{FILLER}"))
    for field in ("title", "published", "authors", "section", "image", "publisher"):
        assert len(chosen(found, field)) == 1, field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@type", "@id", "name", "url", "headline", "@value"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "headline",
                "author",
                "datePublished",
                "articleSection",
                "image",
                "publisher",
                "keywords",
                "itemListElement",
                "description",
            ]
        ),
        JSON,
        max_size=6,
    )
)
def test_json_ld_of_any_shape(values: dict[str, object]) -> None:
    """JSON-LD with values of any shape never makes the reading fail."""
    metadata_of(page(linked(**values), f"<h1>{HEADLINE}</h1>"))


@given(st.text(max_size=80))
def test_metas_of_any_text(text: str) -> None:
    """Any text in title, metas and byline is survived."""
    safe = text.replace('"', "").replace("<", "")
    html = page(
        f'<title>{safe}</title><meta property="og:title" content="{safe}"><meta name="author" '
        f'content="{safe}">',
        f'<h1>{safe}</h1><p class="byline">{safe}</p>',
    )
    parsed = dom.parse_page(html, URL)
    if not isinstance(parsed, NotAnArticle):
        extract_metadata(parsed, Embedded(parsed), captured=CAPTURED)
