"""The command that arranges for `run-due` to be called: schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crawler.cli.session import Session, print_text

if TYPE_CHECKING:
    from crawler.admin.schedule import Schedule


@click.command()
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@click.option("--cron", is_flag=True, help="A crontab line.")
@click.option("--systemd", is_flag=True, help="A systemd service and timer of the user.")
@click.option(
    "--install",
    "change",
    flag_value="install",
    help="Put it into your own crontab or systemd units.",
)
@click.option(
    "--remove", "change", flag_value="remove", help="Take out what --install put there before."
)
@click.option(
    "--explain", is_flag=True, help="Print what crawls cost a day instead, and what that is for."
)
@click.pass_context
def schedule(
    ctx: click.Context,
    sites: tuple[str, ...],
    change: str | None,
    *,
    cron: bool,
    systemd: bool,
    explain: bool,
) -> None:
    """Print (or install) what has cron or systemd run `warraq run-due` every few minutes.

    When a site is crawled is its `schedule` in warraq.toml, in the site's own time zone. With SITE
    only those are crawled. --remove needs no schedule in warraq.toml any more, and finds what was
    installed before the folder was moved.

    --explain prints the requests a day that are expected of each site: for front pages, feeds and
    sitemaps, for new articles, and for visits of known ones that nothing announces, which `budget`
    in warraq.toml bounds.
    """
    from crawler.admin.schedule import CRON, SYSTEMD, install, plan_schedule, remove

    session: Session = ctx.obj
    if explain:
        if cron or systemd or change:
            raise click.UsageError("--explain stands alone", ctx)
        _print_costs(session, sites)
        return
    if cron == systemd:
        raise click.UsageError("name one of --cron and --systemd", ctx)
    layout, by = session.layout(), CRON if cron else SYSTEMD
    if change == "remove":
        names = remove(layout, by)
        for name in names:
            session.tell_person(f"removed: {name}")
        if not names:
            session.tell_person(f"nothing was installed for {layout.root}")
        return
    config = session.config()
    chosen = tuple(config.site(name) for name in sites) or config.sites
    plan = plan_schedule(layout.root, chosen, only=[site.name for site in chosen] if sites else ())
    if change is None:
        print_text(_schedule_text(plan, by), nl=False)
        return
    advice = install(layout, plan, by)
    session.tell_person(f"installed: {plan.name}")
    if advice:
        session.tell_person(advice)


def _schedule_text(plan: Schedule, by: str) -> str:
    from crawler.admin.schedule import SYSTEMD, crontab_lines, systemd_units

    if by != SYSTEMD:
        return crontab_lines(plan)
    return "\n".join(f"# {name}\n{text}" for name, text in systemd_units(plan).items())


_COSTS = ("site", "crawls", "sources", "new", "visits", "budget", "requests", "why")


def _print_costs(session: Session, sites: tuple[str, ...]) -> None:
    from datetime import UTC, datetime

    from crawler.admin.recrawl_cost import recrawl_costs

    config = session.config()
    chosen = tuple(config.site(name) for name in sites) or config.sites
    rows = (
        {
            name: round(value, 1) if isinstance(value := getattr(cost, name), float) else value
            for name in _COSTS
        }
        for cost in recrawl_costs(session.layout(), chosen, datetime.now(UTC))
    )
    session.rows(rows, _COSTS, None, nothing="there is no site in warraq.toml")
