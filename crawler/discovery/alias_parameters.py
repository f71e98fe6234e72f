"""Parameters of a site's links that lead to the same article with and without them.

Many a site marks where on a page a link stood (`?ref=related`), in parameters of its own naming.
What the index knows of earlier crawls tells which these are: articles that were read at addresses
with such a parameter name themselves by the address without it. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from crawler.frontier.scope import is_pagination
from crawler.frontier.trap_budgets import url_shapes

ENOUGH = 3  # articles for which a parameter was seen to say nothing


class AliasParameters:
    """Learned from pairs of the address at which an article was read and the one that names it.

    A parameter counts for addresses of the shape at which it was seen, so that what says nothing of
    an article may still choose a listing; and not at all where an article is named by it.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._naming: set[str] = set()
        for url, canonical in pairs:
            names = _names(canonical)
            self._naming |= names
            extra = _names(url) - names
            if len(extra) == 1 and _without(url, extra) == canonical and not is_pagination(url):
                seen[url_shapes(canonical)[0], extra.pop()].add(canonical)
        self._idle = {key for key, articles in seen.items() if len(articles) >= ENOUGH}

    def fold(self, url: str) -> str:
        """The address without parameters that say nothing there; itself where it has none."""
        if not self._idle or "?" not in url or is_pagination(url):
            return url
        idle = {name for _, name in self._idle} & _names(url) - self._naming
        bare = _without(url, idle)
        return bare if all((url_shapes(bare)[0], name) in self._idle for name in idle) else url


def _pairs(url: str) -> list[str]:
    query = urlsplit(url).query
    return query.split("&") if query else []


def _names(url: str) -> set[str]:
    return {unquote_plus(pair.partition("=")[0]) for pair in _pairs(url)}


def _without(url: str, names: set[str]) -> str:
    """The address without some parameters, the others as they were written."""
    kept = [pair for pair in _pairs(url) if unquote_plus(pair.partition("=")[0]) not in names]
    return urlunsplit(urlsplit(url)._replace(query="&".join(kept)))
