"""The sites of a configuration as rows for a person, and what is wrong with which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from archive.config import CollectionConfig, FaultySite, SiteConfig
from archive.errors import ConfigError

SITE_COLUMNS = ("site", "start", "schedule", "timezone", "paused", "aliases", "problem")


def site_rows(config: CollectionConfig) -> list[dict[str, Any]]:
    """A row for each site, faulty ones behind the others; lists as text with blanks between."""
    rows: list[dict[str, Any]] = [
        {
            "site": site.name,
            "start": " ".join(site.start),
            "schedule": site.schedule,
            "timezone": site.timezone,
            "paused": site.paused,
            "aliases": " ".join(site.aliases) or None,
            "problem": None,
        }
        for site in config.sites
    ]
    return rows + [
        dict.fromkeys(SITE_COLUMNS) | {"site": fault.name, "problem": fault.problem}
        for fault in config.faulty
    ]


def faulty_sites(
    config: CollectionConfig, names: Sequence[str], check_site: Callable[[SiteConfig], None]
) -> list[FaultySite]:
    """What is wrong with all sites, or with those named: their tables, and what `check_site` raises
    ConfigError for (spiders, secrets, the browser). Raises ConfigError for a name that is not
    there.
    """
    faults = [fault for fault in config.faulty if not names or fault.name in names]
    wrong = {fault.name for fault in faults}
    chosen = [config.site(name) for name in names if name not in wrong] if names else config.sites
    for site in chosen:
        try:
            check_site(site)
        except ConfigError as error:
            faults.append(FaultySite(name=site.name, problem=str(error)))
    return faults
