"""The crontab line or systemd units that ask every few minutes which sites are due.

Writing text is pure; `install` and `remove` change the calling user's own crontab or systemd units,
and note in the collection's `state/` what they put there. Which sites are due is
`crawler.admin.due_times`'.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.config import SiteConfig
from archive.errors import UsageError
from archive.layout import CONFIG_NAME, CollectionFolder
from archive.locks.file_modes import make_folder, write_private
from crawler.admin.due_times import polling_minutes

CRON, SYSTEMD = "cron", "systemd"
# What marks an entry as ours, in a comment before it: its name and its collection.
_MARK = re.compile(r"# (warraq-[a-z0-9-]+-[0-9a-f]{8}): the sites of (.+) that are due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is to be asked how often: the absolute command and the collection it is about.

    `name` tells collections apart in unit names and crontab comments.
    """

    root: Path
    command: tuple[str, ...]
    minutes: int

    @property
    def name(self) -> str:
        """A name for unit files: of letters, digits and `-`, different for every folder."""
        return entry_name(self.root)

    @property
    def mark(self) -> str:
        """The comment that marks an entry as ours."""
        return f"# {self.name}: the sites of {self.root} that are due"


def entry_name(root: Path) -> str:
    """What the entry of the collection in `root` is called."""
    slug = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "collection"
    return f"warraq-{slug}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"


def plan_schedule(root: Path, sites: Iterable[SiteConfig], *, only: Iterable[str] = ()) -> Schedule:
    """The schedule of a collection's sites, or of those named in `only`.

    Raises UsageError where none of them has a `schedule`: there would be nothing to do, for ever;
    and for a folder that cannot stand in a crontab or unit.
    """
    if not str(root).isprintable():
        raise UsageError(f"{str(root)!r}: rename the folder: no line of a crontab can name it")
    names = tuple(only)
    chosen = [site for site in sites if not names or site.name in names]
    unscheduled = [site.name for site in chosen if site.schedule is None]
    if len(unscheduled) == len(chosen) or (names and unscheduled):
        raise UsageError(
            f"no schedule in warraq.toml for {', '.join(unscheduled) or 'any site'}; "
            'write e.g. schedule = "*/30 * * * *" into its [sites.NAME]'
        )
    command = (*_warraq_command(), "-C", str(root), "-q", "run-due", *names)
    return Schedule(root=root, command=command, minutes=polling_minutes(chosen))


def _warraq_command() -> tuple[str, ...]:
    """The absolute command that runs this very installation: the script beside the interpreter,
    else the module.
    """
    script = Path(sys.executable).parent / "warraq"
    return (str(script),) if os.access(script, os.X_OK) else (sys.executable, "-m", "crawler.cli")


def install(layout: CollectionFolder, schedule: Schedule, by: str) -> str:
    """Put the schedule into the calling user's crontab (`by` CRON) or systemd units (SYSTEMD), once
    however often it is done; returns what the person should know besides, or "".

    Raises UsageError where the tool is missing or refuses; then nothing is left of it.
    """
    if by == CRON:
        existing = _read_crontab()
        _run_tool(["crontab", "-"], text=replace_crontab_lines(existing, schedule, install=True))
    else:
        _install_units(schedule)
    noted = [each for each in _read_notes(layout) if each != (by, schedule.name, schedule.root)]
    _write_notes(layout, [*noted, (by, schedule.name, schedule.root)])
    return _linger_advice() if by == SYSTEMD else ""


def remove(layout: CollectionFolder, by: str) -> list[str]:
    """Take out what `install` put there for this collection, where its folder was before, too;
    returns the names of the entries, none where there was nothing.

    Raises UsageError, naming them, where there was nothing but entries of folders that are gone: it
    cannot be told whose they are.
    """
    noted = _read_notes(layout)
    # A copy of a collection has its notes, too: the entry stays while the folder it names is one.
    ours = {entry_name(layout.root)} | {
        name for tool, name, root in noted if tool == by and not (root / CONFIG_NAME).exists()
    }
    removed, orphans = (_remove_lines if by == CRON else _remove_units)(ours)
    if not removed and orphans:
        raise UsageError(
            f"nothing of {layout.root} is installed, but of folders that are gone: "
            f"{', '.join(orphans)}; if it was one of them, take that out by hand"
        )
    _write_notes(layout, [each for each in noted if each[0] != by or each[1] not in ours])
    return removed


