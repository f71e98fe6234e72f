"""`warraq.toml` as frozen values: what to crawl and how.

Reading and checking the file is all this does; writing a new one is `crawler.setup.site_survey`'s.
What keys there are, with their defaults and meanings, is the table `archive.config_keys`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.config_files import (
    DEFAULTS,
    OF_ONE_SITE,
    FaultySite,
    SiteTable,
    collect_site_tables,
    find_table,
    included_files,
    parse_toml,
    read_config_text,
    refuse_unknown,
)
from archive.config_key import COLLECTION, REQUIRED, SELECTORS, SITE, Key
from archive.config_keys import FORMAT, default_of, keys_of
from archive.config_monitor_keys import Channel
from archive.config_parsers import is_loopback, nearest_word, parse_several, parse_site_name
from archive.credentials import Header, Login, Proxy, contradiction
from archive.errors import ConfigError, NewerCollectionError
from archive.urls import canonical_key

__all__ = ["CollectionConfig", "FaultySite", "Selectors", "SiteConfig", "load_config"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Per-site overrides for the last per cent: CSS selectors, each optional."""

    title: str | None = default_of(SELECTORS, "title")
    body: str | None = default_of(SELECTORS, "body")
    date: str | None = default_of(SELECTORS, "date")
    drop: tuple[str, ...] = default_of(SELECTORS, "drop")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """One `[sites.NAME]` table.

    `delay` is seconds between two requests to one host; `include` and `exclude` are regular
    expressions searched in the URL; `timezone` is an IANA name, the zone of dates published without
    one; `schedule` is a cron expression, `jitter` the most seconds after it. `aliases` are former
    names, the first one first: `identity` is the name that ids of articles are made from.
    """

    name: str
    start: tuple[str, ...]
    private: bool = default_of(SITE, "private")
    timezone: str = default_of(SITE, "timezone")
    language: str | None = default_of(SITE, "language")
    schedule: str | None = default_of(SITE, "schedule")
    jitter: float = default_of(SITE, "jitter")
    paused: bool = default_of(SITE, "paused")
    aliases: tuple[str, ...] = default_of(SITE, "aliases")
    delay: float = default_of(SITE, "delay")
    concurrency: int = default_of(SITE, "concurrency")
    include: tuple[str, ...] = default_of(SITE, "include")
    exclude: tuple[str, ...] = default_of(SITE, "exclude")
    requisites: bool = default_of(SITE, "requisites")
    max_pages: int | None = default_of(SITE, "max_pages")
    budget: int | None = default_of(SITE, "budget")
    max_time: float | None = default_of(SITE, "max_time")
    max_depth: int = default_of(SITE, "max_depth")
    fold_tracking: bool = default_of(SITE, "fold_tracking")
    hreflang: bool = default_of(SITE, "hreflang")
    spider: str | None = default_of(SITE, "spider")
    user_agent: str | None = default_of(SITE, "user_agent")
    ip_family: int | None = default_of(SITE, "ip_family")
    headers: tuple[Header, ...] = default_of(SITE, "headers")
    cookies_file: str | None = default_of(SITE, "cookies_file")
    login: Login | None = None
    proxy: Proxy | None = None
    obey_signals: tuple[str, ...] = default_of(SITE, "obey_signals")
    obey_robots: bool = default_of(SITE, "obey_robots")
    keep_alive: bool = default_of(SITE, "keep_alive")
    browser: str = default_of(SITE, "browser")
    browser_clicks: tuple[str, ...] = default_of(SITE, "browser_clicks")
    browser_more: str | None = default_of(SITE, "browser_more")
    browser_scrolls: int = default_of(SITE, "browser_scrolls")
    browser_views: tuple[str, ...] = default_of(SITE, "browser_views")
    selectors: Selectors = field(default_factory=Selectors)

    @property
    def identity(self) -> str:
        """The name that ids of the site's articles are made from: the first it had."""
        return self.aliases[0] if self.aliases else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionConfig:
    """The whole of a configuration: `[collection]`, and the sites in the order of the files.

    `faulty` are the sites that cannot be crawled, `files` the files that `include` named.
    """

    name: str
    operator: str | None = default_of(COLLECTION, "operator")
    contact: str | None = default_of(COLLECTION, "contact")
    rotate_bytes: int = default_of(COLLECTION, "rotate_bytes")
    failed_share: float = default_of(COLLECTION, "failed_share")
    max_time: float | None = default_of(COLLECTION, "max_time")
    min_free: int | None = default_of(COLLECTION, "min_free")
    quota: int | None = default_of(COLLECTION, "quota")
    signing_key: str | None = default_of(COLLECTION, "signing_key")
    public_key: tuple[str, ...] = default_of(COLLECTION, "public_key")
    alarms: tuple[Channel, ...] = default_of(COLLECTION, "alarms")
    format: int = default_of(COLLECTION, "format")
    ping_start: str | None = default_of(COLLECTION, "ping_start")
    ping_success: str | None = default_of(COLLECTION, "ping_success")
    ping_fail: str | None = default_of(COLLECTION, "ping_fail")
    metrics_file: str | None = default_of(COLLECTION, "metrics_file")
    sites: tuple[SiteConfig, ...] = ()
    faulty: tuple[FaultySite, ...] = ()
    files: tuple[Path, ...] = ()

    def site(self, name: str) -> SiteConfig:
        """The site called `name`, now or formerly; raises ConfigError saying what is wrong with its
        table, or naming the nearest site if there is none.
        """
        for site in self.sites:
            if site.name == name or name in site.aliases:
                return site
        for fault in self.faulty:
            if fault.name == name:
                raise ConfigError(fault.problem)
        names = [site.name for site in self.sites]
        near = nearest_word(name, names)
        known = ", ".join(names) or "none yet: add one with `warraq init DIR --site URL`"
        hint = f"did you mean {near!r}?" if near else f"the sites are: {known}"
        raise ConfigError(f"warraq.toml has no site {name!r}; {hint}")

    def select_sites(
        self, names: Sequence[str] = ()
    ) -> tuple[tuple[SiteConfig, ...], tuple[FaultySite, ...]]:
        """The sites of these names, or all that are not paused, and those of them that are faulty;
        raises ConfigError for a name that is not there, and where only faulty ones are left.
        """
        if not names:
            chosen = tuple(site for site in self.sites if not site.paused)
            faults = self.faulty
        else:
            faults = tuple(fault for fault in self.faulty if fault.name in names)
            wrong = {fault.name for fault in faults} - {site.name for site in self.sites}
            sound = dict.fromkeys(self.site(name).name for name in names if name not in wrong)
            chosen = tuple(self.site(name) for name in sound)
        if faults and not (chosen if names else self.sites):
            raise ConfigError(faults[0].problem)
        return chosen, faults

    def refuse_faulty(self) -> None:
        """Raise ConfigError for the first faulty site: for work that needs every site's table."""
        for fault in self.faulty:
            raise ConfigError(fault.problem)


