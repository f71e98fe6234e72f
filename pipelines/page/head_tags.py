"""What a page says about itself in `meta`, `link` and `title`, gathered in one pass over the head.

Whether to believe it is for `metadata` and its kin.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from pipelines.page.dom import Page, collapse_spaces
from pipelines.page.entities import resolve_entities

# Marks of direction and joints of words that are no part of a text's meaning.
_INVISIBLE = dict.fromkeys(
    map(
        ord,
        "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad\u061c",
    )
)
_MAX_ENTITY_ROUNDS = 2
_SITE_NAMES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "twitter:site",
    "dc.publisher",
    "cre",
)


def plain_text(text: str) -> str:
    """One line of text: entities that were escaped twice resolved, invisible marks dropped, white
    space folded.
    """
    for _ in range(_MAX_ENTITY_ROUNDS):
        if "&" not in text:
            break
        text = resolve_entities(text)
    return collapse_spaces(text.translate(_INVISIBLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLink:
    """One `link` of the head: its relations in lower case, address as written, media type."""

    rels: tuple[str, ...]
    href: str
    type: str = ""


class Head:
    """The metas of a page by lower-case name (property, name, itemprop or http-equiv), its links
    and its title.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.metas: dict[str, list[str]] = {}
        self.links: list[HeadLink] = []
        self.title: str | None = None
        for element in page.root.iter("meta", "link", "title"):
            if element.tag == "meta":
                self._add_meta(element)
            elif element.tag == "link":
                self._add_link(element)
            elif self.title is None and not _in_svg(element):
                self.title = plain_text(element.text or "") or None

    def _add_meta(self, element: HtmlElement) -> None:
        content = element.get("content")
        if not content or not content.strip():
            return
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name:
                self.metas.setdefault(name, []).append(content.strip())

    def _add_link(self, element: HtmlElement) -> None:
        rels = tuple((element.get("rel") or "").lower().split())
        href = (element.get("href") or "").strip()
        if rels and href:
            self.links.append(
                HeadLink(rels=rels, href=href, type=(element.get("type") or "").lower())
            )

    def first(self, *names: str) -> str | None:
        """The first content given under the first of `names` that has one, as plain text."""
        for name in names:
            for content in self.metas.get(name, ()):
                text = plain_text(content)
                if text:
                    return text
        return None

    def all(self, *names: str) -> list[str]:
        """Every content under any of `names`, as plain text, in the order of the names."""
        return [
            text
            for name in names
            for content in self.metas.get(name, ())
            if (text := plain_text(content))
        ]

    def link(self, rel: str) -> str | None:
        """The address of the first link of a relation, absolute."""
        for link in self.links:
            if rel in link.rels:
                return self._page.absolute(link.href)
        return None

    @cached_property
    def site_names(self) -> tuple[str, ...]:
        """What the site calls itself: its declared names and its host's labels."""
        host = (urlsplit(self._page.url).hostname or "").removeprefix("www.")
        labels = [label for label in host.split(".")[:-1] if len(label) > 2]
        return tuple(
            dict.fromkeys(
                [
                    *(name.lstrip("@") for name in self.all(*_SITE_NAMES)),
                    *([host] if host else []),
                    *labels,
                ]
            )
        )


def _in_svg(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag not in ("head", "html", "body")
