"""What sites state about the use of what they serve, as values: directives for robots, reservations
of rights, licences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Response headers that state it; a capture keeps them as sent.
RIGHTS_HEADERS: Final = frozenset(
    {
        "x-robots-tag",  # Google's robots meta specification
        "tdm-reservation",  # TDM Reservation Protocol (W3C community group), §5
        "tdm-policy",
        "content-signal",  # contentsignals.org
        "content-usage",  # draft-ietf-aipref-attach
        "link",  # only with rel=license (RFC 4946, RSL 1.0)
    }
)
TDMREP_PATH: Final = "/.well-known/tdmrep.json"  # TDM Reservation Protocol, §6
MAX_RIGHTS_HEADERS = 50  # of one response: more are no statement but noise


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSignal:
    """One statement: by `source` (`header`, `meta`, `link`, `robots.txt`, `tdmrep.json`, `rsl`), to
    `agent` (a product token in lower case, or `*`), about `path` (as written; empty for all that
    the source is about). `name` and `value` are in lower case where the form has no case; `raw` is
    as written.
    """

    source: str
    name: str
    raw: str
    value: str | None = None
    agent: str = "*"
    path: str = ""


def rights_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Those of a response's headers that state how it may be used: names in lower case, values as
    sent.
    """
    named = ((name.lower(), value) for name, value in headers)
    kept = [
        (name, value)
        for name, value in named
        if name in RIGHTS_HEADERS and (name != "link" or "license" in value.lower())
    ]
    return tuple(kept[:MAX_RIGHTS_HEADERS])
