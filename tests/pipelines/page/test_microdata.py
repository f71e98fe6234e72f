"""The elements of a page by the schema.org properties they carry."""

from __future__ import annotations

from lxml import etree

from pipelines.page.dom import Page, parse_page
from pipelines.page.microdata import Microdata, select_elements

HTML = b"""<html><body>
<ol><li itemprop="itemListElement"><a>Home</a></li><li itemprop="itemListElement">Local</li></ol>
<h1 itemprop="headline name">Quay reopens</h1><p itemprop="author">A. Mason</p>
<p itemprop="author">B. Pope</p></body></html>"""


def page() -> Page:
    parsed = parse_page(HTML, "https://www.example.test/a")
    assert isinstance(parsed, Page)
    return parsed


def test_elements_come_by_property() -> None:
    """Those of the first name first, each in document order; an element may carry several."""
    microdata = Microdata(page())
    texts = [element.text for element in microdata.elements("author", "headline", "publisher")]
    assert texts == ["A. Mason", "B. Pope", "Quay reopens"]
    assert microdata.elements("name") == microdata.elements("headline")


def test_a_breadcrumb_is_read() -> None:
    """Outermost first."""
    assert Microdata(page()).crumbs() == ["Home", "Local"]


def test_only_elements_are_selected() -> None:
    """A path to attributes or a number selects none."""
    assert [found.tag for found in select_elements(page(), etree.XPath("//h1 | //ol"))] == [
        "ol",
        "h1",
    ]
    assert select_elements(page(), etree.XPath("//@itemprop")) == []
    assert select_elements(page(), etree.XPath("count(//p)")) == []
