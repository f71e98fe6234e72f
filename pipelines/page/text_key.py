"""Text reduced to its letters and digits, for comparing what two readers of a page found."""

from __future__ import annotations

import re
from functools import lru_cache

_NOT_LETTERS = re.compile(r"\W+")


# Of ASCII, capitals made small and all that is neither letter nor digit nor underscore taken out
# without a look at each character: what is left to search are the marks of other scripts.
_SMALL = bytes(range(256)).lower()


_MARKS = bytes(code for code in range(128) if not chr(code).isalnum() and code != ord("_"))


# Lines of no more characters are asked for again and again while a page is read; so many are
# remembered.
_SHORT, _REMEMBERED = 2_000, 4_096


def text_key(text: str) -> str:
    """A text's letters and digits alone, lower case: equal where two readers differ in spaces and
    marks only.
    """
    return _text_key_cached(text) if len(text) <= _SHORT else _reduce_to_letters(text)


def _reduce_to_letters(text: str) -> str:
    bare = (
        text.encode("utf-8", "surrogatepass")
        .translate(_SMALL, _MARKS)
        .decode("utf-8", "surrogatepass")
    )
    return bare if bare.isascii() else _NOT_LETTERS.sub("", bare).lower()


_text_key_cached = lru_cache(maxsize=_REMEMBERED)(_reduce_to_letters)
