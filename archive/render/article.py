"""One article, or one version of it, as a person reads it: plain text, Markdown, or a page of HTML.
Pure.

Everything archived is other people's: in HTML it is escaped, on a terminal it cannot steer, in
Markdown it cannot make headings. Rows have the column names of `docs/tables.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from archive.render.printable import printable_line, printable_text

Row = Mapping[str, Any]

# What begins a block in Markdown (CommonMark 0.31 §4, §5), at the beginning of a line.
_BLOCK_START = re.compile(r"^(\s*)([#>+*-]|\d+[.)]|```|~~~|\||<|=+$|-+$)")
_INLINE = re.compile(r"([\\`*_\[\]<>])")
_RIGHT_TO_LEFT = frozenset(
    {"ar", "arz", "ary", "fa", "he", "ur", "ckb", "ps", "sd", "ug", "yi", "dv"}
)


def as_text(article: Row, version: Row | None = None) -> str:
    """Headline, what is known of the article, and its paragraphs with an empty line between
    them.
    """
    text = version or article
    lines = [printable_text(text["title"]), ""]
    lines += [f"{name}: {printable_text(str(value))}" for name, value in _facts(article, version)]
    lines += ["", "\n\n".join(printable_text(paragraph) for paragraph in text["body"].split("\n"))]
    return "\n".join(lines) + "\n"


def as_markdown(article: Row, version: Row | None = None) -> str:
    """The same as Markdown: the headline as heading, the facts as a list."""
    text = version or article
    parts = [
        f"# {_escape_inline(text['title'])}",
        "\n".join(
            f"- {name}: {_escape_inline(str(value))}" for name, value in _facts(article, version)
        ),
    ]
    parts += [_escape_block(paragraph) for paragraph in text["body"].split("\n")]
    return "\n\n".join(parts) + "\n"


def as_html(article: Row, version: Row | None = None) -> str:
    """The same as a page of its own: no scripts, no styles from elsewhere, nothing of the page's
    markup.
    """
    text = version or article
    language = re.sub(r"[^A-Za-z0-9-]", "", article.get("language") or "")
    direction = "rtl" if is_right_to_left(language) else "ltr"
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>\n"
        for name, value in _facts(article, version)
    )
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>\n" for paragraph in text["body"].split("\n"))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{escape(text["title"])}</title>\n</head>\n'
        f"<body>\n<h1>{escape(text['title'])}</h1>\n<dl>\n{facts}</dl>\n"
        f"{paragraphs}</body>\n</html>\n"
    )


def is_right_to_left(language: str) -> bool:
    """Whether text in a language (BCP 47 tag) is written from right to left."""
    return language.lower().split("-")[0] in _RIGHT_TO_LEFT


def _facts(article: Row, version: Row | None) -> Iterator[tuple[str, object]]:
    names = ("author", "section", "published", "modified", "publisher", "url", "id")
    yield from ((name, article[name]) for name in names if article.get(name))
    if version is not None:
        seen = f"{version['first_seen']} to {version['last_seen']}"
        yield "version", f"{version['number']} of {article['versions']}, seen {seen}"
    elif article.get("versions", 1) > 1:
        yield "versions", article["versions"]


def _escape_inline(text: str) -> str:
    return _INLINE.sub(r"\\\1", printable_line(text))


def _escape_block(paragraph: str) -> str:
    text = _escape_inline(paragraph)
    return re.sub(_BLOCK_START, r"\1\\\2", text) if not text.startswith("\\") else text
