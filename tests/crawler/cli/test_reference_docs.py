"""The reference pages made from code."""

from __future__ import annotations

from crawler.cli import COMMANDS
from crawler.cli.reference_docs import commands_page, exit_codes


def test_every_command_has_its_help() -> None:
    """Each command has a heading and its usage line."""
    page = commands_page()
    assert all(f"## warraq {name}\n\n```\nUsage: warraq {name} " in page for name in COMMANDS)


def test_exit_codes_are_listed_once_in_order() -> None:
    """Each exit code has one row, with the classes of errors that lead to it."""
    rows = exit_codes().splitlines()[2:]
    codes = [int(row.split("|")[1]) for row in rows]
    assert codes == sorted(set(codes))
    assert {0, 2, 3, 4, 75, 130} <= set(codes)
    assert any("75" in row and "`CollectionBusyError`" in row for row in rows)
