"""Addresses that a crawl was led to and did not ask for, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LeftOutReason(StrEnum):
    """Why an address was not asked for."""

    SCOPE = "scope"  # another site, `include` and `exclude`, no page, too deep
    DATE = "date"  # outside the days asked for
    FOLDED = "folded"  # another spelling of an address that was asked for
    TRAP = "trap"  # too many of its shape brought nothing new
    BUDGET = "budget"  # more sitemaps, or indexes in indexes, than a crawl reads
    LIMIT = "limit"  # the crawl was to take no more pages, or no more time
    INTERRUPTED = "interrupted"  # the crawl was stopped; the next one goes on
    AWAY = "away"  # its host did not answer, or asked to be left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An address that was announced or linked and not asked for.

    `detail` says more for a person (for FOLDED, the address asked for instead); `found_on` is the
    page, sitemap or feed that led to it.
    """

    url: str
    why: LeftOutReason
    detail: str = ""
    found_on: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutBatch:
    """Addresses of one site that one crawl left out, as one `metadata` record states them."""

    crawl_id: str
    site: str
    at: datetime
    entries: tuple[LeftOut, ...]
