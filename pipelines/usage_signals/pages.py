"""Statements about use in pages and in RSL licence documents, read tolerantly (rslstandard.org, TDM
Reservation Protocol §7, robots metas). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from archive.model.usage_signals import UsageSignal
from pipelines.page.dom import Page
from pipelines.page.head_tags import Head
from pipelines.usage_signals.rsl import RSL_TYPE, RslContent, local_name, read_rsl, rsl_root
from pipelines.usage_signals.statements import (
    MAX_SIGNALS,
    TDM_NAMES,
    WATCHED_AGENTS,
    directives,
    signal,
)

_RSL_TERMS = frozenset({"permits", "prohibits", "payment", "legal", "terms", "standard", "custom"})


def page_signals(page: Page) -> tuple[UsageSignal, ...]:
    """The signals in a page's metas and links, and the RSL licences that it carries."""
    return tuple(islice(_of_page(page), MAX_SIGNALS))


def _of_page(page: Page) -> Iterator[UsageSignal]:
    head = Head(page)
    for name, contents in head.metas.items():
        for content in contents:
            if name in TDM_NAMES:
                yield signal("meta", name, content, content)
            elif name == "robots" or name.endswith("bot") or name in WATCHED_AGENTS:
                agent = "*" if name == "robots" else name
                yield from directives("meta", content, agent)
    for link in head.links:
        if "license" in link.rels:
            yield signal("link", "license", page.absolute(link.href) or link.href, link.href)
    for document in _licences(page):
        yield from rsl_signals(document)


def page_licences(page: Page) -> tuple[RslContent, ...]:
    """The RSL licences that a page carries, each as a whole."""
    return tuple(content for document in _licences(page) for content in read_rsl(document))


def _licences(page: Page) -> Iterator[bytes]:
    for script in page.root.iter("script"):
        if (script.get("type") or "").strip().lower() == RSL_TYPE and script.text:
            yield script.text.encode("utf-8", "replace")


def is_rsl(body: bytes, mime: str) -> bool:
    """Whether a payload is an RSL licence document (rslstandard.org), by its type or its root."""
    return mime == RSL_TYPE or re.search(rb"<(?:\w+:)?rsl[\s>]", body[:1024]) is not None


def rsl_signals(body: bytes) -> tuple[UsageSignal, ...]:
    """The terms of an RSL licence document: what each licence permits, prohibits and costs, for
    which content.
    """
    root = rsl_root(body)
    if root is None:
        return (signal("rsl", "unreadable", None, body.decode("utf-8", "replace")),)
    return tuple(islice(_of_rsl(root), MAX_SIGNALS))


def _of_rsl(root: Any) -> Iterator[UsageSignal]:
    for content in root.iter("{*}content", "content"):
        for term in content.iter():
            name = local_name(term)
            if name in _RSL_TERMS:
                kind = term.get("type")
                yield signal(
                    "rsl",
                    f"{name} {kind}".lower() if kind else name,
                    " ".join("".join(term.itertext()).split()) or None,
                    etree.tostring(term, encoding="unicode", with_tail=False),
                    path=content.get("url") or "",
                )
