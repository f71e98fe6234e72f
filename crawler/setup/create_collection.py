"""Making a collection, and adding sites to one: looks around each site and writes its table into
`warraq.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.config import CollectionConfig, check_format, parse_config
from archive.config_files import parse_toml
from archive.config_parsers import parse_site_name, parse_url, parse_zone
from archive.errors import StorageError, UsageError
from archive.layout import CONFIG_NAME, CollectionFolder
from archive.locks.file_modes import open_private, write_private
from archive.urls import canonical_key
from crawler.setup.site_survey import (
    SiteSurvey,
    collection_text,
    site_name,
    site_text,
    survey_site,
    taken_names,
)

_SCRAPY_CFG = """\
# For the `scrapy` command (list, crawl, shell, fetch, parse) in this folder.
[settings]
default = crawler.engine.scrapy_settings
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedCollection:
    """What came of it: where the collection lies, and each site's name with what was found."""

    layout: CollectionFolder
    sites: tuple[tuple[str, SiteSurvey], ...]


def create_collection(
    folder: Path,
    urls: Sequence[str],
    *,
    timezone: str | None = None,
    name: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> CreatedCollection:
    """Make a collection in `folder` with the sites at `urls`, or add them to the one that is there.

    `name` names a single site; else it is made of its host. What a site does never fails this: a
    site that could not be looked at gets its table too. Raises UsageError for an address or zone
    that is none, or where nothing would be done.
    """
    _check_arguments(urls, timezone)
    path = folder.expanduser() / CONFIG_NAME
    exists = path.is_file()
    text = _starting_text(path, urls, exists=exists)
    # nothing is added to a file that is wrong already, either
    config = parse_config(text, CONFIG_NAME, path.parent)
    _refuse_known(config, urls, urls)
    taken = {name for site in config.sites for name in (site.name, *site.aliases)}
    _check_name(name, taken)
    defaults = parse_toml(text, CONFIG_NAME).get("defaults", {})
    added, sites = "", []
    for url in urls:
        survey = survey_site(url, timezone=timezone, say=say)
        chosen = name or site_name(survey.start, taken | taken_names(text + added))
        added += site_text(chosen, survey, on=datetime.now(UTC), defaults=defaults)
        sites.append((chosen, survey))
    _refuse_known(config, urls, [found.start for _, found in sites])  # where the addresses have led
    whole = text + ("" if text.endswith("\n") else "\n") + added
    parse_config(whole, CONFIG_NAME, path.parent)
    if exists:
        replace_config(path, text, whole)
        return CreatedCollection(layout=CollectionFolder.locate(path.parent), sites=tuple(sites))
    layout = CollectionFolder.create(path.parent, whole)
    _name_scrapy_settings(layout.root / "scrapy.cfg")
    return CreatedCollection(layout=layout, sites=tuple(sites))


def _name_scrapy_settings(path: Path) -> None:
    """Have the `scrapy` command know the folder as a project; a file that is there stays."""
    try:
        with open_private(path, "xb") as file:
            file.write(_SCRAPY_CFG.encode())
    except FileExistsError:
        pass
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error


def _starting_text(path: Path, urls: Sequence[str], *, exists: bool) -> str:
    """The `warraq.toml` to add sites to: the one at `path`, or the head of a new one."""
    if not exists:
        return collection_text(path.parent.resolve().name or "collection")
    if not urls:
        raise UsageError(
            f"{path.parent} is a collection already; name sites to add with --site URL"
        )
    check_format(path)
    return path.read_text("utf-8-sig")


def _check_arguments(urls: Sequence[str], timezone: str | None) -> None:
    for url in urls:
        try:
            parse_url(url)
        except ValueError as error:
            raise UsageError(
                f"--site: expected a URL such as https://news.example/, {error}"
            ) from error
    if timezone is not None:
        try:
            parse_zone(timezone)
        except ValueError as error:
            raise UsageError(
                f"--timezone: expected an IANA time zone such as Asia/Dubai, {error}"
            ) from error


def _check_name(name: str | None, taken: set[str]) -> None:
    try:
        if name is not None and parse_site_name(name) in taken:
            raise UsageError(f"--name: there is a site {name!r} already, or was")
    except ValueError as error:
        raise UsageError(
            f"--name: expected a name of letters, digits, '.', '-' and '_', {error}"
        ) from error


def _refuse_known(config: CollectionConfig, urls: Sequence[str], starts: Sequence[str]) -> None:
    """A site that is there already, or named twice, would be crawled twice. `starts` are what the
    `urls` stand for.
    """
    known = {
        canonical_key(start): f"[sites.{site.name}]"
        for site in config.sites
        for start in site.start
    }
    for url, start in zip(urls, starts, strict=True):
        address = canonical_key(start)
        if address in known:
            raise UsageError(
                f"--site {url}: {known[address]} starts there already; nothing was changed"
            )
        known[address] = "another --site"


def replace_config(path: Path, before: str, whole: str) -> None:
    """Write a text in place of the one that was read, whole or not at all; UsageError, not over an
    edit made in the meantime.
    """
    if path.read_text("utf-8-sig") != before:
        raise UsageError(f"{path} was edited meanwhile; nothing was changed, run the command again")
    fresh = path.with_name(path.name + ".new")
    try:
        write_private(fresh, whole)
        fresh.chmod(path.stat().st_mode)
        fresh.replace(path)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
