"""The `warraq` command: global options, lazily loaded commands, and the one place where errors
become exit codes.

What each command does lies in the modules beside this one; each is imported only when it is called,
so that `warraq --help` and shell completion answer at once.
"""

from __future__ import annotations

import errno
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from keyword import iskeyword
from pathlib import Path
from typing import IO

import click

from archive.errors import CrawlInterruptedError, WarraqError
from crawler.cli.session import Session, print_line, print_text
from crawler.monitor.printable_log import keep_log_printable

# Every command: the module that holds it, and what `warraq --help` says of it.
COMMANDS = {
    "init": ("crawl", "Make a collection, and look around the sites to crawl."),
    "crawl": ("crawl", "Crawl sites; an interrupted crawl goes on."),
    "run-due": ("crawl", "Crawl the sites whose schedule is due (for cron)."),
    "sites": ("sites", "Check, list, add, pause and resume sites."),
    "schedule": ("schedule", "Print or install the crontab line or systemd units."),
    "import": ("import_export", "Take in WARC, ARC or WACZ files made by other tools."),
    "index": ("crawl", "Bring the index up to date with the WARC files."),
    "extract": ("extract", "Show what would be indexed for one page, and why."),
    "search": ("query", "Search the articles."),
    "show": ("query", "Show an article, one of its versions, or its record."),
    "versions": ("query", "List the versions of an article."),
    "diff": ("query", "Show what changed between two versions."),
    "cluster": ("query", "List the near-duplicates of an article."),
    "cite": ("query", "Cite an article with the capture that shows it."),
    "export": ("import_export", "Write articles to a file, or pack the collection."),
    "backup": ("import_export", "Copy the collection, while crawls may write."),
    "gone": ("query", "List the articles that a site has taken down."),
    "withdraw": ("withdraw", "Take an article back; a tombstone stays."),
    "verify": ("fixity.verify", "Check WARC files, digests and indexes."),
    "fixity": ("fixity.statements", "Sign and time-stamp the statements of fixity."),
    "prove": ("fixity.prove", "Write a proof of one capture that stands by itself."),
    "status": ("health", "Tell how each site is doing."),
    "runs": ("monitor.runs", "List the runs: what each brought, and how it ended."),
    "log": ("monitor.runs", "Tell what happened in a run."),
    "metrics": ("monitor.metrics", "Give the numbers of `status` to Prometheus."),
    "stats": ("health", "Count articles over time."),
    "serve": ("serve", "Show the collection in a browser on this machine."),
    "doctor": ("health", "Check this machine and say what to do."),
    "demo": ("demo", "Crawl a small made-up news site on this machine."),
}


# What the place refuses that standard output was sent to (`warraq search ... > FILE`).
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports each only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All commands, in the order of `COMMANDS`: as one would use them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command; None if there is no command of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"crawler.cli.{COMMANDS[cmd_name][0]}")
        name = cmd_name.replace("-", "_")
        command = getattr(module, f"{name}_" if iskeyword(name) else name)
        assert isinstance(command, click.Command)  # noqa: S101  # a wrong entry above is a bug
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As Click does, but with the nearest command named where there is none."""
        name = args[0] if args else ""
        if name not in COMMANDS and not name.startswith("-"):
            from archive.config_parsers import nearest_word

            near = nearest_word(name, COMMANDS)
            hint = f"did you mean {near!r}?" if near else "see `warraq --help`"
            raise click.UsageError(f"there is no command {name!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands from the table, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        print_line(f"warraq {version('warraq')}")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C",
    "--collection",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The collection; else $WARRAQ_COLLECTION, else the current folder.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.option("-v", "--verbose", is_flag=True, help="Log what is done on standard error.")
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Show the version and exit.",
)
@click.pass_context
def warraq(ctx: click.Context, folder: Path | None, *, quiet: bool, verbose: bool) -> None:
    """Crawl news sites into faithful WARC files and a searchable index.

    Results go to standard output, everything else to standard error. Exit codes: 0 done, 1
    unexpected error, 2 wrong usage or configuration, 3 done but a site failed, 4 damage found, 75
    another process holds the collection, 130 interrupted.
    """
    level = logging.INFO if verbose else logging.ERROR if quiet else logging.WARNING
    logging.basicConfig(
        stream=sys.stderr, level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    keep_log_printable()
    ctx.obj = Session(folder=folder, quiet=quiet, verbose=verbose)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code: the only place that exits."""
    # A process whose streams were closed (`>&-`) has none; what it would say goes nowhere then.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 -- open to the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    _set_encoding(sys.stdout)
    _set_encoding(sys.stderr)
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`).
        _discard_output(sys.stdout)
        return 0
    except OSError as error:
        return _report_refusal(error)
    return code


def _report_refusal(error: OSError) -> int:
    """Say what the system refused: a file by its name, or to take what is printed. An error that
    names no file and is none of a full disk is a bug, and raised.
    """
    if error.filename is not None and error.strerror is not None:
        logging.getLogger(__name__).info("refused by the system", exc_info=error)
        named = os.fsdecode(error.filename)
        return _report_error(f"{named}: {error.strerror}", WarraqError.exit_code)
    if error.errno not in _FULL:
        raise error
    _discard_output(sys.stdout)
    return _report_error(
        f"what was to be printed could not be written: {error.strerror}", WarraqError.exit_code
    )


def _discard_output(stream: IO[str]) -> None:
    """Have what is still in a stream's buffer thrown away: Python would stumble over it once more
    at the end.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _invoke(arguments: list[str]) -> int:
    # Click's own `main` is not used: it would end broken pipes and errors in its way instead of
    # ours.
    try:
        with warraq.make_context("warraq", list(arguments)) as ctx:
            warraq.invoke(ctx)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except WarraqError as error:
        return _report_error(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        print_text(error.ctx.get_help() if error.ctx else error.format_message(), err=True)
        return error.exit_code
    except click.NoSuchOption as error:
        # Nothing has been done yet: the options of `warraq` itself are welcome behind the command,
        # too.
        again = _move_option_first(error.option_name, arguments)
        return _invoke(again) if again else _report_error(error.format_message(), error.exit_code)
    except click.ClickException as error:
        return _report_error(error.format_message(), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        return _report_error("interrupted", CrawlInterruptedError.exit_code)
    return 0


def _move_option_first(name: str | None, arguments: list[str]) -> list[str] | None:
    """The arguments with a global option that follows the command moved before it; None if it is
    no global option.
    """
    ours = {spelt: option for option in warraq.params for spelt in option.opts}
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if name not in ours or not isinstance(option := ours[name], click.Option):
        return None
    for at in range(end - 1, 0, -1):
        if arguments[at] == name or arguments[at].startswith(f"{name}="):
            taken = 2 if not option.is_flag and arguments[at] == name else 1
            if at + taken > end:
                return None
            return arguments[at : at + taken] + arguments[:at] + arguments[at + taken :]
    return None


def _report_error(message: str, code: int) -> int:
    print_line(f"warraq: {' '.join(message.split())}", err=True)
    return code


def _set_encoding(stream: IO[str]) -> None:
    """UTF-8 into pipes and files whatever the locale; on a terminal a letter it cannot show becomes
    `?`.
    """
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        return
    if stream.isatty():
        reconfigure(errors="replace")
    else:
        reconfigure(encoding="utf-8", errors="backslashreplace")
