"""The commands about runs: runs, log."""

from __future__ import annotations

import click

from crawler.cli.options import form_option
from crawler.cli.session import Session, print_text

LOG_COLUMNS = ("at", "level", "site", "event", "message")


@click.command()
@click.option("--site", metavar="SITE", help="Only the runs in which this site was crawled.")
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="At most N runs, the latest.",
)
@form_option
@click.pass_context
def runs(ctx: click.Context, site: str | None, limit: int, form: str | None) -> None:
    """List the runs, the latest first: each call of `crawl` and `run-due` that crawled something.

    The numbers are the sums of the crawls of its sites, the outcome the worst of theirs. They are
    taken from the index, so a rebuilt index lists the same runs.
    """
    from archive.query.reader import IndexReader
    from archive.query.runs import RUN_COLUMNS, run_rows

    session: Session = ctx.obj
    path = session.layout().index_db
    if not path.is_file():
        session.rows([], RUN_COLUMNS, form, nothing="nothing was crawled yet")
        return
    with IndexReader(path) as reader:
        session.check_site(reader, site)
        rows = run_rows(reader, site=site, limit=limit)
    session.rows(rows, RUN_COLUMNS, form, nothing="nothing was crawled yet")


@click.command()
@click.argument("run", metavar="[RUN]", required=False)
@click.option(
    "--report",
    type=click.Choice(["text", "json", "html"]),
    help="Print the report of the run instead, made from the index.",
)
@form_option
@click.pass_context
def log(ctx: click.Context, run: str | None, report: str | None, form: str | None) -> None:
    """Tell what happened in a run, step by step: by its id, or the beginning of it; the last run's
    without.

    The steps are those of its log in state/logs/ (the JSON forms have all that a step tells); where
    that is gone, of the index: when crawls began and ended, and what failed.
    """
    from archive.errors import UsageError
    from archive.query.reader import IndexReader
    from archive.query.runs import report_of, resolve_run, run_events
    from archive.render.run_report import ReportForm, render_report
    from crawler.monitor.run_log import log_rows

    session: Session = ctx.obj
    if report and form:
        raise click.UsageError("name one of --report and --format", ctx)
    layout = session.layout()
    if not layout.index_db.is_file():
        raise UsageError("nothing was crawled yet")
    with IndexReader(layout.index_db) as reader:
        meant = resolve_run(reader, run)
        if report:
            told = report_of(reader, meant, collection=session.config().name)
            chosen = ReportForm("txt" if report == "text" else report)
            print_text(render_report(told, chosen), nl=False)
            return
        rows = log_rows(layout.logs, meant) or run_events(reader, meant)
    session.rows(rows, LOG_COLUMNS, form, nothing="nothing is known of it")
