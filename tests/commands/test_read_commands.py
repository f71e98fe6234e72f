"""search, show, versions, diff, cluster, cite: as a person and as a script use them."""

import csv
import io
import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def article(crawled: Path) -> str:
    """The id of one article."""
    with sqlite3.connect(crawled / "index.db") as connection:
        (found,) = connection.execute(
            "SELECT id FROM articles WHERE url LIKE '%/culture/3001'"
        ).fetchone()
    connection.close()
    return str(found)


def test_search_in_a_pipe_is_json_lines(warraq: Run, crawled: Path) -> None:
    """In a pipe a search answers in JSON lines, the words marked as published, whatever prefix they
    stand with.
    """
    done = warraq("-C", crawled, "search", "وراقين")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    marked = {row["url"].rsplit("/", 1)[1]: row["excerpt"] for row in rows}
    assert "[الوراقين]" in marked["1001"]
    assert "[للوراقين]" in marked["2001"]


@pytest.mark.parametrize(
    ("query", "found"), [("أُحبار", "3001"), ("احبار", "3001"), ("صفحه", "3001")]
)
def test_spelling_does_not_matter(warraq: Run, crawled: Path, query: str, found: str) -> None:
    """Harakat, hamza and ta marbuta as typed find the text as published."""
    done = warraq("-C", crawled, "search", query)
    assert found in [json.loads(line)["url"].rsplit("/", 1)[1] for line in done.stdout.splitlines()]


