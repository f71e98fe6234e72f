"""What an article is about, in the page's own words: keywords of data and metas, or the labels
below the text.
"""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from pipelines.metadata.json_ld import Node, property_values, value_texts
from pipelines.page.dom import Page, text_of
from pipelines.page.head_tags import Head, plain_text
from pipelines.page.microdata import select_elements

_METAS = (
    "article:tag",
    "news_keywords",
    "keywords",
    "parsely-tags",
    "sailthru.tags",
    "cxenseparse:taglist",
)
_MAX = 40
_MAX_LENGTH = 80
# Links that say of themselves that they are tags, and boxes that are named so; those beside the
# article are not its own.
_LINKS = etree.XPath("//a/@rel[contains(., 'tag')]/..", smart_strings=False)
_BOXES = etree.XPath(
    "//@class[contains(., 'tags') or contains(., 'Tags') or contains(., 'keywords')]/..",
    smart_strings=False,
)
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:tags|keywords)(?:$|[\s_-])|tags-?(?:list|links|box)|[a-z]Tags(?:$|\s)"
)
_APART = frozenset(("aside", "footer", "nav", "header"))
_LABEL_LENGTH = 40


def extract_tags(page: Page, head: Head, nodes: list[Node], data: list[str]) -> tuple[str, ...]:
    """The tags of an article: of its JSON-LD, its application data, its metas, or else those it
    shows.
    """
    keywords = [
        text for value in property_values(nodes, "keywords") for text in value_texts(value)
    ] or data
    for name in _METAS:
        keywords = keywords or head.all(name)
    if not keywords:
        return tuple(dict.fromkeys(_shown_tags(page)))[:_MAX]
    single = [
        part.strip(" #")
        for text in keywords
        for part in text.replace("،", ",").replace(";", ",").split(",")
    ]
    return tuple(dict.fromkeys(part for part in single if 1 < len(part) <= _MAX_LENGTH))[:_MAX]


def _shown_tags(page: Page) -> list[str]:
    """Short links marked as tags, or in a box of that name."""
    links = [
        link
        for link in select_elements(page, _LINKS)[:_MAX]
        if "category" not in (link.get("rel") or "")
    ]
    if not links:
        boxes = (
            box
            for box in select_elements(page, _BOXES)[:_MAX]
            if _NAMED.search(box.get("class") or "")
        )
        links = [link for box in boxes for link in islice(box.iter("a"), _MAX)]
    texts = [
        plain_text(text_of(link)).strip(" #,،")
        for link in links
        if not any(around.tag in _APART for around in link.iterancestors())
    ]
    return [text for text in texts if 1 < len(text) <= _LABEL_LENGTH]
