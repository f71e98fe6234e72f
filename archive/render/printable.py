"""Other people's text, so that it can be shown: on a terminal, in a line of a log, in JSON.

Titles, addresses and the names of files in a package are what somebody else wrote. An escape
sequence in one could steer a terminal, a line feed forge a line of a log, and a control of
direction have a line read as something else (Unicode Technical Report 36, "Bidirectional text
spoofing"; CVE-2021-42574).
"""

from __future__ import annotations

import json
import re
from typing import Any

# C0 but tab and line feed, DEL, C1.
_CONTROLS = [*range(9), *range(0x0B, 0x20), *range(0x7F, 0xA0)]
# Of these some programs make a new line.
_SEPARATORS = [0x2028, 0x2029]
# Left-to-right and right-to-left override, with which letters are shown in another order than they
# stand in.
_OVERRIDES = [0x202D, 0x202E]
# Embeddings and isolates, which reach beyond the text they stand in where nothing ends them. Arabic
# pages use them; what is shown without them reads the same but for mixed lines.
_EMBEDDINGS = [0x202A, 0x202B, 0x202C, *range(0x2066, 0x206A)]
_SHOWN = dict.fromkeys(_CONTROLS + _SEPARATORS + _OVERRIDES, "�") | dict.fromkeys(_EMBEDDINGS, "")
_NOT_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable_text(text: str) -> str:
    """Text that cannot steer a terminal or turn a line round: control characters but line feed and
    tab, separators of lines and overrides of direction are shown as `�`, embeddings left out.
    """
    return text.translate(_SHOWN)


def printable_line(text: str) -> str:
    """The same on one line: runs of white space become one space."""
    return " ".join(printable_text(text).split())


def printable_json(value: Any, *, indent: int | None = None) -> str:
    """A value as JSON, letters as they are, what `printable_text` replaces as escapes (RFC 8259
    §7): the value that is read from it is the same. What JSON does not know becomes a string.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _NOT_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
