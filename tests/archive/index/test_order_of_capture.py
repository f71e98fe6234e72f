from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.index.writer import Index
from archive.model import (
    Failure,
    Link,
    NotAnArticle,
    NotArticleReason,
    PayloadKind,
    Reading,
    Sighting,
    Stage,
)
from pipelines.near_duplicates import text_signature

HOST = "https://news.example"
ARTICLES = [f"{HOST}/a/{number}" for number in range(1, 5)]
URLS = [
    *ARTICLES,
    f"{HOST}/a/1?utm_source=x",
    f"{HOST}/a/2/amp",
    "http://www.news.example/a/1/",
    "https://m.news.example/a/3",
]
REDIRECTS = [f"{HOST}/r/1", f"{HOST}/r/2", f"{HOST}/", ARTICLES[0], ARTICLES[3]]
WORDS = "خبر عاجل من العاصمة حول اجتماع الحكومة ومجلس النواب بشأن قانون الموازنة العامة للدولة والضرائب".split()  # noqa: E501, SIM905


def text(number: int) -> list[str]:
    """Texts 0, 1 and 2 are near-duplicates; 3 and 4 fold alike; 5 is short; the others have nothing
    in common.
    """
    base = [f"{word}{place % 7}" for place, word in enumerate(WORDS * 4)]
    if number in {1, 2}:
        base[number * 9] = "تعديل"
    if number >= 3:
        base = [f"{word}ن" for word in reversed(WORDS * 3)]
    if number == 4:
        base[0] = base[0].replace("ا", "أ") + "ـ"
    return ["فقرة قصيرة"] if number == 5 else [" ".join(base[:20]), " ".join(base[20:])]


events = st.one_of(
    st.tuples(
        st.just("article"),
        st.sampled_from(URLS),
        st.integers(0, 5),
        st.sampled_from([None, *ARTICLES]),
    ),
    st.tuples(
        st.just("listing"),
        st.sampled_from([f"{HOST}/", f"{HOST}/all"]),
        st.integers(0, 5),
        st.sampled_from(ARTICLES),
    ),
    st.tuples(st.just("revisit"), st.sampled_from(URLS), st.integers(0, 3), st.booleans()),
    st.tuples(
        st.just("redirect"),
        st.sampled_from(REDIRECTS),
        st.integers(0, 1),
        st.sampled_from([*REDIRECTS, *URLS]),
    ),
    st.tuples(
        st.just("status"), st.sampled_from(URLS), st.sampled_from([404, 410, 503]), st.none()
    ),
    st.tuples(st.just("page"), st.sampled_from([*URLS, *REDIRECTS]), st.integers(0, 3), st.none()),
)


def build(kit: Any, made: list[tuple[Any, ...]]) -> list[tuple[Any, Any]]:
    """The captures of a history, an hour apart but for those that share a second."""
    entries: list[tuple[Any, Any]] = []
    for place, (kind, url, number, other) in enumerate(made):
        hour = place - place % 2
        if kind == "article":
            paragraphs = text(number)
            entry = kit.entry(
                url, hour, canonical=other, title=f"عنوان {number % 3}", paragraphs=paragraphs,
                signature=text_signature("\n".join(paragraphs)), tags=[str(place)], published=None if number == 2 else kit.START,  # noqa: E501
                related=[Link(url=ARTICLES[place % 4], kind="related")],
            )  # fmt: skip
        elif kind == "listing":
            embedded = (
                kit.article(other, paragraphs=text(number), title="من القائمة"),
                kit.article(ARTICLES[0]),
            )
            sighting = Sighting(
                url=other, source=url, kind="section", title="خبر", modified=str(number)
            )
            entry = (
                kit.capture(url, hour),
                Reading(kind=PayloadKind.PAGE, embedded=embedded, sightings=(sighting,)),
            )
        elif kind == "revisit":
            earlier = [capture for capture, _ in entries if capture.url == url] or [
                kit.capture(url, hour)
            ]
            named = (
                {}
                if other
                else {
                    "refers_to_date": None,
                    "refers_to_url": None,
                    "profile": "server-not-modified",
                }
            )
            entry = kit.revisit(earlier[number % len(earlier)], hour, **named)
        elif kind == "redirect":
            entry = (
                kit.capture(url, hour, status=301 + number, location=other),
                Reading(kind=PayloadKind.REDIRECT),
            )
        elif kind == "status":
            entry = kit.capture(url, hour, status=number), Reading(kind=PayloadKind.OTHER)
        else:
            no = NotAnArticle(url=url, reason=list(NotArticleReason)[number * 3])
            failure = Failure(url=url, stage=Stage.DISCOVERY, reason="x", at=kit.START)
            entry = (
                kit.capture(url, hour),
                Reading(kind=PayloadKind.PAGE, not_article=no, failures=(failure,)),
            )
        entries.append(entry)
    return entries


def apply_in(kit: Any, entries: list[tuple[Any, Any]], rng: random.Random) -> dict[str, Any]:
    """The tables of a new index after the entries in random batches."""
    with kit.index() as index:
        rest = list(entries)
        while rest:
            size = rng.randint(1, len(rest))
            batch, rest = rest[:size], rest[size:]
            index.apply_captures(batch)
    dump: dict[str, Any] = kit.dump()
    return dump


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(events, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_any_order_gives_equal_tables(
    kit: Any, made: list[tuple[Any, ...]], rng: random.Random
) -> None:
    """Whatever the order and the batches in which captures are applied, every table ends the same,
    ids included.
    """
    with tempfile.TemporaryDirectory() as folder:
        kit.folder = Path(folder)
        entries = build(kit, made)
        with kit.index() as index:
            for entry in entries:
                index.apply_captures([entry])
        expected = kit.dump()
        for _ in range(3):
            shuffled = rng.sample(entries, len(entries))
            found = apply_in(kit, shuffled, rng)
            for table, rows in expected.items():
                assert found[table] == rows, table
        [(problems,)] = kit.rows("PRAGMA integrity_check")
        assert problems == "ok"


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(events, min_size=2, max_size=14), st.randoms(use_true_random=False))
def test_several_writers_give_equal_tables(
    kit: Any, made: list[tuple[Any, ...]], rng: random.Random
) -> None:
    """Whoever of several that have the index open applies which captures, every table ends as if
    one had applied them all.
    """
    with tempfile.TemporaryDirectory() as folder:
        kit.folder = Path(folder)
        entries = build(kit, made)
        expected = apply_in(kit, entries, rng)
        with kit.index() as first, Index(kit.path()) as second:
            for entry in rng.sample(entries, len(entries)):
                rng.choice([first, second]).apply_captures([entry])
        assert kit.dump() == expected