def _notes_file(layout: CollectionFolder) -> Path:
    return layout.state / "schedule.json"


def _read_notes(layout: CollectionFolder) -> list[tuple[str, str, Path]]:
    """What was installed from this folder, wherever it was then: tool, name, folder."""
    with suppress(OSError, ValueError, TypeError):
        rows = json.loads(_notes_file(layout).read_text("utf-8"))
        return [(str(tool), str(name), Path(root)) for tool, name, root in rows]
    return []


def _write_notes(layout: CollectionFolder, notes: Sequence[tuple[str, str, Path]]) -> None:
    if not notes:
        _notes_file(layout).unlink(missing_ok=True)
        return
    make_folder(layout.state)
    text = json.dumps([(tool, name, str(root)) for tool, name, root in notes], ensure_ascii=False)
    write_private(_notes_file(layout), text)


def _is_gone(root: str) -> bool:
    return not (Path(root) / CONFIG_NAME).exists()


# --------------------------------------------------------------------------------------------- cron


def crontab_lines(schedule: Schedule) -> str:
    """The crontab lines (crontab(5)): a comment that marks them as ours, and the command.

    cron mails whatever a command says: the summary is thrown away, what went wrong stands on
    standard error.
    """
    when = "* * * * *" if schedule.minutes == 1 else f"*/{schedule.minutes} * * * *"
    # a bare % ends the command in a crontab
    command = shlex.join(schedule.command).replace("%", r"\%")
    return f"{schedule.mark}\n{when} {command} >/dev/null\n"


def replace_crontab_lines(existing: str, schedule: Schedule, *, install: bool) -> str:
    """A crontab's text with our lines for this collection put in (once) or taken out; all other
    lines as they were.
    """
    kept = _without_lines(existing, {schedule.name})[0]
    return kept + (crontab_lines(schedule) if install else "")


def _without_lines(crontab: str, names: set[str]) -> tuple[str, list[str]]:
    """A crontab's text without the entries of these names, and the names of those that were in
    it.
    """
    kept: list[str] = []
    removed: list[str] = []
    skip = False
    for line in crontab.splitlines():
        mark = _MARK.fullmatch(line)
        if mark is not None and mark[1] in names:
            removed.append(mark[1])
            skip = True
            continue
        if not skip:
            kept.append(line)
        skip = False
    return "".join(line + "\n" for line in kept), removed


def _read_crontab() -> str:
    """The calling user's crontab; UsageError where it cannot be read: it would be overwritten."""
    shown = _run_tool(["crontab", "-l"], check=False)
    if shown.returncode and not re.search(r"no crontab|no such file", shown.stderr, re.IGNORECASE):
        raise UsageError(
            f"`crontab -l` failed: {shown.stderr.strip() or shown.returncode}; nothing was changed"
        )
    return "" if shown.returncode else shown.stdout


def _remove_lines(names: set[str]) -> tuple[list[str], list[str]]:
    existing = _read_crontab()
    kept, removed = _without_lines(existing, names)
    if removed:
        _run_tool(["crontab", "-"], text=kept)
    marks = [mark for line in kept.splitlines() if (mark := _MARK.fullmatch(line))]
    return removed, [f"{mark[1]} ({mark[2]})" for mark in marks if _is_gone(mark[2])]


# ------------------------------------------------------------------------------------------ systemd


