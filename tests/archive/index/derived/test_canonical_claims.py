"""A canonical URL names an article only where texts bear it out, in whatever order they came."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from archive.index.derived.canonical_claims import Story
from archive.model import Capture, Change, Reading

HOST = "https://news.example"
FIRST, SECOND, THIRD = (
    f"{HOST}/news/{slug}" for slug in ("old-mill-burns", "new-bridge-opens", "boat-race-won")
)
STORIES = {
    FIRST: (
        "Old mill burns",
        "A fire took the old mill by the river last night and nobody was hurt",
    ),
    SECOND: (
        "New bridge opens",
        "Walkers crossed the new bridge for the first time on Monday noon",
    ),
    THIRD: ("Boat race won", "The eight of the lower town won the race by two lengths this year"),
}

Entry = tuple[Capture, Reading]


def story(kit: Any, url: str, of: str, canonical: str | None, hour: float = 0) -> Entry:
    """A capture of `url` with the story of another address, naming `canonical`."""
    title, text = STORIES[of]
    entry: Entry = kit.entry(url, hour, title=title, paragraphs=[text], canonical=canonical)
    return entry


def articles(kit: Any) -> dict[str, tuple[str, int]]:
    """The title and the number of versions of each article, by its address."""
    rows = kit.rows("SELECT url, title, versions FROM articles")
    return {url: (title, versions) for url, title, versions in rows}


def apply(kit: Any, entries: list[Entry]) -> list[Change]:
    """Each capture in a transaction of its own, into a new index; what each meant."""
    with kit.index() as index:
        return [change for entry in entries for change in index.apply_captures([entry])]


def test_stories_that_name_another_story_as_canonical_stay_apart(kit: Any) -> None:
    """A template that names one story on every page merges none, whichever came first."""
    entries = [story(kit, url, url, FIRST, hour) for hour, url in enumerate(STORIES)]
    dumps = []
    for order in permutations(entries):
        assert apply(kit, list(order)) == [Change.NEW] * 3
        assert articles(kit) == {url: (title, 1) for url, (title, _) in STORIES.items()}
        dumps.append(kit.dump())
    assert all(dump == dumps[0] for dump in dumps)


def test_stories_that_name_a_page_never_captured_stay_apart(kit: Any) -> None:
    """The canonical URL names what claimed it first; another story keeps its own address."""
    named = f"{HOST}/news/a-template-of-ours"
    entries = [story(kit, url, url, named, hour) for hour, url in enumerate((SECOND, THIRD))]
    for order in permutations(entries):
        apply(kit, list(order))
        assert articles(kit) == {named: ("New bridge opens", 1), THIRD: ("Boat race won", 1)}


def test_a_rendition_is_the_article_that_it_names(kit: Any) -> None:
    """The same story at another address is no article of its own, now and after an edit there."""
    rendition = f"{HOST}/share/old-mill-burns"
    edited = kit.entry(
        rendition,
        2,
        title="Old mill burns down",
        paragraphs=["The police have found who laid the fire"],
        canonical=FIRST,
    )
    entries = [story(kit, FIRST, FIRST, None), story(kit, rendition, FIRST, FIRST, 1), edited]
    for order in permutations(entries):
        apply(kit, list(order))
        assert articles(kit) == {FIRST: ("Old mill burns down", 2)}
        assert kit.rows("SELECT url, kind FROM addresses ORDER BY url") == [
            (FIRST, "canonical"),
            (rendition, "alias"),
        ]


def test_changes_are_told_of_the_story_itself(kit: Any) -> None:
    """A story that only names another as canonical is new, then unchanged, then changed."""
    edited = kit.entry(SECOND, 3, title="New bridge closed again", canonical=FIRST)
    assert apply(
        kit,
        [
            story(kit, FIRST, FIRST, FIRST),
            story(kit, SECOND, SECOND, FIRST, 1),
            story(kit, SECOND, SECOND, FIRST, 2),
            edited,
        ],
    ) == [Change.NEW, Change.NEW, Change.UNCHANGED, Change.CHANGED]


def test_what_is_captured_there_at_last_decides(kit: Any) -> None:
    """Once the canonical URL itself was captured, those that named it are judged by its text."""
    named = f"{HOST}/news/the-story-itself"
    claims = [story(kit, url, url, named, hour) for hour, url in enumerate((SECOND, THIRD))]
    apply(kit, [*claims, story(kit, named, THIRD, None, 5)])
    assert articles(kit) == {SECOND: ("New bridge opens", 1), named: ("Boat race won", 1)}


def test_a_withdrawn_story_takes_no_other_with_it(kit: Any) -> None:
    """What only names the withdrawn story as canonical stays; a rendition of it goes, also one that
    comes later.
    """
    from tests.archive.index.test_withdrawals import withdrawal

    signatures = {url: bytes([number] * 256) for number, url in enumerate(STORIES)}

    def signed(url: str, of: str, hour: float) -> Entry:
        title, text = STORIES[of]
        entry: Entry = kit.entry(
            url,
            hour,
            title=title,
            paragraphs=[text + " " * int(hour) + "." * int(hour)],
            canonical=FIRST,
            signature=signatures[of],
        )
        return entry

    early = [signed(FIRST, FIRST, 0), signed(SECOND, SECOND, 1), signed(f"{HOST}/r/1", FIRST, 2)]
    late = [signed(f"{HOST}/r/2", FIRST, 3), signed(THIRD, THIRD, 4)]
    apply(kit, early)
    [(article,)] = kit.rows("SELECT id FROM articles WHERE url = ?", FIRST)
    gone = withdrawal(kit, article, signatures=(signatures[FIRST].hex(),))
    dumps = []
    for before, after in ((early, late), ([], [*early, *late]), ([*early, *late], [])):
        with kit.index() as index:
            index.apply_captures(before)
            index.withdraw(gone)
            index.apply_captures(after)
        assert set(articles(kit)) == {SECOND, THIRD}
        dumps.append(kit.dump())
    assert dumps[0] == dumps[1] == dumps[2]


LONG = " ".join(f"word{number}" for number in range(100))


@pytest.mark.parametrize(
    ("title", "body", "same"),
    [
        ("A title", LONG, True),
        ("Another title", LONG, True),
        ("Another title", LONG.replace("word50", "other").replace("word20", "more"), True),
        ("A title", " ".join(LONG.split()[:30]), True),
        ("A title", " ".join(LONG.split()[:50] + [f"new{number}" for number in range(50)]), True),
        ("Another", " ".join(LONG.split()[:50] + [f"new{number}" for number in range(50)]), False),
        ("A title", " ".join(f"new{number}" for number in range(100)), False),
        ("A title", "", True),
        ("Another title", "", False),
    ],
)
def test_what_counts_as_one_story(title: str, body: str, *, same: bool) -> None:
    """Most of the words of the shorter text, in their order; less under one headline."""
    assert Story("A title", LONG).is_told_by(Story(title, body)) is same
