"""The place of each paragraph on its page, to compare it with the lines of the site's other
articles.

A place is the tags around a paragraph with those class names that stay the same from page to page:
without numbers, and without the letters that build tools generate.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.model.articles import LINK_MARK, Place
from archive.text.shared_lines import make_place
from pipelines.body.paragraphs import Body, paragraph_text
from pipelines.page.blocks import INLINE, Block
from pipelines.page.dom import Page

# Elements a path names: the paragraph's own and those around it. Further out stand classes of the
# section or article.
STEPS = 3
_NAMES = 3
BOLD = 0.9
_END = frozenset(("body", "html"))
_PART = re.compile(r"(?:[a-z]++|[a-z]*+[A-Z][a-z]++)(?:[A-Z][a-z]{2,}+)*+")
_SEPARATOR = re.compile(r"[-_:]+")
# What may stand between links of one line.
_JOINED = re.compile(rf"{LINK_MARK}(?:[\s,،;؛|·•/>»-]*{LINK_MARK})+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def paragraph_places(page: Page, read: Body) -> list[Place]:
    """A place for each paragraph; empty if the paragraphs are not those of the blocks."""
    if len(read.kept) != len(read.paragraphs):
        return []
    host = _host_of(page.url)
    owners = Counter(block.element for block in read.kept)
    return [
        make_place(
            text,
            element_path(block.element) + _line_manner(block, owners),
            _text_form(page, block, host, text),
        )
        for block, text in zip(read.kept, read.paragraphs, strict=True)
    ]


def _line_manner(block: Block, owners: Counter[HtmlElement]) -> str:
    """A suffix for the path of a line that differs from others at its place: `/br` between line
    breaks, `/strong` if bold throughout like a heading.
    """
    if owners[block.element] > 1:
        return "/br"
    return (
        "/strong" if block.kind in ("p", "text") and block.strong >= BOLD * len(block.text) else ""
    )


def element_path(element: HtmlElement) -> str:
    """Tags and lasting class names of an element and those around it, outermost first."""
    steps: list[str] = []
    node: HtmlElement | None = element
    while node is not None and len(steps) < STEPS and node.tag not in _END:
        if node.tag not in INLINE:
            steps.append(".".join((str(node.tag), *_lasting_names(node.get("class") or ""))))
        node = node.getparent()
    return "/".join(reversed(steps))


@lru_cache(maxsize=10_000)
def _lasting_names(classes: str) -> tuple[str, ...]:
    names = set()
    for token in classes.split():
        parts = [part for part in _SEPARATOR.split(token) if _PART.fullmatch(part)]
        name = "-".join(parts).lower()
        if len(name) > 2:
            names.add(name)
    return tuple(sorted(names)[:_NAMES])


def _text_form(page: Page, block: Block, host: str, text: str) -> str | None:
    """The text with a mark in place of its links into the site, where these make up much of it;
    None for the text itself.
    """
    if block.link_share < 0.3:
        return None
    form = text
    for href, name in block.links:
        inside = _host_of(page.absolute(href) or "")
        linked = paragraph_text(name)
        if linked and (
            not inside
            or inside == host
            or inside.endswith("." + host)
            or host.endswith("." + inside)
        ):
            form = form.replace(linked, LINK_MARK, 1)
    form = _JOINED.sub(LINK_MARK, form)
    bare = _EDGES.sub("", form.replace(LINK_MARK, ""))
    return LINK_MARK if LINK_MARK in form and not bare else form


def _host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return ""
