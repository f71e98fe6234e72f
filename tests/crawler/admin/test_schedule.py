"""What has cron or systemd ask which sites are due: its text, its way in and out."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.config import SiteConfig
from archive.errors import UsageError
from archive.layout import CollectionFolder
from crawler.admin.schedule import (
    CRON,
    SYSTEMD,
    Schedule,
    crontab_lines,
    install,
    plan_schedule,
    remove,
    replace_crontab_lines,
    systemd_units,
)

# Keys of systemd.unit(5), systemd.service(5) and systemd.timer(5).
KEYS = {
    *("Description", "WantedBy", "Type", "ExecStart"),
    *("OnCalendar", "Persistent", "AccuracySec", "RandomizedDelaySec", "FixedRandomDelay"),
}


def site(name: str, schedule: str | None, timezone: str = "UTC") -> SiteConfig:
    return SiteConfig(
        name=name, start=("https://a.example/",), schedule=schedule, timezone=timezone
    )


def schedule(root: str = "/srv/news", minutes: int = 5) -> Schedule:
    return Schedule(
        root=Path(root), command=("/opt/bin/warraq", "-C", root, "-q", "run-due"), minutes=minutes
    )


def test_crontab_line_is_quoted_for_shell_and_cron() -> None:
    """A folder with a blank or a per cent sign reaches the shell whole: cron would end the command
    at a bare %.
    """
    comment, line = crontab_lines(schedule("/srv/my 100% news")).splitlines()
    assert comment.startswith("# warraq-my-100-news-")
    assert line == r"*/5 * * * * /opt/bin/warraq -C '/srv/my 100\% news' -q run-due >/dev/null"


def test_crontab_is_changed_only_in_our_lines() -> None:
    """Installing twice leaves one line, removing takes out ours alone, and other lines stay as they
    were.
    """
    other = "MAILTO=me\n0 1 * * * backup\n# warraq is nice\n"
    once = replace_crontab_lines(other, schedule(), install=True)
    assert once.startswith(other)
    assert replace_crontab_lines(once, schedule(), install=True) == once
    assert replace_crontab_lines(once, schedule("/srv/else"), install=False) == once
    assert replace_crontab_lines(once, schedule(), install=False) == other


def unit(text: str) -> dict[str, dict[str, str]]:
    """The keys of a unit by section; each stands there once (systemd.syntax(7))."""
    reader = configparser.RawConfigParser(
        delimiters="=", comment_prefixes="#", strict=True, empty_lines_in_values=False
    )
    reader.optionxform = str  # type: ignore[assignment, method-assign]
    reader.read_string(text)
    return {name: dict(reader[name]) for name in reader.sections()}


def words(command: str) -> list[str]:
    """The words of an ExecStart as systemd reads them: quotes, then `%%` and `$$`."""
    assert not re.search(r"(?<!%)(%%)*%(?!%)|(?<!\$)(\$\$)*\$(?!\$)", command)  # none stands alone
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(command)]


@pytest.fixture
def units() -> dict[str, dict[str, dict[str, str]]]:
    """The units of a folder with a blank, a per cent and a dollar sign, by their endings."""
    texts = systemd_units(schedule('/srv/my $100% "news"'))
    return {name.rpartition(".")[2]: unit(text) for name, text in texts.items()}


def test_a_timer_starts_a_run_while_another_still_goes_on(
    units: dict[str, dict[str, dict[str, str]]],
) -> None:
    """What it starts is over at once (systemd.timer(5): a unit that is still active is left
    running), and has the run in a unit of its own, which leaves nothing behind.
    """
    service = units["service"]
    assert (list(service), list(service["Service"])) == (["Unit", "Service"], ["Type", "ExecStart"])
    command = words(service["Service"]["ExecStart"])
    assert command[:4] == ["systemd-run", "--user", "--quiet", "--collect"]
    assert {"--scope", "--wait", "--pipe", "--unit"}.isdisjoint(command)
    assert "--property=SuccessExitStatus=75" in command
    timer = units["timer"]
    assert list(timer) == ["Unit", "Timer", "Install"]
    assert timer["Timer"]["OnCalendar"] == "*:0/5"
    assert "Unit" not in timer["Timer"]  # the service of the same name


def test_systemd_words_are_escaped(units: dict[str, dict[str, dict[str, str]]]) -> None:
    """Blanks, quotes, per cent and dollar signs in the folder survive systemd's own rules, dollar
    signs twice: in the service and in the unit that it makes. No unit of the system's manager is
    named, which the user's does not know.
    """
    command = words(units["service"]["Service"]["ExecStart"])
    run = [word.replace("$$", "$") for word in command[command.index("--") + 1 :]]
    assert run == ["/opt/bin/warraq", "-C", '/srv/my $100% "news"', "-q", "run-due"]
    assert units["service"]["Unit"]["Description"].count("%%") == 1
    assert "network" not in str(units)


def test_names_differ_for_folders_of_one_name() -> None:
    """Two collections called alike get units and crontab lines of their own."""
    assert schedule("/a/news").name != schedule("/b/news").name


def test_plan_refuses_what_would_do_nothing(tmp_path: Path) -> None:
    """Without any schedule in the file, or for a site that has none, the person is told what to
    write.
    """
    sites = [site("a", None), site("b", "0 * * * *")]
    with pytest.raises(UsageError, match=r"schedule = "):
        plan_schedule(tmp_path, [site("a", None)])
    with pytest.raises(UsageError, match="for a;"):
        plan_schedule(tmp_path, sites, only=["a"])
    assert plan_schedule(tmp_path, sites).command[-1] == "run-due"
    assert plan_schedule(tmp_path, sites, only=["b"]).command[-2:] == ("run-due", "b")


FAKE_CRONTAB = """#!/bin/sh
case "$1" in
  -l) cat {table} 2>/dev/null || {{ echo "no crontab for me" >&2; exit 1; }} ;;
  -) cat > {table} ;;
