"""What a site's articles teach of their furniture, as the index tells it: what is left out, what
stays, in any order.
"""

from __future__ import annotations

import random
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.model import Change, Place
from archive.model.articles import LINK_MARK
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.text.shared_lines import make_place

HOST = "https://news.example"
TEXT, BOX = "main/div.text/p", "div.text/div.strip/p"
APPEAL = (
    "Readers pay for every line here, and a monthly letter tells them what the newsroom has "
    "planned."
)
RIGHTS = "Lantern Gazette. Reproduction in any form needs a letter from the publishing house."
SYLLABLES = "ba de fi go hu ka le mi no pu ra se ti vo".split()  # noqa: SIM905
TICKERS = ["Bridge closed until Friday", "Grain prices fall again", "Night trains return"]

Line = tuple[str, Place]


def at(path: str, text: str, form: str | None = None) -> Line:
    """A paragraph with its place."""
    return text, make_place(text, path, form)


def story(number: int) -> tuple[str, list[Line]]:
    """A headline and paragraphs on a subject of their own."""
    rng = random.Random(number)  # noqa: S311
    nouns = ["".join(rng.choices(SYLLABLES, k=4)) for _ in range(6)]
    lines = [
        f"The {rng.choice(nouns)} of {rng.choice(nouns)} came near {rng.choice(nouns)} after "
        f"{rng.choice(nouns)}"
        f" had left, and {rng.choice(nouns)} stayed with {rng.choice(nouns)} in spite of all "
        f"that {place}."
        for place in ("was said", "was written", "is known", "will follow")
    ]
    return f"{nouns[0]} and {nouns[1]} {number}", [at(TEXT, line) for line in lines]


def entry(
    kit: Any, number: int, lines: list[Line], hour: float = 0, title: str | None = None
) -> Any:
    """A capture of article `number` that was read as these lines."""
    return kit.entry(
        f"{HOST}/a/{number}",
        hour,
        title=title or story(number)[0],
        paragraphs=[text for text, _ in lines],
        places=[place for _, place in lines],
    )


def bodies(kit: Any) -> dict[str, list[str]]:
    """The paragraphs of each article of the newest index."""
    return {url: body.split("\n") for url, body in kit.rows("SELECT url, body FROM articles")}


def texts(lines: list[Line]) -> list[str]:
    return [text for text, _ in lines]


def test_a_line_of_the_house_is_known_after_five_articles(kit: Any) -> None:
    """Four articles leave a repeated line where it is; the fifth takes it out of all five, and no
    version comes of it.
    """
    with kit.index() as index:
        entries = [
            entry(kit, number, [*story(number)[1], at(TEXT, APPEAL)], number) for number in range(5)
        ]
        index.apply_captures(entries[:4])
        assert all(APPEAL in body for body in bodies(kit).values())
        assert index.apply_captures(entries[4:]) == [Change.NEW]
        assert bodies(kit) == {f"{HOST}/a/{number}": texts(story(number)[1]) for number in range(5)}
        assert kit.rows("SELECT count(*), max(number) FROM versions") == [(5, 1)]
        assert kit.rows(
            "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'newsroom'"
        ) == [(0,)]
        [(words,)] = kit.rows("SELECT words FROM articles WHERE url = ?", f"{HOST}/a/0")
        assert words == sum(len(text.split()) for text in texts(story(0)[1]))


def test_another_ticker_is_no_edit(kit: Any) -> None:
    """Captures that differ only in lines that were learned are one version, also where the lesson
    came later.
    """
    with kit.index() as index:
        first = [entry(kit, n, [*story(n)[1], at(BOX, TICKERS[n % 2])], n) for n in range(3)]
        again = [entry(kit, n, [*story(n)[1], at(BOX, TICKERS[2])], 10 + n) for n in range(3)]
        index.apply_captures(first)
        assert index.apply_captures(again) == [Change.CHANGED] * 3
        later = [
            entry(kit, n, [*story(n)[1], at(BOX, TICKERS[n % 3])], 20 + n) for n in range(3, 9)
        ]
        index.apply_captures(later)
        assert set(kit.rows("SELECT versions FROM articles")) == {(1,)}
        assert index.apply_captures([entry(kit, 1, [*story(1)[1], at(BOX, TICKERS[0])], 40)]) == [
            Change.UNCHANGED
        ]
        assert index.apply_captures(
            [entry(kit, 1, [*story(1)[1][:3], at(BOX, TICKERS[0])], 41)]
        ) == [Change.CHANGED]


def test_headlines_of_other_articles_go_and_round_ups_keep_them(kit: Any) -> None:
    """Linked headlines between paragraphs are left out; an article that consists of them keeps
    them.
    """
    with kit.index() as index:
        for number in range(6):
            lines = story(number)[1]
            lines.insert(2, at(TEXT, story(number + 50)[0], LINK_MARK))
            lines.insert(
                3, at(TEXT, f"Also seen: {story(number + 60)[0]}", f"Also seen: {LINK_MARK}")
            )
            index.apply_captures([entry(kit, number, lines, number)])
        links = [
            at(TEXT, f"{story(number)[0]} and what came of it in the end", LINK_MARK)
            for number in range(70, 90)
        ]
        index.apply_captures([entry(kit, 99, [story(99)[1][0], *links], 99)])
        found = bodies(kit)
    assert found.pop(f"{HOST}/a/99") == texts([story(99)[1][0], *links])
    assert found == {f"{HOST}/a/{number}": texts(story(number)[1]) for number in range(6)}


