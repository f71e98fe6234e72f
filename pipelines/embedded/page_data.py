"""The data a page carries beside its markup: JSON-LD, Next.js and Nuxt data, Apollo, Fusion or any
other state.

Read only when asked for, and once. A general finder picks out what looks like an article in any of
it: a headline, a long text, perhaps a date and writers. Whether it is the page's own article, and
whether to believe it, is for `pipelines.body` and `pipelines.metadata` to judge: neither source is
truth alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from lxml import etree

from pipelines.embedded.json_articles import SHORT_BODY, EmbeddedArticle, find_articles
from pipelines.embedded.next_flight import HINT, decode_flight
from pipelines.embedded.react_elements import elements_as_html, read_elements
from pipelines.embedded.script_json import (
    MIN_STATE,
    find_all_values,
    find_global_values,
    has_assignment,
    is_devalue,
    loads_lenient,
    parse_devalue,
    resolve_references,
)
from pipelines.page.dom import Page, collapse_spaces

LD_TYPES = ("application/ld+json",)
JSON_TYPES = ("application/json",)
_SCRIPT_TYPES = ("", "text/javascript", "module", "application/javascript")

# State that holds an article's text has paragraphs in it, or names one of these: parsing the rest
# (menus, settings) would be most of the cost. Each pattern begins with what it is searched by; the
# text is in lower case.
_TEXT_HINTS = (
    re.compile(r"<p\b"),
    re.compile(r"u003cp\b"),
    re.compile(r"&l(?:t)?;p\b"),
    re.compile(r"%3cp\b"),
    re.compile(r"content_elements"),
    re.compile(r"paragraph"),
    re.compile(r"\"(?:articlebody|body|content|html|fulltext|story)\\*\"\s*:"),
)
# Source of an article that stands in React elements; the page may be read as these show it.
REACT_ELEMENTS = "flight-tree"
# Attributes that hold JSON.
_ATTRIBUTES = etree.XPath(
    "//@*[string-length(.) > 300][starts-with(., '{') or starts-with(., '[')]", smart_strings=False
)
# So many scripts are read as JavaScript: a bound for hostile pages.
_MAX_SCRIPTS = 20
# How many names deep JSON-LD is looked through for nodes.
_LD_DEPTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedState:
    """One JSON value a page carries, under the name of its source: `next-data`, `flight`, `nuxt`,
    `fusion`, `state`.
    """

    source: str
    value: Any


class Embedded:
    """A page's embedded data, each part read at its first use.

    `everywhere` looks where only few pages keep them: attributes (`data-page="{…}"`), text areas,
    scripts of any type, and JavaScript that is no JSON. That takes longer, and is meant for pages
    that show no text.
    """

    def __init__(self, page: Page, *, everywhere: bool = False) -> None:
        self._page = page
        self._everywhere = everywhere

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """All JSON-LD nodes (schema.org), `@graph`, lists and nested nodes flattened, in document
        order.
        """
        nodes: list[dict[str, Any]] = []
        for script in self._page.root.iter("script"):
            if (script.get("type") or "").split(";")[0].strip().lower() in LD_TYPES and (
                text := script.text
            ):
                _collect_nodes(loads_lenient(text), nodes, 0)
        return nodes

    @cached_property
    def states(self) -> list[EmbeddedState]:
        """All application data that can be read as JSON, in document order."""
        states = self.further_states if self._everywhere else list(self._script_states())
        rows = decode_flight(text for text in self._script_texts() if HINT in text)
        states += [EmbeddedState(source="flight", value=value) for value in rows]
        return states

    @cached_property
    def articles(self) -> list[EmbeddedArticle]:
        """What looks like an article in the application data and in JSON-LD, the former first, each
        text once.
        """
        articles: dict[tuple[str, str], EmbeddedArticle] = {}
        for item in self.states:
            for article in find_articles(item.value, item.source):
                articles.setdefault((collapse_spaces(article.title), article.body[:200]), article)
        tree = None if articles else self._react_article()
        if tree is not None:
            articles[(collapse_spaces(tree.title), tree.body[:200])] = tree
        for article in find_articles(self.json_ld, "json-ld"):
            articles.setdefault((collapse_spaces(article.title), article.body[:200]), article)
        return list(articles.values())

    @cached_property
    def markup(self) -> str:
        """The page as its React elements would show it, as HTML, or ''."""
        return elements_as_html(item.value for item in self.states if item.source == "flight")

    def _react_article(self) -> EmbeddedArticle | None:
        """The article as React elements hold it, named by their headline or by the one for
        sharing.
        """
        heading, text = read_elements(item.value for item in self.states if item.source == "flight")
        metas = self._page.root.iter("meta")
        social = (meta.get("content") for meta in metas if meta.get("property") == "og:title")
        title = next((collapse_spaces(text) for text in social if text), None) or heading
        if title is None or len(text) < SHORT_BODY:
            return None
        return EmbeddedArticle(source=REACT_ELEMENTS, title=title, body=text, is_html=True)

    def _script_texts(self) -> Iterator[str]:
        for script in self._page.root.iter("script"):
            if not script.get("src") and (text := script.text):
                yield text

    def _script_states(self) -> Iterator[EmbeddedState]:
        for script in self._page.root.iter("script"):
            text = script.text or ""
            if len(text) < MIN_STATE:
                continue
            kind = (script.get("type") or "").split(";")[0].strip().lower()
            if kind in JSON_TYPES:
                if _may_hold_text(text):
                    yield from _json_script(text, script.get("id") or "")
            elif (
                kind in _SCRIPT_TYPES
                and HINT not in text
                and has_assignment(text)
                and _may_hold_text(text)
            ):
                for name, value in find_global_values(text):
                    yield EmbeddedState(source=_source_of(name), value=_resolve_cache(text, value))

    @cached_property
    def further_states(self) -> list[EmbeddedState]:
        """The data in attributes, text areas, scripts of other types, and in JavaScript that is no
        JSON.
        """
        return list(self._further_states())

    def _further_states(self) -> Iterator[EmbeddedState]:
        places = _ATTRIBUTES(self._page.root)
        texts = [str(text) for text in places] if isinstance(places, list) else []
        scripts = []
        for element in self._page.root.iter("textarea", "script"):
            kind = (element.get("type") or "").split(";")[0].strip().lower()
            if kind in _SCRIPT_TYPES and element.tag == "script":
                scripts.append(element.text or "")
            elif kind not in (*LD_TYPES, *JSON_TYPES):
                texts.append((element.text or "").strip())
        telling = (text for text in scripts if HINT not in text and _may_hold_text(text))
        for text in islice(telling, _MAX_SCRIPTS):
            for name, value in find_all_values(text):
                yield EmbeddedState(source=_source_of(name), value=_resolve_cache(text, value))
        for text in texts:
            if len(text) >= MIN_STATE and text.startswith(("{", "[")) and _may_hold_text(text):
                yield from _json_script(text, "")


def _may_hold_text(script: str) -> bool:
    lowered = script.lower()
    return any(hint.search(lowered) for hint in _TEXT_HINTS)


def _json_script(text: str, name: str) -> Iterator[EmbeddedState]:
    value = loads_lenient(text)
    if is_devalue(value) and isinstance(value, list):
        yield EmbeddedState(source="nuxt", value=parse_devalue(value))
    elif isinstance(value, dict | list):
        source = "next-data" if name == "__NEXT_DATA__" else _source_of(name)
        yield EmbeddedState(source=source, value=_resolve_cache(text, value))


def _resolve_cache(text: str, value: Any) -> Any:
    return resolve_references(value) if '"__ref"' in text else value


def _source_of(name: str) -> str:
    lowered = name.lower()
    for word in ("nuxt", "apollo", "fusion"):
        if word in lowered:
            return word
    return "state"


def _collect_nodes(value: Any, nodes: list[dict[str, Any]], depth: int) -> None:
    if depth > _LD_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            _collect_nodes(item, nodes, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            nodes.append(value)
        for key, item in value.items():
            if isinstance(item, dict | list) and (
                key == "@graph" or "@type" in value or depth == 0
            ):
                _collect_nodes(item, nodes, depth + 1)
