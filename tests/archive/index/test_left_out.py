"""What crawls left out, once an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

from archive.model import LeftOut, LeftOutBatch, LeftOutReason
from archive.model.withdrawal import Withdrawal
from archive.urls import canonical_key

HOST = "https://news.example"
STORY, MAP = f"{HOST}/a/1001", f"{HOST}/sitemap.xml"


def batch(kit: Any, entry: LeftOut, hour: float = 1) -> LeftOutBatch:
    """What a crawl left out, said at its end."""
    at = kit.START + timedelta(hours=hour)
    return LeftOutBatch(crawl_id=f"crawl-{hour}", site="news", at=at, entries=(entry,))


def test_the_latest_reason_stands_whatever_the_order(kit: Any) -> None:
    """With the time at which the address was first met."""
    batches = [
        batch(kit, LeftOut(url=STORY, why=LeftOutReason.LIMIT, detail="pages"), hour=hour)
        for hour in (1, 2)
    ]
    batches.append(batch(kit, LeftOut(url=STORY, why=LeftOutReason.DATE, found_on=MAP), hour=3))
    for order in permutations(batches):
        with kit.index() as index:
            for each in order:
                index.add_left_out(each)
        assert kit.rows("SELECT site, found_on, why, detail, first_at FROM _left_out") == [
            ("news", MAP, "date", "", "2024-03-01T13:00:00Z")
        ]


def test_only_what_is_new_is_to_be_stated(kit: Any) -> None:
    """The same reason again is not, another is."""
    limit = LeftOut(url=STORY, why=LeftOutReason.LIMIT, detail="pages")
    with kit.index() as index:
        assert index.new_left_out("news", [limit]) == [limit]
        index.add_left_out(batch(kit, limit))
        assert index.new_left_out("news", [limit]) == []
        late = replace(limit, detail="time")
        assert index.new_left_out("news", [late]) == [late]
        assert index.new_left_out("other", [limit]) == [limit]


def test_it_is_told_which_crawl_said_so_last(kit: Any) -> None:
    """Whatever the order in which the crawls' records are read."""
    batches = [
        batch(kit, LeftOut(url=STORY, why=LeftOutReason.LIMIT, detail="pages"), hour=hour)
        for hour in (1, 2)
    ]
    for order in permutations(batches):
        with kit.index() as index:
            for each in order:
                index.add_left_out(each)
        assert kit.rows("SELECT crawl_id, at FROM _left_out") == [
            ("crawl-2", "2024-03-01T14:00:00Z")
        ]


def test_a_withdrawn_address_is_neither_kept_nor_to_be_stated(kit: Any) -> None:
    """Nothing tells of it again, whether the withdrawal came before or after."""
    limit = LeftOut(url=STORY, why=LeftOutReason.LIMIT, detail="pages")
    gone = Withdrawal(
        article_id="0" * 16,
        site="news",
        url=STORY,
        at=kit.START,
        reason="asked",
        keys=(canonical_key(STORY),),
    )
    for withdrawn_first in (True, False):
        with kit.index() as index:
            if withdrawn_first:
                index.withdraw(gone)
                index.add_left_out(batch(kit, limit))
            else:
                index.add_left_out(batch(kit, limit))
                index.withdraw(gone)
            assert index.new_left_out("news", [limit]) == []
        assert kit.rows("SELECT url FROM _left_out") == []