def test_what_an_article_is_about_stays_however_often_it_is_said(kit: Any) -> None:
    """Background told again word for word in each article on one subject, a quotation, and
    sub-heads are real text.
    """
    background = (
        "The harbour strike began in winter after the dockers rejected wages offered by the "
        "company."
    )
    quotation = "“We shall stay at the gates for as long as we must,” said their speaker."
    with kit.index() as index:
        for number in range(12):
            lines = story(number)[1]
            name = story(number)[0]
            lines.insert(
                1,
                at(
                    TEXT,
                    (
                        f"{name} joined the harbour strike, and dockers met the company over "
                        f"wages again."
                    ),
                ),
            )
            lines.insert(
                2, at(TEXT, f"Offered little, they rejected what {name} had brought, as in winter.")
            )
            lines.insert(3, at(TEXT, background))
            lines.insert(4, at(TEXT, quotation))
            lines.insert(5, at("main/div.text/h2", "What came before"))
            index.apply_captures([entry(kit, number, lines, number)])
        assert all(
            {background, quotation, "What came before"} <= set(body)
            for body in bodies(kit).values()
        )
        assert (
            kit.rows("SELECT kind, form FROM _learned_lines WHERE form NOT LIKE 'what came%'") == []
        )


def test_one_article_at_many_addresses_teaches_nothing(kit: Any) -> None:
    """Copies of one article, under one title or with small edits, do not make its paragraphs
    furniture.
    """
    title, lines = story(1)
    with kit.index() as index:
        for number in range(12):
            edited = [*lines[:3], at(TEXT, f"Update {number}.")]
            index.apply_captures(
                [
                    entry(
                        kit,
                        number,
                        edited,
                        number,
                        title=f"{title} (update {number})" if number % 2 else title,
                    )
                ]
            )
        assert kit.rows("SELECT * FROM _learned_lines") == []


def test_tables_and_lists_keep_entries_that_come_back(kit: Any) -> None:
    """Flour stands in every recipe and is no furniture; a box that lists the same in every article
    is.
    """
    rng = random.Random(5)  # noqa: S311
    stuff = [
        f"{amount} g of {thing}"
        for thing in ("flour", "sugar", "butter", "salt", "oats")
        for amount in (5, 50, 500)
    ]
    box = ["Politics by morning", "Letters at noon", "Evening digest"]
    with kit.index() as index:
        for number in range(10):
            recipe = [at("div.text/ul/li", each) for each in rng.sample(stuff, 6)]
            offers = [at("div.offer/ul/li", each) for each in box]
            index.apply_captures(
                [
                    entry(
                        kit,
                        number,
                        [*story(number)[1][:2], *recipe, *offers, *story(number)[1][2:]],
                        number,
                    )
                ]
            )
        for body in bodies(kit).values():
            assert sum(text in stuff for text in body) == 6
            assert not set(box) & set(body)


def test_a_step_that_stands_wherever_it_is_needed_is_real(kit: Any) -> None:
    """Sentences that many recipes have, here first and there last, stay; the house's line at its
    fixed place goes.
    """
    steps = [
        f"{verb} the dish before anything else is done with it."
        for verb in ("Butter", "Preheat", "Season", "Cool")
    ]
    rng = random.Random(3)  # noqa: S311
    with kit.index() as index:
        for number in range(24):
            own = story(number)[1]
            lines = [
                line
                for pair in zip(own, (at(TEXT, each) for each in rng.sample(steps, 4)), strict=True)
                for line in pair
            ]
            index.apply_captures([entry(kit, number, [*lines, at(TEXT, APPEAL)], number)])
        assert all(set(steps) <= set(body) and APPEAL not in body for body in bodies(kit).values())


def test_counters_go_and_numbers_that_are_told_stay(kit: Any) -> None:
    """A count or code that is no sentence goes though its number differs; whole sentences and runs
    of figures stay.
    """
    with kit.index() as index:
        for number in range(8):
            told = [
                f"The night brings {number + 3} degrees and some rain.",
                f"Dawn breaks {number}:{number + 10}",
                f"Noon comes 12:{number + 10}",
            ]
            lines = story(number)[1]
            lines.insert(2, at(TEXT, f"Seen by {1000 + 7 * number} people so far"))
            index.apply_captures(
                [entry(kit, number, [*lines, *(at(TEXT, each) for each in told)], number)]
            )
        for number in range(8):
            body = bodies(kit)[f"{HOST}/a/{number}"]
            assert body[:4] == texts(story(number)[1])
            assert len(body) == 7


