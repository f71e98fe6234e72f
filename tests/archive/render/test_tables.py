"""Rows as table, JSON, JSON lines and CSV; citations in four styles."""

import csv
import io
import json
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import UsageError
from archive.render.citations import CitationStyle, CitedCapture, format_citation
from archive.render.tables import (
    RowFormat,
    csv_cell,
    printable_text,
    table_lines,
    write_file,
    write_rows,
)

ROWS = [
    {"id": "a1", "title": "عنوان أول", "words": 120, "extra": "x"},
    {"id": "b2", "title": "سطر\nثانٍ", "words": None, "extra": None},
]
COLUMNS = ["id", "title", "words"]


def written(form: RowFormat) -> str:
    stream = io.StringIO()
    assert write_rows(ROWS, COLUMNS, form, stream) == 2
    return stream.getvalue()


def test_jsonl_is_one_object_a_line() -> None:
    """JSON lines carry every field, Arabic readable, a line feed in a value escaped."""
    lines = written(RowFormat.JSONL).splitlines()
    assert [json.loads(line) for line in lines] == ROWS
    assert "عنوان" in lines[0]


def test_json_is_one_array() -> None:
    """JSON is one array, also when there are no rows."""
    assert json.loads(written(RowFormat.JSON)) == ROWS
    empty = io.StringIO()
    assert write_rows([], COLUMNS, RowFormat.JSON, empty) == 0
    assert json.loads(empty.getvalue()) == []


def test_csv_reads_back() -> None:
    """CSV has a heading and reads back cell by cell, line breaks within cells kept."""
    read = list(csv.reader(io.StringIO(written(RowFormat.CSV), newline="")))
    assert read == [COLUMNS, ["a1", "عنوان أول", "120"], ["b2", "سطر\nثانٍ", ""]]


def test_table_keeps_rows_on_a_line_and_within_the_width() -> None:
    """A table row is one line, whatever its cells hold, and no line is wider than asked for."""
    long = [{"id": "c" * 16, "title": "كلمة " * 60, "words": 5}]
    lines = list(table_lines([*ROWS, *long], COLUMNS, width=60))
    assert len(lines) == 5
    assert lines[0].startswith("id ")
    assert max(map(len, lines)) <= 60
    assert "…" in lines[-1]
    assert list(table_lines([], COLUMNS)) == []


@pytest.mark.parametrize(
    "start",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(A1)",
    ],
)
def test_csv_runs_no_formula(start: str) -> None:
    """Text that a spreadsheet would run as a formula is made text; numbers stay numbers."""
    assert csv_cell(start) == "'" + start
    assert csv_cell(-5) == "-5"
    stream = io.StringIO()
    write_rows([{"title": start}], ["title"], RowFormat.CSV, stream)
    assert next(iter(list(csv.reader(io.StringIO(stream.getvalue(), newline="")))[1])).startswith(
        "'"
    )


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    """No text whatever comes out of the CSV guard beginning like a formula."""
    assert not csv_cell(text).startswith(
        ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    )


def test_terminal_is_not_steered() -> None:
    """Escape sequences in an archived title do not reach the terminal."""
    assert "\x1b" not in "".join(table_lines([{"id": "\x1b[2J\x9b1m"}], ["id"]))
    assert printable_text("a\x00b\nc") == "a\ufffdb\nc"


def test_file_by_its_ending(tmp_path: Path) -> None:
    """The name's ending chooses the form; the file is whole, and a CSV says that it is UTF-8."""
    for name in ("a.jsonl", "a.csv", "a.json"):
        assert write_file(ROWS, COLUMNS, tmp_path / name) == 2
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfid,title,words\r\n")
    assert len(json.loads((tmp_path / "a.json").read_text("utf-8"))) == 2
    with pytest.raises(UsageError, match=r"\.jsonl, \.json, \.csv, \.parquet or \.wacz"):
        write_file(ROWS, COLUMNS, tmp_path / "a.xls")


def test_failed_export_leaves_nothing(tmp_path: Path) -> None:
    """An export that fails midway neither leaves a part nor touches an earlier file."""
    target = tmp_path / "a.jsonl"
    target.write_text("earlier")

    def failing() -> "list[dict[str, object]]":
        yield {"id": 1}  # type: ignore[misc]
        raise UsageError("no")

    with pytest.raises(UsageError, match="exists"):
        write_file(ROWS, COLUMNS, target)
    with pytest.raises(UsageError, match="no"):
        write_file(failing(), COLUMNS, tmp_path / "b.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]
    assert target.read_text() == "earlier"


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


def test_parquet_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pyarrow is not installed, Parquet is refused with what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'warraq\[parquet\]'"):
        write_file(ROWS, COLUMNS, tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_parquet_reads_back(tmp_path: Path) -> None:
    """Parquet holds the columns asked for, read back by pyarrow."""
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="pyarrow is not installed: pip install 'warraq[parquet]'"
    )
    assert write_file(ROWS, COLUMNS, tmp_path / "a.parquet") == 2
    read = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert read == [{column: row[column] for column in COLUMNS} for row in ROWS]
