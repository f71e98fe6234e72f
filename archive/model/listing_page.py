"""A page that leads to articles and is none, as far as is needed to tell it from others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPage:
    """What a list of headlines shows. Parts are hashes (`archive.text.page_parts`).

    `named` is the front page or section that it says to be (rel=canonical, og:url) though its
    address is another. `headlines` counts the addresses of its own site that it announces.
    `headings` are its titles, `texts` its lines, `links` the addresses it leads to.
    """

    named: str | None = None
    headlines: int = 0
    headings: frozenset[int] = frozenset()
    texts: frozenset[int] = frozenset()
    links: frozenset[int] = frozenset()
