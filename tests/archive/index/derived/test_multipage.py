"""An article on several pages is one article: its versions are of all parts together, in whatever
order they come.
"""

from __future__ import annotations

import random
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.index.derived.multipage import join_parts
from archive.model import Change, FetchFacts, NotAnArticle, NotArticleReason, PayloadKind, Reading
from archive.model.withdrawal import Withdrawal
from archive.text.shared_lines import make_place

HOST = "https://news.example"
URL = f"{HOST}/long-way-round-the-lake"
MONDAY, TUESDAY = (
    FetchFacts(crawl_id="monday", site="news"),
    FetchFacts(crawl_id="tuesday", site="news"),
)
SYLLABLES = "ba de fi go hu ka le mi no pu ra se ti vo".split()  # noqa: SIM905


def lines(part: int, edition: int = 0) -> list[str]:
    """Two paragraphs of a part, others in each edition."""
    rng = random.Random(f"{part} {edition}")  # noqa: S311
    names = ["".join(rng.choices(SYLLABLES, k=4)) for _ in range(6)]
    return [
        f"The {names[0]} of {names[1]} came near {names[2]}.",
        f"Then {names[3]} left {names[4]} with {names[5]}.",
    ]


def page(kit: Any, part: int, hour: float, facts: FetchFacts = MONDAY, **more: Any) -> Any:
    """A capture of one part (0: all of them on one page) in a crawl."""
    edition = more.pop("edition", 0)
    of = more.pop("of", 3)
    text = (
        [line for each in range(1, of + 1) for line in lines(each, edition)]
        if part == 0
        else lines(part, edition)
    )
    url = URL + (f"?page={part}" if part > 1 else "" if part else "?page=all")
    values = {
        "title": "The long way round",
        "paragraphs": text,
        "canonical": URL,
        "page_number": part,
        "is_last": part in (0, of),
    }
    capture, reading = kit.entry(url, hour, **values | more)
    return replace(capture, facts=facts), reading


def bodies(kit: Any) -> list[list[str]]:
    """The paragraphs of each version of the one article, the first seen first."""
    assert kit.rows("SELECT url FROM articles") == [(URL,)]
    return [body.split("\n") for (body,) in kit.rows("SELECT body FROM versions ORDER BY number")]


def whole(*editions: int) -> list[str]:
    return [line for part, edition in enumerate(editions, start=1) for line in lines(part, edition)]


def test_parts_are_one_article_with_one_version(kit: Any) -> None:
    """Three pages are one text in the order of their numbers, though the last came first and each
    in a batch of its own.
    """
    with kit.index() as index:
        changes = [
            index.apply_captures([page(kit, part, hour / 10)])[0]
            for hour, part in enumerate((3, 1, 2))
        ]
    assert changes == [Change.NEW, Change.UNCHANGED, Change.UNCHANGED]
    assert bodies(kit) == [whole(0, 0, 0)]
    assert kit.rows("SELECT DISTINCT body FROM articles") == [("\n".join(whole(0, 0, 0)),)]
    assert kit.rows("SELECT count(DISTINCT version_id) FROM captures") == [(1,)]
    assert {kind for (kind,) in kit.rows("SELECT kind FROM addresses")} == {"canonical", "alias"}


def test_what_the_first_part_says_is_what_is_known(kit: Any) -> None:
    """Author and date are those of the first page, although the last was read later and states
    none.
    """
    with kit.index() as index:
        index.apply_captures(
            [
                page(kit, 1, 0),
                page(kit, 2, 0.1, authors=[], published=None),
                page(kit, 3, 0.2, authors=[], published=None),
            ]
        )
    assert kit.rows("SELECT author, published FROM articles") == [
        ("أحمد علي", "2024-03-01T12:00:00Z")
    ]


def test_a_part_that_changes_is_a_new_version_of_the_whole(kit: Any) -> None:
    """Another second page makes one version more, all three others make one more and no mixtures,
    the same none.
    """
    with kit.index() as index:
        index.apply_captures([page(kit, part, part / 10) for part in (1, 2, 3)])
        index.apply_captures(
            [page(kit, part, 24 + part / 10, TUESDAY, edition=int(part == 2)) for part in (1, 2, 3)]
        )
        assert bodies(kit) == [whole(0, 0, 0), whole(0, 1, 0)]
        third = FetchFacts(crawl_id="wednesday", site="news")
        index.apply_captures(
            [page(kit, part, 48 + part / 10, third, edition=7) for part in (1, 2, 3)]
        )
        fourth = FetchFacts(crawl_id="thursday", site="news")
        index.apply_captures(
            [page(kit, part, 72 + part / 10, fourth, edition=7) for part in (1, 2, 3)]
        )
    assert bodies(kit) == [whole(0, 0, 0), whole(0, 1, 0), whole(7, 7, 7)]


def test_a_part_not_fetched_again_stands_as_it_was(kit: Any) -> None:
    """A crawl that sees only the second page, or an unchanged first one, reads the rest as it was
    before.
    """
    with kit.index() as index:
        first = page(kit, 1, 0)
        index.apply_captures([first, page(kit, 2, 0.1), page(kit, 3, 0.2)])
        index.apply_captures(
            [page(kit, 2, 24, TUESDAY, edition=1), kit.revisit(first[0], 24.1, facts=TUESDAY)]
        )
    assert bodies(kit) == [whole(0, 0, 0), whole(0, 1, 0)]