def load_config(path: Path) -> CollectionConfig:
    """Read and check a `warraq.toml` and what it includes. A faulty site is in `faulty`.

    Raises ConfigError naming file, table, key, what was expected and the nearest right key, and
    NewerCollectionError where a newer version of Warraq made the collection.
    """
    return _parse_all(read_config_text(path), path.name, path.parent)


def parse_config(
    text: str, source: str = "warraq.toml", folder: Path | None = None
) -> CollectionConfig:
    """Parse and check the text of a `warraq.toml`; `source` is the file named in messages, `folder`
    is where the files are that it includes: without it they are not read.

    Raises what `load_config` raises, for a faulty site too.
    """
    config = _parse_all(text, source, folder)
    config.refuse_faulty()
    return config


def _parse_all(text: str, source: str, folder: Path | None) -> CollectionConfig:
    document = parse_toml(text, source)
    _refuse_newer(document, source)
    refuse_unknown(
        document, ("collection", "sites", "defaults", "include"), source, "the file", "table"
    )
    collection = find_table(document, "collection", source, "[collection]")
    values = _parse_values(collection, COLLECTION, source, "[collection]")
    defaults = _parse_defaults(document, source)
    files = included_files(document, source, folder) if folder is not None else ()
    named = [(path.relative_to(folder).as_posix(), path) for path in files if folder is not None]
    tables, faulty = collect_site_tables(document, source, named)
    sites = []
    for entry in tables:
        try:
            sites.append(_parse_site(entry, defaults))
        except ConfigError as error:
            faulty.append(FaultySite(name=entry.name, problem=str(error)))
    sites, clashes = _part_clashing(sites, {entry.name: entry.source for entry in tables})
    return CollectionConfig(
        **values, sites=tuple(sites), faulty=(*faulty, *clashes), files=tuple(files)
    )


def check_format(path: Path) -> None:
    """Raise NewerCollectionError if a newer Warraq made the collection; other faults of the file
    pass.
    """
    text = read_config_text(path)
    try:
        document = parse_toml(text, path.name)
    except ConfigError:
        # `load_config` reports it where the configuration is needed; readers do not need it.
        return
    _refuse_newer(document, path.name)


