"""Writes `paused = true` into a site's table, or takes it out again; the rest of the file stays."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from pathlib import Path

from archive.config import CollectionConfig
from archive.config_files import parse_toml, read_config_text
from archive.errors import ConfigError, UsageError
from crawler.setup.create_collection import replace_config

_PAUSED = re.compile(r"\s*paused\s*=.*")


def pause_sites(
    config_file: Path, config: CollectionConfig, names: Sequence[str], *, paused: bool
) -> list[str]:
    """Pause the sites, or resume them; returns the names of those that were not so already.

    `config` is what is in `config_file` and the files it includes. Raises ConfigError for a name
    that is not there, UsageError where a table is written in a way that is not understood here;
    then no file is changed.
    """
    texts = {path: read_config_text(path) for path in (config_file, *config.files)}
    edited = dict(texts)
    changed = []
    for name in dict.fromkeys(_name_of(config, each) for each in names):
        path = _file_of(name, edited)
        after = _set_paused(edited[path], name, path, paused=paused)
        if parse_toml(after, path.name) != parse_toml(edited[path], path.name):
            edited[path] = after
            changed.append(name)
    for path, text in edited.items():
        if text != texts[path]:
            replace_config(path, texts[path], text)
    return changed


def _name_of(config: CollectionConfig, name: str) -> str:
    """The name of the site in its file; a faulty site may be paused, too."""
    faulty = {fault.name for fault in config.faulty}
    return name if name in faulty else config.site(name).name


def _file_of(name: str, texts: dict[Path, str]) -> Path:
    for path, text in texts.items():
        try:
            sites = parse_toml(text, path.name).get("sites")
        except ConfigError:
            continue  # it has faults of its own
        if isinstance(sites, dict) and name in sites:
            return path
    raise UsageError(f"{name}: no file has its table, or none that can be read")


def _set_paused(text: str, name: str, path: Path, *, paused: bool) -> str:
    """The text with the key in or out; what it says otherwise is compared to be the same."""
    key = rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"
    header = re.compile(rf"\s*\[\s*sites\s*\.\s*{key}\s*\]\s*(?:#.*)?")
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if line.lstrip().startswith("["):
            inside = header.fullmatch(line) is not None
        elif inside and _PAUSED.fullmatch(line):
            continue
        lines.append(line)
        if inside and paused and header.fullmatch(line):
            lines.append("paused = true")
    expected = copy.deepcopy(parse_toml(text, path.name))
    table = expected["sites"][name]
    if isinstance(table, dict):
        table.pop("paused", None)
        if paused:
            table["paused"] = True
    after = "\n".join(lines)
    try:
        understood = parse_toml(after, path.name) == expected
    except ConfigError:
        understood = False
    if not understood:
        raise UsageError(
            f"{path.name}: [sites.{name}] is not written as a table with a line of its own;"
            f" {'write `paused = true` into it' if paused else 'take `paused` out'} by hand"
        )
    return after
