"""The header of a WARC record as fields, and the length of its block (ISO 28500 §4).

One parser for all that read records: for use (`archive.warc.record_reader`, which passes over what
is wrong) and for checking (`archive.verify.strict_reader`, which names it), so that both see the
same fields and call the same records readable.
"""

from __future__ import annotations

import re

# A header of a record: real ones are under 2 KiB, the longest URLs servers answer to are 64 KiB.
MAX_HEADER = 256 * 1024
_VERSION = re.compile(rb"WARC/(?:1\.[01]|0\.1[78])[ \t]*\r?\n")
_BLANK = " \t\r"
_LENGTH = re.compile(r"[0-9]{1,15}")

Fields = tuple[tuple[str, str], ...]


def parse_version(head: bytes) -> str | None:
    """The version that a record's header begins with, if it is one that can be read."""
    match = _VERSION.match(head)
    return match[0].strip().decode("ascii") if match else None


def parse_fields(head: bytes) -> Fields:
    """The (name, value) fields of a whole header, its version line included, in order; folded lines
    are joined, lines without a colon are left out. Text that is no UTF-8 is read as Latin-1.
    """
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    fields: list[tuple[str, str]] = []
    for line in text.split("\n")[1:]:
        if line[:1] in (" ", "\t") and fields and line.strip():
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip(_BLANK)}".strip(_BLANK))
        else:
            name, colon, value = line.partition(":")
            if colon:
                fields.append((name.strip(_BLANK), value.strip(_BLANK)))
    return tuple(fields)


def declared_length(fields: Fields) -> int:
    """Content-Length, which must be there with one value, in ASCII digits; ValueError if not."""
    values = {value for name, value in fields if name.lower() == "content-length"}
    if len(values) != 1:
        raise ValueError("several values of Content-Length" if values else "no Content-Length")
    value = values.pop()
    if not _LENGTH.fullmatch(value):
        raise ValueError(f"Content-Length is {value[:40]!r}")
    return int(value)
