"""SQL on the index's tables stands in `archive/index` and `archive/query`, and nowhere else."""

import ast
import re
import sqlite3
from pathlib import Path

from archive.index.schema import TABLES

ROOT = Path(__file__).parents[3]
ALLOWED = (ROOT / "archive" / "index", ROOT / "archive" / "query")
MODULES = [
    path
    for package in ("archive", "crawler", "pipelines")
    for path in sorted((ROOT / package).rglob("*.py"))
    if not any(path.is_relative_to(folder) for folder in ALLOWED)
]


def tables() -> set[str]:
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.close()
    return names


def texts(path: Path) -> list[tuple[int, str]]:
    """The strings of a module that are no docstrings, with their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def test_sql_on_the_index_stands_in_two_groups() -> None:
    """No other module selects from, joins or writes a table of the index."""
    named = "|".join(sorted(tables()))
    statement = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(?:{named})\b")
    assert [
        f"{path.relative_to(ROOT)}:{line}"
        for path in MODULES
        for line, text in texts(path)
        if statement.search(text)
    ] == []


def test_private_tables_are_not_named_elsewhere() -> None:
    """Tables that begin with `_` are the index's own business."""
    private = re.compile(
        rf"(?<!\w)(?:{'|'.join(name for name in tables() if name.startswith('_'))})\b"
    )
    assert [
        f"{path.relative_to(ROOT)}:{line}"
        for path in MODULES
        for line, text in texts(path)
        if private.search(text)
    ] == []