def test_an_article_is_never_emptied(kit: Any) -> None:
    """A stub that holds nothing but the house's line keeps it."""
    with kit.index() as index:
        index.apply_captures(
            [
                entry(kit, number, [*story(number)[1], at(TEXT, APPEAL)], number)
                for number in range(6)
            ]
        )
        index.apply_captures([entry(kit, 77, [at(TEXT, APPEAL)], 77)])
        assert bodies(kit)[f"{HOST}/a/77"] == [APPEAL]


def test_lessons_are_of_one_site_and_can_be_asked_for(kit: Any) -> None:
    """What one site's pages teach holds for that site alone; a reader is told which lesson drops
    which line.
    """
    lines = [*story(9)[1], at(TEXT, APPEAL), at(BOX, TICKERS[1])]
    with kit.index() as index:
        for number in range(6):
            index.apply_captures(
                [
                    entry(
                        kit,
                        number,
                        [*story(number)[1], at(TEXT, APPEAL), at(BOX, TICKERS[number % 2])],
                        number,
                    )
                ]
            )
        capture, reading = entry(kit, 9, lines, 9)
        index.apply_captures(
            [(capture, replace(reading, article=replace(reading.article, site="elsewhere")))]
        )
        assert bodies(kit)[f"{HOST}/a/9"] == texts(lines)
    with IndexReader(kit.path()) as reader:
        assert {(row["kind"], row["path"]) for row in reader.learned_boilerplate("news")} >= {
            ("line", TEXT),
            ("place", BOX),
        }
        assert reader.learned_boilerplate("elsewhere") == []
        taught = reader.without_boilerplate("news", reading.article)
        assert taught.paragraphs == texts(story(9)[1])
        assert len(taught.places) == len(taught.paragraphs)
        told = [(one.source, one.value) for one in taught.evidence if one.field == "dropped"]
        assert told == [("learned-line", APPEAL), ("learned-place", TICKERS[1])]
        assert reader.without_boilerplate("elsewhere", reading.article) == reading.article


def furnished(number: int, appeal: int, ticker: int, linked: int) -> list[Line]:
    """Article `number` with the furniture that these say."""
    lines = story(number)[1]
    if appeal:
        lines.append(at(TEXT, APPEAL))
    if appeal > 1:
        lines.append(at(TEXT, RIGHTS))
    if ticker:
        lines.insert(1, at(BOX, TICKERS[ticker - 1]))
    if linked:
        lines.insert(2, at(TEXT, f"Headline {linked}", LINK_MARK))
    return lines


events = st.tuples(
    st.sampled_from(["article"] * 8 + ["revisit", "listing", "twin"]),
    st.integers(0, 8),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 2),
)


def build(kit: Any, made: list[tuple[str, int, int, int, int]]) -> list[Any]:
    entries: list[Any] = []
    for hour, (kind, number, *furniture) in enumerate(made):
        lines = furnished(number, *furniture)
        if kind == "revisit" and entries:
            entries.append(kit.revisit(entries[number % len(entries)][0], hour))
        elif kind == "listing":
            _, reading = entry(kit, number, lines, hour)
            carried = (reading.article,)
            entries.append(
                (kit.capture(f"{HOST}/", hour), replace(reading, article=None, embedded=carried))
            )
        elif kind == "twin":
            one = entry(kit, number, lines, hour)
            twin = replace(one[1].article, url=f"{HOST}/b/{number}", canonical=f"{HOST}/b/{number}")
            entries.append((kit.capture(f"{HOST}/b/{number}", hour), replace(one[1], article=twin)))
        else:
            entries.append(entry(kit, number, lines, hour))
    return entries


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(events, min_size=5, max_size=24), st.booleans(), st.randoms(use_true_random=False))
def test_any_order_teaches_the_same(
    kit: Any, made: list[tuple[str, int, int, int, int]], withdraw: bool, rng: random.Random
) -> None:
    """Whatever the order and the batches in which captures (and a withdrawal) come, every table
    ends the same.
    """
    with tempfile.TemporaryDirectory() as folder:
        kit.folder = Path(folder)
        steps: list[Any] = build(kit, made)
        if withdraw:
            keys = ("news.example/a/1",)
            steps.append(
                Withdrawal(
                    article_id="x",
                    site="news",
                    url=f"{HOST}/a/1",
                    at=kit.START,
                    reason="r",
                    keys=keys,
                )
            )
        expected = apply_in(kit, steps, random.Random(0), largest=1)  # noqa: S311
        for _ in range(3):
            found = apply_in(kit, rng.sample(steps, len(steps)), rng, largest=len(steps))
            for table, rows in expected.items():
                assert found[table] == rows, table


def apply_in(kit: Any, steps: list[Any], rng: random.Random, *, largest: int) -> dict[str, Any]:
    with kit.index() as index:
        rest = list(steps)
        while rest:
            size = rng.randint(1, largest)
            batch, rest = rest[:size], rest[size:]
            for step in batch:
                if isinstance(step, Withdrawal):
                    index.withdraw(step)
            index.apply_captures([step for step in batch if not isinstance(step, Withdrawal)])
    dump: dict[str, Any] = kit.dump()
    return dump
