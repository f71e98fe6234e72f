"""Rows as table, JSON, JSON lines, CSV and Parquet."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from needed_parts import need_package

from archive.errors import UsageError
from archive.render.tables import (
    IntegerColumn,
    RowFormat,
    csv_cell,
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


def test_file_by_its_ending(tmp_path: Path) -> None:
    """The name's ending chooses the form; the file is whole, and a CSV says that it is UTF-8."""
    for name in ("a.jsonl", "a.csv", "a.json"):
        assert write_file(ROWS, COLUMNS, tmp_path / name) == 2
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfid,title,words\r\n")
    assert len(json.loads((tmp_path / "a.json").read_text("utf-8"))) == 2
    with pytest.raises(
        UsageError, match=r"\.jsonl, \.json, \.csv, \.parquet, \.wacz or \.warc\.gz"
    ):
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


def test_parquet_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pyarrow is not installed, Parquet is refused with what to install."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'warraq\[parquet\]'"):
        write_file(ROWS, COLUMNS, tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_parquet_reads_back(tmp_path: Path) -> None:
    """Parquet holds the columns asked for, read back by pyarrow."""
    parquet = need_package("pyarrow.parquet")
    columns = [IntegerColumn(name) if name == "words" else name for name in COLUMNS]
    assert write_file(ROWS, columns, tmp_path / "a.parquet") == 2
    read = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert read == [{column: row[column] for column in COLUMNS} for row in ROWS]


def test_parquet_has_one_schema_whatever_the_rows(tmp_path: Path) -> None:
    """Exports of two collections can be read together, also where one has nothing in a column."""
    arrow, parquet = need_package("pyarrow"), need_package("pyarrow.parquet")
    columns = ["title", "lead", IntegerColumn("words")]
    write_file([{"title": "a", "lead": "b", "words": 3}], columns, tmp_path / "rich.parquet")
    write_file([{"title": 5, "lead": None, "words": None}], columns, tmp_path / "bare.parquet")
    write_file([], columns, tmp_path / "none.parquet")
    tables = [parquet.read_table(path) for path in sorted(tmp_path.glob("*.parquet"))]
    assert arrow.concat_tables(tables).to_pylist() == [
        {"title": "5", "lead": None, "words": None},
        {"title": "a", "lead": "b", "words": 3},
    ]
