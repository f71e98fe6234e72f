"""The data of a Next.js App Router page ("flight", the React server components' wire format).

The server writes `self.__next_f.push([1,"…"])` scripts. Their strings joined are rows `id:…` ended
by a line feed; a text row is `id:T<length>,<text>` with its length in bytes, in hex, and no line
feed after it. Values refer to other rows as `"$id"`. Nothing here knows what the data mean: that is
`pipelines.embedded`.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable
from typing import Any

HINT = "__next_f"

_PUSH = re.compile(r"__next_f\s*(?:=\s*self\.__next_f\s*\|\|\s*\[\]\s*)?\)?\.push\(\s*(\[)")
_ROW = re.compile(rb"\s*+(?:([0-9a-zA-Z_]++):(T([0-9a-f]++),)?)?")
_TAGGED = re.compile(r"[A-Z]{0,3}(?=[\[{\"])")
_REFERENCE = re.compile(r"\$(?:L|@)?([0-9a-f]+)((?::[\w$.-]+)*)$")
# Values nested deeper than this are left as they stand (a reference may point back at its own row).
MAX_DEPTH = 40


def decode_flight(scripts: Iterable[str]) -> list[Any]:
    """The JSON values of a page's flight rows, in order, with references replaced by what they
    refer to.

    `scripts` are the texts of the page's script elements. Damaged rows are passed over; never
    raises.
    """
    stream = "".join(_script_chunks(scripts))
    rows: dict[str, Any] = {}
    for name, text, payload in _split_rows(stream.encode("utf-8", "surrogatepass")):
        if text is not None:
            rows[name] = text
            continue
        match = _TAGGED.match(payload)
        if match is not None:
            with contextlib.suppress(ValueError, RecursionError):
                rows[name] = json.loads(payload[match.end() :])
    resolved: dict[str, Any] = {}
    values = []
    for name, value in rows.items():
        if not isinstance(value, str):
            with contextlib.suppress(
                RecursionError
            ):  # a long chain of references: its rows stand for themselves
                values.append(_resolve_row(name, rows, resolved))
    return values


def _script_chunks(scripts: Iterable[str]) -> Iterable[str]:
    decoder = json.JSONDecoder()
    for script in scripts:
        for match in _PUSH.finditer(script):
            try:
                pushed, _ = decoder.raw_decode(script, match.start(1))
            except (ValueError, RecursionError):
                continue
            if len(pushed) > 1 and isinstance(pushed[1], str):
                yield pushed[1]


def _split_rows(stream: bytes) -> Iterable[tuple[str, str | None, str]]:
    """(id, text of a text row or None, payload of any other row)."""
    position = 0
    while position < len(stream):
        row = _ROW.match(stream, position)
        if row is None or row[1] is None:
            position = _after_line(stream, row.end() if row else position)
            continue
        name = row[1].decode("ascii")
        if row[3]:
            end = row.end() + int(row[3], 16)
            yield name, stream[row.end() : end].decode("utf-8", "replace"), ""
            position = end
        else:
            end = _after_line(stream, row.end())
            yield name, None, stream[row.end() : end].decode("utf-8", "replace").strip()
            position = end


def _after_line(stream: bytes, position: int) -> int:
    end = stream.find(b"\n", position)
    return len(stream) if end < 0 else end + 1


def _resolve_row(name: str, rows: dict[str, Any], resolved: dict[str, Any]) -> Any:
    """A row's value with its references replaced; each row is resolved once and shared, a cycle is
    cut to None.
    """
    if name not in resolved:
        resolved[name] = None
        resolved[name] = _resolve_value(rows.get(name), rows, resolved, 0)
    return resolved[name]


def _resolve_value(value: Any, rows: dict[str, Any], resolved: dict[str, Any], depth: int) -> Any:
    if depth > MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {key: _resolve_value(item, rows, resolved, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve_value(item, rows, resolved, depth + 1) for item in value]
    if isinstance(value, str) and value.startswith("$"):
        match = _REFERENCE.match(value)
        if match is None:
            return value[1:] if value.startswith("$$") else value
        if match[1] in rows:
            return _follow_path(_resolve_row(match[1], rows, resolved), match[2])
    return value


def _follow_path(value: Any, path: str) -> Any:
    """The part of a row that a reference's path (`:0:props:name`) names, or None."""
    for step in path.split(":")[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif not (isinstance(value, list) and step == "props" and len(value) > 3):
            return None
        else:
            value = value[3]
    return value
