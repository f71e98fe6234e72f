"""The article's node among a page's JSON-LD, and its values as plain text.

JSON-LD is written by plug-ins that nest, repeat and mistype: everything here expects any shape of
value and answers with text or nothing. schema.org, as far as articles use it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pipelines.metadata.title import title_likeness
from pipelines.page.head_tags import plain_text

Node = dict[str, Any]

_ARTICLE = re.compile(
    r"(?:article|blogposting|newsstory|liveblog|socialmediaposting|report|review|analysis|opinion)",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"(?:webpage|itempage|recipe|howto|videoobject|mediaobject|podcastepisode|creativework)$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<[^>]{1,200}>")
_MAX_DEPTH = 4
# A page describes itself in a few nodes; a list of hundreds is of other articles.
_MAX_NODES = 8
# What a node with these properties is worth beside one whose headline is the page's (1).
_FIT_WEIGHTS = {"datePublished": 0.3, "author": 0.2, "headline": 0.1}


def node_types(node: Node) -> list[str]:
    """The node's types without their prefix (`schema:`, `http://schema.org/`)."""
    types = node.get("@type")
    return [
        re.split(r"[/:#]", kind)[-1]
        for kind in (types if isinstance(types, list) else [types])
        if isinstance(kind, str)
    ]


def value_text(value: Any, depth: int = 0) -> str | None:
    """A value as one line: a string, a number, the `@value`, `name` or `@id` of an object, the
    first of a list.
    """
    if isinstance(value, str):
        return plain_text(_MARKUP.sub(" ", value)) or None
    if isinstance(value, bool) or depth > _MAX_DEPTH:
        return None
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return next((text for item in value if (text := value_text(item, depth + 1))), None)
    if isinstance(value, dict):
        return next(
            (
                text
                for key in ("@value", "name", "headline", "url", "@id")
                if (text := value_text(value.get(key), depth + 1))
            ),
            None,
        )
    return None


def value_texts(value: Any, depth: int = 0) -> list[str]:
    """Every value of a property that may hold one or many."""
    if isinstance(value, list) and depth <= _MAX_DEPTH:
        return [text for item in value for text in value_texts(item, depth + 1)]
    text = value_text(value, depth)
    return [text] if text else []


def by_id(nodes: list[Node]) -> dict[str, Node]:
    """The nodes that others may refer to by `@id`, the fullest of each name."""
    fullest: dict[str, Node] = {}
    for node in nodes:
        name = node.get("@id")
        if isinstance(name, str) and len(node) > len(fullest.get(name, {})):
            fullest[name] = node
    return fullest


def article_nodes(nodes: list[Node], headline: str | None) -> list[Node]:
    """The nodes that describe this page's article, the best first, at most _MAX_NODES.

    JSON-LD may list other articles, too. `headline` is the page's (`og:title` or title): if the
    headline of one node is like it, nodes with an unlike headline are left out.
    """
    named = [
        node
        for node in nodes
        if any(_ARTICLE.search(kind) for kind in node_types(node)) and _is_work(node)
    ]
    ranked = sorted(named, key=lambda node: -_headline_fit(node, headline))
    if ranked and headline and len(named) > 1 and _headline_fit(ranked[0], headline) >= 1:
        ranked = [node for node in ranked if _headline_fit(node, headline) >= 1]
    pages = [
        node
        for node in nodes
        if any(_PAGE.search(kind) for kind in node_types(node)) and "datePublished" in node
    ]
    return (ranked + pages)[:_MAX_NODES]


def _is_work(node: Node) -> bool:
    return any(
        key in node for key in ("headline", "datePublished", "author", "articleBody", "name")
    )


def _headline_fit(node: Node, headline: str | None) -> float:
    node_headline = value_text(node.get("headline")) or value_text(node.get("name")) or ""
    alike = title_likeness(node_headline, headline) if headline and node_headline else 0.0
    fit = 1.0 if alike >= 0.5 else 0.0
    for key, weight in _FIT_WEIGHTS.items():
        if key in node:
            fit += weight
    return fit


def property_values(nodes: list[Node], *keys: str) -> Iterator[Any]:
    """The values of the keys over the nodes, node by node."""
    for node in nodes:
        for key in keys:
            value = node.get(key)
            if value not in (None, "", [], {}):
                yield value


def node_images(nodes: list[Node], everything: list[Node]) -> list[Any]:
    """The first picture of each node that has some: its node, where it refers to one, or its
    address.
    """
    by_name = by_id(everything)
    firsts = [
        value[0] if isinstance(value, list) else value
        for value in property_values(nodes, "image", "thumbnailUrl")
    ]
    return [
        by_name.get(str(item.get("@id")), item) if isinstance(item, dict) else item
        for item in firsts
    ]


def breadcrumb_names(node: Node) -> list[str]:
    """The names of a BreadcrumbList, outermost first; nothing for any other node."""
    items = node.get("itemListElement")
    if "BreadcrumbList" not in node_types(node) or not isinstance(items, list):
        return []
    names = []
    for item in items:
        if isinstance(item, dict):
            inner = item.get("item")
            names.append(
                value_text(item.get("name"))
                or (value_text(inner.get("name")) if isinstance(inner, dict) else None)
                or ""
            )
    return [name for name in names if name]
