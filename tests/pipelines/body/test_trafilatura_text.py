"""trafilatura as a second opinion: what it is spared, and what lines are compared by."""

from __future__ import annotations

import copy
import logging
import re

import pytest
import trafilatura
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring
from trafilatura.settings import Extractor

from pipelines.body import trafilatura_text
from pipelines.page.text_key import text_key

TOLD = "".join(
    f"<p>The council met for the {word} time on Monday, and its members spoke at length of "
    f"the harbour wall.</p>"
    for word in ("first", "second", "third", "fourth", "fifth", "sixth")
)
PAGES = {
    "plain": (
        f"<body><nav>Home <a href='/a'>World</a></nav><article><h1>Wall</h1>{TOLD}<script>var "
        f"a</script>end</article></body>"
    ),
    "nested": f"<body><aside><aside>inner</aside>outer</aside><aside>next</aside><div "
    f"class='post-content'>{TOLD}"
    "<aside>One <aside>two</aside></aside><aside>A story beside this one, told in a "
    "line.</aside></div></body>",
    "wrapped": f"<body><footer><article>{TOLD}</article></footer><div>Short.</div></body>",
    "forum": '<body><script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>'
    f"<div id='comments' class='comments'>{TOLD}</div></body>",
    "formula": (
        f"<body><article>{TOLD}<p>The sum <svg><title>sum</title></svg> is <button>big</button> "
        f"large.</p></article></body>"
    ),
}


def whole(tree: HtmlElement, *, fast: bool) -> str:
    """The same reading of a tree from which nothing was left out."""
    options = Extractor(precision=True, comments=False, dedup=False, fast=fast)
    document = trafilatura.bare_extraction(copy.deepcopy(tree), options=options)
    return getattr(document, "raw_text", None) or ""


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("name", PAGES)
def test_what_is_left_out_for_speed_changes_no_text(name: str, *, fast: bool) -> None:
    """The same text is found in the smaller tree that trafilatura is given as in the whole one."""
    tree = document_fromstring(f"<html><head><title>Wall</title></head>{PAGES[name]}</html>")
    assert trafilatura_text._run_trafilatura(tree, fast=fast) == whole(tree, fast=fast)


def test_the_page_stays_as_it_is() -> None:
    """Reading a page a second time leaves its tree alone."""
    tree = document_fromstring(PAGES["nested"])
    before = [(element.tag, element.text, element.tail) for element in tree.iter()]
    trafilatura_text.kept_text(tree, 100.0)
    assert [(element.tag, element.text, element.tail) for element in tree.iter()] == before


@given(st.text())
def test_letters_are_words_without_what_parts_them(text: str) -> None:
    """A text's letters are its word characters in lower case, whatever its script and length."""
    assert text_key(text) == "".join(re.findall(r"\w+", text)).lower()
    assert text_key(text * 300) == "".join(re.findall(r"\w+", text * 300)).lower()


def test_a_page_without_text_is_no_reason_to_warn(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of trafilatura's reaches the terminal of who crawls: it names no page."""
    logging.getLogger("trafilatura").setLevel(logging.NOTSET)
    assert trafilatura_text.kept_text(document_fromstring("<body><div></div></body>")) == ""
    assert caplog.records == []
