"""The published forms of what programs read: JSON schemas (draft 2020-12) of `status --json` and of
the JSON reports, which lie beside this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from importlib.resources import files
from typing import Any


class PublishedSchema(StrEnum):
    """What has a schema."""

    STATUS = "status"
    REPORT = "report"


def schema_text(schema: PublishedSchema) -> str:
    """The schema as it lies in the package."""
    return files(__package__).joinpath(f"{schema}.schema.json").read_text("utf-8")


def schema_rows(schema: PublishedSchema) -> Iterator[tuple[str, str, str]]:
    """For the documentation: each key with its path (`sites[].due`), its types and its meaning."""
    document = json.loads(schema_text(schema))
    for name, key in document["properties"].items():
        yield name, _types(key), key["description"]
        if "$ref" in key.get("items", {}):
            part = document["$defs"][key["items"]["$ref"].rpartition("/")[2]]
            for inner, value in part["properties"].items():
                yield f"{name}[].{inner}", _types(value), value["description"]
        for inner, value in key.get("properties", {}).items():
            yield f"{name}.{inner}", _types(value), value["description"]


def _types(key: dict[str, Any]) -> str:
    if "anyOf" in key:
        return ", ".join(_types(choice) for choice in key["anyOf"])
    if "enum" in key:
        return ", ".join(json.dumps(value) for value in key["enum"])
    names: list[str] = key["type"] if isinstance(key["type"], list) else [key["type"]]
    return ", ".join([str(key.get("format", names[0])), *names[1:]])
