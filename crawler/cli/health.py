"""The commands that tell how a collection and this machine are doing: status, stats, doctor."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.monitor.collection_lines import tell_collection_lines
from crawler.cli.monitor.schema_option import print_status_schema
from crawler.cli.monitor.set_aside_lines import set_aside_rows, tell_set_aside
from crawler.cli.options import form_option
from crawler.cli.session import Session, counted, from_now, print_json

if TYPE_CHECKING:
    from archive.config import CollectionConfig, SiteConfig
    from archive.layout import CollectionFolder
    from archive.query.reports import SiteReport


_STATUS_COLUMNS = (
    *("site", "outcome", "finished", "articles", "newest"),
    *("new", "failed", "due", "problem"),
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for a monitor.")
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_status_schema,
    help="Print the JSON schema of --json and exit.",
)
@click.option("--failures", is_flag=True, help="List what failed lately instead, and why.")
@click.option(
    "--coverage",
    is_flag=True,
    help="Count instead what became of the addresses that were announced or linked.",
)
@click.option(
    "--politeness",
    is_flag=True,
    help="Tell instead at what pace each host was asked, by the times in the WARC files.",
)
@form_option
@click.pass_context
def status(ctx: click.Context, /, *, as_json: bool, form: str | None, **instead: bool) -> None:
    """Tell how each site is doing: its last crawl, what failed, what is due (the JSON forms also
    say since when), which alarms are open (docs/alarms.md).

    Exit code 3: the last crawl of a site failed, or too many of its fetches did, or is dated in the
    future; a site has been due for too long, as where cron has stopped; its table is wrong; an
    alarm is open; a purge was begun and is not finished.
    """
    from archive.query.withdrawal_scope import unfinished_purges

    session: Session = ctx.obj
    asked = [name for name in _INSTEAD if instead[name]]
    names = ", ".join(f"--{name}" for name in _INSTEAD)
    if as_json and (asked or form):
        raise click.UsageError(f"--json is a form of its own; leave out {names} and --format", ctx)
    if len(asked) > 1:
        raise click.UsageError(f"name one of {names}", ctx)
    layout, config = session.layout(), session.config()
    if asked:
        _INSTEAD[asked[0]](session, form)
        return
    alarms = open_alarms(layout, config)
    rows = status_rows(layout, config, alarms)
    whole = alarms.get(None, [])
    # Where a process has the collection alone it may be at one.
    purges = [] if layout.is_held_alone() else unfinished_purges(layout)
    healthy = not whole and not purges and not any(row["problem"] for row in rows)
    if as_json:
        report = {
            "collection": str(layout.root),
            "at": _now(),
            "healthy": healthy,
            "alarms": whole,
            "set_aside": set_aside_rows(layout),
            "disk": disk_row(layout, config),
            "unfinished_purges": purges,
            "sites": rows,
        }
        print_json(report)
    else:
        told = _with_relative_times(rows) if session.as_table(form) else rows
        session.rows(
            told, _STATUS_COLUMNS, form, nothing="no sites yet: warraq init DIR --site URL"
        )
        _tell_disk(session, layout, config)
        tell_set_aside(session, layout)
        tell_collection_lines(session, layout, whole, purges)
    ctx.exit(0 if healthy else 3)


def open_alarms(
    layout: CollectionFolder, config: CollectionConfig
) -> dict[str | None, list[dict[str, Any]]]:
    """The alarms that are open, by site (None: of the collection), each with `site`, `kind`,
    `since` and `text`.
    """
    from crawler.alarms.book import plain_alarm
    from crawler.alarms.watch import current_alarms

    alarms = current_alarms(layout, config, datetime.now(UTC))
    return {site: [plain_alarm(alarm) for alarm in each] for site, each in alarms.items()}


def _list_failures(session: Session, form: str | None) -> None:
    from archive.query.reader import IndexReader

    columns = ("at", "stage", "reason", "url")
    with IndexReader(session.layout().index_db) as reader:
        session.rows(reader.failures(limit=200), columns, form, nothing="nothing failed")


def _count_coverage(session: Session, form: str | None) -> None:
    from archive.query.coverage import COUNTED, coverage_counts
    from archive.query.reader import IndexReader

    with IndexReader(session.layout().index_db) as reader:
        session.rows(coverage_counts(reader), COUNTED, form, nothing="nothing was crawled yet")


def _report_pace(session: Session, form: str | None) -> None:
    from crawler.admin.pace_report import PACE_COLUMNS, pace_rows

    rows = pace_rows(session.layout(), session.config(), datetime.now(UTC))
    session.rows(rows, PACE_COLUMNS, form, nothing="nothing was crawled yet")


# What `status` shows in place of the sites, by its options.
_INSTEAD = {"failures": _list_failures, "coverage": _count_coverage, "politeness": _report_pace}


def status_rows(
    layout: CollectionFolder,
    config: CollectionConfig,
    alarms: dict[str | None, list[dict[str, Any]]] | None = None,
) -> list[dict[str, Any]]:
    """How each site is doing, in the order of the configuration: the `sites` of `status --json`.

    `alarms` are the open ones, where they are known already.
    """
    if alarms is None:
        alarms = open_alarms(layout, config)
    from dataclasses import asdict

    from archive.query.reports import SiteReport, site_reports
    from crawler.admin.due_times import last_starts, timing_problem

    now = datetime.now(UTC)
    known = layout.with_written_index()
    reports = site_reports(known.index_db, now=now) if known.has_usable_index() else {}
    starts = last_starts(layout, now)
    written = max(path.stat().st_mtime for path in (layout.config, *config.files))
    since, busy = datetime.fromtimestamp(written, UTC), layout.is_held_alone()
    waiting = _back_fills(layout)
    rows = []
    for site in config.sites:
        report = reports.get(site.name, SiteReport(site=site.name))
        running = layout.is_crawling(site.name)
        problem = timing_problem(site, starts, now, since=since, busy=busy, running=running)
        raised = alarms.get(site.name, [])
        told = [f"{alarm['kind']}: {alarm['text']}" for alarm in raised]
        problems = [each for each in (_crawl_problem(report, config), problem, *told) if each]
        due = _due(site, starts.started.get(site.name), now)
        problem = "; ".join(problems) or None
        rows.append(
            asdict(report)
            | due
            | {"problem": problem, "alarms": raised, "back_fills": waiting.get(site.name, [])}
        )
    for fault in config.faulty:
        report = reports.get(fault.name, SiteReport(site=fault.name))
        due = {"due": None, "due_since": None}
        problem = f"not crawled: {fault.problem}"
        rows.append(asdict(report) | due | {"problem": problem, "alarms": [], "back_fills": []})
    return rows


def disk_row(layout: CollectionFolder, config: CollectionConfig) -> dict[str, Any] | None:
    """What room there is, as in `status --json`; None where nothing is indexed yet."""
    from dataclasses import asdict

    from archive.query.alarms.disk_forecast import measure_growth
    from archive.query.reader import IndexReader

    if not layout.has_usable_index():
        return None
    with IndexReader(layout.index_db) as reader:
        growth = measure_growth(reader, layout.root, config, datetime.now(UTC))
    days = growth.days_left
    row = asdict(growth) | {"a_day": round(growth.a_day), "left": growth.left}
    return row | {"days_left": None if days is None else round(days, 1)}


def _tell_disk(session: Session, layout: CollectionFolder, config: CollectionConfig) -> None:
    """Tell how much room is left, where it has bounds."""
    from archive.disk.room import size_text

    if config.min_free is None and config.quota is None:
        return
    if row := disk_row(layout, config):
        days = f", about {row['days_left']:.0f} days" if row["days_left"] is not None else ""
        parts = [f"takes up {size_text(row['size'])}"]
        parts += [f"quota {size_text(row['quota'])}"] if row["quota"] else []
        parts += [f"{size_text(row['free'])} free on the disk"]
        parts += [f"min_free {size_text(row['min_free'])}"] if row["min_free"] else []
        session.tell_person(f"disk: {', '.join(parts)}; {size_text(row['left'])} left{days}")


def _with_relative_times(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    moment = datetime.now(UTC)
    return [
        row | {name: from_now(row[name], moment) for name in ("finished", "newest", "due")}
        for row in rows
    ]


def _back_fills(layout: CollectionFolder) -> dict[str, list[dict[str, Any]]]:
    """The back-fills of each site that are not over."""
    from dataclasses import asdict

    from crawler.frontier.noted_runs import noted_back_fills

    found: dict[str, list[dict[str, Any]]] = {}
    for each in noted_back_fills(layout.frontier):
        row = asdict(each)
        found.setdefault(row.pop("site"), []).append(row)
    return found


def _crawl_problem(report: SiteReport, config: CollectionConfig) -> str | None:
    """What was wrong with the last crawl, in words."""
    if report.outcome == "failed":
        why = f": {report.reason}" if report.reason else ""
        return f"the last crawl failed{why}"
    if report.failed > config.failed_share * max(1, report.fetched):
        return f"{report.failed} of {report.fetched} fetches failed, the first: {report.reason}"
    return None


def _due(site: SiteConfig, last: datetime | None, now: datetime) -> dict[str, str | None]:
    """When the site is due, and since when it has been: a monitor sees by that whether cron does
    its work.
    """
    from crawler.admin.due_times import due_time

    if site.paused:
        return {"due": "paused", "due_since": None}
    if site.schedule is None:
        return {"due": None, "due_since": None}
    if last is None:
        return {"due": "now", "due_since": None}
    coming = due_time(site, last)
    return (
        {"due": "now", "due_since": _iso(coming)}
        if coming <= now
        else {"due": _iso(coming), "due_since": None}
    )


@click.command()
@click.option(
    "--per",
    type=click.Choice(["day", "month", "year"]),
    default="month",
    show_default=True,
    help="Count by.",
)
@click.option("--site", metavar="SITE", help="Only this site.")
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Draw the articles to FILE instead: .svg, or .png (with pip install 'warraq[plot]').",
)
@form_option
@click.pass_context
def stats(
    ctx: click.Context, per: str, site: str | None, plot: Path | None, form: str | None
) -> None:
    """Count articles, words and versions over time, by site; with --plot as bars, one row a
    site.
    """
    from archive.query.reports import count_articles

    session: Session = ctx.obj
    rows = count_articles(session.layout().index_db, per=per, site=site)
    if plot is None:
        session.rows(
            rows,
            ("period", "site", "articles", "words", "versions"),
            form,
            nothing="nothing is indexed yet",
        )
        return
    from archive.render.charts import Bar, write_plot

    known = [
        (str(row["site"]), str(row["period"]), int(str(row["articles"])))
        for row in rows
        if row["period"]
    ]
    bars = [Bar(site=name, period=period, count=count) for name, period, count in known]
    write_plot(bars, f"{session.config().name}: articles by {per} of publication", plot)
    session.tell_person(f"{counted(len(bars), 'bar')} in {plot}")


@click.command()
@form_option
@click.pass_context
def doctor(ctx: click.Context, form: str | None) -> None:
    """Check this machine, and the collection's place on it, and say what to do.

    Needs no collection and no network. Exit code 2: something is to be done.
    """
    from crawler.admin.doctor import run_checks

    session: Session = ctx.obj
    checks = list(run_checks(session.folder or Path()))
    rows = [
        {"check": check.name, "ok": check.ok, "found": check.observed, "do": check.advice}
        for check in checks
    ]
    session.rows(rows, ("check", "ok", "found", "do"), form, nothing="")
    ctx.exit(0 if all(check.ok for check in checks) else 2)


def _iso(moment: datetime) -> str:
    from archive.model import iso_utc

    return iso_utc(moment)


def _now() -> str:
    return _iso(datetime.now(UTC))