def systemd_units(schedule: Schedule) -> dict[str, str]:
    """The text of the service and timer units, by file name (systemd.service(5), systemd.timer(5)).

    A timer starts no second instance of a service that still runs, so each run gets a unit of its
    own, which goes with it (systemd-run(1)). They name no unit of the system (the network's): the
    user's manager knows none of these.
    """
    # 75: another crawl is still at it, which is no fault.
    run = ["systemd-run", "--user", "--quiet", "--collect", "--property=SuccessExitStatus=75"]
    run += ["--nice=10", f"--description=Crawl what is due in {schedule.root.name}", "--"]
    # $ is expanded in the arguments of the unit that systemd-run makes, too
    command = (word.replace("$", "$$") for word in schedule.command)
    start = " ".join(_systemd_word(word) for word in (*run, *command))
    folder = schedule.root.name.replace("%", "%%")  # descriptions have specifiers, too
    service = (
        f"{schedule.mark}\n"
        f"[Unit]\nDescription=Start a crawl of the sites of {folder} that are due\n\n"
        f"[Service]\nType=oneshot\nExecStart={start}\n"
    )
    # All machines of a site ask at the same minutes: each at a second of its own.
    delay = 20 if schedule.minutes == 1 else 60
    timer = (
        f"{schedule.mark}\n"
        f"[Unit]\nDescription=Ask every {schedule.minutes} minutes what is due in {folder}\n\n"
        f"[Timer]\nOnCalendar=*:0/{schedule.minutes}\nPersistent=true\nAccuracySec=1s\n"
        f"RandomizedDelaySec={delay}\nFixedRandomDelay=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {f"{schedule.name}.service": service, f"{schedule.name}.timer": timer}


def units_folder() -> Path:
    """Where systemd looks for the calling user's units."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "systemd" / "user"


def _unit_files(name: str) -> tuple[Path, ...]:
    """The files of an entry, with the link by which it is enabled."""
    folder = units_folder()
    timer = f"{name}.timer"
    return (folder / f"{name}.service", folder / timer, folder / "timers.target.wants" / timer)


def _install_units(schedule: Schedule) -> None:
    """Write, load and start the units; where that is refused, put back what was there before."""
    folder = units_folder()
    units = {folder / name: text for name, text in systemd_units(schedule).items()}
    before = {path: path.read_text("utf-8") for path in units if path.is_file()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in units.items():
            path.write_text(text, "utf-8")
        _run_tool(["systemctl", "--user", "daemon-reload"])
        _run_tool(["systemctl", "--user", "enable", "--now", f"{schedule.name}.timer"])
    except (UsageError, OSError) as error:
        _drop_units(schedule.name)
        for path, text in before.items():
            path.write_text(text, "utf-8")
        if isinstance(error, UsageError):
            raise UsageError(f"{error}; nothing was installed") from error
        raise UsageError(f"{folder}: cannot be written: {error.strerror}") from error


def _drop_units(name: str) -> None:
    """Stop and delete an entry's units; a manager that does not run has nothing to be told."""
    with suppress(UsageError):
        _run_tool(["systemctl", "--user", "disable", "--now", f"{name}.timer"], check=False)
    for path in _unit_files(name):
        path.unlink(missing_ok=True)
    with suppress(UsageError):
        _run_tool(["systemctl", "--user", "daemon-reload"], check=False)


def _remove_units(names: set[str]) -> tuple[list[str], list[str]]:
    removed = [name for name in sorted(names) if any(path.is_file() for path in _unit_files(name))]
    for name in removed:
        _drop_units(name)
    texts = [path.read_text("utf-8", "replace") for path in units_folder().glob("warraq-*.timer")]
    marks = [mark for text in texts if (mark := _MARK.match(text))]
    return removed, [f"{mark[1]} ({mark[2]})" for mark in marks if _is_gone(mark[2])]


def _linger_advice() -> str:
    """What to do so that the user's timers run while the user is not logged in, or ""."""
    with suppress(UsageError):
        command = ["loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value"]
        shown = _run_tool(command, check=False)
        if shown.stdout.strip() == "no" or shown.returncode:
            return "it runs only while you are logged in, unless you run `loginctl enable-linger`"
    return ""


def _systemd_word(word: str) -> str:
    """One word of ExecStart, quoted, with systemd's own specials doubled (systemd.syntax(7))."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if re.fullmatch(r"[\w@%:,./=+-]+", escaped) else f'"{escaped}"'


def _run_tool(
    command: list[str], *, text: str | None = None, check: bool = True
) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(  # noqa: S603  # fixed words
            command, input=text, capture_output=True, text=True, check=False, timeout=30
        )
    except FileNotFoundError as error:
        raise UsageError(
            f"{command[0]} is not on this machine; print the text instead and install it by hand"
        ) from error
    if check and done.returncode:
        raise UsageError(
            f"`{shlex.join(command)}` failed: {done.stderr.strip() or done.returncode}"
        )
    return done
