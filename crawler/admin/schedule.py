"""Which sites are due, and the crontab line or systemd units that ask so every few minutes.

Deciding and writing text is pure; `install_*` and `remove_*` change the calling user's own crontab
or systemd units and nothing else. Crawling what is due is `crawler.engine.run`'s.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim

from archive.config import SiteConfig
from archive.errors import UsageError

# Every schedule whose minutes are multiples of five is met to the minute by asking every five
# minutes.
_STEP = 5


def is_due(site: SiteConfig, last_started: datetime | None, now: datetime) -> bool:
    """Whether the site's schedule has come round since its last crawl began; a site never crawled
    is due at once.

    The schedule is meant in the site's own time zone, and what was missed (the machine was off) is
    made good once.
    """
    if site.schedule is None:
        return False
    if last_started is None:
        return True
    return next_time(site.schedule, site.timezone, last_started) <= now


def next_time(schedule: str, timezone: str, after: datetime) -> datetime:
    """The first time the schedule comes round after `after`, as an aware UTC datetime."""
    return next(CronSim(schedule, after.astimezone(ZoneInfo(timezone)))).astimezone(UTC)


def due_sites(
    sites: Iterable[SiteConfig], last_started: Mapping[str, datetime], now: datetime
) -> list[SiteConfig]:
    """The sites to crawl now, the one that has waited longest first."""
    waiting = [site for site in sites if is_due(site, last_started.get(site.name), now)]
    return sorted(
        waiting, key=lambda site: last_started.get(site.name, datetime.min.replace(tzinfo=UTC))
    )


def polling_minutes(sites: Iterable[SiteConfig]) -> int:
    """How often, in minutes, to ask which sites are due so that none is late: 5, or 1 where a
    schedule needs it.
    """
    now = datetime(2000, 1, 1, tzinfo=UTC)
    minutes = {
        minute for site in sites if site.schedule for minute in CronSim(site.schedule, now).minutes
    }
    return _STEP if all(minute % _STEP == 0 for minute in minutes) else 1


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
        slug = re.sub(r"[^a-z0-9]+", "-", self.root.name.lower()).strip("-") or "collection"
        return f"warraq-{slug}-{hashlib.sha256(str(self.root).encode()).hexdigest()[:8]}"


def plan_schedule(root: Path, sites: Iterable[SiteConfig], *, only: Iterable[str] = ()) -> Schedule:
    """The schedule of a collection's sites, or of those named in `only`.

    Raises UsageError where none of them has a `schedule`: there would be nothing to do, for ever.
    """
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


# --------------------------------------------------------------------------------------------- cron


def crontab_lines(schedule: Schedule) -> str:
    """The crontab lines (crontab(5)): a comment that marks them as ours, and the command.

    cron mails whatever a command says: the summary is thrown away, what went wrong stands on
    standard error.
    """
    when = "* * * * *" if schedule.minutes == 1 else f"*/{schedule.minutes} * * * *"
    # a bare % ends the command in a crontab
    command = shlex.join(schedule.command).replace("%", r"\%")
    return (
        f"# {schedule.name}: the sites of {schedule.root} that are due\n"
        f"{when} {command} >/dev/null\n"
    )


def replace_crontab_lines(existing: str, schedule: Schedule, *, install: bool) -> str:
    """A crontab's text with our lines for this collection put in (once) or taken out; all other
    lines as they were.
    """
    lines = existing.splitlines()
    kept: list[str] = []
    skip = False
    for line in lines:
        if line.startswith(f"# {schedule.name}: "):
            skip = True
            continue
        if not skip:
            kept.append(line)
        skip = False
    return "".join(line + "\n" for line in kept) + (crontab_lines(schedule) if install else "")


def change_crontab(schedule: Schedule, *, install: bool) -> None:
    """Put our lines into the calling user's crontab, or take them out. Raises UsageError where
    there is no cron.
    """
    shown = _run_tool(["crontab", "-l"], check=False)
    changed = replace_crontab_lines(
        shown.stdout if shown.returncode == 0 else "", schedule, install=install
    )
    _run_tool(["crontab", "-"], text=changed)


# ------------------------------------------------------------------------------------------ systemd


def systemd_units(schedule: Schedule) -> dict[str, str]:
    """The text of the service and timer units, by file name (systemd.service(5),
    systemd.timer(5)).
    """
    start = " ".join(_systemd_word(word) for word in schedule.command)
    service = (
        f"[Unit]\nDescription=Crawl the sites of {schedule.root.name} that are due\n"
        "Wants=network-online.target\nAfter=network-online.target\n\n"
        f"[Service]\nType=oneshot\nExecStart={start}\n"
        # 75: another crawl is still at it, which is no fault.
        "SuccessExitStatus=75\nNice=10\n"
    )
    timer = (
        f"[Unit]\nDescription=Ask every {schedule.minutes} minutes what is due in "
        f"{schedule.root.name}\n\n"
        f"[Timer]\nOnCalendar=*:0/{schedule.minutes}\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {f"{schedule.name}.service": service, f"{schedule.name}.timer": timer}


def units_folder() -> Path:
    """Where systemd looks for the calling user's units."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "systemd" / "user"


def change_systemd(schedule: Schedule, *, install: bool) -> list[Path]:
    """Write and start the user's units, or stop and delete them; returns the files it was about."""
    folder = units_folder()
    units = {folder / name: text for name, text in systemd_units(schedule).items()}
    timer = f"{schedule.name}.timer"
    if install:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in units.items():
            path.write_text(text, "utf-8")
        _run_tool(["systemctl", "--user", "daemon-reload"])
        _run_tool(["systemctl", "--user", "enable", "--now", timer])
    else:
        _run_tool(["systemctl", "--user", "disable", "--now", timer], check=False)
        for path in units:
            path.unlink(missing_ok=True)
        _run_tool(["systemctl", "--user", "daemon-reload"])
    return list(units)


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
