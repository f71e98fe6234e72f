"""The frame of the command: how errors, interruptions and bugs end a process, and options that are
checked once.
"""

import errno
import os
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner

from archive import errors
from archive.errors import WarraqError
from crawler import cli
from crawler.cli import session
from crawler.cli.options import day, duration
from crawler.cli.session import Progress, Session, from_now

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, WarraqError)
]


def ending(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """The exit code of a command that fails with `error`."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(cli.LazyGroup, "invoke", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main(["status"])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize("kind", KINDS)
def test_error_is_one_line_and_its_code(
    kind: type[WarraqError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each error ends the process with its own code and one line on standard error, whatever its
    message holds.
    """
    assert ending(monkeypatch, kind("what\nis wrong")) == kind.exit_code
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "warraq: what is wrong\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_interruption_is_130(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C anywhere is 130 and no traceback."""
    assert ending(monkeypatch, error) == 130
    assert capsys.readouterr().err == "warraq: interrupted\n"


def test_bug_is_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw is not dressed up as an error of the user."""
    monkeypatch.setattr(cli.LazyGroup, "invoke", lambda *_: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["status"])


def test_a_file_that_the_system_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder in a file's place, a file nobody may read: a line, whichever command met it. What
    names no file is a bug.
    """
    refused = IsADirectoryError(errno.EISDIR, "Is a directory", "/c/fixity/chain.jsonl")
    assert ending(monkeypatch, refused) == 1
    assert capsys.readouterr().err == "warraq: /c/fixity/chain.jsonl: Is a directory\n"
    monkeypatch.setattr(cli.LazyGroup, "invoke", lambda *_: os.close(-1))
    with pytest.raises(OSError, match="Bad file descriptor"):
        cli.main(["status"])


def test_exit_code_of_a_command_is_the_process_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command's verdict (`ctx.exit(3)`) ends the process with it."""
    assert ending(monkeypatch, click.exceptions.Exit(3)) == 3


@pytest.mark.parametrize(
    ("text", "code"), [("30m", 0), ("1h30m", 0), ("90", 0), ("soon", 2), ("-5", 2)]
)
def test_durations(text: str, code: int) -> None:
    """A duration is a number with units, or a line that says what was expected."""

    @click.command()
    @click.option("--max-time", callback=duration)
    def command(max_time: float | None) -> None:
        assert max_time is not None

    done = CliRunner().invoke(command, ["--max-time", text])
    assert done.exit_code == code
    assert code == 0 or "expected a duration such as" in done.output


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-11-20", 0),
        ("2026-11", 0),
        ("2026", 0),
        ("2026-13", 2),
        ("20.11.2026", 2),
        ("2026-02-30", 2),
    ],
)
def test_days(text: str, code: int) -> None:
    """A day, month or year in ISO form that there is, or a line that says what was expected."""

    @click.command()
    @click.option("--from", "since", callback=day)
    def command(since: str | None) -> None:
        assert since == text

    done = CliRunner().invoke(command, ["--from", text])
    assert done.exit_code == code
    assert code == 0 or "expected a date such as" in done.output


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-26T11:59:15Z", "45s ago"),
        ("2026-11-26T11:35:00Z", "25m ago"),
        ("2026-11-23T11:00:00Z", "3d ago"),
        ("2026-11-26T16:30:00Z", "in 4h"),
        ("now", "now"),
        ("2026-11", "2026-11"),
        (None, None),
    ],
)
def test_instants_in_a_table(moment: str | None, told: str | None) -> None:
    """A person reads how long ago something was; what is no instant stays as it is."""
    assert from_now(moment, datetime(2026, 11, 26, 12, 0, tzinfo=UTC)) == told


def test_progress_says_how_far_and_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbers by their names, without those that are nothing yet, then the place; nothing that a
    site names steers the terminal. With `-q` nothing is said.
    """
    monkeypatch.setattr(session, "_PLAIN_EVERY", 0.0)
    for quiet in (False, True):
        with Progress(Session(quiet=quiet), "crawling") as progress:
            progress.update(fetched=0, new=0, per_minute=None, where=None)
            progress.update(fetched=9, new=0, per_minute=60, left="about 4m", where="a \x1b[31m")
    assert capsys.readouterr().err.splitlines() == [
        "crawling: 0 fetched",
        "crawling: 9 fetched, 60 per minute, about 4m left; a \ufffd[31m",
    ]


def test_a_table_for_programs_is_harmless_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """CSV goes into files as it is, and to a terminal without what would steer it."""
    for shown_on_terminal, cell in ((False, "a\x1b[2J"), (True, "a\ufffd[2J")):
        monkeypatch.setattr("sys.stdout.isatty", lambda told=shown_on_terminal: told)
        Session().rows([{"title": "a\x1b[2J", "words": 1}], ["title", "words"], "csv", nothing="")
        assert capsys.readouterr().out == f"title,words\r\n{cell},1\r\n"
