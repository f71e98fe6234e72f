"""Options that several commands share."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from crawler.cli.options import day, duration, filters, form_option


@click.command()
@click.option("--max-time", callback=duration)
@form_option
@filters("--to")
def command(max_time: float | None, form: str | None, chosen: object) -> None:
    """Print what the options were turned into."""
    click.echo(f"{max_time} {form} {chosen}")


def test_values_are_turned_into_what_the_commands_use() -> None:
    """A duration becomes seconds, and the filters come as one value."""
    arguments = ["--max-time", "1h30m", "--format", "csv", "--site", "news", "--to", "2026-11"]
    printed = CliRunner().invoke(command, arguments).output
    assert printed.startswith("5400.0 csv Filters(")
    assert "site='news'" in printed
    assert "until='2026-11'" in printed


@pytest.mark.parametrize("value", ["2026", "2026-11", "2026-11-20"])
def test_days_months_and_years_are_dates(value: str) -> None:
    """A date may be a day, a month or a year, and is kept as written."""
    assert day(click.Context(command), click.Option(["--from"]), value) == value


@pytest.mark.parametrize("value", ["2026-13", "2026-02-30", "20261120", "yesterday"])
def test_what_is_no_date_is_refused(value: str) -> None:
    """A date that the calendar does not have is wrong usage, with an example of a right one."""
    done = CliRunner().invoke(command, ["--from", value])
    assert done.exit_code == 2
    assert "2026-11-20" in done.output
