"""The published schemas."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from crawler.monitor.schemas import PublishedSchema, schema_rows, schema_text


@pytest.mark.parametrize("schema", PublishedSchema)
def test_a_schema_is_one(schema: PublishedSchema) -> None:
    """It is sound by its own standard, and says of each key what it is."""
    document = json.loads(schema_text(schema))
    Draft202012Validator.check_schema(document)
    assert all(types and meaning for _, types, meaning in schema_rows(schema))


def test_a_schema_leaves_room() -> None:
    """A program that checks by it is not broken by a key that a later version adds."""
    report = json.loads(schema_text(PublishedSchema.STATUS))
    status = {"collection": "c", "at": "2026-11-28T18:30:00Z", "healthy": True, "sites": []}
    Draft202012Validator(report).validate(status | {"later": 1})


def test_keys_are_listed_with_their_path() -> None:
    """Each key once, those of a list behind it."""
    keys = [key for key, _, _ in schema_rows(PublishedSchema.STATUS)]
    assert keys[:5] == ["collection", "at", "healthy", "sites", "sites[].site"]
    assert len(keys) == len(set(keys))
