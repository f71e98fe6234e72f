"""What docs/scrapy.md and examples/ show is run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing, paper

from archive.config import CollectionConfig, SiteConfig
from archive.layout import CollectionFolder
from crawler.engine.run import crawl_sites

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs/scrapy.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(sh|python|toml)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(paper(4) | {"/api/login": say('{"ok": true}', kind="application/json")}) as running:
        yield running


def rows(layout: CollectionFolder, query: str) -> list[tuple]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as db:
        return db.execute(query).fetchall()


def test_the_guide_does_what_it_says(tmp_path: Path, site: Site) -> None:
    """Each block in turn, with a site on this machine in the place of news.example."""
    collection = '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\n'
    layout = CollectionFolder.create(tmp_path / "my-news", collection.format(url=site.url))
    paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
    lines = [f"export PYTHONPATH={os.pathsep.join(sys.path)}"]
    printed: list[str] = []
    for kind, text in BLOCKS:
        block = text.replace("https://news.example", site.url)
        if kind == "python":
            (tmp_path / block.split("\n")[0].removeprefix("# ")).write_text(block, "utf-8")
        elif kind == "toml":
            layout.config.write_text('[collection]\nname = "test"\n' + block, "utf-8")
        else:
            # beside the path of this tree, never in its place
            block = block.replace("PYTHONPATH=.", 'PYTHONPATH=".:$PYTHONPATH"')
            lines += [line for line in block.splitlines() if line.startswith("export")]
            done = subprocess.run(
                ["bash", "-euc", "\n".join(lines) + "\n" + block],
                cwd=tmp_path,
                env=os.environ | {"PATH": os.pathsep.join(paths)},
                capture_output=True,
                encoding="utf-8",
                timeout=200,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert "Traceback" not in done.stderr
            printed.append(done.stdout)
    assert printed[0].startswith("paper\n")
    assert "<h1>" in printed[0]
    items = (tmp_path / "articles.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(item)["change"] for item in items} == {"new"}
    assert rows(layout, "SELECT count(*) FROM captures WHERE url LIKE '%/api/login'") != [(0,)]
    assert (tmp_path / "some.csv").exists()
    assert rows(layout, "SELECT outcome FROM crawls WHERE site = 'old'") == [("finished",)]
    assert "المكتبة" in printed[-1]


def test_the_example_for_a_site_with_an_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stories that only the API lists are found page by page, and their comments asked for."""
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    stories = [f"/story/{number}" for number in range(5)]
    routes = {"/": say(listing("الجريدة", []))} | {each: say(article(each)) for each in stories}
    for page in (1, 2, 3):
        listed = [{"url": url} for url in stories[2 * page - 2 : 2 * page]]
        answer = json.dumps({"stories": listed, "next": page + 1 if page < 3 else None})
        routes[f"/api/stories?page={page}"] = say(answer, kind="application/json")
    with Site(routes) as site:
        comments = say('{"comments": []}', kind="application/json")
        for story in stories:
            quoted = f"{site.url}{story}".replace(":", "%3A").replace("/", "%2F")
            site.routes[f"/api/comments?story={quoted}"] = comments
        layout = CollectionFolder.create(tmp_path / "c", "")
        paper_site = SiteConfig(
            name="paper", start=(site.url + "/",), delay=0.0, spider="api_site:ApiSite"
        )
        config = CollectionConfig(name="test", sites=(paper_site,))
        assert crawl_sites(layout, config, [paper_site])[0].new == len(stories)
        called = [target for target in site.wire.targets if target.startswith("/api/comments")]
        assert len(called) == len(stories)
    assert rows(layout, "SELECT count(*) FROM captures WHERE url LIKE '%/api/%'") == [(8,)]
    shutil.rmtree(layout.root)
