"""Citations in four styles, each of which leads back to the capture."""

import json
import re

import pytest

from archive.render.citations import CitationStyle, CitedCapture, format_citation

CITED = CitedCapture(
    id="0123456789abcdef",
    url="https://news.example/a_b?x=1&y={2}",
    title="محادثات {سرية} بين 50% من ماسك & بوتين",
    authors=("هالة الزبيدي", "عمر الحديثي"),
    publisher="صدى السدر",
    language="ar",
    published="2024-10-25T14:53:00Z",
    captured="2026-11-22T10:00:00Z",
    digest="sha256:00ff",
    record="warraq-1.warc.gz@512",
)


def test_citation_of_rows() -> None:
    """A citation is made of an article's row and a capture's, authors apart again."""
    article = {
        "id": "i",
        "url": "u",
        "title": "t",
        "author": "A; B",
        "site": "s",
        "published": "2024-10-25",
    }
    made = CitedCapture.from_rows(
        article, {"captured": "c", "payload_digest": "d", "warc": "w", "offset": 0}
    )
    assert (made.authors, made.publisher, made.record) == (("A", "B"), "s", "w@0")
    assert CitedCapture.from_rows(article, None).provenance == ""


@pytest.mark.parametrize("style", list(CitationStyle))
def test_every_style_can_be_traced(style: CitationStyle) -> None:
    """Each style names the capture: its time, its digest and its WARC record."""
    text = format_citation(CITED, style)
    for part in ("2026-11-22T10:00:00Z", "00ff", "512"):
        assert part in text


def test_bibtex() -> None:
    """BibTeX escapes TeX's specials, keeps names whole, and gives both dates."""
    text = format_citation(CITED, CitationStyle.BIBTEX)
    assert text.startswith("@online{0123456789abcdef,\n")
    assert r"{محادثات \{سرية\} بين 50\% من ماسك \& بوتين}" in text
    assert "author = {{هالة الزبيدي} and {عمر الحديثي}}" in text
    assert "date = {2024-10-25}" in text
    assert "urldate = {2026-11-22}" in text
    assert "url = {https://news.example/a_b?x=1&y=%7B2%7D}" in text


def test_csl_json() -> None:
    """CSL-JSON is an array of one with date parts as numbers and names as literals."""
    (record,) = json.loads(format_citation(CITED, CitationStyle.CSL_JSON))
    assert record["type"] == "article-newspaper"
    assert record["issued"] == {"date-parts": [[2024, 10, 25]]}
    assert record["author"][0] == {"literal": "هالة الزبيدي"}


def test_ris() -> None:
    """Each RIS line is a tag, two blanks, a hyphen, a blank and a value; the record begins with TY
    and ends with ER.
    """
    lines = format_citation(CITED, CitationStyle.RIS).splitlines()
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert (lines[0], lines[-1]) == ("TY  - NEWS", "ER  - ")
    assert "DA  - 2024/10/25" in lines


def test_bare_citation() -> None:
    """An article without author, date or capture is cited by what there is."""
    assert (
        format_citation(
            CitedCapture(id="i", url="https://u.example/", title="t"), CitationStyle.TEXT
        )
        == "“t”. https://u.example/"
    )
    for style in CitationStyle:
        assert "None" not in format_citation(
            CitedCapture(id="i", url="https://u.example/", title="t"), style
        )
