"""The option `--schema`: the published form of what a command prints for programs."""

from __future__ import annotations

import click


def print_status_schema(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Print the JSON schema of `status --json`, and end the command: a callback of options."""
    if value and not ctx.resilient_parsing:
        from crawler.cli.session import print_text
        from crawler.monitor.schemas import PublishedSchema, schema_text

        print_text(schema_text(PublishedSchema.STATUS), nl=False)
        ctx.exit()
