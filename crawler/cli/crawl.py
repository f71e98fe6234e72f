"""The commands that write to a collection: init, crawl, run-due, index.

Each parses, calls one function of `crawler` or `pipelines`, and prints what came of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.model import CRAWL_COUNTERS
from crawler.cli.monitor.collection_lines import tell_unfinished_back_fills
from crawler.cli.options import day, duration, form_option
from crawler.cli.session import Progress, Session, counted, print_line

if TYPE_CHECKING:
    from archive.config import CollectionConfig, FaultySite, SiteConfig
    from archive.layout import CollectionFolder
    from archive.model import CrawlSummary
    from crawler.alarms.watch import WatchResult
    from crawler.engine.run import CrawlOptions
    from crawler.monitor.run_record import RunRecord

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
        print_line(
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
@click.option(
    "--since",
    metavar="DATE",
    callback=day,
    help="Leave out what is known to be older; listings are read back to this day.",
)
@click.option("--until", metavar="DATE", callback=day, help="Leave out what is known to be newer.")
@click.option("--force", is_flag=True, help="Fetch again what is not due again yet.")
@click.option(
    "--missing",
    is_flag=True,
    help="Ask only for what was announced or linked before and is not in the archive.",
)
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
    missing: bool,
    form: str | None,
) -> None:
    """Crawl the sites named, or all that are not paused.

    Everything fetched is in archive/ before it is read; a crawl that was interrupted goes on where
    it was. With --since or --until it is a back-fill: it has a queue of its own, which other crawls
    leave alone, goes on where the last one with the same days ended, and may run beside the
    scheduled crawls of its site: it waits while one of them is under way. What failed is listed on
    standard error, with -q only if it makes the exit code 3. A site whose table is wrong is named
    there and stops no other, nor does one that another process crawls. Exit codes: 3 when a site
    failed, too many of its fetches did (failed_share), its table is wrong, an alarm began
    (docs/alarms.md), or min_free or quota was reached, else 75 when another process crawls one of
    the sites or holds the whole collection, 130 when interrupted.
    """
    from crawler.engine.run import CrawlOptions

    if since and until and _ends_before(until, since):
        raise click.UsageError(f"--until {until} lies before --since {since}", ctx)
    if missing and (since or until):
        raise click.UsageError("--missing asks for every day: leave out --since and --until", ctx)
    options = CrawlOptions(
        limit=limit, max_time=max_time, since=since, until=until, force=force, missing=missing
    )
    session: Session = ctx.obj
    _crawl(ctx, *session.config().select_sites(sites), options, form)


def _ends_before(until: str, since: str) -> bool:
    """Whether a day, month or year ends before another begins (`2026-11`, `2026`)."""
    length = min(len(until), len(since))
    return until[:length] < since[:length]


@click.command(name="run-due")
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@click.option(
    "--max-time",
    metavar="TIME",
    callback=duration,
    help="Stop after this long, e.g. 55m; the next run goes on.",
)
@form_option
@click.pass_context
def run_due(
    ctx: click.Context, sites: tuple[str, ...], max_time: float | None, form: str | None
) -> None:
    """Crawl the sites whose schedule is due (all, or of those named), then exit. Made for cron and
    systemd timers, which may call it while an earlier one still runs.

    Exit codes as of `crawl`. With -q sites that another process crawls, or a collection that it
    holds (75), are no word on standard error: the next run will do. Nor is a bound of disk space
    that keeps it from beginning (3), once it has been told.
    """
    from archive.errors import CollectionBusyError, ConfigError, NoRoomError
    from archive.query.alarms.disk_forecast import ENDED
    from crawler.admin.due_times import due_sites, last_starts
    from crawler.alarms.book import read_book
    from crawler.engine.run import CrawlOptions

    session: Session = ctx.obj
    chosen, faults = session.config().select_sites(sites)
    starts = last_starts(session.layout(), now := datetime.now(UTC))
    waiting = due_sites(chosen, starts.started, now)
    away = [site for site in waiting if starts.is_away(site, now)]
    waiting = [site for site in waiting if site not in away]
    for site in away:
        session.tell_person(
            f"{site.name}: asks to be left alone until {starts.held_until(site):%Y-%m-%d %H:%M} UTC"
        )
    if not waiting:
        _name_faults(faults)
        session.tell_person("nothing is due")
        ctx.exit(3 if faults else 0)
    told = any(ENDED in alarm.text for alarm in read_book(session.layout().state).alarms_of(None))
    try:
        _crawl(ctx, waiting, faults, CrawlOptions(max_time=max_time), form)
    except CollectionBusyError as busy:
        session.tell_person(f"warraq: {busy}")
        ctx.exit(busy.exit_code)
    except NoRoomError as short:
        if not told:
            raise
        session.tell_person(f"warraq: {short}")
        ctx.exit(short.exit_code)
    except ConfigError as wrong:
        if len(waiting) == len(chosen):
            raise
        print_line(f"warraq: {wrong}", err=True)  # the others are not due
        ctx.exit(3)


def _name_faults(faults: Sequence[FaultySite]) -> None:
    for fault in faults:
        print_line(f"{fault.name}: not crawled: {fault.problem}", err=True)


def _crawl(
    ctx: click.Context,
    sites: Sequence[SiteConfig],
    faults: Sequence[FaultySite],
    options: CrawlOptions,
    form: str | None,
) -> None:
    """Crawl, once more where the index was found to be damaged: it is made anew meanwhile."""
    from archive.errors import DamagedDatabaseError

    try:
        _crawl_once(ctx, sites, faults, options, form)
    except DamagedDatabaseError as damage:
        session: Session = ctx.obj
        if session.layout().has_usable_index():
            raise
        session.tell_person(f"warraq: {damage.path}: damaged; the crawl goes on with another index")
        _crawl_once(ctx, sites, faults, options, form)


def _crawl_once(
    ctx: click.Context,
    sites: Sequence[SiteConfig],
    faults: Sequence[FaultySite],
    options: CrawlOptions,
    form: str | None,
) -> None:
    from archive.errors import CollectionBusyError
    from archive.garbage_collection import spare_what_is_there
    from crawler.alarms.run_watch import RunWatch
    from crawler.engine.run import PARTLY_FAILED, RunListener, crawl_sites, exit_code_of
    from crawler.engine.spider_loader import part_usable

    session: Session = ctx.obj
    config = session.config()
    usable, others = part_usable(sites, session.layout().root)
    faults = (*faults, *others)
    spare_what_is_there()
    with ExitStack() as stack:
        record = stack.enter_context(_run_record(session, faults))
        progress = stack.enter_context(Progress(session, "crawling"))
        watch = stack.enter_context(RunWatch(session.layout(), config))
        listener = RunListener(
            progress=progress.update,
            begun=record.begin,
            ended=watch.note_end,
            no_room=record.note_shortage,
        )
        with _alarm_where_no_room(session):
            summaries = crawl_sites(session.layout(), config, usable, options, listener)
        crawled = {summary.site for summary in summaries}
        held = [site.name for site in usable if site.name not in crawled]
        watched = [site for site in usable if site.name in crawled]
        alarms = watch.finish(watched)
        bad_run = faults or alarms.opened or record.shortage
        code = PARTLY_FAILED if bad_run else exit_code_of(summaries, config)
        record.exit_code = code or (CollectionBusyError.exit_code if held else 0)
    _print_summaries(session, config, summaries, form)
    _name_failures(session, config, summaries)
    tell_unfinished_back_fills(session, session.layout(), options.since, options.until)
    _name_faults(faults)
    if record.shortage:
        print_line(f"warraq: {record.shortage}", err=True)
    _tell_alarms(session, alarms)
    if held and not code:
        raise CollectionBusyError(_who_crawls(session.layout(), held, options))
    ctx.exit(code)


def _print_summaries(
    session: Session, config: CollectionConfig, summaries: Sequence[CrawlSummary], form: str | None
) -> None:
    rows = [{name: getattr(summary, name) for name in SUMMARY_COLUMNS} for summary in summaries]
    session.rows(
        rows,
        SUMMARY_COLUMNS,
        form,
        nothing="all sites are paused: `warraq sites resume SITE`"
        if config.sites
        else "no site to crawl: add one with `warraq init DIR --site URL`",
    )


@contextmanager
def _alarm_where_no_room(session: Session) -> Iterator[None]:
    """Have the alarm of a full disk told and sent where crawls do not even begin for it."""
    from archive.errors import NoRoomError
    from crawler.alarms.watch import watch_sites

    try:
        yield
    except NoRoomError:
        now = datetime.now(UTC)
        _tell_alarms(session, watch_sites(session.layout(), session.config(), [], now))
        raise


def _name_failures(
    session: Session, config: CollectionConfig, summaries: Sequence[CrawlSummary]
) -> None:
    """Tell what failed: with `-q` only of the crawls that make the exit code 3."""
    from archive.query.reader import IndexReader
    from crawler.cli.failure_lines import failure_lines
    from crawler.engine.run import exit_code_of

    bad = [summary for summary in summaries if exit_code_of([summary], config)]
    with IndexReader(session.layout().with_written_index().index_db) as reader:
        for line in failure_lines(reader, bad):
            print_line(line, err=True)
        for line in failure_lines(reader, [summary for summary in summaries if summary not in bad]):
            session.tell_person(line)


def _who_crawls(layout: CollectionFolder, sites: Sequence[str], options: CrawlOptions) -> str:
    queues = map(options.window.queue_of, sites)
    return "; ".join(f"{queue} is being crawled by {layout.crawler_of(queue)}" for queue in queues)


def _run_record(session: Session, faults: Sequence[FaultySite]) -> RunRecord:
    from crawler.cli.monitor.metrics import metrics_writer
    from crawler.monitor.run_record import RunRecord

    layout, config = session.layout(), session.config()
    return RunRecord(
        layout=layout,
        config=config,
        command=" ".join(["warraq", *sys.argv[1:]]),
        faults=faults,
        write_metrics=metrics_writer(layout, config),
    )


def _tell_alarms(session: Session, alarms: WatchResult) -> None:
    """Tell on standard error what is new (also with `-q`), what is over, and what was not sent."""
    from crawler.alarms.watch import describe_alarm

    for alarm in alarms.opened:
        print_line(f"alarm: {describe_alarm(alarm)}", err=True)
    for alarm in alarms.closed:
        session.tell_person(f"over: {describe_alarm(alarm)}")
    for problem in alarms.problems:
        print_line(problem, err=True)


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
    """Bring the index up to date with archive/; with --rebuild, or of another version, afresh.

    The same WARC files give the same articles, versions, captures and clusters with the same ids.
    Exit codes: 4 when a damaged record was found and left out; it is named. 3 when min_free or
    quota was reached before all was indexed, or a purge that was begun could not be finished.
    """
    from crawler.cli.failure_lines import damage_lines, ignored_lines
    from pipelines.ingest.catch_up import update_index

    session: Session = ctx.obj
    layout, config = session.layout(), session.whole_config()
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
    for line in damage_lines(done.damaged):
        print_line(line)
    for line in ignored_lines(done.ignored):
        session.tell_person(line)
    for purge in done.purges:
        if purge.error is None:
            session.tell_person(f"purged, as was begun before: {purge.article_id}")
        else:
            print_line(f"not finished: the purge of {purge.article_id}: {purge.error}", err=True)
    session.tell_person(
        f"{counted(done.captures, 'capture')} indexed: {counted(done.new, 'new article')},"
        f" {done.changed} changed,"
        f" {counted(done.duplicates, 'duplicate')}"
    )
    unfinished = any(purge.error for purge in done.purges)
    ctx.exit(4 if done.damaged else 3 if unfinished else 0)
