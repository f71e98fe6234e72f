"""JSON-LD as pages write it: types with prefixes, values as strings, objects or lists."""

from pipelines.metadata.json_ld import (
    article_nodes,
    breadcrumb_names,
    node_types,
    property_values,
    value_text,
    value_texts,
)

STORY = {"@type": "NewsArticle", "headline": "A new quay for the harbour", "author": "A. Mason"}
OTHER = {"@type": "NewsArticle", "headline": "Prices of olive oil are steady", "author": "B. Clerk"}


def test_types_lose_their_prefix() -> None:
    """One or several, with the vocabulary's address or its short name."""
    assert node_types({"@type": ["http://schema.org/NewsArticle", "schema:Report"]}) == [
        "NewsArticle",
        "Report",
    ]
    assert node_types({}) == []


def test_a_value_is_one_line_of_text() -> None:
    """Of an object its value or name, of a list the first; markup and flags are no text."""
    assert value_text({"@type": "Person", "name": "A. Mason"}) == "A. Mason"
    assert value_text([{"@value": "first"}, "second"]) == "first"
    assert value_text("<b>Quay</b>") == "Quay"
    assert value_text(True) is None
    assert value_texts(["one", {"name": "two"}, None]) == ["one", "two"]


def test_the_article_of_the_page_comes_first() -> None:
    """Of several, the one whose headline is the page's."""
    nodes = article_nodes([OTHER, STORY], "A new quay for the harbour")
    assert nodes[0] is STORY


def test_values_are_taken_node_by_node() -> None:
    """Empty ones are passed over."""
    nodes = [{"name": "", "alternateName": "b"}, {"name": "c"}]
    assert list(property_values(nodes, "name", "alternateName")) == ["b", "c"]


def test_breadcrumbs_from_the_outside_in() -> None:
    """As a list of items with names; any other node has none."""
    trail = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Home"},
            {"@type": "ListItem", "position": 2, "item": {"name": "Harbour"}},
        ],
    }
    assert breadcrumb_names(trail) == ["Home", "Harbour"]
    assert breadcrumb_names(STORY) == []
