"""One table of columns: schema, rows, comparison, documentation and exports follow it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.index.columns import (
    ARTICLES,
    CAPTURES,
    CRAWLS,
    EXPORTED_ARTICLE_COLUMNS,
    PUBLIC_ARTICLE_COLUMNS,
    Column,
    ColumnOrigin,
    column_names,
)
from archive.index.rows import capture_of, capture_row, crawl_row
from archive.index.schema import TABLES
from archive.model import CRAWL_COUNTERS, CrawlSummary, PayloadKind, Reading
from archive.query.reader import IndexReader

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("table", "columns"), [("captures", CAPTURES), ("articles", ARTICLES), ("crawls", CRAWLS)]
)
def test_the_schema_has_the_columns(table: str, columns: tuple[Column, ...]) -> None:
    """Each table has the columns of its list and no others, long texts last."""
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    there = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    db.close()
    assert set(there) == set(column_names(columns))
    long = [column.name for column in columns if column.long]
    assert there[len(there) - len(long) :] == long
    assert all(column.meaning for column in columns)


def test_a_captures_row_gives_the_capture_back(kit: Any) -> None:
    """All that a row holds of a capture is read back by name, whatever the order of the columns."""
    capture = replace(
        kit.capture(), etag='"1"', truncated="length", profile=None, refers_to_date=kit.START
    )
    row = capture_row(capture, Reading(kind=PayloadKind.PAGE)) | {
        "article_id": None,
        "version_id": None,
    }
    assert set(row) == set(column_names(CAPTURES))
    read = capture_of([row[name] for name in column_names(CAPTURES)])
    assert read == replace(capture, facts=read.facts)
    assert (read.facts.site, read.facts.crawl_id) == (capture.facts.site, capture.facts.crawl_id)


def test_an_article_has_a_value_for_each_column(kit: Any) -> None:
    """What `search`, `show` and exports promise is in each row, with the body beside it."""
    with kit.index() as index:
        index.apply_captures([kit.entry()])
        path = kit.path()
    with IndexReader(path) as reader:
        (row,) = list(reader.select())
    assert [name for name in PUBLIC_ARTICLE_COLUMNS if name not in row] == []
    assert set(EXPORTED_ARTICLE_COLUMNS) <= set(PUBLIC_ARTICLE_COLUMNS)


def test_what_a_reading_says_fills_the_columns_of_readings(kit: Any) -> None:
    """An article's own dictionary names each column that comes from its reading."""
    _, reading = kit.entry()
    said = reading.article.to_dict()
    assert [name for name in column_names(ARTICLES, ColumnOrigin.READING) if name not in said] == []


def test_the_counters_of_a_crawl() -> None:
    """The table `crawls`, a crawl's summary and what the WARC keeps of it count the same things."""
    summary = CrawlSummary(id="c", site="s", started=datetime(2026, 11, 1, tzinfo=UTC))
    assert set(crawl_row(summary)) == set(column_names(CRAWLS))
    assert set(CRAWL_COUNTERS) == {
        column.name for column in CRAWLS if column.sql.startswith("INTEGER")
    }
    assert {field.name for field in fields(CrawlSummary)} == set(column_names(CRAWLS))


def test_a_new_column_is_everywhere(tmp_path: Path) -> None:
    """In a copy of the project, a row in the list is enough for schema, statements, exports and
    documentation.
    """
    shutil.copytree(
        ROOT / "archive", tmp_path / "archive", ignore=shutil.ignore_patterns("__pycache__")
    )
    listed = tmp_path / "archive" / "index" / "columns.py"
    before = '    Column("words", '
    text = listed.read_text("utf-8")
    assert text.count(before) == 1
    row = '    Column("mood", "TEXT", "how it reads", ColumnOrigin.READING),\n'
    listed.write_text(text.replace(before, row + before), "utf-8")
    program = """
import json, sqlite3
from archive.index import columns, schema
from archive.index.derived import articles
from archive.query import audit, reader, table_docs
db = sqlite3.connect(":memory:")
db.executescript(schema.TABLES)
print(json.dumps({
    "from": columns.__file__,
    "schema": [row[1] for row in db.execute("PRAGMA table_info(articles)")],
    "upsert": articles._UPSERT_ARTICLE,
    "select": reader._PUBLIC,
    "verify": audit._UNLIKE_READING,
    "export": columns.EXPORTED_ARTICLE_COLUMNS,
    "docs": [c.meaning for t in table_docs.public_tables() for c in t.columns if c.name == "mood"],
}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    shown = json.loads(done.stdout)
    assert shown["from"] == str(listed)
    assert "mood" in shown["schema"]
    assert "mood" in shown["export"]
    assert ":mood" in shown["upsert"]
    assert "mood" in shown["select"].split(", ")
    assert "$.mood" in shown["verify"]
    assert shown["docs"] == ["how it reads"]
