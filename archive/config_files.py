"""The files of a configuration as TOML tables: `warraq.toml`, and those that its `include` names.

Which keys the tables may have, and what is in them, is `archive.config`'s to check. A file that
cannot be read stops its own sites only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from archive.config_parsers import nearest_word, parse_several, parse_text
from archive.errors import ConfigError

DEFAULTS: Final = "[defaults]"  # keys of a site, but for these:
# Keys that say what one site is, or let somebody in there: never a default for others.
OF_ONE_SITE: Final = frozenset({"start", "aliases", "paused", "cookies_file", "login"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultySite:
    """A site that cannot be crawled: `problem` names file, table and key, and what was expected.

    Of a file that cannot be read `name` is the file's, relative to the collection.
    """

    name: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTable:
    """One `[sites.NAME]` as TOML gives it; `source` is the file that holds it."""

    name: str
    table: object
    source: str


def read_config_text(path: Path) -> str:
    """The text of a configuration file; raises ConfigError where it cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path.name}: not UTF-8 text (byte {error.start}); save it as UTF-8"
        ) from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """The tables of a TOML text; raises ConfigError naming `source` and the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not valid TOML: {error}") from error


def find_table(
    document: Mapping[str, Any], name: str, source: str, where: str, *, required: bool = True
) -> dict[str, Any]:
    """The table `name` of a document, or an empty one; raises ConfigError where it is no table, or
    missing though `required`.
    """
    table = document.get(name)
    if table is None and not required:
        return {}
    if table is None:
        raise ConfigError(f"{source}: the table {where} is missing")
    if not isinstance(table, dict):
        raise ConfigError(f"{source}: {where}: expected a table, not {table!r}")
    return table


def refuse_unknown(
    table: Iterable[str], known: tuple[str, ...], source: str, where: str, what: str
) -> None:
    """Raise ConfigError, with the nearest right name, for a name that is not known."""
    for name in table:
        if name not in known:
            near = nearest_word(name, known)
            hint = f"did you mean {near!r}?" if near else f"it may have: {', '.join(known)}"
            raise ConfigError(f"{source}: {where} has no {what} {name!r}; {hint}")


def included_files(document: Mapping[str, Any], source: str, folder: Path) -> tuple[Path, ...]:
    """The files that `include` names, below `folder`, each once, in the order of the patterns and,
    within one, of their names.

    Hidden files (an editor's own) match no pattern. Raises ConfigError for a pattern that leads out
    of the folder, and for a name without `*` or `?` of which there is no file.
    """
    files: dict[Path, None] = {}
    for pattern in _patterns(document, source):
        matches = sorted(
            path
            for path in folder.glob(pattern)
            if path.is_file() and not path.name.startswith(".")
        )
        if not matches and not any(letter in pattern for letter in "*?["):
            raise ConfigError(f"{source}: include: there is no file {pattern!r} in {folder}")
        files |= dict.fromkeys(matches)
    return tuple(path for path in files if path.name != source or path.parent != folder)


def _patterns(document: Mapping[str, Any], source: str) -> Iterator[str]:
    for value in parse_several(document.get("include", [])):
        try:
            pattern = parse_text(value)
        except ValueError as error:
            raise ConfigError(
                f'{source}: include: expected file names such as "sites.d/*.toml", {error}'
            ) from error
        path = PurePosixPath(pattern)
        if path.is_absolute() or ".." in path.parts:
            raise ConfigError(
                f"{source}: include: expected files in the collection's folder, not {pattern!r}:"
                " a collection is moved, backed up and handed on as one folder"
            )
        yield pattern


def collect_site_tables(
    document: Mapping[str, Any], source: str, files: Iterable[tuple[str, Path]]
) -> tuple[list[SiteTable], list[FaultySite]]:
    """All `[sites.NAME]` of `warraq.toml` (its document) and of the files included (name and path),
    and what cannot be read of them. Of two tables of one name the first counts.
    """
    own = find_table(document, "sites", source, "[sites.NAME]", required=False)
    tables = {name: SiteTable(name=name, table=table, source=source) for name, table in own.items()}
    faulty: list[FaultySite] = []
    for name, path in files:
        try:
            included = _included_sites(name, path)
        except ConfigError as error:
            faulty.append(FaultySite(name=name, problem=str(error)))
            continue
        for site, table in included.items():
            if site in tables:
                problem = f"{name}: [sites.{site}]: {tables[site].source} has a site of that name"
                faulty.append(FaultySite(name=site, problem=problem))
            else:
                tables[site] = SiteTable(name=site, table=table, source=name)
    return list(tables.values()), faulty


def _included_sites(name: str, path: Path) -> dict[str, Any]:
    document = parse_toml(read_config_text(path), name)
    refuse_unknown(document, ("sites",), name, "a file that is included", "table")
    return find_table(document, "sites", name, "[sites.NAME]", required=False)
