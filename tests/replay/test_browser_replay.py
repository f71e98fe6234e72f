"""Pages that scripts draw, replayed by other tools: what the crawl's browser was given is all that
a reader's browser needs.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crawled_newsroom import Newsroom
from loopback_site.scripted_paper import scripted_paper, title
from loopback_site.server import Site
from needed_parts import need_browser

from archive.layout import CollectionFolder

URL = "/news/2"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """A collection of one page that a browser has shown; its site is gone."""
    need_browser()
    with Site(scripted_paper()) as site:
        folder = tmp_path_factory.mktemp("shown") / "c"
        room = Newsroom(site, CollectionFolder.create(folder, '[collection]\nname = "shown"\n'))
        room.config = replace(room.config, start=(site.url + URL,), max_pages=1, browser="always")
        assert room.crawl().new == 1
    return room


def time_of_page(room: Newsroom) -> str:
    """When the page itself was captured, as replay tools take it."""
    query = "SELECT warc_date FROM captures WHERE url = ? AND record_type = 'response'"
    date = room.rows(query, room.site.url + URL)[0][0]
    return "".join(letter for letter in date[:19] if letter.isdigit())


def test_pywb_shows_what_the_scripts_draw(
    shown: Newsroom, pywb: Callable[[Path], str], in_chromium: Callable[..., Any]
) -> None:
    """Pywb replays page, script, data and image: the text is drawn once, out of the archive."""
    address = pywb(shown.layout.root)
    page = f"{address}{time_of_page(shown)}/{shown.site.url}{URL}"
    seen = in_chromium("page.mjs", page)
    assert seen.text.count(title(2)) == 1
    assert [width for _, width in seen.images if width > 0]
    assert seen.outside == []


def test_replaywebpage_shows_what_the_scripts_draw(
    shown: Newsroom, tmp_path: Path, in_chromium: Callable[..., Any]
) -> None:
    """So does ReplayWeb.page, from a WACZ of the collection."""
    target = tmp_path / "shown.wacz"
    command = [sys.executable, "-m", "crawler.cli", "-C", str(shown.layout.root), "export"]
    assert subprocess.run([*command, "--to", str(target)], check=False).returncode == 0
    url = shown.site.url + URL
    seen = in_chromium("replaywebpage.mjs", str(target), url, time_of_page(shown))
    assert seen.text.count(title(2)) == 1
    assert [width for _, width in seen.images if width > 0]
    assert seen.outside == []
