"""What a withdrawal covers depends on the captures, not on when it was made or on their order."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.query.withdrawal_scope import captures_showing, readings_of
from tests.archive.index.test_order_of_capture import ARTICLES, HOST, URLS, build

ONE, TWO, THREE, FOUR = ARTICLES
SEEDED = random.Random(1)  # noqa: S311 - an order, no secret
MOBILE = f"{HOST.replace('news', 'm.news', 1)}/a/3"
pages = st.tuples(
    st.just("article"),
    st.sampled_from(URLS),
    st.integers(0, 5),
    st.sampled_from([None, *ARTICLES]),
)
others = st.one_of(
    st.tuples(
        st.just("listing"), st.just(f"{HOST}/"), st.integers(0, 5), st.sampled_from(ARTICLES)
    ),
    st.tuples(st.just("revisit"), st.sampled_from(URLS), st.integers(0, 3), st.booleans()),
    st.tuples(st.just("status"), st.sampled_from(URLS), st.just(410), st.none()),
)
histories = st.lists(st.one_of(pages, pages, others), min_size=2, max_size=6)
# One text that two pages have, of which the later names another address than the earlier.
NAMED_LATER = [
    ("article", MOBILE, 2, None),
    ("article", MOBILE, 5, TWO),
    ("article", f"{ONE}?utm_source=x", 3, ONE),
]
# A revisit of what is withdrawn, and pages that name the withdrawn address from elsewhere.
NAMED_FROM_ELSEWHERE = [
    ("article", f"{ONE}?utm_source=x", 1, None),
    ("revisit", ONE, 2, False),
    ("revisit", TWO, 2, False),
    ("article", ONE, 5, TWO),
    ("article", MOBILE, 5, TWO),
]
# A page that claims the withdrawn address by a text that had been judged by the withdrawn one.
CLAIMED = [
    ("article", TWO, 2, None),
    ("article", MOBILE, 3, FOUR),
    ("article", FOUR, 0, TWO),
]
ON_LISTING = [
    ("article", f"{HOST.replace('https', 'http').replace('news', 'www.news', 1)}/a/1/", 4, THREE),
    ("article", MOBILE, 0, FOUR),
    ("listing", f"{HOST}/", 5, FOUR),
]


def withdrawal_of(kit: Any, place: int) -> Withdrawal:
    """What the command would write for one of the articles of the newest index."""
    with IndexReader(kit.path()) as reader:
        articles = list(reader.rows("SELECT id, site, url FROM articles ORDER BY id", {}))
        chosen = articles[place % len(articles)]
        rows = readings_of(reader, chosen["id"])
    return Withdrawal(
        article_id=chosen["id"],
        site=chosen["site"],
        url=chosen["url"],
        at=kit.START,
        reason="asked",
        keys=tuple(sorted({row[key] for row in rows for key in ("name_key", "own_key")})),
        texts=tuple(sorted({row[text] for row in rows for text in ("text_sha256", "raw_sha256")})),
        urls=tuple(sorted({row["url"] for row in rows if row["ordinal"] == 0} | {chosen["url"]})),
        signatures=tuple(sorted({row["signature"].hex() for row in rows if row["signature"]})),
    )


def apply(kit: Any, steps: list[Any]) -> dict[str, Any]:
    """The tables of a new index after captures and withdrawals one by one, and which captures the
    withdrawals hide and cover.
    """
    with kit.index() as index:
        for step in steps:
            if isinstance(step, Withdrawal):
                index.withdraw(step)
            else:
                index.apply_captures([step])
        hidden = index.hidden_from_replay().places
    with IndexReader(kit.path()) as reader:
        made = [step for step in steps if isinstance(step, Withdrawal)]
        covered = [row["id"] for each in made for row in captures_showing(reader, each)]
    found: dict[str, Any] = kit.dump()
    return found | {"hidden": sorted(hidden), "covered": covered}


def first_with_article(kit: Any, entries: list[Any], at_least: int) -> int:
    """How many of the captures it takes, at least so many, until there is an article; 0 if all do
    not make one.
    """
    for count in range(min(at_least, len(entries)), len(entries) + 1):
        apply(kit, entries[:count])
        if kit.rows("SELECT 1 FROM articles LIMIT 1"):
            return count
    return 0


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories, st.integers(1, 6), st.integers(0, 3), st.randoms(use_true_random=False))
@example(NAMED_LATER, 1, 0, SEEDED)
@example(NAMED_FROM_ELSEWHERE, 2, 0, SEEDED)
@example(ON_LISTING, 1, 0, SEEDED)
def test_withdrawn_in_the_middle_of_a_crawl_or_before_a_rebuild_is_the_same(
    kit: Any, made: list[tuple[Any, ...]], moment: int, place: int, rng: random.Random
) -> None:
    """An article withdrawn while its site is crawled leaves the index that a rebuild makes of the
    same records, in whatever order it reads them: tables, captures hidden and captures covered.
    """
    with tempfile.TemporaryDirectory() as folder:
        kit.folder = Path(folder)
        entries = build(kit, made)
        count = first_with_article(kit, entries, moment)
        if not count:
            return
        gone = withdrawal_of(kit, place)
        live = apply(kit, [*entries[:count], gone, *entries[count:]])
        shuffled = rng.sample([*entries, gone], len(entries) + 1)
        for steps in ([*entries, gone], [gone, *entries], shuffled):
            rebuilt = apply(kit, steps)
            for what, rows in live.items():
                assert rebuilt[what] == rows, what


@pytest.mark.parametrize("made", [NAMED_LATER, NAMED_FROM_ELSEWHERE, CLAIMED, ON_LISTING])
@pytest.mark.parametrize("place", range(3))
def test_purged_is_as_if_never_captured(kit: Any, made: list[tuple[Any, ...]], place: int) -> None:
    """An index from which the captures of a withdrawn article are deleted is the one that a rebuild
    makes of the records that are left: no row stays behind that was derived from them.
    """
    entries = build(kit, made)
    apply(kit, entries)
    gone = withdrawal_of(kit, place)
    with kit.index() as index:
        index.apply_captures(entries)
        index.withdraw(gone)
        with IndexReader(kit.path()) as reader:
            covered = {row["id"] for row in captures_showing(reader, gone)}
        index.delete_captures(sorted(covered))
    purged = kit.dump()
    left = [entry for entry in entries if entry[0].id not in covered]
    for steps in ([*left, gone], [gone, *left]):
        rebuilt = apply(kit, steps)
        for table, rows in purged.items():
            assert rebuilt[table] == rows, table


def test_captures_deleted_without_a_withdrawal_leave_no_row(kit: Any) -> None:
    """Captures whose records are gone from the archive leave nothing derived: the index is the one
    of the captures that are left, whichever these are.
    """
    made = [
        ("article", ONE, 0, None),
        ("article", f"{ONE}?utm_source=x", 3, None),
        ("revisit", ONE, 0, True),
        ("article", TWO, 3, ONE),
        ("listing", f"{HOST}/", 5, FOUR),
        ("article", FOUR, 5, None),
    ]
    entries = build(kit, made)
    for missing in ({0, 2}, {1}, {2}, {3}, {4}, {5}):  # what a revisit refers to goes with it
        with kit.index() as index:
            index.apply_captures(entries)
            index.delete_captures([entries[place][0].id for place in sorted(missing)])
        found = articles_and_addresses(kit)
        apply(kit, [entry for place, entry in enumerate(entries) if place not in missing])
        assert found == articles_and_addresses(kit), missing


def articles_and_addresses(kit: Any) -> dict[str, Any]:
    tables: dict[str, Any] = kit.dump()
    return {
        name: tables[name]
        for name in ("articles", "addresses", "versions", "_url_article", "_fingerprint_url")
    }


def test_a_capture_that_stands_as_another_article_is_not_hidden(kit: Any) -> None:
    """What an address shows now that another article was withdrawn from is found, replayed and
    left where it is; what shows no article there is hidden.
    """
    standing = kit.entry(ONE, 1)
    removed = build(kit, [("status", ONE, 410, None)])[0]
    other = kit.entry(TWO, 2, title="خبر آخر", paragraphs=["كلمات لا صلة لها بما سبق"])
    entries = [standing, removed, other]
    apply(kit, entries)
    with IndexReader(kit.path()) as reader:
        chosen = reader.article(TWO)
    assert chosen is not None
    gone = Withdrawal(
        article_id=chosen["id"],
        site=chosen["site"],
        url=TWO,
        at=kit.START,
        reason="asked",
        keys=("news.example/a/2",),
        texts=(chosen["version_id"],),
        urls=(ONE, TWO),
    )
    found = apply(kit, [*entries, gone])
    assert set(found["covered"]) >= {removed[0].id}
    assert standing[0].id not in found["covered"]
    assert (standing[0].warc, standing[0].offset) not in found["hidden"]
    assert (removed[0].warc, removed[0].offset) in found["hidden"]
    with IndexReader(kit.path()) as reader:
        assert reader.capture(standing[0].id) is not None
        assert reader.capture(removed[0].id) is None
