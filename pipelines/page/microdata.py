"""The elements of a page that carry schema.org properties (`itemprop`), found in one pass.

What a property's value is worth is for the module of its field.
"""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from pipelines.page.dom import Page, text_of

_PROPERTIES = etree.XPath("//@itemprop/..")
_ITEM_LIST = "itemListElement"


def select_elements(page: Page, path: etree.XPath) -> list[HtmlElement]:
    """The elements an XPath leads to, in document order; whatever else it leads to is left out."""
    selected = path(page.root)
    return (
        [element for element in selected if isinstance(element, HtmlElement)]
        if isinstance(selected, list)
        else []
    )


class Microdata:
    """A page's elements by the properties they carry, each in document order."""

    def __init__(self, page: Page) -> None:
        self._by_property: dict[str, list[HtmlElement]] = {}
        elements = _PROPERTIES(page.root)
        for element in elements if isinstance(elements, list) else []:
            if isinstance(element, HtmlElement):
                for name in (element.get("itemprop") or "").split():
                    self._by_property.setdefault(name, []).append(element)

    def elements(self, *names: str) -> list[HtmlElement]:
        """The elements that carry any of the properties, those of the first name first."""
        return [element for name in names for element in self._by_property.get(name, [])]

    def crumbs(self) -> list[str]:
        """The texts of a breadcrumb marked up as `itemListElement`s, outermost first."""
        return [
            text
            for element in self._by_property.get(_ITEM_LIST, [])
            if (text := text_of(element)) and len(text) < 100
        ]