def test_a_part_fetched_late_makes_no_version(kit: Any) -> None:
    """A crawl that stopped behind the first page and one that went on are one version; a missing
    part leaves a gap.
    """
    with kit.index() as index:
        index.apply_captures([page(kit, 1, 0)])
        assert bodies(kit) == [lines(1)]
        index.apply_captures([page(kit, 3, 24, TUESDAY)])
        assert bodies(kit) == [lines(1) + lines(3)]
        index.apply_captures([page(kit, 2, 24.1, TUESDAY)])
    assert bodies(kit) == [whole(0, 0, 0)]


def test_all_on_one_page_is_the_same_text(kit: Any) -> None:
    """The view on one page and the parts are one version; it also fills in for a part that was not
    fetched.
    """
    with kit.index() as index:
        index.apply_captures([page(kit, 1, 0), page(kit, 2, 0.1), page(kit, 0, 0.2)])
        assert bodies(kit) == [whole(0, 0, 0)]
        index.apply_captures([page(kit, 3, 0.3)])
    assert bodies(kit) == [whole(0, 0, 0)]


def test_a_part_given_up_is_no_part_any_more(kit: Any) -> None:
    """An article shortened to two pages is a version of two; that its third page is gone does not
    make it gone.
    """
    with kit.index() as index:
        index.apply_captures([page(kit, part, part / 10) for part in (1, 2, 3)])
        index.apply_captures([page(kit, part, 24 + part / 10, TUESDAY, of=2) for part in (1, 2)])
        gone = NotAnArticle(url=URL, reason=NotArticleReason.ERROR_STATUS, detail="HTTP 404")
        index.apply_captures(
            [
                (
                    kit.capture(f"{URL}?page=3", 25, status=404),
                    Reading(kind=PayloadKind.OTHER, not_article=gone),
                )
            ]
        )
        assert bodies(kit) == [whole(0, 0, 0), whole(0, 0)]
        assert kit.rows("SELECT * FROM disappearances") == []
        assert [
            known.url
            for known in index.history.articles(
                "news", kit.START + timedelta(days=9), kit.START + timedelta(days=9)
            )
        ] == [URL]
        index.apply_captures(
            [(kit.capture(URL, 26, status=404), Reading(kind=PayloadKind.OTHER, not_article=gone))]
        )
        assert kit.rows("SELECT reason FROM disappearances") == [("HTTP 404",)]


def test_further_comments_are_no_further_text(kit: Any) -> None:
    """Pages that show the same text with other comments, and a lead that each page repeats, add
    nothing.
    """
    assert (
        join_parts(["A first line.\nA second one.", "A first line.\nA second one."])
        == "A first line.\nA second one."
    )
    assert (
        join_parts(["A lead.\nA first line.", "A lead.\nA second, longer line."])
        == "A lead.\nA first line.\nA second, longer line."
    )
    with kit.index() as index:
        for part in (1, 2, 3):
            index.apply_captures([page(kit, part, part / 10, paragraphs=lines(1))])
    assert bodies(kit) == [lines(1)]


steps = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from(["page"] * 5 + ["revisit", "plain"]),
    ),
    min_size=2,
    max_size=14,
)
APPEAL = (
    "Readers pay for every line here, and a monthly letter tells them what the newsroom has "
    "planned."
)


def build(kit: Any, made: list[tuple[int, int, int, str]]) -> list[Any]:
    """Captures of one article's parts in three crawls, and of others that teach what is furniture
    in them.
    """
    crawls = [FetchFacts(crawl_id=f"crawl-{number}", site="news") for number in range(3)]
    entries: list[Any] = []
    for hour, (part, crawl, edition, kind) in enumerate(made):
        text = [*lines(max(part, 1), edition), APPEAL]
        values = {"paragraphs": text, "places": [make_place(line, "div/p", None) for line in text]}
        if kind == "revisit" and entries:
            entries.append(kit.revisit(entries[part % len(entries)][0], hour, facts=crawls[crawl]))
        elif kind == "plain":
            capture, reading = page(kit, 1, hour, crawls[crawl], edition=edition, **values)
            entries.append(
                (
                    capture,
                    replace(
                        reading, article=replace(reading.article, page_number=None, is_last=False)
                    ),
                )
            )
        else:
            entries.append(page(kit, part, hour, crawls[crawl], edition=edition, **values))
    for number in range(4):
        text = [*lines(number + 50), APPEAL]
        values = {"paragraphs": text, "places": [make_place(line, "div/p", None) for line in text]}
        entries.append(
            kit.entry(f"{HOST}/other-{number}", 50 + number, title=f"Another {number}", **values)
        )
    return entries


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps, st.booleans(), st.randoms(use_true_random=False))
def test_any_order_makes_the_same_index(
    kit: Any, made: list[Any], withdraw: bool, rng: random.Random
) -> None:
    """Whatever the order and batches of parts, revisits, lessons and a withdrawal, every table ends
    the same.
    """
    with tempfile.TemporaryDirectory() as folder:
        kit.folder = Path(folder)
        todo: list[Any] = build(kit, made)
        if withdraw:
            key = "news.example/long-way-round-the-lake"
            todo.append(
                Withdrawal(
                    article_id="x", site="news", url=URL, at=kit.START, reason="r", keys=(key,)
                )
            )
        expected = apply_in(kit, todo, 1)
        for _ in range(3):
            found = apply_in(kit, rng.sample(todo, len(todo)), rng.randint(1, len(todo)))
            for table, rows in expected.items():
                assert found[table] == rows, table


def apply_in(kit: Any, todo: list[Any], size: int) -> dict[str, Any]:
    with kit.index() as index:
        for start in range(0, len(todo), size):
            batch = todo[start : start + size]
            for step in batch:
                if isinstance(step, Withdrawal):
                    index.withdraw(step)
            index.apply_captures([step for step in batch if not isinstance(step, Withdrawal)])
    dump: dict[str, Any] = kit.dump()
    return dump