def test_search_filters_and_order(warraq: Run, crawled: Path) -> None:
    """Site, section and dates limit a search; --sort date puts the newest first."""
    done = warraq(
        "-C",
        crawled,
        "search",
        "المدينة",
        "--sort",
        "date",
        "--from",
        "2026-11-16",
        "--to",
        "2026-11-18",
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    dates = [row["published"][:10] for row in rows]
    assert dates
    assert dates == sorted(dates, reverse=True)
    assert all("2026-11-16" <= date <= "2026-11-18" for date in dates)
    assert warraq("-C", crawled, "search", "المدينة", "--site", "nowhere").stdout == ""


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv"])
def test_search_in_every_form(warraq: Run, crawled: Path, form: str) -> None:
    """Each form holds the same articles."""
    text = warraq("-C", crawled, "search", "مخطوطات", "--format", form).stdout
    if form == "json":
        urls = [row["url"] for row in json.loads(text)]
    elif form == "jsonl":
        urls = [json.loads(line)["url"] for line in text.splitlines()]
    elif form == "csv":
        urls = [row["url"] for row in csv.DictReader(io.StringIO(text))]
    else:
        urls = [word for word in text.split() if word.startswith("http")]
    assert {url.rsplit("/", 1)[1] for url in urls} == {"1001", "3001"}


def test_search_without_an_answer(warraq: Run, crawled: Path) -> None:
    """No article is an answer: nothing on standard output, a line on standard error, exit code
    0.
    """
    done = warraq("-C", crawled, "search", "زرافة")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no article answers" in done.stderr


@pytest.mark.parametrize(
    "query", ['"', "a AND OR", "NEAR(", "title:x", "*", "^", "-", "'; DROP TABLE articles --"]
)
def test_no_query_breaks_out(warraq: Run, crawled: Path, query: str) -> None:
    """Whatever is typed is words to look for, never syntax that fails."""
    done = warraq("-C", crawled, "search", "--", query)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_show_text(warraq: Run, crawled: Path, article: str) -> None:
    """An article is shown by id, by the beginning of its id, and by any of its addresses."""
    by_id = warraq("-C", crawled, "show", article)
    assert by_id.returncode == 0, by_id.stderr
    assert by_id.stdout.startswith("خطاط شاب ينسخ ديواناً كاملاً بحبر صنعه بيديه\n")
    assert by_id.stdout.rstrip().endswith("ابتداء من الأسبوع المقبل.")
    url = next(line for line in by_id.stdout.splitlines() if line.startswith("url: ")).removeprefix(
        "url: "
    )
    assert warraq("-C", crawled, "show", article[:10]).stdout == by_id.stdout
    assert warraq("-C", crawled, "show", url + "?utm_source=rss").stdout == by_id.stdout


def test_show_json_markdown_html(warraq: Run, crawled: Path, article: str) -> None:
    """JSON has everything that hangs on the article; Markdown and HTML are whole documents."""
    told = json.loads(warraq("-C", crawled, "show", article, "--format", "json").stdout)
    assert told["id"] == article
    assert told["captures"][0]["warc"].endswith(".warc.gz")
    assert any(address["kind"] == "canonical" for address in told["addresses"])
    assert warraq("-C", crawled, "show", article, "--format", "markdown").stdout.startswith(
        "# خطاط شاب"
    )
    html = warraq("-C", crawled, "show", article, "--format", "html").stdout
    assert html.startswith('<!DOCTYPE html>\n<html lang="ar" dir="rtl">')


def test_show_warc_gives_the_record(warraq: Run, crawled: Path, article: str) -> None:
    """The WARC form is the record as archived: WARC header, HTTP head as sent, the page's bytes."""
    record = warraq("-C", crawled, "show", article, "--format", "warc").stdout
    assert record.startswith(("WARC/1.1\r\n", "WARC/1.1\n"))
    assert "HTTP/1.1 200 OK" in record
    assert "خطاط شاب" in record


def test_show_what_is_not_there(warraq: Run, crawled: Path, article: str) -> None:
    """An unknown article or version is one line and exit code 2."""
    for arguments in (
        ("show", "ffffffffffff"),
        ("show", article, "--version", "7"),
        ("cite", "http://127.0.0.1:1/x"),
    ):
        done = warraq("-C", crawled, *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("warraq: ")
        assert done.stderr.count("\n") == 1


def test_versions_and_diff_of_an_unchanged_article(
    warraq: Run, crawled: Path, article: str
) -> None:
    """Two crawls with another ticker on top are one version, and there is nothing to compare."""
    (version,) = [
        json.loads(line) for line in warraq("-C", crawled, "versions", article).stdout.splitlines()
    ]
    assert version["number"] == 1
    done = warraq("-C", crawled, "diff", article)
    assert (done.returncode, done.stdout) == (0, "")
    assert "one version only" in done.stderr


def test_cluster_of_a_lonely_article(warraq: Run, crawled: Path, article: str) -> None:
    """An article without near-duplicates is its own cluster, and that is said."""
    done = warraq("-C", crawled, "cluster", article)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [article]


@pytest.mark.parametrize("style", ["text", "bibtex", "csl-json", "ris"])
def test_citation_leads_to_the_record(warraq: Run, crawled: Path, article: str, style: str) -> None:
    """A citation names WARC file and offset at which the very record stands."""
    text = warraq("-C", crawled, "cite", article, "--style", style).stdout
    record = next(
        word
        for word in text.replace("}", " ")
        .replace(",", " ")
        .replace('"', " ")
        .replace("]", " ")
        .split()
        if "@" in word and ".warc" in word
    )
    name, offset = record.split("@")
    with (crawled / "archive" / name.replace("\\", "")).open("rb") as file:
        file.seek(int(offset))
        assert file.read(2) == b"\x1f\x8b"


def test_no_index_yet(warraq: Run, tmp_path: Path) -> None:
    """Searching a collection that was never crawled says what to do, in one line."""
    warraq("init", tmp_path / "new")
    done = warraq("-C", tmp_path / "new", "search", "x")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("warraq: ")


def test_full_text_by_hand(crawled: Path) -> None:
    """What docs/tables.md says of the full text works in plain SQLite: folded words find what is
    published otherwise.
    """
    from archive.text.folding import fold_for_search

    text = (Path(__file__).parents[2] / "docs" / "tables.md").read_text("utf-8")
    query = text.split("```sql\n")[1].split("```")[0]
    assert f"'{fold_for_search('المدينة')}'" in query
    with closing(sqlite3.connect(crawled / "index.db")) as index:
        titles = [title for _, title in index.execute(query)]
        assert titles
        printed = index.execute(query.replace("'المدينه'", "'المدينة'", 1)).fetchall()
        assert printed  # as published it finds what is printed so
        assert {title for _, title in printed} <= set(titles)
