"""CDXJ lines of 304 answers as replay tools can show them.

A crawl that asks whether a page changed, and is told that it did not, writes a revisit of the
profile server-not-modified (ISO 28500 §6.7.3), whose own HTTP head says 304. Indexers write a line
with that status, and no replay tool makes the page out of it: pywb passes the 304 on, wabac.js
(ReplayWeb.page) takes it for an answer without a body, and both show a blank page where the page
stood unchanged. Each honours another form. The WARC is as the standard has it in all of them:

1. What indexers write (`revisit_line`): type `warc/revisit`, status 304, the revisit's place.
2. In the sorted file, for pywb and for whoever fetches the record that a line names
   (`resolve_not_modified`): the line leads, at the revisit's time, to the record that the server
   confirmed. It repeats the line of the latest earlier capture of the URL with that payload, and
   says in `revisit.filename`, `.offset`, `.length` and `.digest` what the revisit's own says.
3. In a WACZ, for wabac.js, which refuses a record of another time than its line's
   (`confirmed_lines`): the revisit's place, with the confirmed capture's status.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

# Captures of one URL that are kept in mind to be confirmed; of pages that differ at each visit none
# is.
_REMEMBERED = 100
_PLACE = ("length", "offset", "filename")
_OWN = "revisit."
_RESOLVED = b'"revisit.offset": "'
_DIGEST = re.compile(rb'(?<=")digest": "[^"]*"')


def resolve_not_modified(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Sorted CDXJ lines, with the lines of 304 revisits leading to what they confirm; sorted, each
    once. Lines that lead there already are looked up anew; one that confirms nothing that has a
    line stays as an indexer writes it.
    """
    key, earlier = b"", deque[bytes](maxlen=_REMEMBERED)
    for moment, group in groupby(lines, _moment_of):
        if not moment.startswith(key + b" ") or not key:
            key = moment.partition(b" ")[0]
            earlier.clear()
        same = list(group)
        if len(same) == 1 and _leads_to(same[0], earlier):
            yield same[0]
            continue
        same = [revisit_line(line) for line in same]
        earlier.extend(line for line in same if not _is_not_modified(line))
        if any(map(_is_not_modified, same)):
            same = sorted(_resolve_line(line, earlier) for line in same)
        yield from dict.fromkeys(same)


def revisit_line(line: bytes) -> bytes:
    """The line that an indexer writes for the record; `line` itself where it is that or damaged."""
    start, fields = _split_line(line) if _RESOLVED in line else (b"", {})
    if not {"url", *(_OWN + name for name in _PLACE)} <= fields.keys():
        return line
    own = {
        "url": fields["url"],
        "mime": "warc/revisit",
        "status": "304",
        "digest": fields.get("revisit.digest"),
        **{name: fields[_OWN + name] for name in _PLACE},
    }
    known = {name: value for name, value in own.items() if value is not None}
    return start + json.dumps(known).encode() + b"\n"


def confirmed_lines(lines: Iterable[bytes], resolved: Callable[[bytes], object]) -> Iterator[bytes]:
    """Lines of the sorted file, with those of 304 revisits in the form that a WACZ has; sorted,
    each once. `resolved` is given these as they were.
    """
    for _, group in groupby(lines, _moment_of):
        same = list(group)
        for line in same:
            if _RESOLVED in line:
                resolved(line)
        yield from sorted(set(map(_confirmed_line, same)))


def _confirmed_line(line: bytes) -> bytes:
    if (raw := revisit_line(line)) == line:
        return line
    start, own = _split_line(raw)
    status = _split_line(line)[1].get("status", "200")
    return start + json.dumps(own | {"status": status}).encode() + b"\n"


def _moment_of(line: bytes) -> bytes:
    """Key and time of a line."""
    return b" ".join(line.split(b" ", 2)[:2])


def _is_not_modified(line: bytes) -> bool:
    return b'"status": "304"' in line and b'"mime": "warc/revisit"' in line


def _leads_to(line: bytes, earlier: Sequence[bytes]) -> bool:
    """Whether a line leads already to the latest of the earlier captures, with its own digest: it
    need not be looked up anew, which costs ten times as much.
    """
    if _RESOLVED not in line or not earlier:
        return False
    repeated = _fields_of(earlier[-1]).removesuffix(b"}\n")
    digest = _DIGEST.search(repeated)
    return (
        digest is not None
        and _fields_of(line).startswith(repeated + b", ")
        and b'"revisit.' + digest[0] in line
    )


def _split_line(line: bytes) -> tuple[bytes, dict[str, Any]]:
    """The key and time of a line, up to its JSON, and that; nothing of one that is damaged, which
    is told by whoever needs it.
    """
    try:
        said = json.loads(_fields_of(line))
    except ValueError:
        said = None
    return _moment_of(line) + b" ", said if isinstance(said, dict) else {}


def _fields_of(line: bytes) -> bytes:
    """The JSON of a line, and its line feed."""
    return b"".join(line.split(b" ", 2)[2:])


def _resolve_line(line: bytes, earlier: Sequence[bytes]) -> bytes:
    """The line of a revisit, leading to what it confirms; any other line as it is."""
    if not _is_not_modified(line):
        return line
    start, own = _split_line(line)
    confirmed = _confirmed_fields(own, earlier)
    if confirmed is None or not own.keys() >= {"url", *_PLACE}:
        return line
    fields = confirmed | {_OWN + name: own[name] for name in ("digest", *_PLACE) if name in own}
    return start + json.dumps(fields).encode() + b"\n"


def _confirmed_fields(own: dict[str, Any], earlier: Sequence[bytes]) -> dict[str, Any] | None:
    """The JSON of the latest of the earlier captures that a 304 can mean: of its URL, with its
    payload digest; else, since some tools state that of the empty answer, with status 200.
    """
    captures = [_split_line(line)[1] for line in reversed(earlier)]
    same_url = [fields for fields in captures if fields.get("url") == own.get("url")]
    for fields in same_url:
        if "digest" in own and fields.get("digest") == own["digest"]:
            return fields
    return next((fields for fields in same_url if fields.get("status") == "200"), None)
