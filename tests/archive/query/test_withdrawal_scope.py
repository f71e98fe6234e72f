"""What a withdrawal covers is found before it is applied, and stays known after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from archive.model import PayloadKind, Reading
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.query.withdrawal_scope import (
    captures_carrying,
    captures_showing,
    readings_of,
    withdrawals,
    withdrawn_values,
)
from archive.urls import canonical_key

URL = "https://news.example/a/1001"


def withdrawal_of(kit: Any, article: str, **more: Any) -> Withdrawal:
    values = {"url": URL, "site": "news", "at": kit.START, "reason": "asked"}
    return Withdrawal(article_id=article, **values | more)


def article_at(kit: Any, url: str) -> str:
    [(article,)] = kit.rows("SELECT article_id FROM captures WHERE url = ? LIMIT 1", url)
    return str(article)


def test_captures_that_show_an_article(kit: Any) -> None:
    """They are those read at its address, those with its text, those of its URLs, and revisits of
    any of these, by file and offset; no other article's.
    """
    own, twin = kit.entry(), kit.entry("https://news.example/b/7", 1)
    gone = kit.capture("https://news.example/c/9", 2, status=404)
    other = kit.entry("https://news.example/d/4", 3, title="آخر", paragraphs=["نص آخر"])
    revisit = kit.revisit(twin[0], 4, refers_to_id=twin[0].record_id)
    with kit.index() as index:
        index.apply_captures([other, revisit, (gone, Reading(kind=PayloadKind.OTHER)), twin, own])
    with IndexReader(kit.path()) as reader:
        (text,) = {row["text_sha256"] for row in readings_of(reader, article_at(kit, URL))}
        scope = withdrawal_of(kit, "x", keys=(canonical_key(URL),), texts=(text,), urls=(gone.url,))
        shown = [(row["warc"], row["offset"]) for row in captures_showing(reader, scope)]
        by_key = captures_showing(reader, replace(scope, texts=(), urls=()))
        elsewhere = captures_showing(reader, replace(scope, site="other", urls=()))
    expected = sorted((each.warc, each.offset) for each in (own[0], twin[0], gone, revisit[0]))
    assert shown == expected
    assert [row["id"] for row in by_key] == [own[0].id]
    assert elsewhere == []


def test_listings_that_carry_an_article(kit: Any) -> None:
    """Listings in which its text stands are named with URL and time, in the order of capture."""
    late, early = (kit.capture("https://news.example/all", hour) for hour in (5, 1))
    reading = Reading(kind=PayloadKind.PAGE, embedded=(kit.article(URL),))
    with kit.index() as index:
        index.apply_captures([(late, reading), (early, reading), kit.entry(hour=2)])
    scope = withdrawal_of(kit, "x", keys=(canonical_key(URL),))
    with IndexReader(kit.path()) as reader:
        assert captures_carrying(reader, scope) == (
            (early.url, "2024-03-01T13:00:00Z"),
            (late.url, "2024-03-01T17:00:00Z"),
        )
        assert captures_carrying(reader, replace(scope, keys=())) == ()


def test_what_was_withdrawn_stays_known(kit: Any) -> None:
    """The row of a withdrawal, and the addresses, texts and URLs it covers, can be read after it;
    readings of the article as such are gone.
    """
    with kit.index() as index:
        index.apply_captures([kit.entry()])
        article = article_at(kit, URL)
        index.withdraw(withdrawal_of(kit, article, keys=("k", canonical_key(URL)), urls=(URL,)))
    with IndexReader(kit.path()) as reader:
        assert [row["article_id"] for row in withdrawals(reader)] == [article]
        values = withdrawn_values(reader, article)
        assert values == {
            "key": {"k", canonical_key(URL)},
            "text": set(),
            "url": {URL},
            "signature": set(),
        }
        assert not any(withdrawn_values(reader, "another").values())
        assert readings_of(reader, article) == []


def test_readings_have_the_hash_of_the_text_as_it_stood(kit: Any) -> None:
    """Each reading of an article is given with the hash of its text as read."""
    with kit.index() as index:
        index.apply_captures([kit.entry(), kit.entry(hour=1, paragraphs=["نص معدل"])])
    with IndexReader(kit.path()) as reader:
        rows = readings_of(reader, article_at(kit, URL))
    assert len({row["raw_sha256"] for row in rows}) == 2
    assert all(row["raw_sha256"] == row["text_sha256"] for row in rows)  # no boilerplate here
