"""The guides of CONTRIBUTING.md are whole changes: each one's test fails without it and passes with it."""  # noqa: E501

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
GUIDES = {
    title: (diff, test)
    for title, diff, test in re.findall(
        r"^### (.+?)\n.*?^```diff\n(.*?)^```\n.*?^```python\n(.*?)^```",
        TEXT,
        re.MULTILINE | re.DOTALL,
    )
}


def apply_diff(folder: Path, diff: str) -> list[str]:
    """Change files as a diff of hunks without line numbers says; the names of the files.

    Each hunk's lines, those it takes out and those around them, stand in the file exactly once.
    """
    names = []
    for name, hunks in re.findall(
        r"^--- a/(\S+)\n\+\+\+ b/\S+\n(.*?)(?=^--- |\Z)", diff, re.MULTILINE | re.DOTALL
    ):
        path = folder / name
        text = path.read_text("utf-8")
        for hunk in re.split(r"^@@\n", hunks, flags=re.MULTILINE)[1:]:
            lines = hunk.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            after = "".join(line[1:] for line in lines if line[0] in " +")
            assert text.count(before) == 1, (
                f"{name}: {before!r} stands there {text.count(before)} times"
            )
            text = text.replace(before, after)
        path.write_text(text, "utf-8")
        names.append(name)
    return names


def run_test(folder: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_guide.py"]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_there_are_five_guides() -> None:
    """A metadata source, a discovery source, a column, an export format, a check of `verify`."""
    assert len(GUIDES) == 5


@pytest.mark.parametrize("guide", list(GUIDES))
def test_a_guide_works(guide: str, tmp_path: Path) -> None:
    """In a copy of the project the guide's test fails before its change and passes after it."""
    diff, test = GUIDES[guide]
    for package in ("archive", "crawler", "pipelines"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    (tmp_path / "test_guide.py").write_text(test, "utf-8")
    before = run_test(tmp_path)
    assert before.returncode == 1, before.stdout
    changed = apply_diff(tmp_path, diff)
    after = run_test(tmp_path)
    assert after.returncode == 0, after.stdout
    # One file; a column has its reader beside its row.
    assert len(changed) == (2 if guide == "A column" else 1)
