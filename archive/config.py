"""`warraq.toml` as frozen values: what to crawl and how.

Reading and checking the file is all this does; writing a new one is `crawler.cli`'s `init`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Per-site overrides for the last per cent: CSS selectors, each optional."""

    title: str | None = None
    body: str | None = None
    date: str | None = None
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """One `[sites.NAME]` table.

    `delay` is seconds between two requests to one host; `include` and `exclude` are regular expressions searched in the
    URL; `timezone` is an IANA name, the zone of dates published without one; `schedule` is a cron expression.
    """

    name: str
    start: tuple[str, ...]
    timezone: str = "UTC"
    language: str | None = None
    schedule: str | None = None
    delay: float = 1.0
    concurrency: int = 2
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    requisites: bool = False
    obey_robots: bool = True
    max_pages: int | None = None
    max_depth: int = 20
    selectors: Selectors = field(default_factory=Selectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionConfig:
    """The whole of `warraq.toml`."""

    name: str
    operator: str | None = None
    contact: str | None = None
    rotate_bytes: int = 1_000_000_000
    failed_share: float = 0.1
    sites: tuple[SiteConfig, ...] = ()
