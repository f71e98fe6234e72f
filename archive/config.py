"""`warraq.toml` as frozen values: what to crawl and how.

Reading and checking the file is all this does; writing a new one is `crawler.setup.site_survey`'s.
Each key is documented where it is declared, and `docs/config.md` is made from these declarations.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from archive.config_parsers import (
    is_loopback,
    nearest_word,
    parse_contact,
    parse_count,
    parse_cron,
    parse_duration,
    parse_flag,
    parse_language,
    parse_regex,
    parse_selector,
    parse_several,
    parse_share,
    parse_size,
    parse_text,
    parse_zone,
    web_address,
)
from archive.errors import ConfigError, NewerCollectionError

# The form of collection this version reads and writes; a larger number in a file means a newer
# Warraq made it.
FORMAT = 1

_SITE_NAME = re.compile(r"[^\W_][\w.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How one key of `warraq.toml` is read, and what the documentation says of it.

    `reads` takes one value (each of them where `many`) and raises ValueError with what is wrong;
    `expects` completes "expected ..."; `example` is TOML.
    """

    reads: Callable[[Any], object]
    expects: str
    says: str
    example: str
    many: bool = False


def _key(
    reads: Callable[[Any], object], expects: str, says: str, example: str, *, many: bool = False
) -> dict[str, Key]:
    return {"key": Key(reads=reads, expects=expects, says=says, example=example, many=many)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """Per-site overrides for the last per cent: CSS selectors, each optional."""

    title: str | None = field(
        default=None,
        metadata=_key(
            parse_selector, "a CSS selector", "Where the headline stands.", '"h1.headline"'
        ),
    )
    body: str | None = field(
        default=None,
        metadata=_key(
            parse_selector,
            "a CSS selector",
            "The element that holds the article's paragraphs.",
            '"div.story"',
        ),
    )
    date: str | None = field(
        default=None,
        metadata=_key(
            parse_selector,
            "a CSS selector",
            "Where the time of publication stands.",
            '"span.published"',
        ),
    )
    drop: tuple[str, ...] = field(
        default=(),
        metadata=_key(
            parse_selector,
            "a CSS selector or a list of them",
            "What is not the article although it stands inside it.",
            '[".newsletter", ".share"]',
            many=True,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """One `[sites.NAME]` table.

    `delay` is seconds between two requests to one host; `include` and `exclude` are regular
    expressions searched in the URL; `timezone` is an IANA name, the zone of dates published without
    one; `schedule` is a cron expression.
    """

    name: str
    start: tuple[str, ...] = field(
        metadata=_key(
            web_address,
            'a URL such as "https://news.example/" or a list of them',
            "Where the crawl begins, and by its host what the site is. Naming a host here is also the only way to allow "
            "a loopback or private address. Required.",
            '["https://news.example/"]',
            many=True,
        )
    )
    timezone: str = field(
        default="UTC",
        metadata=_key(
            parse_zone,
            'an IANA time zone such as "Asia/Dubai"',
            "The zone of dates the site publishes without one, and the zone `schedule` is meant in.",
            '"Asia/Dubai"',
        ),
    )
    language: str | None = field(
        default=None,
        metadata=_key(
            parse_language,
            'a language tag such as "ar"',
            "The language of articles that do not state theirs.",
            '"ar"',
        ),
    )
    schedule: str | None = field(
        default=None,
        metadata=_key(
            parse_cron,
            'a cron expression of five fields such as "*/30 * * * *"',
            "When `warraq run-due` crawls the site; without it only `warraq crawl` does.",
            '"*/30 * * * *"',
        ),
    )
    delay: float = field(
        default=1.0,
        metadata=_key(
            parse_duration,
            'a number of seconds, or text such as "500ms"',
            "Pause between two requests to one host. A longer Crawl-delay in the site's robots.txt wins. Where every "
            "`start` is on this machine itself (loopback) the default is 0.",
            "1.0",
        ),
    )
    concurrency: int = field(
        default=2,
        metadata=_key(
            parse_count, "a whole number from 1 up", "Requests to one host under way at once.", "2"
        ),
    )
    include: tuple[str, ...] = field(
        default=(),
        metadata=_key(
            parse_regex,
            "a regular expression or a list of them",
            "Only URLs in which one of these is found are fetched (besides `start`, robots.txt, sitemaps and feeds).",
            '["/news/"]',
            many=True,
        ),
    )
    exclude: tuple[str, ...] = field(
        default=(),
        metadata=_key(
            parse_regex,
            "a regular expression or a list of them",
            "URLs in which one of these is found are never fetched; wins over `include`.",
            '["/video/", "[?&]print="]',
            many=True,
        ),
    )
    requisites: bool = field(
        default=False,
        metadata=_key(
            parse_flag,
            "true or false",
            "Also fetch what a page needs to look right: images, style sheets, fonts, from other hosts too.",
            "false",
        ),
    )
    obey_robots: bool = field(
        default=True,
        metadata=_key(
            parse_flag,
            "true or false",
            "Keep to the site's robots.txt (RFC 9309). `false` only where you have the publisher's word for it; the "
            "choice is written into every WARC.",
            "true",
        ),
    )
    max_pages: int | None = field(
        default=None,
        metadata=_key(
            parse_count,
            "a whole number from 1 up",
            "The most a single crawl of the site fetches; no bound without it.",
            "5000",
        ),
    )
    max_depth: int = field(
        default=20,
        metadata=_key(
            parse_count,
            "a whole number from 1 up",
            "The most links followed one after another from `start`.",
            "20",
        ),
    )
    selectors: Selectors = field(default_factory=Selectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionConfig:
    """The whole of `warraq.toml`: `[collection]`, and the sites in the order in which they
    stand.
    """

    name: str = field(
        metadata=_key(
            parse_text,
            "one line of text",
            "What the collection is called. Required.",
            '"Gulf news"',
        )
    )
    operator: str | None = field(
        default=None,
        metadata=_key(
            parse_text,
            "one line of text",
            "Who runs the crawl; written into every WARC's `warcinfo`.",
            '"Library of Example"',
        ),
    )
    contact: str | None = field(
        default=None,
        metadata=_key(
            parse_contact,
            "an e-mail address or a URL",
            "Where a publisher can reach you; sent in the User-Agent of every request.",
            '"https://library.example/crawler"',
        ),
    )
    rotate_bytes: int = field(
        default=1_000_000_000,
        metadata=_key(
            parse_size,
            'a size such as "1 GB"',
            "A WARC file is closed and a new one begun at this size.",
            '"1 GB"',
        ),
    )
    failed_share: float = field(
        default=0.1,
        metadata=_key(
            parse_share,
            "a number from 0 to 1",
            "A crawl ends with exit code 3 when more than this share of its fetches failed.",
            "0.1",
        ),
    )
    signing_key: str | None = field(
        default=None,
        metadata=_key(
            parse_text,
            "the path of a file",
            "An Ed25519 private key in PEM (`openssl genpkey -algorithm ed25519 -out FILE`) that statements of fixity are "
            "signed with; relative to the collection's folder. Keep it outside of what you hand on.",
            '"/etc/warraq/signing.pem"',
        ),
    )
    format: int = field(
        default=FORMAT,
        metadata=_key(
            parse_count,
            "a whole number",
            "The form of the collection; written by `init`, not to be changed.",
            "1",
        ),
    )
    sites: tuple[SiteConfig, ...] = ()

    def site(self, name: str) -> SiteConfig:
        """The site called `name`; ConfigError naming the nearest one where there is none."""
        for site in self.sites:
            if site.name == name:
                return site
        names = [site.name for site in self.sites]
        near = nearest_word(name, names)
        known = ", ".join(names) or "none yet: add one with `warraq init DIR --site URL`"
        hint = f"did you mean {near!r}?" if near else f"the sites are: {known}"
        raise ConfigError(f"warraq.toml has no site {name!r}; {hint}")


def documented_keys(table: type[Selectors | SiteConfig | CollectionConfig]) -> dict[str, Key]:
    """The documented keys of one table, in order."""
    return {entry.name: entry.metadata["key"] for entry in fields(table) if "key" in entry.metadata}


def load_config(path: Path) -> CollectionConfig:
    """Read and check a `warraq.toml`.

    Raises ConfigError naming file, table, key, what was expected and the nearest right key, and
    NewerCollectionError where a newer version of Warraq made the collection.
    """
    return parse_config(_text(path), path.name)


def parse_config(text: str, source: str = "warraq.toml") -> CollectionConfig:
    """`load` for a text already in hand; `source` is the file named in messages."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not valid TOML: {error}") from error
    _refuse_newer(document, source)
    _only_known(document, ("collection", "sites"), source, "the file", "table")
    collection = _table(document, "collection", source, "[collection]")
    sites = _table(document, "sites", source, "[sites.NAME]", required=False)
    values = _values(collection, CollectionConfig, source, "[collection]")
    return CollectionConfig(
        **values, sites=tuple(_site(name, table, source) for name, table in sites.items())
    )


def check_format(path: Path) -> None:
    """Raise NewerCollectionError where the file says that a newer Warraq made the collection; say
    nothing otherwise.
    """
    try:
        document = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError:
        # `load` says so where the configuration is needed; reading the archive does not need it
        return
    _refuse_newer(document, path.name)


def _text(path: Path) -> str:
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
    found = collection.get("format", FORMAT) if isinstance(collection, dict) else FORMAT
    if isinstance(found, int) and found > FORMAT:
        raise NewerCollectionError(
            f"{source}: the collection has format {found} and this Warraq reads up to {FORMAT}; install a newer Warraq"
        )


def _site(name: str, table: object, source: str) -> SiteConfig:
    where = f"[sites.{name}]"
    if not _SITE_NAME.fullmatch(name):
        raise ConfigError(
            f"{source}: {where}: expected a name of letters, digits, '.', '-' and '_', not {name!r}"
        )
    if not isinstance(table, dict):
        raise ConfigError(f"{source}: {where}: expected a table, not {table!r}")
    plain = {key: value for key, value in table.items() if key != "selectors"}
    chosen = _table(table, "selectors", source, f"[sites.{name}.selectors]", required=False)
    values = _values(plain, SiteConfig, source, where, also=("selectors",))
    if not values["start"]:
        raise ConfigError(f"{source}: {where} start: expected at least one URL, not an empty list")
    if "delay" not in values and all(map(is_loopback, values["start"])):
        values["delay"] = 0.0
    selectors = Selectors(**_values(chosen, Selectors, source, f"[sites.{name}.selectors]"))
    return SiteConfig(name=name, **values, selectors=selectors)


def _table(
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


def _values(
    table: Mapping[str, Any],
    kind: type[Selectors | SiteConfig | CollectionConfig],
    source: str,
    where: str,
    also: tuple[str, ...] = (),
) -> dict[str, Any]:
    known = documented_keys(kind)
    _only_known(table, (*known, *also), source, where, "key")
    for name in ("start", "name"):
        if name in known and name not in table:
            raise ConfigError(
                f"{source}: {where}: the key {name!r} is missing: expected {known[name].expects}"
            )
    return {name: _value(known[name], name, value, source, where) for name, value in table.items()}


def _value(key: Key, name: str, value: object, source: str, where: str) -> object:
    try:
        if key.many:
            return tuple(key.reads(one) for one in parse_several(value))
        return key.reads(value)
    except ValueError as error:
        raise ConfigError(f"{source}: {where} {name}: expected {key.expects}, {error}") from error


def _only_known(
    table: Iterable[str], known: tuple[str, ...], source: str, where: str, what: str
) -> None:
    for name in table:
        if name not in known:
            near = nearest_word(name, known)
            hint = f"did you mean {near!r}?" if near else f"it may have: {', '.join(known)}"
            raise ConfigError(f"{source}: {where} has no {what} {name!r}; {hint}")
