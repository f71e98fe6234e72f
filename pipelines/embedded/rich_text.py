"""Texts that editors keep as trees of blocks, as HTML paragraphs.

Editor.js, Portable Text, Contentful, ProseMirror, Lexical, Draft.js, Slate, Gutenberg and their
like differ in what they call things: a block has a type and a text, or runs of text, or a box that
holds one of these. Pictures, posts and other blocks without text are left out.
"""

from __future__ import annotations

import re
from typing import Any

MAX_DEPTH = 8
_KIND_KEYS = ("type", "_type", "__typename", "blockType", "nodeType")
_TEXT_KEYS = ("content", "text", "html", "value", "body")
_INNER_KEYS = (
    "data", "attributes", "model", "fields", "node", "root", "document", "edges", "items",
    "children", "blocks", "content", "body", "value",
)  # fmt: skip
_TEXT_KINDS = frozenset((
    "p", "html", "raw_html", "header", "heading", "h1", "h2", "h3", "h4", "quote", "list", "body",
    "subhead", "subheadline", "blockquote", "block", "unstyled", "doc", "document", "root",
    "list-item", "list_item", "listitem", "ordered-list-item", "unordered-list-item",
    "unordered-list", "ordered-list", "bulletlist", "orderedlist", "ul", "ol", "li", "data",
    "freeform",
))  # fmt: skip
_RUN_KINDS = frozenset(
    ("", "text", "span", "hyperlink", "link", "autolink", "a", "inlinecode", "linebreak")
)
_HEADING = re.compile(r"^(?:core/)?(?:h[1-6]|head(?:er|ing)|sub-?head)", re.IGNORECASE)
_OF_RUNS = re.compile(r"paragraph|head|quote|item|^(?:p|li|h\d|block|text)$", re.IGNORECASE)
_TAG = re.compile(r"<(p|br|div|h[1-6]|li|strong|em|a)\b", re.IGNORECASE)
_BLOCK = re.compile(r"\s*<(p|h\d|ul|ol|div|blockquote)\b", re.IGNORECASE)


def rich_text_paragraphs(value: Any, depth: int = 0) -> list[str]:
    """The paragraphs of a text in order, each as HTML."""
    if depth > MAX_DEPTH:
        return []
    if isinstance(value, str):
        return [value if _TAG.match(value) else f"<p>{value}</p>"]
    if isinstance(value, list):
        return [line for item in value for line in rich_text_paragraphs(item, depth + 1)]
    return _block_as_html(value, depth) if isinstance(value, dict) else []


def _block_as_html(item: dict[str, Any], depth: int) -> list[str]:
    kind = _kind_of_block(item)
    if kind and not _is_text(kind):
        return []
    tag = "h2" if _HEADING.match(kind) else "p"
    for key in _TEXT_KEYS:
        value = item.get(key)
        if isinstance(value, str) and value.strip():
            return [value if _BLOCK.match(value) else f"<{tag}>{value}</{tag}>"]
    for key in _INNER_KEYS:
        value = item.get(key)
        if isinstance(value, list) and value and _OF_RUNS.search(kind) and all(map(_is_run, value)):
            return [f"<{tag}>{''.join(map(_run_text, value))}</{tag}>"]
        if isinstance(value, list | dict) and (
            paragraphs := rich_text_paragraphs(value, depth + 1)
        ):
            return paragraphs
    return []


def _kind_of_block(item: dict[str, Any]) -> str:
    name = item.get("name")
    if isinstance(name, str) and name.startswith("core/"):
        return name.removeprefix("core/").lower()
    return next((item[key].lower() for key in _KIND_KEYS if isinstance(item.get(key), str)), "")


def _is_text(kind: str) -> bool:
    return kind in _TEXT_KINDS or "text" in kind or "paragraph" in kind


def _is_run(item: Any) -> bool:
    """Whether an item is a stretch of text inside a paragraph: a text, or a link around some."""
    if not isinstance(item, dict) or _kind_of_block(item) not in _RUN_KINDS:
        return False
    inner = item.get("children") or item.get("content")
    return isinstance(item.get("text", item.get("value")), str) or (
        isinstance(inner, list) and all(map(_is_run, inner))
    )


def _run_text(item: dict[str, Any], depth: int = 0) -> str:
    text = item.get("text", item.get("value"))
    if isinstance(text, str) or depth > MAX_DEPTH:
        return text if isinstance(text, str) else ""
    inner = item.get("children") or item.get("content") or []
    return "".join(_run_text(run, depth + 1) for run in inner)
