"""trafilatura as the second reader of a page: what it keeps is weighed against the page's own structure.

All use of trafilatura is here. It is handed a copy of the parsed tree (it changes what it is given), without metadata
and without its process-wide de-duplication, which would make one page's text depend on the pages before it.
"""

from __future__ import annotations

import copy
import re

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Extractor

_WORDS = re.compile(r"\w+")
_DEAD = frozenset(("script", "style", "svg", "iframe", "template", "noscript", "link", "path"))


def kept_text(root: HtmlElement) -> str:
    """What trafilatura takes for the text of a page, in precision mode; empty where it finds none. Never raises."""
    tree = copy.deepcopy(root)
    options = Extractor(precision=True, comments=False, dedup=False)
    try:
        document = trafilatura.bare_extraction(tree, options=options)
    except Exception:  # noqa: BLE001 - a second opinion: a fault in it must not lose the page
        return ""
    return getattr(document, "text", None) or getattr(document, "raw_text", None) or ""


def letters(text: str) -> str:
    """A text's letters and digits alone, lower case: equal where two readers differ in spaces and marks only."""
    return "".join(_WORDS.findall(text)).lower()
