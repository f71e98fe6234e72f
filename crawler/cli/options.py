"""Options that several commands share: each is worded, checked and turned into a value once."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def duration(_: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """`90`, `30m`, `1h30m` as seconds, or Click's complaint: a callback of options."""
    from archive.config_parsers import parse_duration

    try:
        return None if value is None else parse_duration(value)
    except ValueError as error:
        raise click.BadParameter(
            f"expected a duration such as 90s, 30m or 1h30m, {error}", param=param
        ) from error


def day(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """`2026-11-20`, or the month or year alone, kept as text since the index compares it so: a
    callback of options.
    """
    if value is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
            raise ValueError(value)
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError as error:
        raise click.BadParameter(
            f"expected a date such as 2026-11-20 (or 2026-11, or 2026), not {value!r}", param=param
        ) from error
    return value


def form_option(command: F) -> F:
    """`--format`: how rows are printed; None if the output decides (a table on a terminal, else
    JSON lines).
    """
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json", "jsonl", "csv"]),
        help="How to print rows. [default: table on a terminal, else jsonl]",
    )(command)


def filters(*until: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The filters that `search` and `export` share, handed to the command as one value, `chosen`
    (archive.query.reader.Filters).

    `until` names the option for the last day: `export` has another use for `--to`.
    """
    options = (
        click.option("--site", metavar="SITE", help="Only this site."),
        click.option("--section", metavar="NAME", help="Only this section."),
        click.option(
            "--author", metavar="NAME", help="Only this author; a part of the name will do."
        ),
        click.option(
            "--from", "since", callback=day, metavar="DATE", help="Published on this day or later."
        ),
        click.option(
            *until, "until", callback=day, metavar="DATE", help="Published on this day or earlier."
        ),
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        filtered = _with_filters(command)
        for option in reversed(options):
            filtered = option(filtered)
        return filtered

    return decorate


def _with_filters(command: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(command)
    def filtered(*positional: Any, **named: Any) -> Any:
        from archive.query.filters import Filters

        chosen = Filters(
            **{name: named.pop(name) for name in ("site", "section", "author", "since", "until")}
        )
        return command(*positional, chosen=chosen, **named)

    return filtered
