"""How much of a URL pattern is asked for while it brings nothing new: traps end by budget."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from crawler.frontier.scope import _DIGITS

_NUMBER_LIKE = re.compile(r"^[\d\W_]*\d[\d\W_]*$")
# What servers make up for each visit and put into paths: ASP.NET's `(S(…))`, and letters and digits
# in a row that no word has.
_IN_BRACKETS = re.compile(r"\((?:[A-Za-z]\([^()/]*\))+\)")
_HEXADECIMAL = re.compile(r"(?=\D*\d)(?=[\d-]*[a-f])[0-9a-f-]{8,}", re.IGNORECASE)
_TOKEN = re.compile(r"(?=(?:[a-z]*\d+){2})(?=(?:\d*[a-z]+){2})[0-9a-z]{10,}", re.IGNORECASE)
_ESCAPED_MARK = re.compile(r"(?:amp;)+", re.IGNORECASE)


@lru_cache(maxsize=4096)  # asked for each address when it is queued, fetched, read and indexed
def url_shapes(url: str) -> tuple[str, str, str, str]:
    """The shapes an address has, from fine to coarse: what a trap keeps while the address changes.

    The path with numbers, dates and session ids collapsed and the names of its parameters; that
    path, with any parameters; its first segment and its depth; its depth alone.
    """
    parts = urlsplit(url)
    segments = [_shape(segment) for segment in parts.path.split("/") if segment]
    path = "/" + "/".join(segments)
    names = "&".join(
        sorted({_name(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    )
    query = "?…" if names else ""
    depth = len(segments)
    first = segments[0] if depth > 1 else ""
    return f"{path}?{names}", f"{path}{query}", f"/{first}/…{depth}{query}", f"…{depth}{query}"


def _name(parameter: str) -> str:
    """A parameter's name without its numbers, and without what escaping again and again adds."""
    return _DIGITS.sub("0", _ESCAPED_MARK.sub("", parameter))


def _shape(segment: str) -> str:
    segment = segment.partition(";")[0]  # `;jsessionid=…` and its like
    if _IN_BRACKETS.fullmatch(segment):
        return "()"
    if _NUMBER_LIKE.match(segment):
        return "0"
    if len(segment) > 40 or segment.count("-") > 2 or "%" in segment:
        return "*"
    if _HEXADECIMAL.fullmatch(segment) or _TOKEN.fullmatch(segment):
        return "#"
    return _DIGITS.sub("0", segment.lower())


# How many pages of one shape may bring no article not met before, until the shape is left. Found by
# trial: a calendar is left after 50 days, while the longest run of article-less pages on the sites
# at hand was 23 (a list of tags).
FRUITLESS = (50, 150, 600, 2000)


# A page that is refused counts as so many: ten in a row of one shape are a part of the site that is
# closed.
REFUSED_WEIGHT = 5


class TrapBudgets:
    """Counts, for each shape of address, the pages in a row that brought nothing; says which shapes
    are spent.
    """

    def __init__(self, limits: tuple[int, ...] = FRUITLESS) -> None:
        self._limits = limits
        self._fruitless: dict[str, int] = {}
        self._under_way: Counter[str] = Counter()

    def spent(self, url: str) -> str | None:
        """The shape of this address that has used up its pages, or None."""
        for shape, limit in zip(url_shapes(url), self._limits, strict=True):
            if self._fruitless.get(shape, 0) >= limit:
                return shape
        return None

    def begin(self, url: str) -> None:
        """A page was asked for; what it brings is not known before `end`."""
        self._under_way.update(url_shapes(url))

    def end(self, url: str) -> None:
        """What a page that was asked for brought has been counted."""
        for shape in url_shapes(url):
            self._under_way[shape] -= 1
            if not self._under_way[shape]:
                del self._under_way[shape]

    def is_undecided(self, url: str) -> bool:
        """True if a shape of this address is spent should all pages under way bring nothing."""
        return any(
            self._fruitless.get(shape, 0) + self._under_way[shape] >= limit
            for shape, limit in zip(url_shapes(url), self._limits, strict=True)
        )

    def count_fruitless(self, url: str, weight: int = 1) -> None:
        """A page was fetched and brought no article not met before."""
        for shape in url_shapes(url):
            self._fruitless[shape] = self._fruitless.get(shape, 0) + weight

    def reset_shapes(self, *urls: str | None) -> None:
        """An article not met before stands at, or was reached through, these addresses."""
        for url in urls:
            if url:
                for shape in url_shapes(url):
                    self._fruitless.pop(shape, None)
