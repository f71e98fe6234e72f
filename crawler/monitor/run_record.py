"""What a run leaves behind besides what it archived: its log, its report, metrics and pings.

None of it can make a run fail: what cannot be written or sent is a warning.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from archive.config import CollectionConfig, FaultySite
from archive.errors import CollectionBusyError, CrawlInterruptedError, WarraqError
from archive.layout import CollectionFolder
from archive.model.runs import RunReport
from archive.query.reader import IndexReader
from archive.query.runs import report_of, unreported_runs
from archive.render.run_report import ReportForm, render_report
from crawler.monitor.events import log_event
from crawler.monitor.pings import PingUnderWay
from crawler.monitor.report_files import drop_old_reports, reported_runs, write_reports
from crawler.monitor.run_log import open_run_log

# Of so many runs before, those that ended so long ago without a report get one: they were killed.
_LOOKED_BACK = 20
_SURELY_DEAD = timedelta(minutes=15)
logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class RunRecord:
    """The record of one call of `crawl` or `run-due`; a context manager around the crawls.

    Nothing is done until `begin` names the run: a collection that another process holds is no run.
    `exit_code` is to be set before the block ends; `shortage` is why it ended before it was done,
    for want of room. `write_metrics` is called behind the report.
    """

    layout: CollectionFolder
    config: CollectionConfig
    command: str
    faults: Sequence[FaultySite] = ()
    write_metrics: Callable[[], None] | None = None
    exit_code: int = 0
    run: str | None = None
    shortage: str | None = None
    _stack: ExitStack = field(default_factory=ExitStack)
    _ping: PingUnderWay | None = None

    def begin(self, run: str) -> None:
        """The run has begun, and has this id."""
        self.run = run
        self._stack.enter_context(open_run_log(self.layout.logs, run))
        log_event("run began", self.command, {"command": self.command})
        for fault in self.faults:
            log_event("not crawled", fault.problem, {"site": fault.name})
        if self.config.ping_start:
            self._ping = PingUnderWay(self.config.ping_start)

    def note_shortage(self, line: str) -> None:
        """The crawls end before they are done: there is no room for more."""
        self.shortage = line

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.run is None:
            return
        with self._stack:
            code = self.exit_code if error is None else _exit_code(error)
            told = self.shortage if error is None else f"{error}" or type(error).__name__
            log_event("run ended", told or "done", {"exit_code": code, "error": told})
            report = self._report(self.run, code, told)
            self._write(report)
            self._send(report, code)

    def _report(self, run: str, code: int, error: str | None) -> RunReport | None:
        own: dict[str, Any] = {
            "exit_code": code,
            "error": error,
            "command": self.command,
            "not_crawled": tuple(
                {"site": fault.name, "problem": fault.problem} for fault in self.faults
            ),
        }
        try:
            with IndexReader(self.layout.with_written_index().index_db) as reader:
                return replace(report_of(reader, run, collection=self.config.name), **own)
        except WarraqError as refused:
            logger.warning("run %s: no report: %s", run, refused)
            return None

    def _write(self, report: RunReport | None) -> None:
        folder = self.layout.reports
        steps: list[Callable[[], object]] = [self._write_missing, lambda: drop_old_reports(folder)]
        if report is not None:
            steps.insert(0, lambda: write_reports(folder, report))
        if self.write_metrics is not None:
            steps.append(self.write_metrics)
        for step in steps:
            try:
                step()
            except (OSError, WarraqError) as error:
                logger.warning("run %s: %s", self.run, error)

    def _write_missing(self) -> None:
        with IndexReader(self.layout.with_written_index().index_db) as reader:
            reported = reported_runs(self.layout.reports)
            before = datetime.now(UTC) - _SURELY_DEAD
            for run in unreported_runs(reader, reported, before=before, limit=_LOOKED_BACK):
                report = report_of(reader, run, collection=self.config.name)
                write_reports(self.layout.reports, report)

    def _send(self, report: RunReport | None, code: int) -> None:
        if self._ping is not None:
            self._ping.wait()
        # a site that another process crawls is no failure
        failed = code not in {0, CollectionBusyError.exit_code}
        url = self.config.ping_fail if failed else self.config.ping_success
        if url:
            text = f"exit code {code}" if report is None else render_report(report, ReportForm.TEXT)
            PingUnderWay(url, text).wait()


def _exit_code(error: BaseException) -> int:
    """The exit code that an error will end the process with."""
    if isinstance(error, WarraqError):
        return error.exit_code
    return CrawlInterruptedError.exit_code if isinstance(error, KeyboardInterrupt) else 1
