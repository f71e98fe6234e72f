"""Titles, addresses, names of files and answers of servers that would steer a terminal, forge a
line of a log or a crontab, or be read in another order: no command prints them as they are.
"""

from __future__ import annotations

import ast
import json
import logging
import zipfile
from pathlib import Path

import pytest
from cli_run import Done
from foreign_files import answer, page
from warc_kit import foreign_response, packed

import crawler.cli
from crawler.cli import main
from crawler.monitor.run_log import JsonLines

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b1mمساء\u202eevil\u2066"
NEVER = set(map(chr, [*range(9), *range(11, 32), *range(0x7F, 0xA0)])) | set("\u202d\u202e\u2066")


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection with what a hostile site and a hostile package brought; only to be read."""
    root = tmp_path_factory.mktemp("evil") / "c"
    with pytest.raises(SystemExit):
        main(["init", str(root)])
    (root / "warraq.toml").write_text('[collection]\nname = "t"\n')
    body = page(1).decode().replace("خبر رقم 1", f"خبر {EVIL} رقم 1").encode()
    entities = "".join(f"&#{ord(letter)};" for letter in EVIL)
    body = body.replace(b"</h1>", f"{entities}</h1>".encode())
    block = answer(body)
    warc = packed(
        foreign_response(f"http://paper.example/news/{query}", block=block)
        for query in ("1001", f"1002?q={EVIL}")
    )
    package = root.parent / f"a{EVIL}.wacz"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("archive/one.warc.gz", warc)
        archive.writestr(f"archive/{EVIL}\n* * * * *.warc.gz", b"no WARC\x1b[1m")
    (root.parent / "b\x1b[31m.warc.gz").write_bytes(warc[:-20])
    return root


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Done:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, *capsys.readouterr())


def harmless(done: Done) -> Done:
    shown = (done.out + done.err).replace("\r\n", "\n")  # as CSV has it
    assert not NEVER & set(shown), ascii(shown)
    assert not [line for line in shown.splitlines() if line.startswith("* * * * *")]
    return done


def test_no_command_prints_them(evil: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is imported is listed, searched, shown, cited and checked without harm."""
    within = ("-C", evil)
    taken = harmless(run(capsys, *within, "import", *sorted(evil.parent.glob("*.wa*"))))
    assert taken.code == 4, taken
    hits = harmless(run(capsys, *within, "search", "--format", "jsonl", ""))
    article = json.loads(hits.out.splitlines()[0])["id"]
    assert "owned" in hits.out
    for command in (
        ("search", "--format", "table", "خبر"),
        *(("show", article, "--format", form) for form in ("text", "markdown", "json", "html")),
        *(("cite", article, "--style", style) for style in ("text", "bibtex", "csl-json", "ris")),
        ("versions", article, "--format", "table"),
        ("status", "--failures", "--format", "table"),
        ("status", "--failures", "--format", "jsonl"),
        ("runs", "--format", "table"),
        ("verify",),
        ("index",),
        ("show", f"no such {EVIL}\nthing"),
        ("-C", f"/nowhere/{EVIL}", "status"),
        ("extract", f"http://127.0.0.1:1/{EVIL}"),
    ):
        harmless(run(capsys, *within, *command))
    stored = [path.name for path in (evil / "archive").iterdir()]
    assert not NEVER & set("".join(stored)), stored


def test_a_crontab_or_unit_names_no_such_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder is refused by its name: a crontab has no way to write it down."""
    root = tmp_path / "c\n* * * * * touch x #\x1b"
    (root / "archive").mkdir(parents=True)
    site = '[sites.a]\nstart = "https://news.example/"\nschedule = "@daily"\n'
    (root / "warraq.toml").write_text(f'[collection]\nname = "t"\n{site}')
    for how in ("--cron", "--systemd"):
        refused = harmless(run(capsys, "-C", root, "schedule", how))
        assert (refused.code, refused.out) == (2, "")


def test_all_that_commands_print_goes_one_way() -> None:
    """`click.echo` is called in one module, whose functions make what they print harmless."""
    folder = Path(crawler.cli.__file__).parent
    calls = {
        path.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"click.echo", "click.secho", "print", "sys.stdout.write"}
    }
    assert calls == {"session.py"}


def test_the_log_of_a_run_holds_them_as_escapes() -> None:
    """Whoever reads the file with `cat` sees no control character; JSON gives it back."""
    logged = logging.LogRecord("x", logging.WARNING, "p", 1, "title %s", (f"{EVIL}\n",), None)
    line = JsonLines("r").format(logged)
    assert not NEVER & set(line)
    assert json.loads(line)["message"] == f"title {EVIL}\n"
    assert len(line.splitlines()) == 1
