"""The guided tour, and where it puts its collection."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from loopback_site.server import Site, say

from archive.errors import UsageError
from crawler.cli import main
from crawler.cli.crawl import SUMMARY_COLUMNS
from crawler.demo.site import DemoPage, DemoSite
from crawler.demo.tour import QUERY, DemoResult, free_folder, run_demo


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What the tour says as it goes."""
    return []


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory, said: list[str]) -> DemoResult:
    folder = tmp_path_factory.mktemp("tour") / "sidr"
    return run_demo(folder, say=said.append, progress=lambda *_args, **_named: None)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder that is there already gets the first free number."""
    assert free_folder(tmp_path / "demo") == tmp_path / "demo"
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo-2").mkdir()
    assert free_folder(tmp_path / "demo") == tmp_path / "demo-3"


def test_too_many_folders_are_a_users_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where every number is taken, the person is told to delete some, and no folder is used."""
    monkeypatch.setattr(Path, "exists", lambda _path: True)
    with pytest.raises(UsageError, match="delete some"):
        free_folder(tmp_path / "demo")


def test_the_tour_shows_every_article_once(tour: DemoResult) -> None:
    """All twelve are found, the oldest first, and the crawl is a success."""
    paths = [urlsplit(row["url"]).path for row in tour.articles]
    assert len({*paths}) == len(paths) == 12
    assert (paths[0], paths[-1]) == ("/culture/3004", "/culture/3001")
    assert [row["published"] for row in tour.articles] == sorted(
        row["published"] for row in tour.articles
    )
    assert tour.verdict == 0
    assert [(each.outcome, each.new, each.failed) for each in tour.summaries] == [
        ("finished", 12, 0)
    ]


def test_the_second_address_of_an_article_is_counted(tour: DemoResult) -> None:
    """The article that lies under two paths has one address more than the others."""
    addresses = {urlsplit(row["url"]).path: row["addresses"] for row in tour.articles}
    twice = addresses.pop("/culture/3003")
    assert {*addresses.values()} == {twice - 1}


def test_the_tour_is_the_same_however_late_the_sitemap_answers(
    tour: DemoResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The front page leads to the same addresses, so nobody sees another number than README's."""
    answer = DemoSite._sitemap_index

    def answer_late(site: DemoSite) -> DemoPage:
        time.sleep(1.5)
        return answer(site)

    monkeypatch.setattr(DemoSite, "_sitemap_index", answer_late)
    late = run_demo(tmp_path / "c", say=lambda _: None, progress=lambda *_args, **_named: None)
    rows = [
        [(urlsplit(row["url"]).path, row["addresses"]) for row in each.articles]
        for each in (tour, late)
    ]
    assert rows[0] == rows[1]
    assert tour.summaries[0].fetched == late.summaries[0].fetched


def test_the_search_finds_words_that_are_written_otherwise(tour: DemoResult) -> None:
    """Each hit has the word with an article or preposition, and none as it was asked for."""
    assert len(tour.hits) == 3
    for hit in tour.hits:
        words = re.findall(r"\w+", f"{hit['title']} {hit['lead']} {hit['body']}")
        assert QUERY not in words
        assert [word for word in words if QUERY in word]


def test_the_tour_says_what_it_does(tour: DemoResult, said: list[str]) -> None:
    """The person reads where the site is served, and that the crawl begins."""
    assert tour.articles
    assert re.fullmatch(r"serving the made-up site at http://127\.0\.0\.1:\d+/", said[0])
    assert said[-1] == "crawling it"


def test_a_tour_whose_crawl_fails_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`warraq demo` has the exit code that `warraq crawl` would have, 3, and shows the summary."""

    @contextmanager
    def closed_site() -> Iterator[str]:
        with Site({"/robots.txt": say("User-agent: *\nDisallow: /", kind="text/plain")}) as site:
            yield f"{site.url}/"

    monkeypatch.setattr("crawler.demo.tour.serve_demo_site", closed_site)
    with pytest.raises(SystemExit) as left:
        main(["demo", str(tmp_path / "c")])
    assert left.value.code == 3
    assert re.search(r"^sidr +failed", capsys.readouterr().out, re.MULTILINE)


def test_the_readme_shows_what_the_tour_does(tour: DemoResult) -> None:
    """The numbers of its crawl, and how many addresses each article has; all but what a port in an
    address changes.
    """
    shown = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    (summary,) = tour.summaries
    row = re.search(r"^sidr  (.*)$", shown, re.MULTILINE)
    assert row is not None
    told = {name: str(getattr(summary, name)) for name in SUMMARY_COLUMNS[1:]}
    heading = re.search(r"^site  (outcome .*)$", shown, re.MULTILINE)
    assert heading is not None
    read = dict(zip(heading[1].split(), row[1].split(), strict=True))
    del read["bytes"], told["bytes"]  # they hang on the port's digits
    assert read == told
    articles = re.findall(r"^(2026-\S+Z) .* (\d+) +(\d+)$", shown, re.MULTILINE)
    assert articles == [
        (each["published"], str(each["versions"]), str(each["addresses"])) for each in tour.articles
    ]
