"""The commands about the sites of a collection: sites check, list, add, pause, resume."""

from __future__ import annotations

from collections.abc import Sequence

import click

from crawler.cli.options import form_option
from crawler.cli.session import Session, counted, print_line


@click.group()
def sites() -> None:
    """Check, list, add, pause and resume the sites of warraq.toml and the files it includes."""


@sites.command()
@click.argument("names", metavar="[SITE]...", nargs=-1)
@form_option
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...], form: str | None) -> None:
    """Check the tables of all sites, or of those named, and say what is wrong with which.

    Nothing is fetched. Exit code 3: a site is faulty; a crawl passes it over, and crawls the
    others. Exit code 2: the whole configuration is.
    """
    from crawler.admin.site_tables import faulty_sites
    from crawler.engine.spider_loader import check_site

    session: Session = ctx.obj
    config = session.config()
    root = session.layout().root
    faults = faulty_sites(config, names, lambda site: check_site(site, root))
    rows = [{"site": fault.name, "problem": fault.problem} for fault in faults]
    sound = len(names or config.sites) - (len(faults) if names else 0)
    session.rows(rows, ("site", "problem"), form, nothing=f"{counted(sound, 'site')}, all sound")
    ctx.exit(3 if faults else 0)


@sites.command(name="list")
@form_option
@click.pass_context
def list_(ctx: click.Context, form: str | None) -> None:
    """List the sites, with what `[defaults]` and their own tables say of when they are crawled."""
    from crawler.admin.site_tables import SITE_COLUMNS, site_rows

    session: Session = ctx.obj
    rows = site_rows(session.config())
    session.rows(rows, SITE_COLUMNS, form, nothing="no sites yet: warraq sites add URL")


@sites.command()
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@click.option("--name", metavar="NAME", help="What the site is called. [default: after its host]")
@click.option(
    "--timezone",
    metavar="ZONE",
    help="Zone of the sites' dates, such as Asia/Dubai. [default: learned]",
)
@click.pass_context
def add(ctx: click.Context, urls: tuple[str, ...], name: str | None, timezone: str | None) -> None:
    """Look around sites and write their tables at the end of warraq.toml, as `warraq init` does.

    Exit code 3: a site could not be looked at (its table is written all the same).
    """
    from crawler.setup.create_collection import create_collection

    session: Session = ctx.obj
    if name and len(urls) > 1:
        raise click.UsageError("--name is of one site: add the others by themselves", ctx)
    root = session.layout().root
    done = create_collection(root, urls, timezone=timezone, name=name, say=session.tell_person)
    for chosen, site in done.sites:
        print_line(f"[sites.{chosen}] {site.start}" + (f" ({site.zone.zone})" if site.zone else ""))
    problems = [site.problem for _, site in done.sites if site.problem]
    for problem in problems:
        session.tell_person(f"could not be looked at: {problem}")
    ctx.exit(3 if problems else 0)


@sites.command()
@click.argument("names", metavar="SITE...", nargs=-1, required=True)
@click.pass_context
def pause(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Write `paused = true` into the tables of sites: `run-due` passes them over, and `crawl`,
    unless it names them.
    """
    _set_paused(ctx.obj, names, paused=True)


@sites.command()
@click.argument("names", metavar="SITE...", nargs=-1, required=True)
@click.pass_context
def resume(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Take `paused` out of the tables of sites: they are crawled again when they are due."""
    _set_paused(ctx.obj, names, paused=False)


def _set_paused(session: Session, names: Sequence[str], *, paused: bool) -> None:
    from crawler.setup.pause_sites import pause_sites

    changed = pause_sites(session.layout().config, session.config(), names, paused=paused)
    word = "paused" if paused else "resumed"
    for name in changed:
        session.tell_person(f"{word}: {name}")
    if not changed:
        session.tell_person(f"nothing to do: {'paused' if paused else 'not paused'} already")