esac
"""
FAKE_SYSTEMCTL = """#!/bin/sh
echo "$*" >> {calls}
case "$*" in *"{refused}"*) echo "Failed to connect to bus" >&2; exit 1 ;; esac
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """`tool(name, script)`: a program of that name before all others on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))

    def make(name: str, script: str) -> None:
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)

    return make


def collection(folder: Path) -> CollectionFolder:
    return CollectionFolder.create(folder, '[collection]\nname = "c"\n')


def plan(layout: CollectionFolder) -> Schedule:
    return plan_schedule(layout.root, [site("a", "*/30 * * * *")])


def test_a_crontab_entry_is_removed_after_the_folder_was_moved(
    tmp_path: Path, tool: Callable[[str, str], None]
) -> None:
    """What was installed is found again by the note in the collection; other lines stay."""
    table = tmp_path / "table"
    tool("crontab", FAKE_CRONTAB.format(table=table))
    table.write_text("0 1 * * * backup\n")
    layout = collection(tmp_path / "my 100% news")
    install(layout, plan(layout), CRON)
    install(layout, plan(layout), CRON)
    assert len(table.read_text().splitlines()) == 3
    moved = CollectionFolder(layout.root.rename(tmp_path / "moved"))
    assert remove(moved, CRON) == [plan(layout).name]
    assert table.read_text() == "0 1 * * * backup\n"
    assert remove(moved, CRON) == []


def test_a_copy_of_a_collection_leaves_the_entry_of_the_first(
    tmp_path: Path, tool: Callable[[str, str], None]
) -> None:
    """A backup has the note, too; the entry is the collection's that it names."""
    table = tmp_path / "table"
    tool("crontab", FAKE_CRONTAB.format(table=table))
    layout = collection(tmp_path / "news")
    install(layout, plan(layout), CRON)
    copy = CollectionFolder(Path(shutil.copytree(layout.root, tmp_path / "copy")))
    assert remove(copy, CRON) == []
    assert plan(layout).name in table.read_text()


def test_entries_of_folders_that_are_gone_are_named(
    tmp_path: Path, tool: Callable[[str, str], None]
) -> None:
    """Where the note is lost, too, --remove says that it removed nothing, and what is there."""
    table = tmp_path / "table"
    tool("crontab", FAKE_CRONTAB.format(table=table))
    layout = collection(tmp_path / "news")
    install(layout, plan(layout), CRON)
    moved = CollectionFolder(layout.root.rename(tmp_path / "moved"))
    shutil.rmtree(moved.state)
    with pytest.raises(UsageError, match=plan(layout).name):
        remove(moved, CRON)
    assert plan(layout).name in table.read_text()


