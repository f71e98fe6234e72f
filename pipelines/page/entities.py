"""Character references that were escaped once too often, as what they stand for."""

from __future__ import annotations

import html
import re

# Python makes no number of thousands of digits; no character has one of eight.
_LONG_NUMBER = re.compile("&#([0-9]{8,})")
_NO_CHARACTER = "1114112"


def resolve_entities(text: str) -> str:
    """The text with its character references resolved (HTML standard, §13.2.5.72 and on); one whose
    number is beyond all characters becomes U+FFFD, however long it is.
    """
    return html.unescape(_LONG_NUMBER.sub(_shortened_number, text))


def _shortened_number(reference: re.Match[str]) -> str:
    digits = reference[1].lstrip("0") or "0"
    return f"&#{digits if len(digits) < 8 else _NO_CHARACTER}"
