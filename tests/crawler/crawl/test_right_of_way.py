"""A back-fill lets the crawls of its site go first; no other crawl waits for one."""

from __future__ import annotations

from pathlib import Path

from archive.layout import CollectionFolder
from crawler.crawl.right_of_way import RightOfWay


def test_a_back_fill_waits_while_its_site_is_crawled(tmp_path: Path) -> None:
    """From when that begins, or before it, and is told once when it is over; other sites and other
    back-fills are no reason.
    """
    layout = CollectionFolder.create(tmp_path / "c", "")
    back_fill = RightOfWay(layout, "paper", "paper 2026..")
    with layout.crawl_lock():
        leases = [layout.site_lease(name) for name in ("other", "paper 2025..", "paper 2026..")]
        assert (back_fill.look(), back_fill.is_given) == (False, False)
        leases.append(layout.site_lease("paper"))
        assert (back_fill.look(), back_fill.is_given) == (False, True)
        assert RightOfWay(layout, "paper", "paper 2025..").is_given
        assert not RightOfWay(layout, "paper", "paper").is_given
        for lease in leases:
            lease.release()
        assert (back_fill.look(), back_fill.is_given) == (True, False)
        assert not back_fill.look()
