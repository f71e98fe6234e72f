"""Made-up pages of every kind in seven languages and unlike markup, each with what it is.

`made_pages/pages.jsonl` holds one page a line: `name`, `url`, `kinds` (the verdicts that are right
for it) and `html`.
"""

from __future__ import annotations

import json
from pathlib import Path

_ROWS = Path(__file__).with_name("made_pages") / "pages.jsonl"


def load_pages() -> dict[str, tuple[str, bytes, set[str]]]:
    """The pages by name: URL, bytes in UTF-8, and the kinds that are right."""
    with _ROWS.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {row["name"]: (row["url"], row["html"].encode(), set(row["kinds"])) for row in rows}
