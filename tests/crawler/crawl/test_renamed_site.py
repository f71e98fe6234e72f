"""A site that is renamed, once and again: its articles stay the same, whoever makes the index."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_run import Done
from recorded_site import CONFIG, RESPONSES, START, Site, tables

from archive.config import load_config
from archive.index.connection import remove_database
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.query.withdrawal_scope import captures_showing
from archive.urls import canonical_key
from crawler.cli import main
from crawler.demo.site import serve_demo_site
from pipelines.ingest.catch_up import update_index

KEY = canonical_key("http://news.example/a")
OWN = ("_progress",)  # a live crawl stops counting at the response


def contents(folder: Path) -> dict[str, list[str]]:
    rows = tables(folder / "index.db")
    return {name: rows[name] for name in rows if name not in OWN}


def query(folder: Path, column: str, table: str = "articles") -> list[str]:
    with IndexReader(folder / "index.db") as reader:
        rows = reader.rows(f"SELECT DISTINCT {column} AS value FROM {table} ORDER BY 1")
        return [row["value"] for row in rows]


def test_articles_keep_their_ids_under_every_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Captured as `a`, then as `b`, then shown as `c`: ids are those of the first day, the tables
    show the present name, a withdrawal holds, and an index made from nothing has the same rows. A
    site whose table is gone, or faulty, keeps all that.
    """

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["-q", "-C", str(tmp_path), *map(str, arguments)])
        printed = capsys.readouterr()
        return Done(int(str(ended.value.code)), printed.out, printed.err)

    def configure(table: str) -> None:
        text = f'[collection]\nname = "c"\n{table}'
        if not (tmp_path / "warraq.toml").exists():
            CollectionFolder.create(tmp_path, text)
        (tmp_path / "warraq.toml").write_text(text)

    with serve_demo_site() as url:
        configure(f'[sites.a]\nstart = "{url}"\n')
        assert run("crawl").code == 0
        ids = query(tmp_path, "id")
        assert run("withdraw", ids[0], "--reason", "asked").code == 0
        configure(f'[sites.b]\nstart = "{url}"\naliases = ["a"]\n')
        assert run("crawl", "a").code == 0
        assert query(tmp_path, "id") == ids[1:]
        for table in ("articles", "captures", "crawls", "withdrawals"):
            assert query(tmp_path, "site", table) == ["b"]
        assert run("show", ids[0]).code == 2
        assert run("withdraw", ids[1], "--reason", "asked").code == 0
        live = contents(tmp_path)
        remove_database(tmp_path / "index.db")
        assert run("index").code == 0
        assert contents(tmp_path) == live
    configure(f'[sites.c]\nstart = "{url}"\naliases = ["a", "b"]\n')
    assert run("index").code == 0
    renamed = contents(tmp_path)
    assert query(tmp_path, "site", "articles") == ["c"]
    assert query(tmp_path, "id") == ids[2:]
    assert run("verify", "--deep").code == 0
    assert run("index", "--rebuild").code == 0
    assert contents(tmp_path) == renamed
    configure("")
    assert run("index", "--rebuild").code == 0
    assert query(tmp_path, "id") == ids[2:]
    assert query(tmp_path, "site", "articles") == ["c"]


def test_names_that_were_two_sites_become_one_by_a_rebuild(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who renames a site and thinks of `aliases` only after a crawl gets one site all the same: the
    next update makes the index anew, and each article is there once.
    """
    text = '[collection]\nname = "c"\n'
    with serve_demo_site() as url:
        for table in (f'[sites.a]\nstart = "{url}"\n', f'[sites.b]\nstart = "{url}"\n'):
            if not (tmp_path / "warraq.toml").exists():
                CollectionFolder.create(tmp_path, text + table)
            (tmp_path / "warraq.toml").write_text(text + table)
            with pytest.raises(SystemExit):
                main(["-q", "-C", str(tmp_path), "crawl"])
    count, rest = divmod(len(query(tmp_path, "id")), 2)
    assert count > 0
    assert rest == 0
    (tmp_path / "warraq.toml").write_text(f'{text}[sites.b]\nstart = "{url}"\naliases = ["a"]\n')
    with pytest.raises(SystemExit):
        main(["-q", "-C", str(tmp_path), "index"])
    capsys.readouterr()
    assert len(query(tmp_path, "id")) == count
    assert query(tmp_path, "site", "captures") == ["b"]


def test_addresses_and_withdrawals_follow_the_name(tmp_path: Path) -> None:
    """Further captures under the new name: each address is still told for what it is, and a
    withdrawal under the new name covers what was captured under the old one.
    """
    layout = CollectionFolder.create(tmp_path / "collection", CONFIG)
    site = Site(layout)
    site.write(RESPONSES[:2])
    update_index(layout, load_config(layout.config))
    layout.config.write_text(
        CONFIG.replace("[sites.news]", '[sites.paper]\naliases = ["news"]\n'), "utf-8"
    )
    site.write(RESPONSES[2:])
    update_index(layout, load_config(layout.config))
    with IndexReader(layout.index_db) as reader:
        kinds = {row["url"]: row["kind"] for row in reader.rows("SELECT url, kind FROM addresses")}
        (article,) = query(layout.root, "id")
        withdrawal = Withdrawal(
            article_id=article, site="paper", url="", at=START, reason="", keys=(KEY,)
        )
        shown = {row["url"] for row in captures_showing(reader, withdrawal)}
    assert kinds == {
        "http://news.example/a": "canonical",
        "http://news.example/a?utm_source=x": "tracking",
        "http://news.example/old": "alias",
    }
    assert shown == {"http://news.example/a", "http://news.example/a?utm_source=x"}
