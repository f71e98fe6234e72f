"""docs/reliability.md names tests: each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
TABLE = TESTS.parent / "docs" / "reliability.md"


def test_every_test_named_exists() -> None:
    """No line leans on a test that was renamed or taken away."""
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TABLE.read_text("utf-8"))
    assert len(named) > 80
    missing = [
        f"{file}::{test}"
        for file, test in named
        if not (TESTS / file).is_file()
        or not re.search(
            rf"^(async )?def {test}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE
        )
    ]
    assert missing == []


def test_every_line_is_answered() -> None:
    """All of W01–W44, F01–F41, S01–S26, Q01–Q16, R01–R07 and R10–R21 stand in the first column."""
    text = TABLE.read_text("utf-8")
    answered: set[str] = set()
    for cell in re.findall(r"^\| ([WFSQR]\d\d[^|]*) \|", text, re.MULTILINE):
        for letter, first, last in re.findall(r"([WFSQR])(\d\d)(?:–[WFSQR](\d\d))?", cell):
            answered |= {
                f"{letter}{number:02}" for number in range(int(first), int(last or first) + 1)
            }
    wanted = {
        f"{letter}{n:02}"
        for letter, count in (("W", 44), ("F", 41), ("S", 26), ("Q", 16))
        for n in range(1, count + 1)
    } | {f"R{n:02}" for n in range(1, 22) if n not in (8, 9)}
    assert wanted - answered == set()
