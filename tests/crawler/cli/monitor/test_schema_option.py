"""What commands print for programs, held against the published schemas: by the schema, and so that
no key is printed that it does not name.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_run import Run
from jsonschema import Draft202012Validator

from crawler.monitor.schemas import PublishedSchema, schema_text

PLAIN = """
[collection]
name = "c"
[sites.{name}]
start = "https://{name}.example/"
{more}
"""


def validator(text: str) -> Draft202012Validator:
    """Of the schema with the door for later keys closed."""

    def close(part: Any) -> Any:
        if isinstance(part, list):
            return [close(each) for each in part]
        if not isinstance(part, dict):
            return part
        closed = {name: close(value) for name, value in part.items()}
        return closed | {"additionalProperties": False} if "required" in part else closed

    return Draft202012Validator(
        close(json.loads(text)), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def test_status_is_what_the_schema_says(run: Run, crawled) -> None:
    """Of a collection with a site that is well and one that failed; the schema is printed by the
    command itself.
    """
    schema = run("-C", crawled.folder, "status", "--schema")
    assert schema.code == 0
    told = json.loads(run("-C", crawled.folder, "status", "--json").out)
    validator(schema.out).validate(told)
    assert {site["outcome"] for site in told["sites"]} == {"finished", "failed"}
    for wrong in ({"healthy": "yes"}, {"at": "yesterday"}, {"unknown": 1}):
        assert not validator(schema.out).is_valid(told | wrong)


@pytest.mark.parametrize(
    "more", ["", 'schedule = "@daily"', 'schedule = "@daily"\npaused = true', "delay = -1"]
)
def test_status_of_what_was_never_crawled(run: Run, tmp_path: Path, more: str) -> None:
    """Without crawls, with and without a schedule, paused, and with a table that is wrong."""
    (tmp_path / "warraq.toml").write_text(PLAIN.format(name="a", more=more))
    told = json.loads(run("-C", tmp_path, "status", "--json").out)
    validator(schema_text(PublishedSchema.STATUS)).validate(told)
    assert [site["site"] for site in told["sites"]] == ["a"]


def test_reports_are_what_the_schema_says(run: Run, crawled) -> None:
    """Those that runs wrote, and those made anew."""
    schema = validator(schema_text(PublishedSchema.REPORT))
    written = [path.read_text("utf-8") for path in (crawled.folder / "reports").glob("*.json")]
    made = run("-C", crawled.folder, "log", "--report", "json").out
    for text in (*written, made):
        schema.validate(json.loads(text))
    assert len(written) == 2
    assert any(json.loads(text)["failures"] for text in written)
    assert any(json.loads(text)["articles"] for text in written)
