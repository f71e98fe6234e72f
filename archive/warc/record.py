"""A WARC record as a value, and a damaged stretch of a file as another (ISO 28500 §4, §5).

Reading them out of files is `archive.warc.record_reader` (WARC) and `archive.warc.arc` (ARC).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from archive.model import RecordType

# WARC-Type of the records that are captures.
CAPTURE_TYPES = frozenset(str(kind) for kind in RecordType)

# The header by which a `conversion` record is a page as a browser showed it, with that browser's
# name. Those of other tools (texts of pages, old formats made new) are no captures.
RENDERED_BY = "Warraq-Rendered-By"

# What a picture of a page has before the page's URL as its target URI.
VIEW_URI = "urn:view:"

# The longest block that is read whole into memory.
MAX_BLOCK = 128 * 1024 * 1024

# What is wrong with a file that was packed as a whole: its records have no offsets of their own.
SECOND_RECORD = "another record follows in the same gzip member"

_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|\+00:?00)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a file.

    `offset` and `length` are bytes in the file: of the gzip member if it is compressed, else
    without the line ends after the block. `end` is the offset at which the next record begins.
    `block` may be only the start of the block, as asked for; `content_length` is the length of all
    of it. `headers` are (name, value) as written, folded lines joined.
    """

    version: str
    headers: tuple[tuple[str, str], ...]
    block: bytes
    content_length: int
    offset: int
    length: int
    end: int
    _values: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values: dict[str, list[str]] = {}
        for name, value in self.headers:
            values.setdefault(name.lower(), []).append(value)
        object.__setattr__(self, "_values", values)

    def header(self, name: str) -> str | None:
        """The first value of a WARC header, whatever its case."""
        values = self._values.get(name.lower())
        return values[0] if values else None

    def headers_all(self, name: str) -> list[str]:
        """Every value of a WARC header."""
        return list(self._values.get(name.lower(), ()))

    @property
    def type(self) -> str:
        """WARC-Type in lower case; empty if there is none."""
        return (self.header("WARC-Type") or "").lower()

    @property
    def id(self) -> str:
        """WARC-Record-ID as written; empty if there is none."""
        return self.header("WARC-Record-ID") or ""

    @property
    def target_uri(self) -> str | None:
        """WARC-Target-URI without the angle brackets of older tools, spaces escaped."""
        return clean_uri(self.header("WARC-Target-URI"))

    @property
    def date(self) -> datetime:
        """WARC-Date as an aware instant in UTC; ValueError if it is missing or malformed."""
        return parse_warc_date(self.header("WARC-Date") or "")


def clean_uri(uri: str | None) -> str | None:
    """A URI of a WARC header without angle brackets (WARC/1.0 had them), spaces escaped: two ways
    of writing one URI become equal.
    """
    if uri is None:
        return None
    return (uri[1:-1] if uri.startswith("<") and uri.endswith(">") else uri).replace(" ", "%20")


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A stretch of a file, from `offset` up to `end`, that holds no readable record; `cut` is true
    if the file ends inside a record.
    """

    offset: int
    end: int
    problem: str
    cut: bool = False


# How many bytes of a record's block are wanted, given its header fields.
Keep = Callable[[tuple[tuple[str, str], ...]], int]


def keep_all(_headers: tuple[tuple[str, str], ...]) -> int:
    """Keep blocks whole, up to MAX_BLOCK."""
    return MAX_BLOCK


def parse_warc_date(text: str) -> datetime:
    """A WARC-Date (ISO 28500 §5.4; ASCII digits only) as an aware instant in UTC, nanoseconds cut
    to microseconds; ValueError if it is none.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a WARC-Date: {text[:60]!r}")
    fraction = (match[2] or "")[:6].ljust(6, "0")
    return datetime.fromisoformat(f"{match[1]}.{fraction}+00:00")
