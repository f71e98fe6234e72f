"""A collection after several crawls shows its page in each reader as it was: new, unchanged,
changed, gone, and its image with it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import recrawled_page
from needed_parts import PEERS, need_node, need_peers
from recrawled_page import CHANGED, FIRST, GONE, MOMENTS, PAGE, WIDTH

from archive.config import load_config
from archive.query.filters import Filters
from crawler.admin.import_export import export_selection, export_wacz

# What a reader shows who takes the capture nearest to a moment, or the latest before it; the first
# where none is before it.
BEFORE = (FIRST, FIRST, FIRST, CHANGED, GONE)
# ReplayWeb.page takes the first capture at a moment or after it, else the latest.
AFTER = (FIRST, FIRST, CHANGED, GONE, GONE)
# So it does with a query's WARC, in which the captures of the article are.
OF_ARTICLE = (FIRST, FIRST, CHANGED, CHANGED, CHANGED)
WANTED = {
    "pywb": BEFORE,
    "unpacked": BEFORE,
    "player": BEFORE,
    "wacz": AFTER,
    "warc": OF_ARTICLE,
}


def stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S}"


def unpack_into_pywb(folder: Path, wacz: Path) -> None:
    """Have pywb take a WACZ into a collection of its own, `unpacked`."""
    manager = PEERS / "pywb" / "bin" / "wb-manager"
    for arguments in (["init", "unpacked"], ["add", "--unpack-wacz", "unpacked", str(wacz)]):
        subprocess.run([manager, *arguments], cwd=folder, check=True, capture_output=True)


def test_each_reader_shows_the_page_as_it_was(tmp_path: Path, pywb: Callable[[Path], str]) -> None:
    """In pywb with the collection as it stands, and with a WACZ that it unpacked, in ReplayWeb.page
    with the WACZ, and with the WARC of a query, which it reads with warcio.js, and in a player that
    fetches what the CDXJ names with warcio.js, headline and image are seen at five moments, and
    nobody else is asked.
    """
    node = need_node()
    need_peers(
        Path("/usr/bin/chromium"),
        *(PEERS / "node_modules" / name for name in ("playwright-core", "replaywebpage", "warcio")),
    )
    layout = recrawled_page.make(tmp_path / "c")
    config = load_config(layout.config)
    export_wacz(layout, config, tmp_path / "all.wacz")
    export_selection(layout, config, tmp_path / "some.warc.gz", Filters(), "")
    address = pywb(layout.root)
    unpack_into_pywb(tmp_path / "pywb", tmp_path / "all.wacz")
    readers = {
        "pywb": {"kind": "pywb", "source": address},
        "unpacked": {"kind": "pywb", "source": address.replace("/news/", "/unpacked/")},
        "wacz": {"kind": "replaywebpage", "source": str(tmp_path / "all.wacz")},
        "warc": {"kind": "replaywebpage", "source": str(tmp_path / "some.warc.gz")},
        "player": {"kind": "warcio", "source": str(layout.root)},
    }
    jobs = {"url": PAGE, "times": [stamp(moment) for moment in MOMENTS], "readers": readers}
    command = [node, str(Path(__file__).parent / "moments.mjs"), str(PEERS), json.dumps(jobs)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown.pop("outside") == []
    for name, wanted in WANTED.items():
        seen = [(text.splitlines()[0], images) for text, images in shown[name]]
        assert seen == [(title, [] if title == GONE else [WIDTH]) for title in wanted], name