def _refuse_newer(document: Mapping[str, Any], source: str) -> None:
    collection = document.get("collection")
    declared = collection.get("format", FORMAT) if isinstance(collection, dict) else FORMAT
    if isinstance(declared, int) and declared > FORMAT:
        raise NewerCollectionError(
            f"{source}: the collection has format {declared} and this Warraq reads up to {FORMAT}; "
            "install a newer Warraq"
        )


def _parse_defaults(document: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The values of `[defaults]`: of every site that does not say otherwise."""
    table = find_table(document, "defaults", source, DEFAULTS, required=False)
    for name in table:
        if name in OF_ONE_SITE:
            raise ConfigError(f"{source}: {DEFAULTS}: {name!r} belongs to one site: write it there")
    return _parse_table(table, source, DEFAULTS, "[defaults.selectors]", complete=False)


def _parse_site(entry: SiteTable, defaults: Mapping[str, Any]) -> SiteConfig:
    name, table, source = entry.name, entry.table, entry.source
    where = f"[sites.{name}]"
    try:
        parse_site_name(name)
    except ValueError as error:
        raise ConfigError(
            f"{source}: {where}: expected a name of letters, digits, '.', '-' and '_', not {name!r}"
        ) from error
    if not isinstance(table, dict):
        raise ConfigError(f"{source}: {where}: expected a table, not {table!r}")
    own = _parse_table(table, source, where, f"[sites.{name}.selectors]")
    chosen = defaults.get("selectors", {}) | own.get("selectors", {})
    values = {**defaults, **own}
    if not values["start"]:
        raise ConfigError(f"{source}: {where} start: expected at least one URL, not an empty list")
    if against := contradiction(values):
        raise ConfigError(f"{source}: {where}: {against}")
    if "delay" not in values and all(map(is_loopback, values["start"])):
        values["delay"] = 0.0
    return SiteConfig(**values | {"name": name, "selectors": Selectors(**chosen)})


def _parse_table(
    table: Mapping[str, Any], source: str, where: str, of_selectors: str, *, complete: bool = True
) -> dict[str, Any]:
    """The values of a table of site keys, and of its table of selectors under "selectors"."""
    plain = {key: value for key, value in table.items() if key != "selectors"}
    values = _parse_values(plain, SITE, source, where, ("selectors",), complete=complete)
    chosen = find_table(table, "selectors", source, of_selectors, required=False)
    if chosen:
        values["selectors"] = _parse_values(chosen, SELECTORS, source, of_selectors)
    return values


def _part_clashing(
    sites: Sequence[SiteConfig], sources: Mapping[str, str]
) -> tuple[list[SiteConfig], list[FaultySite]]:
    """The sites that can be told from those before them, and those that cannot: of two that start
    at one address, or have one name, the second is the faulty one.
    """
    sound: list[SiteConfig] = []
    clashes: list[FaultySite] = []
    names = {site.name: f"[sites.{site.name}]" for site in sites}
    hosts: dict[str, list[tuple[str, str]]] = {}
    for site in sites:
        problem = next((f"aliases: {a!r} is {names[a]}" for a in site.aliases if a in names), None)
        for start in site.start:
            there = hosts.setdefault(start.split("/", 3)[2].lower().removeprefix("www."), [])
            for other, known in there:  # keys cost too much to be made for hosts of one site only
                if other != site.name and canonical_key(known) == canonical_key(start):
                    problem = problem or f"start: [sites.{other}] starts at {known}, too"
            there.append((site.name, start))
        if problem:
            problem = f"{sources[site.name]}: [sites.{site.name}] {problem}"
            clashes.append(FaultySite(name=site.name, problem=problem))
        else:
            sound.append(site)
            names |= dict.fromkeys(site.aliases, f"an alias of [sites.{site.name}]")
    return sound, clashes


def _parse_values(
    table: Mapping[str, Any],
    kind: str,
    source: str,
    where: str,
    also: tuple[str, ...] = (),
    *,
    complete: bool = True,
) -> dict[str, Any]:
    known = keys_of(kind)
    refuse_unknown(table, (*known, *also), source, where, "key")
    for name, key in known.items():
        if complete and key.default is REQUIRED and name not in table:
            raise ConfigError(
                f"{source}: {where}: the key {name!r} is missing: expected {key.expects}"
            )
    return {
        name: _parse_value(known[name], name, value, source, where) for name, value in table.items()
    }


def _parse_value(key: Key, name: str, value: object, source: str, where: str) -> object:
    try:
        if key.many:
            return tuple(key.parse(item) for item in parse_several(value))
        return key.parse(value)
    except ValueError as error:
        raise ConfigError(f"{source}: {where} {name}: expected {key.expects}, {error}") from error