def test_a_crontab_that_cannot_be_read_is_not_overwritten(
    tmp_path: Path, tool: Callable[[str, str], None]
) -> None:
    """Other lines would be lost with it."""
    table = tmp_path / "table"
    tool("crontab", f'#!/bin/sh\n[ "$1" = - ] && cat > {table}\necho "not allowed" >&2\nexit 1\n')
    layout = collection(tmp_path / "news")
    with pytest.raises(UsageError, match="not allowed"):
        install(layout, plan(layout), CRON)
    assert not table.exists()


def test_units_are_started_and_removed(tmp_path: Path, tool: Callable[[str, str], None]) -> None:
    """Installed, the user's manager runs the timer; removed, no file of it is left; and where the
    user's timers end with the log-in, that is told.
    """
    calls = tmp_path / "calls"
    tool("systemctl", FAKE_SYSTEMCTL.format(calls=calls, refused="nothing"))
    tool("loginctl", "#!/bin/sh\necho no\n")
    layout = collection(tmp_path / "news")
    assert "enable-linger" in install(layout, plan(layout), SYSTEMD)
    timer = f"{plan(layout).name}.timer"
    assert f"--user enable --now {timer}" in calls.read_text()
    units = tmp_path / "home" / "systemd" / "user"
    assert len(list(units.glob("warraq-*"))) == 2
    moved = CollectionFolder(layout.root.rename(tmp_path / "moved"))
    assert remove(moved, SYSTEMD) == [plan(layout).name]
    assert f"--user disable --now {timer}" in calls.read_text()
    assert list(units.glob("warraq-*")) == []
    tool("loginctl", "#!/bin/sh\necho yes\n")
    assert install(moved, plan(moved), SYSTEMD) == ""


@pytest.mark.parametrize("refused", ["daemon-reload", "enable"])
def test_a_failed_install_leaves_nothing(
    tmp_path: Path, tool: Callable[[str, str], None], refused: str
) -> None:
    """Where the user's manager is not there, or refuses, no unit stays behind; those of an earlier
    install stay as they were.
    """
    calls = tmp_path / "calls"
    tool("systemctl", FAKE_SYSTEMCTL.format(calls=calls, refused=refused))
    layout = collection(tmp_path / "news")
    with pytest.raises(UsageError, match="nothing was installed"):
        install(layout, plan(layout), SYSTEMD)
    units = tmp_path / "home" / "systemd" / "user"
    assert list(units.iterdir()) == []
    assert remove(layout, SYSTEMD) == []
    earlier = units / f"{plan(layout).name}.timer"
    earlier.write_text("earlier")
    with pytest.raises(UsageError):
        install(layout, plan(layout), SYSTEMD)
    assert earlier.read_text() == "earlier"


def test_systemd_has_no_complaint_about_the_units(tmp_path: Path) -> None:
    """Where it is on this machine it is asked; elsewhere this says only that all their keys are
    those of its manual. That a user's manager starts them is tried nowhere.
    """
    texts = systemd_units(
        Schedule(root=Path("/srv/my 100% news"), command=("/bin/true", "100% $x"), minutes=5)
    )
    for name, text in texts.items():
        keys = {key for section in unit(text).values() for key in section}
        assert keys <= KEYS
        (tmp_path / name).write_text(text)
    if shutil.which("systemd-analyze") is not None:
        runtime = tmp_path / "run"
        runtime.mkdir()
        done = subprocess.run(
            ["systemd-analyze", "--user", "verify", *map(str, tmp_path.glob("warraq-*"))],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=os.environ | {"XDG_RUNTIME_DIR": str(runtime)},
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_folder_that_no_line_can_name_is_refused() -> None:
    """A line break in it would be a line of the crontab of its own."""
    with pytest.raises(UsageError, match="rename the folder"):
        plan_schedule(Path("/srv/a\n* * * * * evil"), [site("a", "*/30 * * * *")])
