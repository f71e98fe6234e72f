"""Rows out of the collection: as a table for a person, as JSON, JSON lines or CSV for a program, as
Parquet for a notebook.

Rows are mappings with the columns of `index.db` as keys. What the rows are is decided by
`archive.query.reader`; citations are made in `archive.render.citations`.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

from archive.errors import UsageError, file_refused
from archive.render.printable import printable_json, printable_line

Row = Mapping[str, Any]

# What a spreadsheet takes for a formula when a cell begins with it (OWASP, "CSV injection"); line
# feed because some programs strip it before they look, and the full-width forms because some take
# them for the same.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# What a table shows of one cell when nobody says how wide the terminal is.
_PLAIN_WIDTH = 120
_NARROWEST = 8


class IntegerColumn(str):
    """The name of a column that holds integers, also where a file happens to have none in it; all
    others hold text.
    """

    __slots__ = ()


class RowFormat(StrEnum):
    """The forms in which listing commands answer."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def write_rows(
    rows: Iterable[Row],
    columns: Sequence[str],
    form: RowFormat,
    stream: TextIO,
    *,
    width: int = _PLAIN_WIDTH,
) -> int:
    """Write `rows` to `stream` and return how many there were.

    `columns` are those of the table and the CSV, in order; JSON forms carry everything the row has.
    All but the table are written as the rows come, so that a large export needs no memory.
    """
    counted = _CountedRows(rows)
    if form is RowFormat.JSONL:
        stream.writelines(json_text(row) + "\n" for row in counted)
    elif form is RowFormat.JSON:
        stream.write("[")
        stream.writelines(
            (",\n" if index else "\n") + json_text(row) for index, row in enumerate(counted)
        )
        stream.write("\n]\n")
    elif form is RowFormat.CSV:
        writer = csv.writer(stream, lineterminator="\r\n")  # RFC 4180 §2.1
        writer.writerow(columns)
        for row in counted:
            writer.writerow([csv_cell(row.get(column)) for column in columns])
    else:
        stream.writelines(line + "\n" for line in table_lines(list(counted), columns, width=width))
    return counted.count


def json_text(row: Row) -> str:
    """One row as JSON on one line, letters as they are, so that Arabic can be read and searched in
    the file.
    """
    return printable_json(dict(row))


def csv_cell(value: object) -> str:
    """A CSV cell that no spreadsheet runs: text that begins like a formula gets an apostrophe in
    front.

    Numbers stay numbers, also negative ones.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, str) and text.startswith(_FORMULA_STARTS):
        return "'" + text
    return text


def table_lines(
    rows: Sequence[Row], columns: Sequence[str], *, width: int = _PLAIN_WIDTH
) -> Iterator[str]:
    """The lines of a plain table at most `width` cells wide: heading, rule, rows; long cells end in
    `…`.

    No rows give no lines, not even the heading.
    """
    if not rows:
        return
    cells = [[_cell_text(row.get(column)) for column in columns] for row in rows]
    widths = _column_widths([list(columns), *cells], width)
    yield _table_line(columns, widths)
    yield "  ".join("-" * size for size in widths)
    for row in cells:
        yield _table_line(row, widths)


def write_file(rows: Iterable[Row], columns: Sequence[str], path: Path) -> int:
    """Write `rows` to `path` in the form its name ends in (see `FILE_FORMATS`); return how many.

    The file appears whole or not at all. Raises UsageError for another ending (.wacz and .warc.gz
    are others' business), for a file that is there already and for a folder that takes none;
    StorageError where the disk refuses.
    """
    write = FILE_FORMATS.get(path.suffix.lower())
    if write is None:
        endings = ", ".join(FILE_FORMATS)
        raise UsageError(f"{path}: expected a name ending in {endings}, .wacz or .warc.gz")
    if path.exists():
        raise UsageError(f"{path} exists; name another file or remove it")
    part = path.with_name(path.name + ".part")
    try:
        count = write(rows, columns, part)
        part.replace(path)
    except OSError as error:
        raise file_refused(path, error) from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _write_jsonl(rows: Iterable[Row], columns: Sequence[str], path: Path) -> int:
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_rows(rows, columns, RowFormat.JSONL, stream)


def _write_json(rows: Iterable[Row], columns: Sequence[str], path: Path) -> int:
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_rows(rows, columns, RowFormat.JSON, stream)


def _write_csv(rows: Iterable[Row], columns: Sequence[str], path: Path) -> int:
    # Spreadsheets take a CSV for UTF-8 only where it begins with a byte order mark.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        return write_rows(rows, columns, RowFormat.CSV, stream)


def _write_parquet(rows: Iterable[Row], columns: Sequence[str], path: Path) -> int:
    try:
        import pyarrow as pa  # type: ignore[import-not-found, import-untyped, unused-ignore]
        import pyarrow.parquet as pq  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow: pip install 'warraq[parquet]', or export .jsonl or .csv"
        ) from error
    # The types do not depend on the values: exports of two collections can be read together.
    kinds = [pa.int64() if isinstance(column, IntegerColumn) else pa.string() for column in columns]
    whole = [
        {column: _parquet_value(column, row.get(column)) for column in columns} for row in rows
    ]
    schema = pa.schema(list(zip(columns, kinds, strict=True)))
    pq.write_table(pa.Table.from_pylist(whole, schema=schema), path)
    return len(whole)


def _parquet_value(column: str, value: object) -> object:
    plain = value is None or isinstance(column, IntegerColumn)
    return value if plain else str(value)


# How rows are written to a file, by the ending of its name: each writer takes the rows, the columns
# in order and the path, and returns how many rows there were.
FILE_FORMATS: dict[str, Callable[[Iterable[Row], Sequence[str], Path], int]] = {
    ".jsonl": _write_jsonl,
    ".json": _write_json,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}


class _CountedRows:
    """The rows as they pass, and how many have."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _cell_text(value: object) -> str:
    return "" if value is None else printable_line(str(value))


def _display_width(text: str) -> int:
    """How many terminal cells the text takes: marks take none, wide East Asian letters two."""
    return sum(
        0
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def _column_widths(lines: Sequence[Sequence[str]], width: int) -> list[int]:
    """The width of each column; if they are too wide together, the widest are narrowed first."""
    widths = [max(_display_width(line[index]) for line in lines) for index in range(len(lines[0]))]
    while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        others = max((size for index, size in enumerate(widths) if index != widest), default=0)
        over = sum(widths) + 2 * (len(widths) - 1) - width
        widths[widest] = max(_NARROWEST, widths[widest] - over, min(others, widths[widest]) - 1)
    return widths


def _table_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(
        _fit_cell(cell, size) for cell, size in zip(cells, widths, strict=True)
    ).rstrip()


def _fit_cell(text: str, size: int) -> str:
    if _display_width(text) <= size:
        return text + " " * (size - _display_width(text))
    kept = ""
    for letter in text:
        if _display_width(kept + letter) >= size:
            break
        kept += letter
    return kept + "…" + " " * (size - _display_width(kept) - 1)
