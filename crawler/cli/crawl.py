"""The commands that write to a collection, or arrange for it: init, crawl, run-due, schedule,
index.

Each parses, calls one function of `crawler` or `pipelines`, and prints what came of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.model import CRAWL_COUNTERS
from crawler.cli.options import day, duration, form_option
from crawler.cli.session import Progress, Session, counted

if TYPE_CHECKING:
    from crawler.engine.run import CrawlOptions

SUMMARY_COLUMNS = ("site", "outcome", *CRAWL_COUNTERS)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--site",
    "sites",
    metavar="URL",
    multiple=True,
    help="A site to crawl; may be given several times.",
)
@click.option(
    "--timezone",
    metavar="ZONE",
    help="Zone of the site's dates, such as Asia/Dubai. [default: learned]",
)
@click.pass_context
def init(ctx: click.Context, folder: Path, sites: tuple[str, ...], timezone: str | None) -> None:
    """Make a collection in DIR, and look around the sites to crawl.

    For each site a [sites.NAME] table is written to DIR/warraq.toml, with comments that name
    the robots.txt, sitemaps and feeds found. Its time zone is learned from its own dated pages.
    In a collection that exists the sites are added at the end of warraq.toml; nothing in it is
    changed.
    Exit code 3: a site could not be looked at (its table is written all the same).
    """
    from crawler.setup.create_collection import create_collection

    session: Session = ctx.obj
    founded = create_collection(folder, sites, timezone=timezone, say=session.tell_person)
    for name, site in founded.sites:
        click.echo(
            f"[sites.{name}] {site.start} ({site.zone.zone})"
            if site.zone
            else f"[sites.{name}] {site.start}"
        )
    session.tell_person(f"{founded.layout.config}; next: warraq -C {folder} crawl")
    problems = [site.problem for _, site in founded.sites if site.problem]
    for problem in problems:
        session.tell_person(f"could not be looked at: {problem}")
    ctx.exit(3 if problems else 0)


@click.command()
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@click.option(
    "--limit", metavar="N", type=click.IntRange(min=1), help="Fetch at most N pages of each site."
)
@click.option(
    "--max-time",
    metavar="TIME",
    callback=duration,
    help="Stop after this long, e.g. 30m; the next crawl goes on.",
)
@click.option("--since", metavar="DATE", callback=day, help="Leave out articles known to be older.")
@click.option("--until", metavar="DATE", callback=day, help="Leave out articles known to be newer.")
@click.option("--force", is_flag=True, help="Fetch again what is not due again yet.")
@form_option
@click.pass_context
def crawl(  # noqa: PLR0913  # one an option
    ctx: click.Context,
    sites: tuple[str, ...],
    limit: int | None,
    max_time: float | None,
    since: str | None,
    until: str | None,
    *,
    force: bool,
    form: str | None,
) -> None:
    """Crawl the sites named, or all of warraq.toml.

    Everything fetched is in archive/ before it is read; a crawl that was interrupted goes on where
    it was. What failed is listed on standard error, with -q only if it makes the exit code 3. Exit
    codes: 3 when a site failed or too many of its fetches did (failed_share), 75 when another
    process holds the collection, 130 when interrupted.
    """
    from crawler.engine.run import CrawlOptions

    options = CrawlOptions(limit=limit, max_time=max_time, since=since, until=until, force=force)
    _crawl(ctx, sites, options, form)


@click.command(name="run-due")
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@form_option
@click.pass_context
def run_due(ctx: click.Context, sites: tuple[str, ...], form: str | None) -> None:
    """Crawl the sites whose schedule is due (all, or of those named), then exit. Made for cron and
    systemd timers.

    Exit codes as of `crawl`. With -q a collection that another process holds (75) is no word on
    standard error: the next run will do.
    """
    from archive.errors import CollectionBusyError
    from archive.query.reports import last_crawls
    from crawler.admin.schedule import due_sites
    from crawler.engine.run import CrawlOptions

    session: Session = ctx.obj
    waiting = due_sites(
        session.sites(sites), last_crawls(session.layout().index_db), datetime.now(UTC)
    )
    if not waiting:
        session.tell_person("nothing is due")
        return
    try:
        _crawl(ctx, [site.name for site in waiting], CrawlOptions(), form)
    except CollectionBusyError as busy:
        session.tell_person(f"warraq: {busy}")
        ctx.exit(busy.exit_code)


def _crawl(
    ctx: click.Context, names: Sequence[str], options: CrawlOptions, form: str | None
) -> None:
    from archive.query.reader import IndexReader
    from crawler.cli.failure_lines import failure_lines
    from crawler.engine.run import crawl_sites, exit_code_of

    session: Session = ctx.obj
    config = session.config()
    with Progress(session, "crawling") as progress:
        summaries = crawl_sites(
            session.layout(), config, session.sites(names), options, progress.update
        )
    rows = [
        {column: getattr(summary, column) for column in SUMMARY_COLUMNS} for summary in summaries
    ]
    session.rows(
        rows,
        SUMMARY_COLUMNS,
        form,
        nothing="no site to crawl: add one with `warraq init DIR --site URL`",
    )
    bad = [summary for summary in summaries if exit_code_of([summary], config)]
    with IndexReader(session.layout().index_db) as reader:
        for line in failure_lines(reader, bad):
            click.echo(line, err=True)
        for line in failure_lines(reader, [summary for summary in summaries if summary not in bad]):
            session.tell_person(line)
    ctx.exit(exit_code_of(summaries, config))


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
@click.option("--remove", "change", flag_value="remove", help="Take it out again.")
@click.pass_context
def schedule(
    ctx: click.Context, sites: tuple[str, ...], change: str | None, *, cron: bool, systemd: bool
) -> None:
    """Print (or install) what has cron or systemd run `warraq run-due` every few minutes.

    When a site is crawled is its `schedule` in warraq.toml, in the site's own time zone. With SITE
    only those are crawled.
    """
    from crawler.admin.schedule import (
        change_crontab,
        change_systemd,
        crontab_lines,
        plan_schedule,
        systemd_units,
    )

    session: Session = ctx.obj
    if cron == systemd:
        raise click.UsageError("name one of --cron and --systemd", ctx)
    config = session.config()
    plan = plan_schedule(
        session.layout().root, session.sites(sites) if sites else config.sites, only=sites
    )
    if change is None:
        units = systemd_units(plan) if systemd else {"": crontab_lines(plan)}
        click.echo(
            "\n".join((f"# {name}\n" if name else "") + text for name, text in units.items()),
            nl=False,
        )
    elif cron:
        change_crontab(plan, install=change == "install")
    else:
        change_systemd(plan, install=change == "install")
    if change:
        session.tell_person(f"{'installed' if change == 'install' else 'removed'}: {plan.name}")


@click.command()
@click.option(
    "--rebuild", is_flag=True, help="Make index.db and index.cdxj afresh from the WARC files."
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Processes that read pages. [default: one a core]",
)
@click.pass_context
def index(ctx: click.Context, *, rebuild: bool, workers: int | None) -> None:
    """Bring the index up to date with archive/; with --rebuild make it from nothing.

    The same WARC files give the same articles, versions, captures and clusters with the same ids.
    Exit code 4: a damaged record was found and left out; it is named.
    """
    from pipelines.ingest.catch_up import update_index

    session: Session = ctx.obj
    layout, config = session.layout(), session.config()
    with layout.write_lock(), Progress(session, "indexing") as progress:
        done = update_index(
            layout,
            config,
            rebuild=rebuild,
            workers=workers,
            on_capture=lambda so_far: progress.update(
                captures=so_far.captures, new=so_far.new, changed=so_far.changed
            ),
        )
    for recovered in done.recovered:
        session.tell_person(f"recovered: {recovered}")
    for record in done.damaged:
        click.echo(f"damaged: {record.warc} at {record.offset}: {record.problem}")
    session.tell_person(
        f"{counted(done.captures, 'capture')} indexed: {counted(done.new, 'new article')},"
        f" {done.changed} changed,"
        f" {counted(done.duplicates, 'duplicate')}"
    )
    ctx.exit(4 if done.damaged else 0)
