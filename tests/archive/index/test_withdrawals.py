"""Withdrawals in the index, whatever the order, and tombstones in WARC files, whatever the
record.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import UsageError
from archive.index.writer import Index
from archive.model import Capture, Reading
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader

if TYPE_CHECKING:
    from tests.archive.conftest import Kit

    Step = tuple[str, Any]

NOW = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)


def withdrawal(kit: Kit, article: str, **more: Any) -> Withdrawal:
    """What the command would write for an article of the newest index."""
    rows = kit.rows("SELECT key, text_sha256, url FROM _readings WHERE article_id = ?", article)
    url, site = kit.rows("SELECT url, site FROM articles WHERE id = ?", article)[0]
    values = {
        "article_id": article,
        "site": site,
        "url": url,
        "at": NOW,
        "reason": "asked",
        "keys": tuple(sorted({row[0] for row in rows})),
        "texts": tuple(sorted({row[1] for row in rows})),
        "urls": tuple(sorted({row[2] for row in rows})),
    }
    return Withdrawal(**values | more)


def apply(index: Index, steps: list[Step]) -> None:
    for kind, what in steps:
        if kind == "entry":
            index.apply_captures([what])
        else:
            index.withdraw(what)


def story(kit: Kit) -> list[tuple[Capture, Reading]]:
    """An article edited once, seen again, found under a second address, near it another one; a
    listing that carries both.
    """
    first = kit.entry(hour=1)
    edited = kit.entry(hour=2, paragraphs=["نص آخر بعد التعديل الذي أجرته الصحيفة على الخبر"])
    alias = kit.entry("https://news.example/a/1001?utm_source=x", hour=3)
    twin = kit.entry("https://news.example/b/77", hour=4)
    other = kit.entry(
        "https://news.example/a/2002",
        hour=5,
        title="خبر مختلف",
        paragraphs=["كلمات لا صلة لها بما سبق"],
    )
    listing = kit.entry("https://news.example/", hour=6)
    own = [entry[1].article for entry in (first, other)]
    assert all(own)
    carrying = (
        listing[0],
        replace(listing[1], article=None, embedded=tuple(each for each in own if each)),
    )
    return [first, edited, kit.revisit(first[0], 2.5), alias, twin, other, carrying]


def test_an_article_withdrawn_is_nowhere(kit: Kit) -> None:
    """Nothing of its text stays in the index, its captures belong to none, and others are as they
    were.
    """
    entries = story(kit)
    with kit.index() as index:
        index.apply_captures(entries)
        article = kit.rows("SELECT id FROM articles WHERE url = 'https://news.example/a/1001'")[0][
            0
        ]
        others = kit.rows("SELECT id, title, body FROM articles WHERE id != ?", article)
        assert others
        index.withdraw(withdrawal(kit, article))
        assert kit.rows("SELECT id, title, body FROM articles") == others
        assert kit.rows("SELECT count(*) FROM versions WHERE article_id = ?", article) == [(0,)]
        assert kit.rows("SELECT count(*) FROM captures WHERE article_id = ?", article) == [(0,)]
        assert kit.rows("SELECT count(*) FROM addresses WHERE article_id = ?", article) == [(0,)]
        assert kit.rows("SELECT count(*) FROM articles_fts") == [(len(others),)]
        assert len(kit.rows("SELECT * FROM captures")) == len(entries)
        assert "الكرملين يعلن" not in repr(kit.dump())
        hidden = index.hidden_from_replay().places
    with IndexReader(kit.path()) as reader:
        for capture, _ in entries[:5]:
            assert reader.capture(capture.id) is None
            assert reader.nearest_capture(capture.url, capture.captured) is None
        other = entries[5][0]
        assert reader.nearest_capture(other.url, other.captured) == reader.capture(other.id)
        with pytest.raises(UsageError, match="withdrawn 2026-05-06: asked"):
            reader.require_article("https://news.example/a/1001")
    assert hidden == {(entry[0].warc, entry[0].offset) for entry in entries[:5]}
    tombstone = kit.rows("SELECT article_id, withdrawn, reason, purged FROM withdrawals")
    assert tombstone == [(article, "2026-05-06T07:08:09Z", "asked", 0)]


@settings(max_examples=25, deadline=None)
@given(order=st.randoms(use_true_random=False), twice=st.booleans())
def test_order_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: random.Random, twice: bool
) -> None:
    """Captures and withdrawals in any order, withdrawals repeated or not, give one and the same
    index.
    """
    from tests.archive.conftest import Kit as MadeKit

    kit = MadeKit(tmp_path_factory.mktemp("kit"))
    entries = story(kit)
    with kit.index() as index:
        index.apply_captures(entries)
        named = [row[0] for row in kit.rows("SELECT id FROM articles ORDER BY url LIMIT 1")]
        withdrawals = [withdrawal(kit, article) for article in named]
        withdrawals += [
            withdrawal(kit, article, at=NOW.replace(year=2027), reason="b", **purge)
            for article in named
            for purge in (
                *({"purged": True}, {"purge": "1"}, {"purge": "2"}),
                {"purge": "1", "purged": True},
            )
        ]
        for each in withdrawals:
            index.withdraw(each)
    expected = kit.dump()
    steps: list[Step] = [("entry", entry) for entry in entries] + [
        ("withdraw", each) for each in withdrawals
    ]
    steps += [("withdraw", withdrawals[0])] * twice
    order.shuffle(steps)
    with kit.index() as index:
        apply(index, steps)
    assert kit.dump() == expected


def test_forgetting_equals_never_having_seen(kit: Kit) -> None:
    """Once its records are tombstones, forgetting a withdrawn article's captures gives the index of
    the WARCs as they are.
    """
    entries = story(kit)
    with kit.index() as index:
        index.apply_captures(entries)
        article = kit.rows("SELECT id FROM articles WHERE url = 'https://news.example/a/1001'")[0][
            0
        ]
        gone = withdrawal(kit, article, purged=True)
        index.withdraw(gone)
        index.delete_captures([entry[0].id for entry in entries[:5]])
    after = kit.dump()
    with kit.index() as index:
        index.apply_captures(entries[5:])
        index.withdraw(gone)
    assert kit.dump() == after


def test_purged_is_what_was_begun_and_is_done(kit: Kit) -> None:
    """`purged` is 1 once each purge that was begun has its end, in whatever order they are read."""
    steps = [({"purge": "1"}, 0), ({"purge": "1", "purged": True}, 1)]
    steps += [({"purge": "3", "purged": True}, 1), ({"purge": "2"}, 0), ({"purge": "3"}, 0)]
    steps += [({"purge": "2", "purged": True}, 1)]
    with kit.index() as index:
        index.apply_captures(story(kit))
        (article, *_), *_ = kit.rows("SELECT id FROM articles ORDER BY url")
        made = [(withdrawal(kit, article, **fields), purged) for fields, purged in steps]
        for each, purged in made:
            index.withdraw(each)
            assert kit.rows("SELECT purged FROM withdrawals") == [(purged,)]
