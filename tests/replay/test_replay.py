"""Independent readers open what was crawled: pywb the collection as it stands, ReplayWeb.page its
WACZ, warcio.js its WARCs.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from needed_parts import PEERS, need_node, need_peers

from archive.content_coding import decode_entity
from archive.layout import CollectionFolder
from archive.query.reader import IndexReader
from archive.warc.capture_reader import read_payload
from crawler.demo.site import serve_demo_site


def warraq(*arguments: object) -> subprocess.CompletedProcess[str]:
    script = Path(sys.executable).parent / "warraq"
    return subprocess.run(
        [script, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up site with its images, crawled; it is served no more when the test begins."""
    folder = tmp_path_factory.mktemp("replay") / "sidr"
    with serve_demo_site() as site:
        assert warraq("init", folder, "--site", site, "--timezone", "Asia/Baghdad").returncode == 0
        config = (folder / "warraq.toml").read_text("utf-8")
        lines = [line for line in config.splitlines() if not line.startswith("requisites")]
        (folder / "warraq.toml").write_text("\n".join([*lines, "requisites = true", ""]), "utf-8")
        done = warraq("-C", folder, "crawl")
        assert done.returncode == 0, done.stderr
    return folder


def an_illustrated(folder: Path) -> tuple[str, str, str]:
    """URL, time (14 digits) and title of an article whose image was captured."""
    connection = sqlite3.connect(folder / "index.db")
    try:
        row = connection.execute(
            "SELECT c.url, c.captured, a.title FROM captures c JOIN articles a ON a.id ="
            " c.article_id"
            " WHERE c.status = 200 AND c.record_type = 'response' AND a.image_url IN"
            " (SELECT url FROM captures WHERE mime LIKE 'image/%') ORDER BY c.captured, c.url"
            " LIMIT 1"
        ).fetchone()
    finally:
        connection.close()
    assert row, "no article with a captured image"
    return row[0], "".join(letter for letter in row[1] if letter.isdigit()), row[2]


def another_page(folder: Path, url: str) -> str:
    """The URL of a captured page of another article than the one at `url`."""
    with closing(sqlite3.connect(folder / "index.db")) as connection:
        (found,) = connection.execute(
            "SELECT min(url) FROM captures WHERE status = 200 AND record_type = 'response' AND"
            " article_id NOT IN (SELECT article_id FROM captures WHERE url = ? AND article_id"
            " IS NOT NULL)",
            (url,),
        ).fetchone()
    return str(found)


def test_pywb_shows_headline_and_image(
    crawled: Path, pywb: Callable[[Path], str], in_chromium: Callable[..., Any]
) -> None:
    """Pywb opens the collection as it stands: a reader sees the headline and the image, out of the
    archive alone.
    """
    url, time, title = an_illustrated(crawled)
    address = pywb(crawled)
    seen = in_chromium("page.mjs", f"{address}{time}/{url}")
    assert title in seen.text
    assert [width for _, width in seen.images if width > 0]
    assert seen.outside == []


def test_pywb_gives_the_very_entity(crawled: Path, pywb: Callable[[Path], str]) -> None:
    """What pywb replays unrewritten (`id_`) is the decoded entity of every page, image and feed
    captured.
    """
    address = pywb(crawled)
    layout = CollectionFolder.locate(crawled)
    with IndexReader(layout.index_db) as reader:
        rows = list(
            reader.rows("SELECT * FROM captures WHERE status = 200 AND record_type = 'response'")
        )
        found = [reader.capture(row["id"]) for row in rows]
    assert len(found) > 5
    for capture in found:
        assert capture is not None
        message = read_payload(layout.archive, capture)
        expected = decode_entity(
            message.entity, ", ".join(message.headers_all("content-encoding")), 1 << 24
        ).body
        with urllib.request.urlopen(
            f"{address}{capture.captured:%Y%m%d%H%M%S}id_/{capture.url}", timeout=20
        ) as answer:
            assert answer.read() == expected, capture.url


def test_replaywebpage_opens_the_wacz(
    crawled: Path, tmp_path: Path, in_chromium: Callable[..., Any]
) -> None:
    """A WACZ of the collection opens in ReplayWeb.page: headline and image are seen, and nothing is
    asked of the network.
    """
    url, time, title = an_illustrated(crawled)
    target = tmp_path / "sidr.wacz"
    assert warraq("-C", crawled, "export", "--to", target).returncode == 0
    seen = in_chromium("replaywebpage.mjs", str(target), url, time)
    assert title in seen.text
    assert [width for _, width in seen.images if width > 0]
    assert seen.outside == []


def test_replaywebpage_opens_a_part(
    crawled: Path, tmp_path: Path, in_chromium: Callable[..., Any]
) -> None:
    """A WACZ of the articles that a query finds holds their pages and images, and opens the same
    way.
    """
    url, time, title = an_illustrated(crawled)
    target = tmp_path / "some.wacz"
    done = warraq("-C", crawled, "export", *title.split(), "--to", target)
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size < sum(
        path.stat().st_size for path in (crawled / "archive").glob("*.warc.gz")
    )
    seen = in_chromium("replaywebpage.mjs", str(target), url, time)
    assert title in seen.text
    assert [width for _, width in seen.images if width > 0]
    assert seen.outside == []


def test_a_withdrawn_article_is_replayed_no_more(
    crawled: Path, tmp_path: Path, pywb: Callable[[Path], str]
) -> None:
    """Pywb finds no capture of a withdrawn article, purged or not, and still opens the others."""
    url, time, _ = an_illustrated(crawled)
    folder = Path(shutil.copytree(crawled, tmp_path / "copy"))
    other = another_page(folder, url)
    assert warraq("-C", folder, "withdraw", url, "--reason", "x", "--purge").returncode == 0
    address = pywb(folder)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{address}{time}id_/{url}", timeout=20)
    with urllib.request.urlopen(f"{address}{time}id_/{other}", timeout=20) as answer:
        assert answer.status == 200


_COUNT = """
import { WARCParser } from "warcio";
import fs from "node:fs";
const counted = {};
for (const path of process.argv.slice(2)) {
  let count = 0;
  for await (const record of new WARCParser(fs.createReadStream(path))) {
    await record.readFully(false); count += 1;
  }
  counted[path] = count;
}
console.log(JSON.stringify(counted));
"""


@pytest.mark.parametrize("purged", [False, True])
def test_warcio_js_reads_every_record(crawled: Path, tmp_path: Path, purged: bool) -> None:
    """warcio.js reads each WARC to its end and counts the records that we do, tombstones
    included.
    """
    from archive.warc.record_reader import read_records

    node = need_node()
    need_peers(PEERS / "node_modules" / "warcio")
    folder = Path(shutil.copytree(crawled, tmp_path / "copy"))
    if purged:
        done = warraq(
            "-C", folder, "withdraw", an_illustrated(folder)[0], "--reason", "x", "--purge"
        )
        assert done.returncode == 0, done.stderr
    script = tmp_path / "count.mjs"
    script.write_text(_COUNT, "utf-8")
    (tmp_path / "node_modules").symlink_to(PEERS / "node_modules")
    files = sorted(map(str, (folder / "archive").glob("*.warc.gz")))
    done = subprocess.run(
        [node, str(script), *files], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {file: len(list(read_records(Path(file)))) for file in files}
