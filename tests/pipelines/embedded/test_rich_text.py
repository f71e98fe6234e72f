"""Texts kept as trees of blocks, in the forms that editors and content systems give them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.embedded.json_articles import find_articles
from pipelines.embedded.rich_text import rich_text_paragraphs

ONE = "The town council opened the restored library on Monday after a year of careful work."
TWO = "The director said the reading rooms would stay open until late in the evening, every day."


def runs(text: str, key: str = "text", **more: str) -> list[dict[str, str]]:
    return [{key: text[:20], **more}, {key: text[20:], **more}]


@pytest.mark.parametrize(
    "body",
    [
        [ONE, TWO],
        {"time": 1, "blocks": [{"type": "paragraph", "data": {"text": ONE}}, {"type": "image", "data": {"caption": "x"}}, {"type": "paragraph", "data": {"text": TWO}}]},
        [{"_type": "block", "style": "normal", "children": [{"_type": "span", **run} for run in runs(text)]} for text in (ONE, TWO)],
        {"nodeType": "document", "content": [{"nodeType": "paragraph", "content": [{"nodeType": "text", **run} for run in runs(text, "value")]} for text in (ONE, TWO)]},
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": ONE[:9]}, {"type": "link", "content": [{"type": "text", "text": ONE[9:]}]}]}, {"type": "paragraph", "content": [{"type": "text", "text": TWO}]}]},
        {"root": {"type": "root", "children": [{"type": "paragraph", "children": [{"type": "text", **run} for run in runs(text)]} for text in (ONE, TWO)]}},
        {"blocks": [{"key": "a", "text": text, "type": "unstyled"} for text in (ONE, TWO)], "entityMap": {}},
        [{"type": "paragraph", "children": runs(text)} for text in (ONE, TWO)],
        [{"name": "core/paragraph", "attributes": {"content": ONE}}, {"name": "core/image", "attributes": {"caption": "x"}}, {"name": "core/paragraph", "attributes": {"content": TWO}}],
        {"edges": [{"node": {"__typename": "Paragraph", "text": text}} for text in (ONE, TWO)]},
        [{"type": "text", "html": f"<p>{text}</p>"} for text in (ONE, TWO)],
    ],
)  # fmt: skip
def test_blocks_become_paragraphs(body: Any) -> None:
    """Each editor's tree gives its paragraphs, runs joined, pictures left out."""
    assert rich_text_paragraphs(body) == [f"<p>{ONE}</p>", f"<p>{TWO}</p>"]
    (found,) = find_articles({"title": "Library opens", "body": body}, "state")
    assert found.body == f"<p>{ONE}</p>\n<p>{TWO}</p>"


@given(
    st.recursive(
        st.text(max_size=5) | st.none() | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "text", "children", "content", "data", "name", "nodeType"]
                ),
                inner,
            )
        ),
    )
)
def test_any_tree_is_survived(value: Any) -> None:
    """No JSON makes the reader raise."""
    rich_text_paragraphs(value)
