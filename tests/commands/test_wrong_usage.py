"""Wrong usage is one clear line and exit code 2, and nothing is changed by it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("search", "x", "-C"), "-C"),
        (("schedule", "--cron", "--systemd"), "one of --cron and --systemd"),
        (("search", "x", "--site", "nosuch"), "there is no site 'nosuch'; there are: "),
        (
            ("export", "--site", "nosuch", "--to", "new.csv"),
            "there is no site 'nosuch'; there are: ",
        ),
        (("export", "--to", "x.txt"), ".wacz"),
        (("export", "--to", "warraq.toml.csv"), "exists"),
        (("export", "--to", "none/x.csv"), "none/x.csv: cannot be written"),
        (("export", "--to", "none/x.wacz"), "none/x.wacz: cannot be written"),
        (("status", "--json", "--failures"), "--json is a form of its own"),
        (("stats", "--plot", "none/x.svg"), "none/x.svg: cannot be written"),
    ],
)
def test_one_line(warraq: Run, collection: Path, arguments: tuple[str, ...], said: str) -> None:
    """Each mistake is named in a line that says what is meant, under the name that the person
    gave.
    """
    (collection / "warraq.toml.csv").write_text("mine")
    done = warraq(*arguments, folder=collection)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (collection / "warraq.toml.csv").read_text() == "mine"


@pytest.mark.parametrize(
    "behind", [("-C", "{}"), ("--collection={}",), ("-q", "-C", "{}"), ("-C", "{}", "-q", "-v")]
)
def test_general_options_may_stand_behind_the_command(
    warraq: Run, collection: Path, tmp_path: Path, behind: tuple[str, ...]
) -> None:
    """Whoever writes `warraq stats -C DIR` means what `warraq -C DIR stats` says."""
    done = warraq("stats", *(each.format(collection) for each in behind), folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, warraq("-C", collection, "stats").stdout)


def test_a_site_twice(warraq: Run, collection: Path, site: str) -> None:
    """A site that the collection has is not added again."""
    before = (collection / "warraq.toml").read_bytes()
    done = warraq("init", collection, "--site", site)
    assert done.returncode == 2
    assert "starts there already" in done.stderr
    assert (collection / "warraq.toml").read_bytes() == before


def test_bare_command_is_help(warraq: Run) -> None:
    """`warraq` alone shows its help as help looks, line by line."""
    done = warraq()
    assert done.returncode in (0, 2)
    assert len((done.stdout + done.stderr).splitlines()) > 20


def test_search_for_no_word(warraq: Run, crawled: Path) -> None:
    """A search without a word to look for says so, instead of nothing."""
    done = warraq("-C", crawled, "search", "--", "-سوريا")
    assert done.returncode == 0
    assert "no word to look for" in done.stderr


def test_an_empty_search_gives_the_newest(warraq: Run, crawled: Path) -> None:
    """`search ''` lists what is newest, and does not say that nothing answers."""
    done = warraq("-C", crawled, "search", "", "--format", "csv", "--limit", "2")
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, 3, "")
