"""Finds and replaces the addresses inside a style sheet or a `srcset` attribute.

Each is read in one linear pass however odd the text (an unclosed `url(` before thousands of blanks
included). Where the addresses lead is for `pipelines.page.links`, what replaces them for the
replay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# CSS Syntax Level 3 §4.3.6: url(), quoted or not, the string form of @import, and the strings of
# image-set(), which a resolution follows (CSS Images Level 4 §2.4). Possessive, so that no text can
# make the pattern try again; a parenthesis ends an unquoted address, a line's end a quoted one.
_CSS = re.compile(
    r"""
    \burl\(\s*+(?:"(?P<double>[^"\n]*+)"|'(?P<single>[^'\n]*+)'|(?P<bare>[^()"']*+))\s*+\)
    |@import\s++(?:"(?P<import_double>[^"\n]*+)"|'(?P<import_single>[^'\n]*+)')|
    (?:"(?P<set_double>[^"\n]*+)"|'(?P<set_single>[^'\n]*+)')(?=\s++[0-9.]++(?:x|
    dppx|dpi|dpcm)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CANDIDATE = re.compile(r"[\s,]*+(?P<url>\S++)")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)


def find_css_urls(css: str) -> Iterator[str]:
    """Every address in a style sheet (or `style` attribute), as written, in order."""
    for match in _CSS.finditer(css):
        yield _unescape_css(match[match.lastgroup or 0].strip())


def replace_css_urls(css: str, replacement: Callable[[str], str]) -> str:
    """The style sheet with each address replaced; the rest stays as it is."""

    def replace(match: re.Match[str]) -> str:
        """The address of one match replaced and quoted anew."""
        fresh = replacement(_unescape_css(match[match.lastgroup or 0].strip()))
        quoted = '"' + re.sub(r'["\\\n<]', lambda odd: f"\\{ord(odd[0]):x} ", fresh) + '"'
        return f"@import {quoted}" if match[0].startswith("@") else f"url({quoted})"

    return _CSS.sub(replace, css)


def parse_srcset(value: str) -> list[tuple[str, str]]:
    """The candidates of a `srcset` (HTML §4.8.4.2.1): each address as written, and its descriptor
    (`2x`, `640w` or none).
    """
    candidates = []
    position = 0
    while candidate := _CANDIDATE.match(value, position):
        url = candidate["url"]
        position = candidate.end()
        descriptor = ""
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            end = value.find(",", position)
            end = len(value) if end < 0 else end
            descriptor, position = value[position:end].strip(), end
        if url:
            candidates.append((url, descriptor))
    return candidates


def _unescape_css(written: str) -> str:
    if "\\" not in written:
        return written
    return _ESCAPE.sub(lambda found: _character_of(found[1]) if found[1] else found[2], written)


def _character_of(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
