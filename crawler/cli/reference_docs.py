"""The reference pages of `docs/`, made from the code they describe: commands, configuration,
tables, exit codes.

`docs/*.md` hold calls of these functions (cog); `make docs` writes them anew and `make check` fails
where they are stale.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from archive import errors
from archive.config_key import COLLECTION, SELECTORS, SITE
from archive.config_keys import keys_of
from archive.query.table_docs import public_tables
from crawler.cli import COMMANDS, warraq
from crawler.monitor.schemas import PublishedSchema, schema_rows

# Exit codes that no error class carries: verdicts, and what the system or Python does.
VERDICTS = {
    0: "done",
    3: "done, but a site failed, more fetches failed than `failed_share` allows, an alarm began, or"
    " `import` refused some of the files",
    4: "damage found by `verify`, or met by `index` or `import`",
}
_WIDTH = 100


def commands_page() -> str:
    """`docs/cli.md`: the help of every command, as the terminal shows it."""
    parts = [_help(warraq, "warraq")]
    context = click.Context(warraq, info_name="warraq")
    for name in COMMANDS:
        command = warraq.get_command(context, name)
        assert command is not None  # noqa: S101  # COMMANDS names it
        parts.append(f"## warraq {name}\n\n{_help(command, name, context)}")
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            parts += [_help(each, called, inner) for called, each in command.commands.items()]
    return "\n".join(parts)


def _help(command: click.Command, name: str, parent: click.Context | None = None) -> str:
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    return f"```\n{command.get_help(context)}\n```\n"


def configuration_page() -> str:
    """`docs/config.md`: every key of `warraq.toml`."""
    tables = (COLLECTION, SITE, SELECTORS)
    return "\n".join(f"## {table}\n\n" + "\n".join(_keys(table)) + "\n" for table in tables)


def _keys(table: str) -> Iterator[str]:
    yield "| key | meaning | expects | unit | default | example |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for key in keys_of(table).values():
        default = f"`{_toml(key.default)}`" if isinstance(key.default, str | int | float) else ""
        example = f"`{key.name} = {key.example}`"
        cells = (f"`{key.name}`", key.meaning, key.expects, key.unit or "", default, example)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _toml(value: str | float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:_}" if isinstance(value, int) else str(value)


def tables_page() -> str:
    """`docs/tables.md`: every table and column of `index.db`."""
    parts = []
    for table in public_tables():
        lines = [
            f"## {table.name}\n",
            f"{table.row}\n",
            "| column | type | meaning |",
            "| --- | --- | --- |",
        ]
        lines += [
            f"| `{column.name}` | {column.sql} | {column.meaning} |" for column in table.columns
        ]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def schema_table(name: str) -> str:
    """`docs/monitoring.md`: the keys of what a published schema (by its name) describes."""
    lines = ["| key | type or value | meaning |", "| --- | --- | --- |"]
    lines += [
        f"| `{key}` | {types} | {meaning} |"
        for key, types, meaning in schema_rows(PublishedSchema(name))
    ]
    return "\n".join(lines) + "\n"


def exit_codes() -> str:
    """`docs/exit-codes.md`: every exit code, from the error classes and the verdicts."""
    meanings: dict[int, list[str]] = {code: [meaning] for code, meaning in VERDICTS.items()}
    for error in _errors(errors.WarraqError):
        meaning = " ".join((error.__doc__ or "").split("\n\n")[0].split())
        meanings.setdefault(error.exit_code, []).append(f"`{error.__name__}`: {meaning}")
    lines = ["| code | meaning |", "| --- | --- |"]
    lines += [f"| {code} | {'<br>'.join(listed)} |" for code, listed in sorted(meanings.items())]
    return "\n".join(lines) + "\n"


def _errors(base: type[errors.WarraqError]) -> Iterator[type[errors.WarraqError]]:
    """The classes of `archive/errors.py`, in the order in which they stand there."""
    for value in vars(errors).values():
        if isinstance(value, type) and issubclass(value, base):
            yield value
