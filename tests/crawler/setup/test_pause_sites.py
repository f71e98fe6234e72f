"""Pausing sites: one line in a site's table, and nothing else in the file."""

from pathlib import Path

import pytest

from archive.config import load_config
from archive.errors import ConfigError, UsageError
from crawler.setup.pause_sites import pause_sites

TEXT = """include = ["sites.d/*.toml"]
[collection]
name = "c"  # [sites.b]

[ sites . "a" ] # the first
start = [
  "https://a.example/",
]
[sites.a.selectors]
title = "h1"
[sites.b]
# paused = true would rest it
start = "https://b.example/"
paused = false
[sites]
c.start = "https://c.example/"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "sites.d").mkdir()
    (tmp_path / "sites.d" / "more.toml").write_text("[sites.d]\nstart = 'https://d.example/'\n")
    (tmp_path / "warraq.toml").write_text(TEXT)
    return tmp_path / "warraq.toml"


def paused(file: Path) -> list[str]:
    return [site.name for site in load_config(file).sites if site.paused]


def test_a_site_is_paused_and_resumed_by_one_line(file: Path) -> None:
    """However its header is written, in whichever file; what is so already is not changed, and
    after both nothing is left of it.
    """
    names = ["a", "d", "a"]
    assert pause_sites(file, load_config(file), names, paused=True) == ["a", "d"]
    assert paused(file) == ["a", "d"]
    assert file.read_text() == TEXT.replace("# the first\n", "# the first\npaused = true\n")
    assert pause_sites(file, load_config(file), ["a"], paused=True) == []
    assert pause_sites(file, load_config(file), ["a", "d"], paused=False) == ["a", "d"]
    assert file.read_text() == TEXT
    assert (file.parent / "sites.d" / "more.toml").read_text().count("\n") == 2


def test_a_line_that_is_there_is_replaced(file: Path) -> None:
    """One key twice would be no TOML."""
    assert pause_sites(file, load_config(file), ["b"], paused=True) == ["b"]
    assert paused(file) == ["b"]
    assert "paused = false" not in file.read_text()


@pytest.mark.parametrize("name", ["c", "e"])
def test_what_is_not_understood_is_not_touched(file: Path, name: str) -> None:
    """A site without a header of its own is told what to write; one that is not there is no
    site; and the others named with it stay as they were, too.
    """
    with pytest.raises((UsageError, ConfigError), match=r"by hand|no site 'e'"):
        pause_sites(file, load_config(file), ["a", name], paused=True)
    assert file.read_text() == TEXT


def test_a_header_inside_a_text_is_no_header(file: Path) -> None:
    """The file is compared before it is written: only the one key may differ."""
    text = '[collection]\nname = "c"\noperator = """x"""\n[sites.a]\nstart = "https://a.example/"\n'
    text += 'exclude = ["""\\\n[sites.a]\n"""]\n'
    file.write_text(text)
    with pytest.raises(UsageError, match="by hand"):
        pause_sites(file, load_config(file), ["a"], paused=True)
    assert file.read_text() == text


def test_a_faulty_site_may_be_paused(file: Path) -> None:
    """It has a table, whatever stands in it."""
    file.write_text(TEXT.replace("paused = false", "delay = []"))
    assert pause_sites(file, load_config(file), ["b"], paused=True) == ["b"]
    assert "paused = true\n# paused" in file.read_text()
