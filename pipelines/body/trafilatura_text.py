"""The text that trafilatura keeps of a page: a second opinion, weighed against the page's own
structure.

All use of trafilatura is here. It is given a copy of the parsed tree (which it may change), without
metadata and without its process-wide de-duplication, which would make one page's text depend on the
pages before it.
"""

from __future__ import annotations

import copy
import logging

from lxml import etree
from lxml.html import HtmlElement

# A quick reading leaves out what costs half of a full one, its comparison with two other
# extractors, and loses whole pages. Where it found this share of a page's prose, both lead to the
# same paragraphs (on 775 of 775 real pages).
ENOUGH = 0.5

# What trafilatura drops first of all, whatever stands in it: without these its copies and searches
# of the tree are smaller.
_DROPPED = (
    "aside", "audio", "button", "canvas", "datalist", "dialog", "embed", "fieldset", "footer", "head", "iframe", "input", "label", "link",  # noqa: E501
    "map", "menu", "nav", "noscript", "object", "option", "picture", "progress", "script", "select", "source", "style", "svg", "textarea",  # noqa: E501
    "time", "track", "video",
)  # fmt: skip
# The extractors that a full reading compares with see all but these.
_UNREAD = ("script", "style")
# These hold no elements; of others nested in their like trafilatura may keep one.
_FLAT = frozenset(("embed", "head", "input", "link", "script", "source", "style", "track"))
# Scripts that name this type are kept: they tell trafilatura that the comments are the text.
_FORUM = "DiscussionForumPosting"


def kept_text(root: HtmlElement, expected: float = 0.0) -> str:
    """What trafilatura takes for the text of a page, in precision mode; empty where it finds none.
    Never raises.

    `expected` is how many characters of prose the page seems to hold: a quick reading that finds
    most of them is the same as a full one.
    """
    quick = _run_trafilatura(root, fast=True) if expected else ""
    return (
        quick if quick and len(quick) >= ENOUGH * expected else _run_trafilatura(root, fast=False)
    )


def _run_trafilatura(root: HtmlElement, *, fast: bool) -> str:
    # A fifth of a second to load, and most sites' pages are plain without it.
    import trafilatura
    from trafilatura.settings import Extractor

    # It warns of each page that it keeps nothing of, without a name: `discarding data: None`.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    tree = _prune_tags(root, _DROPPED if fast else _UNREAD)
    options = Extractor(precision=True, comments=False, dedup=False, fast=fast)
    try:
        document = trafilatura.bare_extraction(tree, options=options)
    except Exception:  # noqa: BLE001 - a second opinion: a fault in it must not lose the page
        return ""
    return getattr(document, "text", None) or getattr(document, "raw_text", None) or ""


def _prune_tags(root: HtmlElement, tags: tuple[str, ...]) -> HtmlElement:
    """A copy of the tree without elements of these tags, where trafilatura finds the same text in
    it.
    """
    tree = copy.deepcopy(root)
    data = (
        script.text or ""
        for script in tree.iter("script")
        if script.get("type") == "application/ld+json"
    )
    kept = {"head", "script"} if any(_FORUM in text for text in data) else set()
    for element in tree.iter(*(tag for tag in tags if tag not in _FLAT)):
        tag = str(element.tag)
        if tag not in kept and next(element.iterancestors(tag), None) is not None:
            kept.add(tag)
    etree.strip_elements(tree, *(tag for tag in tags if tag not in kept), with_tail=False)
    return tree
