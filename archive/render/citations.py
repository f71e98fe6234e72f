"""Citations of an archived article: BibTeX, CSL-JSON, RIS or one line of text.

A citation names the article as published and, so that it can be checked, the capture it was read
in: when it was taken, the payload's digest, and the WARC record. Rows come from
`archive.query.reader`; nothing is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from archive.render.printable import printable_json


class CitationStyle(StrEnum):
    """The forms a citation can take."""

    TEXT = "text"
    BIBTEX = "bibtex"
    CSL_JSON = "csl-json"
    RIS = "ris"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedCapture:
    """What is cited: an article and the capture that shows it. Times are ISO 8601; `published` is
    only as exact as known.

    `record` is `file.warc.gz@offset`.
    """

    id: str
    url: str
    title: str
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    language: str | None = None
    published: str | None = None
    captured: str | None = None
    digest: str | None = None
    record: str | None = None

    @classmethod
    def from_rows(
        cls, article: Mapping[str, Any], capture: Mapping[str, Any] | None
    ) -> CitedCapture:
        """From a row of `articles` and one of `captures`."""
        capture = capture or {}
        record = f"{capture['warc']}@{capture['offset']}" if capture.get("warc") else None
        return cls(
            id=str(article["id"]),
            url=str(article["url"]),
            title=str(article["title"]),
            authors=tuple(
                name.strip() for name in (article.get("author") or "").split(";") if name.strip()
            ),
            publisher=article.get("publisher") or article.get("site"),
            language=article.get("language"),
            published=article.get("published"),
            captured=capture.get("captured"),
            digest=capture.get("payload_digest"),
            record=record,
        )

    @property
    def provenance(self) -> str:
        """The capture in words: what a reader needs to find the very bytes again."""
        parts = [
            f"captured {self.captured}" if self.captured else "",
            self.digest or "",
            f"WARC record {self.record}" if self.record else "",
        ]
        return ", ".join(part for part in parts if part)


def format_citation(cited: CitedCapture, style: CitationStyle) -> str:
    """The citation in `style`, without a line end after it."""
    return {
        CitationStyle.TEXT: _as_text,
        CitationStyle.BIBTEX: _as_bibtex,
        CitationStyle.CSL_JSON: _as_csl_json,
        CitationStyle.RIS: _as_ris,
    }[style](cited)


def _as_text(cited: CitedCapture) -> str:
    head = "; ".join(cited.authors)
    date = f" ({cited.published[:10]})" if cited.published else ""
    lead = f"{head}{date}. " if head else f"{date.strip()} " if date else ""
    publisher = f" {cited.publisher}." if cited.publisher else ""
    provenance = f" [{cited.provenance}]" if cited.provenance else ""
    return f"{lead}“{cited.title}”.{publisher} {cited.url}{provenance}"


# BibTeX (as biblatex reads it, UTF-8): letters with a meaning to TeX, and what stands for them.
_TEX_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_TEX_ESCAPES.update({letter: "\\" + letter for letter in "&%$#_"})


def _escape_tex(text: str) -> str:
    return "".join(_TEX_ESCAPES.get(letter, letter) for letter in " ".join(text.split()))


def _as_bibtex(cited: CitedCapture) -> str:
    fields = {
        "author": " and ".join(f"{{{_escape_tex(name)}}}" for name in cited.authors),
        "title": f"{{{_escape_tex(cited.title)}}}",
        "publisher": _escape_tex(cited.publisher or ""),
        "date": (cited.published or "")[:10],
        "url": re.sub(r"[{}\\]", lambda match: f"%{ord(match[0]):02X}", cited.url),
        "urldate": (cited.captured or "")[:10],
        "langid": {"ar": "arabic", "fa": "persian", "en": "english", "fr": "french"}.get(
            (cited.language or "")[:2], ""
        ),
        "note": _escape_tex(cited.provenance),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{cited.id},", *lines, "}"])


def _as_csl_json(cited: CitedCapture) -> str:
    """CSL-JSON 1.0: an array of one."""
    record: dict[str, object] = {
        "id": cited.id,
        "type": "article-newspaper",
        "title": cited.title,
        "URL": cited.url,
        "author": [{"literal": name} for name in cited.authors],
        "container-title": cited.publisher,
        "language": cited.language,
        "issued": _csl_date(cited.published),
        "accessed": _csl_date(cited.captured),
        "note": cited.provenance,
    }
    return printable_json([{key: value for key, value in record.items() if value}], indent=2)


def _csl_date(moment: str | None) -> dict[str, object] | None:
    if not moment:
        return None
    return {"date-parts": [[int(part) for part in moment[:10].split("-")]]}


def _as_ris(cited: CitedCapture) -> str:
    def line(tag: str, value: str | None) -> list[str]:
        return [f"{tag}  - {' '.join(value.split())}"] if value else []

    lines = [
        "TY  - NEWS",
        *(entry for name in cited.authors for entry in line("AU", name)),
        *line("TI", cited.title),
        *line("T2", cited.publisher),
        *line("DA", (cited.published or "")[:10].replace("-", "/")),
        *line("PY", (cited.published or "")[:4]),
        *line("LA", cited.language),
        *line("UR", cited.url),
        *line("Y2", (cited.captured or "")[:10].replace("-", "/")),
        *line("N1", cited.provenance),
        *line("ID", cited.id),
        "ER  - ",
    ]
    return "\n".join(lines)
