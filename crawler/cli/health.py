"""The commands that tell how a collection and this machine are doing: verify, status, stats,
doctor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler.cli.options import form_option
from crawler.cli.session import Progress, Session, counted, from_now

if TYPE_CHECKING:
    from archive.config import CollectionConfig, SiteConfig
    from archive.layout import CollectionFolder


@click.command()
@click.option(
    "--deep",
    is_flag=True,
    help="Read every capture again, not only a sample, and compare the index row by row.",
)
@form_option
@click.pass_context
def verify(ctx: click.Context, *, deep: bool, form: str | None) -> None:
    """Check the WARC files' structure and digests, and CDXJ and index against them.

    Every damaged record is named. A running crawl is no obstacle. Exit code 4: something is
    damaged.
    """
    from archive.verify.collection import verify_collection
    from pipelines.ingest.re_extract import re_extract_all, re_extract_sample

    session: Session = ctx.obj
    config = session.config()
    again = re_extract_all if deep else re_extract_sample

    def counted_findings() -> Iterator[dict[str, Any]]:
        with Progress(session, "verifying") as progress:
            for number, finding in enumerate(
                verify_collection(session.layout(), reread=lambda layout: again(layout, config)), 1
            ):
                progress.update(findings=number)
                yield {
                    name: getattr(finding, name)
                    for name in ("file", "offset", "record_id", "rule", "detail")
                }

    found = session.rows(
        counted_findings(), ("file", "offset", "rule", "detail"), form, nothing="nothing is damaged"
    )
    ctx.exit(4 if found else 0)


_STATUS_COLUMNS = (
    *("site", "outcome", "finished", "articles", "newest"),
    *("new", "failed", "due", "problem"),
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for a monitor.")
@click.option("--failures", is_flag=True, help="List what failed lately instead, and why.")
@form_option
@click.pass_context
def status(ctx: click.Context, *, as_json: bool, failures: bool, form: str | None) -> None:
    """Tell how each site is doing: its last crawl, what failed, what is due (the JSON forms also
    say since when).

    Exit code 3: the last crawl of a site failed, or too many of its fetches did.
    """
    from archive.query.reader import IndexReader

    session: Session = ctx.obj
    if as_json and (failures or form):
        raise click.UsageError(
            "--json is a form of its own; leave out --failures and --format", ctx
        )
    layout, config = session.layout(), session.config()
    if failures:
        with IndexReader(layout.index_db) as reader:
            session.rows(
                reader.failures(limit=200),
                ("at", "stage", "reason", "url"),
                form,
                nothing="nothing failed",
            )
        return
    rows = _sites(layout, config)
    if as_json:
        report = {
            "collection": str(layout.root),
            "at": _now(),
            "healthy": not any(row["problem"] for row in rows),
            "sites": rows,
        }
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        if session.as_table(form):
            moment = datetime.now(UTC)
            rows = [
                row | {name: from_now(row[name], moment) for name in ("finished", "newest", "due")}
                for row in rows
            ]
        session.rows(
            rows, _STATUS_COLUMNS, form, nothing="no sites yet: warraq init DIR --site URL"
        )
    ctx.exit(3 if any(row["problem"] for row in rows) else 0)


def _sites(layout: CollectionFolder, config: CollectionConfig) -> list[dict[str, Any]]:
    from dataclasses import asdict

    from archive.query.reports import SiteReport, last_crawls, site_reports

    now, started = datetime.now(UTC), last_crawls(layout.index_db)
    reports = site_reports(layout.index_db)
    rows = []
    for site in config.sites:
        report = reports.get(site.name, SiteReport(site=site.name))
        problem = None
        if report.outcome == "failed":
            problem = (
                f"the last crawl failed: {report.reason}"
                if report.reason
                else "the last crawl failed"
            )
        elif report.failed > config.failed_share * max(1, report.fetched):
            problem = (
                f"{report.failed} of {report.fetched} fetches failed, the first: {report.reason}"
            )
        rows.append(asdict(report) | _due(site, started.get(site.name), now) | {"problem": problem})
    return rows


def _due(site: SiteConfig, last: datetime | None, now: datetime) -> dict[str, str | None]:
    """When the site is due, and since when it has been: a monitor sees by that whether cron does
    its work.
    """
    from crawler.admin.schedule import next_time

    if site.schedule is None:
        return {"due": None, "due_since": None}
    if last is None:
        return {"due": "now", "due_since": None}
    coming = next_time(site.schedule, site.timezone, last)
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
