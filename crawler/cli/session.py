"""What all commands share: the collection they work on, how much they print, and how they print
rows and progress.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

if TYPE_CHECKING:
    from archive.config import CollectionConfig
    from archive.layout import CollectionFolder
    from archive.query.reader import IndexReader
    from archive.render.tables import Row

# Seconds between two lines of progress where nobody watches a terminal, and between two drawings
# where somebody does.
_PLAIN_EVERY = 15.0
_DRAWN_EVERY = 0.2
_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))  # how long ago something was, in seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One call of `warraq`: its global options."""

    folder: Path | None = None
    quiet: bool = False
    verbose: bool = False

    def layout(self) -> CollectionFolder:
        """The collection meant; UsageError where there is none."""
        from archive.layout import CollectionFolder

        return CollectionFolder.locate(self.folder)

    def config(self) -> CollectionConfig:
        """Its `warraq.toml` with what it includes, checked; faulty sites are told apart."""
        from archive.config import load_config

        return load_config(self.layout().config)

    def whole_config(self) -> CollectionConfig:
        """The same for work that needs the table of every site: ConfigError where one is faulty."""
        config = self.config()
        config.refuse_faulty()
        return config

    def check_site(self, reader: IndexReader, name: str | None) -> None:
        """UsageError, with the sites there are, for a site that neither warraq.toml nor the index
        knows.
        """
        from archive.errors import UsageError

        config = self.config()
        configured = [*(site.name for site in config.sites), *(x.name for x in config.faulty)]
        known = {*configured, *reader.sites()} if name else set()
        if name and name not in known:
            raise UsageError(
                f"there is no site {name!r}; there are: {', '.join(sorted(known)) or 'none'}"
            )

    def tell_person(self, text: str) -> None:
        """A line about what is going on, for the person: standard error, not with `-q`."""
        if not self.quiet:
            print_line(text, err=True)

    def as_table(self, form: str | None) -> bool:
        """Whether rows are to be a table: asked for so, or left open on a terminal."""
        return form == "table" or (form is None and sys.stdout.isatty())

    def rows(
        self, rows: Iterable[Row], columns: Sequence[str], form: str | None, *, nothing: str
    ) -> int:
        """Print rows in the form asked for (default: a table on a terminal, else JSON lines); says
        `nothing` if so.
        """
        from archive.render.printable import printable_text
        from archive.render.tables import RowFormat, write_rows

        chosen = RowFormat.TABLE if self.as_table(form) else RowFormat(form or "jsonl")
        if chosen is RowFormat.CSV and sys.stdout.isatty():
            rows = (
                {
                    name: printable_text(value) if isinstance(value, str) else value
                    for name, value in row.items()
                }
                for row in rows
            )
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 160
        count = write_rows(rows, columns, chosen, sys.stdout, width=width)
        if not count:
            self.tell_person(nothing)
        return count


def print_line(text: str, *, err: bool = False) -> None:
    """Print one line, on standard error with `err`: what pages, servers and files have put into it
    neither makes a second one nor steers the terminal.
    """
    print_text(text.replace("\n", " "), err=err)


def print_text(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print text of lines, with a line feed behind it unless `nl` is false; nothing in it steers
    the terminal. All that commands print but rows and records goes through here.
    """
    from archive.render.printable import printable_text

    click.echo(printable_text(text), err=err, nl=nl)


def print_json(value: Any, *, indent: int | None = None) -> None:
    """Print a value as JSON; what would steer a terminal stands in it as escapes."""
    from archive.render.printable import printable_json

    click.echo(printable_json(value, indent=indent))


def print_marked(line: str) -> None:
    """Print a line that was made printable before some of its words were set in bold."""
    click.echo(line)


def counted(number: int, what: str) -> str:
    """`1 capture`, `2 captures`: a number with its noun, for a person."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def from_now(moment: str | None, now: datetime) -> str | None:
    """`25m ago`, `in 4h`, `3d ago`: an instant (ISO 8601, UTC) as seen from another, for a table;
    else what it was.
    """
    if moment is None or not moment.endswith("Z"):
        return moment
    seconds = (datetime.fromisoformat(moment) - now).total_seconds()
    size, unit = next((size, unit) for size, unit in _UNITS if abs(seconds) >= size or size == 1)
    length = f"{int(abs(seconds) // size)}{unit}"
    return f"in {length}" if seconds > 0 else f"{length} ago"


class Progress:
    """Numbers that grow, printed on standard error: on a terminal one line that is redrawn,
    elsewhere a plain line now and then, nothing with `-q`.
    """

    def __init__(self, session: Session, what: str) -> None:
        self._quiet = session.quiet
        self._what = what
        self._drawn = sys.stderr.isatty()
        self._last = time.monotonic()
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._open:
            click.echo(err=True)
            self._open = False

    def update(self, **numbers: Any) -> None:
        """The numbers as they stand; shown if the last showing is long enough ago. `where` is no
        number: it says what the work is at, and is shown at the end.
        """
        now = time.monotonic()
        if self._quiet or now - self._last < (_DRAWN_EVERY if self._drawn else _PLAIN_EVERY):
            return
        self._last = now
        where = numbers.pop("where", None)
        told = ", ".join(
            f"{value} {name.replace('_', ' ')}"
            for position, (name, value) in enumerate(numbers.items())
            if value or (value == 0 and not position)  # a line has room for what there is
        )
        from archive.render.printable import printable_line

        line = printable_line(f"{self._what}: {told}" + (f"; {where}" if where else ""))
        if self._drawn:
            width = shutil.get_terminal_size().columns
            click.echo(f"\r\x1b[K{line[: width - 1]}", nl=False, err=True)
            self._open = True
        else:
            print_line(line, err=True)
