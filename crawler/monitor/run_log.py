"""The log of a run: JSON lines in `state/logs/`, one file for each run, rotated while it grows.

A line has `at` (ISO 8601, UTC, milliseconds), `level`, `run`, `event` and `message`, and what the
event has besides: `site`, `url`, `stage`, `reason`, counts. Events are those of
`crawler.monitor.events`; what any part of the program, Scrapy included, warns of is the event
`log`. Several runs may write at once, each its own file.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from archive.locks.file_modes import FILE_MODE, make_folder
from archive.render.printable import printable_json
from crawler.monitor.events import EVENTS

ROTATE_BYTES = 10 << 20
ROTATED = 4  # files of a run behind the one that grows
# What is kept of all runs together; the oldest run's log goes first.
KEPT_RUNS = 1000
KEPT_BYTES = 256 << 20
_SUFFIX = ".jsonl"

Row = dict[str, Any]
logger = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """A record as one line of JSON; `run` is the id of the run."""

    def __init__(self, run: str) -> None:
        super().__init__()
        self._run = run

    def format(self, record: logging.LogRecord) -> str:
        """The line, without a line feed. Secrets are none of its business: no caller has any."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = getattr(record, "fields", None)
        line: Row = {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "run": self._run,
            "event": getattr(record, "event", "log"),
            "message": record.getMessage(),
            **(fields if isinstance(fields, dict) else {"logger": record.name}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return printable_json(line)


class _RunLogHandler(RotatingFileHandler):
    """A log that others of the group may read, and whose failure ends nothing."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        return TextIOWrapper(
            os.fdopen(descriptor, "ab"), encoding="utf-8", errors="backslashreplace"
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say nothing: a disk that refuses this line is told by what writes the archive."""


@contextmanager
def open_run_log(folder: Path, run: str, *, shown: bool = False) -> Iterator[None]:
    """Write what happens in the block to the log of a run, and delete logs that are too old.

    A log that cannot be opened is a warning. `shown`: the events stand among what the process logs
    elsewhere, too.
    """
    try:
        make_folder(folder)
        drop_old_logs(folder)
        handler = _RunLogHandler(
            folder / f"{run}{_SUFFIX}", maxBytes=ROTATE_BYTES, backupCount=ROTATED
        )
    except OSError as error:
        logger.warning("%s: no log is written: %s", folder, error.strerror or error)
        yield
        return
    handler.setFormatter(JsonLines(run))
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or hasattr(record, "event"))
    root = logging.getLogger()
    before = EVENTS.level, EVENTS.propagate
    EVENTS.setLevel(logging.INFO)
    if not shown:
        EVENTS.propagate = False  # standard error says in its own words what the log says in fields
        EVENTS.addHandler(handler)
    root.addHandler(handler)
    try:
        yield
    finally:
        EVENTS.removeHandler(handler)
        root.removeHandler(handler)
        EVENTS.setLevel(before[0])
        EVENTS.propagate = before[1]
        with suppress(OSError):  # a full disk: what is still in its buffer is lost
            handler.close()


def log_rows(folder: Path, run: str) -> list[Row]:
    """The lines of a run's log as they were written, oldest first; none where there is no log.

    A line that is cut, as by a kill, is left out.
    """
    rows: list[Row] = []
    for path in _files_of(folder, run):
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    row = json.loads(line)
                except ValueError:
                    continue
                if isinstance(row, dict):
                    rows.append(row)
    return rows


def _files_of(folder: Path, run: str) -> list[Path]:
    """The files of a run's log, the oldest one first."""
    rotated = [folder / f"{run}{_SUFFIX}.{number}" for number in range(ROTATED, 0, -1)]
    return [path for path in (*rotated, folder / f"{run}{_SUFFIX}") if path.is_file()]


def drop_old_logs(folder: Path, runs: int = KEPT_RUNS, size: int = KEPT_BYTES) -> None:
    """Delete the logs of the oldest runs until there are fewer than `runs`, and together they have
    at most `size` bytes.
    """
    logs: dict[str, list[Path]] = {}
    for path in folder.glob(f"*{_SUFFIX}*"):
        logs.setdefault(path.name.partition(".")[0], []).append(path)
    kept = 0
    for number, run in enumerate(sorted(logs, reverse=True), 1):
        for path in logs[run]:
            with suppress(FileNotFoundError):  # another run deletes old logs, too
                kept += path.stat().st_size
        if number >= runs or kept > size:
            for path in logs[run]:
                path.unlink(missing_ok=True)
