"""The commands about sites, and what a faulty table means for the others."""

import json
from pathlib import Path

import pytest
from cli_run import Run

from crawler.demo.site import serve_demo_site

HEAD = 'include = ["sites.d/*.toml"]\n[collection]\nname = "c"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A collection of two sites, the second in a file of its own."""
    (tmp_path / "sites.d").mkdir()
    (tmp_path / "sites.d" / "b.toml").write_text('[sites.b]\nstart = "https://b.example/"\n')
    (tmp_path / "warraq.toml").write_text(HEAD + '[sites.a]\nstart = "https://a.example/"\n')
    return tmp_path


def test_check_names_what_is_wrong(run: Run, folder: Path) -> None:
    """Exit code 3 with a line for each faulty site; 2 where the whole file is; else 0."""
    done = run("-C", folder, "sites", "check")
    assert (done.code, done.out, "2 sites, all sound" in done.err) == (0, "", True)
    (folder / "sites.d" / "b.toml").write_text('[sites.b]\nstart = "https://b.example/"\ndelai=1\n')
    done = run("-C", folder, "sites", "check", "--format", "jsonl")
    assert (done.code, json.loads(done.out)["site"]) == (3, "b")
    assert "did you mean 'delay'" in done.out
    assert run("-C", folder, "sites", "check", "a").code == 0
    (folder / "warraq.toml").write_text("[collection\n")
    assert run("-C", folder, "sites", "check").code == 2


def test_sites_are_listed_paused_and_resumed(run: Run, folder: Path) -> None:
    """A pause shows in the list and in `status`, which has no complaint about it."""
    assert "paused: b" in run("-C", folder, "sites", "pause", "b").err
    rows = [json.loads(line) for line in run("-C", folder, "sites", "list").out.splitlines()]
    assert {row["site"]: row["paused"] for row in rows} == {"a": False, "b": True}
    done = run("-C", folder, "status", "--json")
    assert {site["site"]: site["due"] for site in json.loads(done.out)["sites"]}["b"] == "paused"
    assert done.code == 0
    assert "resumed: b" in run("-C", folder, "sites", "resume", "b").err
    assert "not paused already" in run("-C", folder, "sites", "resume", "b").err
    assert run("-C", folder, "sites", "pause", "nowhere").code == 2


def test_a_faulty_site_stops_itself_alone(run: Run, folder: Path) -> None:
    """The others are crawled; it is named, by `status` too, and exit is 3. What reads every page
    by its site's table wants them all.
    """
    with serve_demo_site() as url:
        (folder / "warraq.toml").write_text(HEAD + f'[sites.a]\nstart = "{url}"\n')
        (folder / "sites.d" / "b.toml").write_text("[sites.b]\nstart = []\n")
        done = run("-C", folder, "crawl", "--limit", "3")
        assert (done.code, json.loads(done.out)["site"]) == (3, "a")
        assert "b: not crawled: sites.d/b.toml: [sites.b] start" in done.err
    told = run("-C", folder, "status", "--json")
    problems = {site["site"]: site["problem"] for site in json.loads(told.out)["sites"]}
    assert (told.code, problems["a"], "start" in problems["b"]) == (3, None, True)
    assert run("-C", folder, "run-due").code == 3
    assert run("-C", folder, "index", "--rebuild").code == 2
    assert run("-C", folder, "crawl", "b").code == 2


def test_a_secret_that_is_missing_stops_a_due_site_alone(run: Run, folder: Path) -> None:
    """`run-due`: exit 3 where others are there, though none of them is due; 2 where none is."""
    table = '[sites.b]\nstart = "https://b.example/"\ncookies_file = "none"\nschedule = "@daily"\n'
    (folder / "sites.d" / "b.toml").write_text(table)
    done = run("-C", folder, "-q", "run-due")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "[sites.b] cookies_file: " in done.err
    (folder / "warraq.toml").write_text(HEAD)
    assert run("-C", folder, "-q", "run-due").code == 2


def test_a_site_is_added_with_the_name_and_zone_given(run: Run, folder: Path) -> None:
    """Though it does not answer (exit code 3); a name that is taken in another file is refused, and
    two sites cannot have one.
    """
    url = "http://127.0.0.1:9/"
    given = ("--name", "c", "--timezone", "Asia/Baghdad")
    assert run("-C", folder, "sites", "add", url, "--name", "b").code == 2
    assert run("-C", folder, "sites", "add", url, "http://127.0.0.1:8/", "--name", "x").code == 2
    done = run("-C", folder, "sites", "add", url, *given)
    assert (done.code, "[sites.c] http://127.0.0.1:9/ (Asia/Baghdad)" in done.out) == (3, True)
    assert 'timezone = "Asia/Baghdad"  # as given' in (folder / "warraq.toml").read_text()
