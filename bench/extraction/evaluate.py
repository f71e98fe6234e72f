"""Our extraction beside other extractors on folders of real pages: one table a folder, kept in
docs/benchmarks.md.

Each extractor runs in a process of its own, one after another, on the same pages; news-please
without any network, since it fetches the pages' images. CORPUS names the folder of folders, HARNESS
the scorer; LIMIT cuts each folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
CORPUS = Path(os.environ.get("CORPUS", ROOT.parent / "shared" / "corpus"))
HARNESS = Path(os.environ.get("HARNESS", ROOT.parent / "shared" / "eval" / "harness.py"))
FOLDERS = ("fundus", "wcxb_article", "arabic", "erem_rebuilt")
EXTRACTORS = (
    "warraq",
    "trafilatura_default",
    "trafilatura_precision",
    "trafilatura_fast",
    "newspaper4k",
    "readability",
    "goose3",
    "justext",
    "newsplease",
    "resiliparse",
)
COLUMNS = {
    "F1": "F1",
    "P": "P",
    "R": "R",
    "acc": "word for word",
    "exact": "exact lists",
    "noise": "noise lines",
    "title": "title",
    "day": "day",
    "min": "minute",
    "author": "author F1",
    "ms": "ms a page",
}
OFFLINE = ("unshare", "--map-root-user", "--net")
BEGIN, END = "<!-- extraction: begin -->", "<!-- extraction: end -->"


def measure(folder: str, extractor: str) -> dict[str, Any] | None:
    """The scorer's summary, or None where the extractor cannot be run here."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out.json"
        command = [
            sys.executable,
            str(HARNESS),
            "--data",
            str(CORPUS / folder),
            "--extractor",
            f"adapters:{extractor}",
            "--json",
            str(out),
        ]
        if os.environ.get("LIMIT"):
            command += ["--limit", os.environ["LIMIT"]]
        if extractor == "newsplease":
            command = [*OFFLINE, *command]
        done = subprocess.run(
            command,
            cwd=HERE,
            env=os.environ | {"PYTHONPATH": str(HERE)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not out.exists():
            print(
                f"{extractor} not measured on {folder}: {done.stderr.strip().splitlines()[-1:]}",
                file=sys.stderr,
            )
            return None
        summary = json.loads(out.read_text("utf-8"))["summary"][extractor]
        return None if summary.get("errors") == summary["n"] else summary


def written(value: Any) -> str:
    if value is None:
        return ""
    return (
        f"{value:.3f}"
        if isinstance(value, float) and value <= 1
        else f"{value:.1f}"
        if isinstance(value, float)
        else str(value)
    )


def table(folder: str, rows: dict[str, dict[str, Any]]) -> str:
    pages = max(row["n"] for row in rows.values())
    lines = [
        f"### {folder} ({pages} pages)",
        "",
        "| extractor | " + " | ".join(COLUMNS.values()) + " |",
        "| --- |" + " ---: |" * len(COLUMNS),
    ]
    for name, row in rows.items():
        lines.append(
            f"| {name} | " + " | ".join(written(row.get(column)) for column in COLUMNS) + " |"
        )
    return "\n".join(lines)


def main() -> int:
    if not CORPUS.is_dir() or not HARNESS.is_file():
        print(
            f"nothing to measure: no pages at {CORPUS} or no scorer at {HARNESS} (set CORPUS"
            f" and HARNESS)",
            file=sys.stderr,
        )
        return 0
    tables = []
    for folder in os.environ.get("FOLDERS", " ".join(FOLDERS)).split():
        found = {
            name: measure(folder, name)
            for name in os.environ.get("EXTRACTORS", " ".join(EXTRACTORS)).split()
        }
        rows = {name: row for name, row in found.items() if row}
        if rows:
            tables.append(table(folder, rows))
            print(tables[-1], end="\n\n", flush=True)
    target = ROOT / "docs" / "benchmarks.md"
    text = (
        target.read_text("utf-8")
        if target.exists()
        else f"# Benchmarks\n\n## Extraction\n\n`make eval` writes these"
        f" tables.\n\n{BEGIN}\n{END}\n"
    )
    if BEGIN not in text:
        text += f"\n## Extraction\n\n`make eval` writes these tables.\n\n{BEGIN}\n{END}\n"
    head, rest = text.split(BEGIN, 1)
    target.write_text(
        head + BEGIN + "\n" + "\n\n".join(tables) + "\n" + END + rest.split(END, 1)[1], "utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
