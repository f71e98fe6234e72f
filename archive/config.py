"""`warraq.toml` as frozen values: what to crawl and how.

Reading and checking the file is all this does; writing a new one is `crawler.setup.site_survey`'s.
What keys there are, with their defaults and meanings, is the table `archive.config_keys`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.config_key import COLLECTION, REQUIRED, SELECTORS, SITE, Key
from archive.config_keys import FORMAT, default_of, keys_of
from archive.config_parsers import is_loopback, nearest_word, parse_several
from archive.credentials import Header, Login, Proxy, contradiction
from archive.errors import ConfigError, NewerCollectionError

_SITE_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


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
    one; `schedule` is a cron expression.
    """

    name: str
    start: tuple[str, ...]
    timezone: str = default_of(SITE, "timezone")
    language: str | None = default_of(SITE, "language")
    schedule: str | None = default_of(SITE, "schedule")
    delay: float = default_of(SITE, "delay")
    concurrency: int = default_of(SITE, "concurrency")
    include: tuple[str, ...] = default_of(SITE, "include")
    exclude: tuple[str, ...] = default_of(SITE, "exclude")
    requisites: bool = default_of(SITE, "requisites")
    obey_robots: bool = default_of(SITE, "obey_robots")
    max_pages: int | None = default_of(SITE, "max_pages")
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
    keep_alive: bool = default_of(SITE, "keep_alive")
    browser: str = default_of(SITE, "browser")
    browser_clicks: tuple[str, ...] = default_of(SITE, "browser_clicks")
    browser_more: str | None = default_of(SITE, "browser_more")
    browser_scrolls: int = default_of(SITE, "browser_scrolls")
    browser_views: tuple[str, ...] = default_of(SITE, "browser_views")
    selectors: Selectors = field(default_factory=Selectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionConfig:
    """The whole of `warraq.toml`: `[collection]`, and the sites in the order of the file."""

    name: str
    operator: str | None = default_of(COLLECTION, "operator")
    contact: str | None = default_of(COLLECTION, "contact")
    rotate_bytes: int = default_of(COLLECTION, "rotate_bytes")
    failed_share: float = default_of(COLLECTION, "failed_share")
    signing_key: str | None = default_of(COLLECTION, "signing_key")
    format: int = default_of(COLLECTION, "format")
    sites: tuple[SiteConfig, ...] = ()

    def site(self, name: str) -> SiteConfig:
        """The site called `name`; raises ConfigError naming the nearest one if there is none."""
        for site in self.sites:
            if site.name == name:
                return site
        names = [site.name for site in self.sites]
        near = nearest_word(name, names)
        known = ", ".join(names) or "none yet: add one with `warraq init DIR --site URL`"
        hint = f"did you mean {near!r}?" if near else f"the sites are: {known}"
        raise ConfigError(f"warraq.toml has no site {name!r}; {hint}")


def load_config(path: Path) -> CollectionConfig:
    """Read and check a `warraq.toml`.

    Raises ConfigError naming file, table, key, what was expected and the nearest right key, and
    NewerCollectionError where a newer version of Warraq made the collection.
    """
    return parse_config(_read_text(path), path.name)


def parse_config(text: str, source: str = "warraq.toml") -> CollectionConfig:
    """Parse and check the text of a `warraq.toml`; `source` is the file named in messages.

    Raises what `load_config` raises, without reading a file.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not valid TOML: {error}") from error
    _refuse_newer(document, source)
    _refuse_unknown(document, ("collection", "sites"), source, "the file", "table")
    collection = _find_table(document, "collection", source, "[collection]")
    sites = _find_table(document, "sites", source, "[sites.NAME]", required=False)
    values = _parse_values(collection, COLLECTION, source, "[collection]")
    return CollectionConfig(
        **values, sites=tuple(_parse_site(name, table, source) for name, table in sites.items())
    )


def check_format(path: Path) -> None:
    """Raise NewerCollectionError if a newer Warraq made the collection; other faults of the file
    pass.
    """
    try:
        document = tomllib.loads(_read_text(path))
    except tomllib.TOMLDecodeError:
        # `load_config` reports it where the configuration is needed; readers do not need it.
        return
    _refuse_newer(document, path.name)


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path.name}: not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def _refuse_newer(document: Mapping[str, Any], source: str) -> None:
    collection = document.get("collection")
    declared = collection.get("format", FORMAT) if isinstance(collection, dict) else FORMAT
    if isinstance(declared, int) and declared > FORMAT:
        raise NewerCollectionError(
            f"{source}: the collection has format {declared} and this Warraq reads up to {FORMAT}; "
            "install a newer Warraq"
        )


def _parse_site(name: str, table: object, source: str) -> SiteConfig:
    where = f"[sites.{name}]"
    if not _SITE_NAME.fullmatch(name):
        raise ConfigError(
            f"{source}: {where}: expected a name of letters, digits, '.', '-' and '_', not {name!r}"
        )
    if not isinstance(table, dict):
        raise ConfigError(f"{source}: {where}: expected a table, not {table!r}")
    plain = {key: value for key, value in table.items() if key != "selectors"}
    chosen = _find_table(table, "selectors", source, f"[sites.{name}.selectors]", required=False)
    values = _parse_values(plain, SITE, source, where, also=("selectors",))
    if not values["start"]:
        raise ConfigError(f"{source}: {where} start: expected at least one URL, not an empty list")
    if against := contradiction(values):
        raise ConfigError(f"{source}: {where}: {against}")
    if "delay" not in values and all(map(is_loopback, values["start"])):
        values["delay"] = 0.0
    selectors = Selectors(**_parse_values(chosen, SELECTORS, source, f"[sites.{name}.selectors]"))
    return SiteConfig(name=name, **values, selectors=selectors)


def _find_table(
    document: Mapping[str, Any], name: str, source: str, where: str, *, required: bool = True
) -> dict[str, Any]:
    table = document.get(name)
    if table is None and not required:
        return {}
    if table is None:
        raise ConfigError(f"{source}: the table {where} is missing")
    if not isinstance(table, dict):
        raise ConfigError(f"{source}: {where}: expected a table, not {table!r}")
    return table


def _parse_values(
    table: Mapping[str, Any],
    kind: str,
    source: str,
    where: str,
    also: tuple[str, ...] = (),
) -> dict[str, Any]:
    known = keys_of(kind)
    _refuse_unknown(table, (*known, *also), source, where, "key")
    for name, key in known.items():
        if key.default is REQUIRED and name not in table:
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


def _refuse_unknown(
    table: Iterable[str], known: tuple[str, ...], source: str, where: str, what: str
) -> None:
    for name in table:
        if name not in known:
            near = nearest_word(name, known)
            hint = f"did you mean {near!r}?" if near else f"it may have: {', '.join(known)}"
            raise ConfigError(f"{source}: {where} has no {what} {name!r}; {hint}")
