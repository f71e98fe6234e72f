"""The text, and the markup, of a page whose body stands only in a tree of React elements among its
flight rows.

An element is `["$", tag, key, properties]` (the React server components' wire format); what a
reader would see is in `properties.children`. Knows paragraphs, headings, quotes and lists; whether
they are the page's article is for `pipelines.article.from_data` to judge.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

# Bounds for hostile trees: values looked at in one page, and levels.
MAX_NODES = 100_000
MAX_DEPTH = 120
_ELEMENT = 4
_BLOCKS = frozenset(("p", "h2", "h3", "h4", "blockquote", "li"))
_APART = frozenset(("nav", "aside", "footer", "header", "form", "a", "button", "script", "style"))


class _ElementWalk:
    """Blocks as HTML, gathered under the element they stand in (all of an `article` together)."""

    def __init__(self) -> None:
        self.left = MAX_NODES
        self.groups: dict[int, list[str]] = {}
        self.heading: str | None = None

    def visit(self, value: Any, group: int, depth: int, *, whole: bool = False) -> None:
        """Gather the blocks under a value; with `whole` (in an `article`) they stay together."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            return
        if not _is_element(value):
            if isinstance(value, list | dict):
                for item in value if isinstance(value, list) else value.values():
                    if isinstance(item, list | dict):
                        self.visit(item, group, depth + 1, whole=whole)
            return
        tag, within = value[1], value[3]
        if tag == "h1":
            self.heading = self.heading or self.text(within, 0).strip() or None
        elif tag in _BLOCKS if isinstance(tag, str) else False:
            if text := self.text(within, 0).strip():
                self.groups.setdefault(group, []).append(f"<{tag}>{html.escape(text)}</{tag}>")
        elif not (isinstance(tag, str) and tag in _APART):
            inside = group if whole else id(value)
            self.visit(within, inside, depth + 1, whole=whole or tag == "article")

    def text(self, value: Any, depth: int) -> str:
        """The text that a value shows."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            return ""
        if isinstance(value, str):
            return "" if value.startswith("$") else value
        if _is_element(value):
            return " " if value[1] == "br" else self.text(value[3], depth + 1)
        if isinstance(value, list):
            return "".join(self.text(item, depth + 1) for item in value)
        return self.text(value.get("children"), depth + 1) if isinstance(value, dict) else ""


def read_elements(rows: Iterable[Any]) -> tuple[str | None, str]:
    """The first `h1` of a page's flight rows, and as HTML the blocks that stand together and have
    most text, or ''.
    """
    walk = _ElementWalk()
    best = ""
    for row in rows:
        walk.groups = {}
        walk.visit(row, 0, 0)
        for lines in walk.groups.values():
            if any(line.startswith("<p>") for line in lines):
                best = max(best, "".join(lines), key=len)
    return walk.heading, best


_ATTRIBUTES = {
    "className": "class", "dateTime": "datetime", "itemProp": "itemprop", "id": "id",
    "href": "href", "src": "src", "alt": "alt", "title": "title", "rel": "rel", "role": "role",
}  # fmt: skip
_UNSEEN = frozenset(
    ("script", "style", "template", "link", "meta", "title", "head", "svg", "iframe")
)
_EMPTY = frozenset(("img", "br", "hr", "input", "source"))


class _Markup:
    """Writes elements as HTML; what scripts would draw stands as boxes."""

    def __init__(self) -> None:
        self.left = MAX_NODES
        self.written: list[str] = []

    def write(self, value: Any, depth: int) -> None:
        """Write a value and what is under it."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            return
        if isinstance(value, str):
            if not value.startswith("$"):
                self.written.append(html.escape(value))
        elif _is_element(value):
            self._element(value[1], value[3], depth)
        elif isinstance(value, list):
            for item in value:
                self.write(item, depth + 1)

    def _element(self, tag: Any, properties: dict[str, Any], depth: int) -> None:
        if isinstance(tag, str) and tag in _UNSEEN:
            return
        known = isinstance(tag, str) and tag.isalnum()
        name = tag if known else "div"
        texts = [(mark, properties.get(key)) for key, mark in _ATTRIBUTES.items()]
        attributes = "".join(
            f' {mark}="{html.escape(text)}"' for mark, text in texts if isinstance(text, str)
        )
        self.written.append(f"<{name}{attributes}>")
        if name in _EMPTY:
            return
        inner = properties.get("dangerouslySetInnerHTML")
        if isinstance(inner, dict) and isinstance(inner.get("__html"), str):
            self.written.append(inner["__html"])
        self.write(properties.get("children"), depth + 1)
        for key, item in properties.items():
            if key != "children" and isinstance(item, list):
                self.write(
                    [part for part in ([item] if _is_element(item) else item) if _is_element(part)],
                    depth + 1,
                )
        self.written.append(f"</{name}>")


def elements_as_html(rows: Iterable[Any]) -> str:
    """The row that shows most as HTML, or ''."""
    best = ""
    writer = _Markup()
    for row in rows:
        writer.written = []
        writer.write(row, 0)
        best = max(best, "".join(writer.written), key=len)
    return best


def _is_element(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) >= _ELEMENT
        and value[0] == "$"
        and isinstance(value[3], dict)
    )
