"""The rules of the house that no linter knows: names, sizes, start-up time, and documentation that
keeps up.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from archive import errors
from archive.config_keys import KEYS
from archive.query.table_docs import MEANINGS, public_tables
from crawler.cli import COMMANDS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PACKAGES = ("archive", "crawler", "pipelines")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
REFUSED = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "base",
    "misc",
    "tools",
    "core",
}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words(name: str) -> set[str]:
    return set(name.strip("_").split("_"))


@pytest.mark.parametrize("module", MODULES, ids=short)
def test_module_is_named_and_sized(module: Path) -> None:
    """A module has a name that says what it does, at most 400 lines, and begins with what it is
    for.
    """
    assert not words(module.stem) & REFUSED, "a newcomer would not look under that name"
    text = module.read_text("utf-8")
    assert text.count("\n") <= 400, "cut it"
    assert ast.get_docstring(ast.parse(text)), "what is it for, and what does it leave to others?"


@pytest.mark.parametrize("module", TESTS, ids=short)
def test_tests_state_their_promise(module: Path) -> None:
    """Each test says in its docstring what it promises."""
    silent = [
        node.name
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_functions_are_short() -> None:
    """No function is longer than forty lines, docstring and blank lines left out, without a comment
    that says why.
    """
    long = []
    for module in MODULES:
        text = module.read_text("utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if not body:
                continue
            counted = [line for line in lines[body[0].lineno - 1 : node.end_lineno] if line.strip()]
            if len(counted) > 40 and "# long:" not in lines[node.lineno - 1]:
                long.append(f"{short(module)}:{node.lineno} {node.name} ({len(counted)})")
    assert long == []


@pytest.mark.parametrize("call", ["--help", "--version", "nonsense"])
def test_command_starts_without_the_slow_libraries(call: str) -> None:
    """`warraq --help` imports neither Scrapy nor trafilatura nor lxml nor the database."""
    program = f"""
import sys
from crawler.cli import main
try:
    main([{call!r}])
except SystemExit:
    pass
slow = {{"scrapy", "twisted", "trafilatura", "lxml", "sqlite_utils", "warcio", "dateparser", "rich"}} & set(sys.modules)
print("slow:", sorted(slow))
"""  # noqa: E501
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "slow: []"


def test_every_command_is_documented() -> None:
    """`docs/cli.md` shows the help of each command."""
    text = (DOCS / "cli.md").read_text("utf-8")
    assert [name for name in COMMANDS if f"## warraq {name}\n" not in text] == []


def test_every_key_is_documented() -> None:
    """`docs/config.md` names each key of warraq.toml."""
    text = (DOCS / "config.md").read_text("utf-8")
    assert [key.name for key in KEYS if f"| `{key.name}` |" not in text] == []


def test_every_column_is_documented() -> None:
    """`docs/tables.md` names and explains each column of each table that people query, and nothing
    that is not there.
    """
    text = (DOCS / "tables.md").read_text("utf-8")
    for table in public_tables():
        assert f"## {table.name}\n" in text
        assert table.row
        assert [column.name for column in table.columns if not column.meaning] == []
        assert [column.name for column in table.columns if f"| `{column.name}` |" not in text] == []
    there = {
        name
        for table in public_tables()
        for column in table.columns
        for name in (column.name, f"{table.name}.{column.name}")
    }
    assert set(MEANINGS) - there == set()


def test_every_exit_code_is_documented() -> None:
    """`docs/exit-codes.md` has a row for each error class, and for the verdicts 0, 3 and 4."""
    text = (DOCS / "exit-codes.md").read_text("utf-8")
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, errors.WarraqError):
            assert f"`{error.__name__}`" in text
            assert re.search(rf"^\| {error.exit_code} \|", text, re.MULTILINE)
    assert all(re.search(rf"^\| {code} \|", text, re.MULTILINE) for code in (0, 3, 4))


def test_error_tree_is_drawn() -> None:
    """The tree in the docstring of `archive/errors.py` shows each class with its exit code."""
    for name, error in vars(errors).items():
        if isinstance(error, type) and issubclass(error, errors.WarraqError):
            assert re.search(rf"{name} +{error.exit_code}\b", errors.__doc__ or "")


def test_generated_pages_are_fresh() -> None:
    """The reference pages are what the code says today; `make docs` writes them."""
    pages = [
        DOCS / f"{name}.md"
        for name in ("architecture", "cli", "config", "tables", "exit-codes", "monitoring")
    ]
    done = subprocess.run(
        [sys.executable, "-m", "cogapp", "-I", str(DOCS), "--check", *map(str, pages)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of README and docs leads to a file that is there."""
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
