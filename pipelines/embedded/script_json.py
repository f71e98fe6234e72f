"""JSON that pages carry for their own scripts: found and read, however it is written.

JSON-LD with its usual faults, `application/json` scripts (Next.js, Nuxt's devalue arrays),
assignments to a global (`window.__APOLLO_STATE__ = {…}`, `Fusion.globalContent = {…}`,
`JSON.parse("…")`). What the data mean is left to `pipelines.embedded`.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from pipelines.embedded.js_literals import JsLiteralParser
from pipelines.page.entities import resolve_entities

# A script with less than this holds configuration, not an article.
MIN_STATE = 300
MAX_DEPTH = 60
# References replaced in one cache: a bound for hostile ones.
MAX_REFERENCES = 100_000

_MARK = r"<!--|-->|(?m:^[^\S\n]*+//[^\n]*+$)|<!\[CDATA\[|\]\]>"
_COMMENT = re.compile(rf"/\*(?:[^*]++|\*(?!/))*+(?:\*/|(?P<unclosed>\Z))|{_MARK}")
_MARKS = re.compile(_MARK)
_TRAILING_COMMA = re.compile(r",(\s*[\]}])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_RAW_BREAK = re.compile(r"[\r\n\t]+")
_ANGULAR = re.compile("&([aqslg]);")
_ANGULAR_MARKS = {"a": "&", "q": '"', "s": "'", "l": "<", "g": ">"}
_VALUE = r"\s*=\s*(?:JSON\.parse\(\s*(?:decodeURIComponent\(\s*)?)?(?=[{\[\"']|\(function\()"
# Names are bounded, and never taken again shorter: a script of nothing but names would take
# minutes. One pattern for each beginning: as one pattern, or with a condition before the name, they
# cost many times as much.
_ASSIGNMENTS = tuple(
    re.compile(begin + _VALUE)
    for begin in (
        *(
            rf"{name}(?:\.|\[[\"'])([\w$.]{{1,200}}+)(?:[\"']\])?"
            for name in ("window", "self", "globalThis")
        ),
        # No end of a longer name; asked after the first letters, by which the script is searched.
        r"(Fusion\.globalContent(?<!\wFusion\.globalContent))",
        r"(__(?<!\w__)\w+__)",
    )
)
# Looked for where a page shows no text: a script's own variables, and SvelteKit's argument of a
# call.
_FURTHER = (
    *(re.compile(rf"{word} ([\w$]{{1,80}}+)" + _VALUE) for word in ("var", "let", "const")),
    re.compile(r"(data(?<![\w$.]data))\s*:\s*(?=\[\s*(?:null|\{))"),
)


def loads_lenient(text: str) -> Any | None:
    """JSON as pages write it: comments, CDATA, trailing commas, raw line breaks, bad escapes, HTML
    entities. None if it cannot be read even so.
    """
    text = text.strip().rstrip(";").strip()
    if not text:
        return None
    for repaired in _repaired_texts(text):
        try:
            return json.loads(repaired, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _repaired_texts(text: str) -> Iterator[str]:
    yield text
    bare = _COMMENT.sub(_without_comment, text).strip().rstrip(";")
    yield bare
    closed = _TRAILING_COMMA.sub(r"\1", bare)
    yield closed
    yield _BAD_ESCAPE.sub(r"\\\\", _RAW_BREAK.sub(" ", closed))
    if "&quot;" in text or "&#34;" in text:
        yield resolve_entities(text)
    if "&q;" in text:  # Angular's way, up to its sixteenth edition
        yield _ANGULAR.sub(lambda mark: _ANGULAR_MARKS[mark[1]], text)


def _without_comment(found: re.Match[str]) -> str:
    # A comment that is not closed is none: it is met once, and stays.
    return "" if found["unclosed"] is None else _MARKS.sub("", found[0])


def has_assignment(script: str) -> bool:
    """Whether a script assigns anything to a global that could be JSON."""
    return next(_find_assignments(script, _ASSIGNMENTS), None) is not None


def _find_assignments(
    script: str, patterns: tuple[re.Pattern[str], ...]
) -> Iterator[re.Match[str]]:
    return (match for pattern in patterns for match in pattern.finditer(script))


def find_global_values(script: str) -> Iterator[tuple[str, Any]]:
    """(name, value) of each JSON value that a script assigns to a global. JavaScript that is not
    JSON is passed over.
    """
    decoder = json.JSONDecoder(strict=False)
    yield from _parse_values(script, _ASSIGNMENTS, lambda at: decoder.raw_decode(script, at))


def find_all_values(script: str) -> Iterator[tuple[str, Any]]:
    """(name, value) of each value that a script assigns to a global or to a variable of its own;
    JavaScript literals that are not JSON are read too. Slower than `find_global_values`.
    """
    decoder = json.JSONDecoder(strict=False)
    literals = JsLiteralParser(script)

    def decode_value(position: int) -> tuple[Any, int]:
        """The value that begins at `position`, as JSON or else as a literal, and its end."""
        with contextlib.suppress(ValueError, RecursionError):
            return decoder.raw_decode(script, position)
        return literals.parse_value_at(position)

    yield from _parse_values(script, (*_ASSIGNMENTS, *_FURTHER), decode_value)


def _parse_values(
    script: str,
    patterns: tuple[re.Pattern[str], ...],
    decode_value: Callable[[int], tuple[Any, int]],
) -> Iterator[tuple[str, Any]]:
    if len(script) < MIN_STATE:
        return
    position = 0
    for match in sorted(_find_assignments(script, patterns), key=re.Match.start):
        if match.start() < position:  # within the value before
            continue
        position = match.end()
        try:
            value, end = decode_value(match.end())
        except (ValueError, RecursionError):
            continue
        position = end
        if isinstance(value, str):
            value = unquote(value) if value.startswith(("%7B", "%5B", "%7b", "%5b")) else value
            value = loads_lenient(value) if len(value) >= MIN_STATE else None
        if isinstance(value, dict | list):
            yield match[1], value


def parse_devalue(flat: list[Any]) -> Any:
    """Nuxt 3's payload (the `devalue` form): a list whose members name each other by position; the
    first is the whole.

    Dates come as `["Date", "…"]`, references as `["Ref", 3]`. Cycles are cut.
    """
    done: dict[int, Any] = {}
    return _unflatten_value(flat, 0, done, 0)


def is_devalue(value: Any) -> bool:
    """Whether a JSON value has the form that `devalue` reads."""
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[0], dict | list):
        return False
    first = value[0].values() if isinstance(value[0], dict) else value[0][1:]
    return all(isinstance(item, int) for item in first)


def resolve_references(value: Any) -> Any:
    """A normalised cache (Apollo) with its references (`{"__ref": "Author:7"}`) replaced by the
    objects they name.

    The objects are shared, and may hold each other.
    """
    named: dict[str, Any] = {}
    holders: list[tuple[Any, Any, str]] = []
    pending = [value]
    while pending and len(holders) < MAX_REFERENCES:
        node = pending.pop()
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            if not isinstance(item, dict | list):
                continue
            pending.append(item)
            if isinstance(item, dict):
                if isinstance(item.get("__ref"), str):
                    holders.append((node, key, item["__ref"]))
                elif "__typename" in item and isinstance(key, str):
                    named.setdefault(key, item)
    for node, key, name in holders:
        node[key] = named.get(name)
    return value


def _unflatten_value(flat: list[Any], index: Any, done: dict[int, Any], depth: int) -> Any:
    if (
        not isinstance(index, int)
        or isinstance(index, bool)
        or not 0 <= index < len(flat)
        or depth > MAX_DEPTH
    ):
        return None
    if index in done:
        return done[index]
    done[index] = None
    value = flat[index]
    if isinstance(value, dict):
        value = {key: _unflatten_value(flat, item, done, depth + 1) for key, item in value.items()}
    elif isinstance(value, list):
        if value and isinstance(value[0], str):
            value = _special_value(flat, value, done, depth)
        else:
            value = [_unflatten_value(flat, item, done, depth + 1) for item in value]
    done[index] = value
    return value


def _special_value(flat: list[Any], value: list[Any], done: dict[int, Any], depth: int) -> Any:
    if value[0] == "Date":
        return value[1] if len(value) > 1 else None
    if len(value) == 2:
        return _unflatten_value(flat, value[1], done, depth + 1)
    return [_unflatten_value(flat, item, done, depth + 1) for item in value[1:]]
