"""The folder `reports/`: one report of each run as text, JSON and HTML, and which of them are kept.

They are made from the index, but for the exit code, the command and the error of the run: a report
that is gone can be made anew (`warraq log RUN --report html`).
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

from archive.locks.file_modes import FILE_MODE, make_folder
from archive.model.runs import RunReport
from archive.render.run_report import ReportForm, render_report

# The newest runs, all of whose reports are kept; of each earlier day those of the last run are.
KEPT = 1000
_STALE = 86400.0  # seconds after which a half report is nobody's work any more
_RUN = re.compile(r"\d{8}T\d{12}")


def write_reports(folder: Path, report: RunReport) -> list[Path]:
    """Write the report of a run in every form, each whole or not at all; the files.

    OSError where the disk refuses.
    """
    make_folder(folder)
    files = [folder / f"{report.run}.{form}" for form in ReportForm]
    for file, form in zip(files, ReportForm, strict=True):
        fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(render_report(report, form))
        fresh.replace(file)
    return files


def reported_runs(folder: Path) -> set[str]:
    """The ids of the runs that have a report in `folder`, which need not be there."""
    if not folder.is_dir():
        return set()
    runs = (path.name.partition(".")[0] for path in folder.iterdir() if not _is_unfinished(path))
    return {run for run in runs if _RUN.fullmatch(run)}


def _is_unfinished(path: Path) -> bool:
    return path.suffix == ".new"


def runs_to_drop(runs: Iterable[str], kept: int = KEPT) -> set[str]:
    """Of the ids of runs those that no report is kept of: not the newest `kept`, nor the last of an
    earlier day (UTC). Pure.
    """
    ordered = sorted(runs)
    earlier = ordered[: max(0, len(ordered) - kept)]
    last_of_day = {run[:8]: run for run in ordered}
    return {run for run in earlier if last_of_day[run[:8]] != run}


def drop_reports_naming(folder: Path, article: str) -> None:
    """Delete the reports that list an article (its id): it is withdrawn."""
    for run in reported_runs(folder):
        try:
            report = json.loads((folder / f"{run}.{ReportForm.JSON}").read_bytes())
            named = article in {listed["id"] for listed in report["articles"]}
        except (OSError, ValueError, LookupError, TypeError):
            named = True  # whatever it is, it is no report of ours any more
        if named:
            _delete(folder, run)


def drop_old_reports(folder: Path, kept: int = KEPT) -> None:
    """Delete what `runs_to_drop` names, and nothing else that lies in `folder`."""
    for run in runs_to_drop(reported_runs(folder), kept):
        _delete(folder, run)
    for path in folder.glob("*.new"):  # a kill left it
        if _RUN.match(path.name) and time.time() - path.stat().st_mtime > _STALE:
            path.unlink(missing_ok=True)


def _delete(folder: Path, run: str) -> None:
    for form in ReportForm:
        (folder / f"{run}.{form}").unlink(missing_ok=True)
