"""Patterns of paths as robots.txt has them (RFC 9309 §2.2.3), which other statements about use have
taken over.
"""

from __future__ import annotations

from urllib.parse import unquote_to_bytes


def covers(pattern: str, path: str) -> bool:
    """Whether a path lies under a pattern: its beginning, with `*` for anything, and `$` at its
    end. `%` escapes and the letters they stand for are the same.

    Each part is looked for once, at its first place: a site's patterns cannot take long.
    """
    anchored = pattern.endswith("$")
    whole = unquote_to_bytes(path)
    first, *parts = [unquote_to_bytes(part) for part in pattern.removesuffix("$").split("*")]
    if not whole.startswith(first):
        return False
    last = parts.pop() if anchored and parts else b""
    place = len(first)
    for part in parts:
        found = whole.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    if not anchored:
        return True
    if "*" not in pattern:
        return place == len(whole)
    return whole.endswith(last) and place + len(last) <= len(whole)
