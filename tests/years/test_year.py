"""A newspaper's year, lived through fast: the index and what crawls ask for grow with the articles,
and nothing grows faster.

`make test` lives through four months of a small paper, `make year` through a year of one with 26
stories a day (WARRAQ_YEAR).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest
from years.year import BEGAN, DAY, MONTH, Month, Year

from archive.layout import CollectionFolder

FULL = bool(os.environ.get("WARRAQ_YEAR"))
DAYS, A_DAY, A_MONTH = (360, 26, MONTH) if FULL else (120, 2, 10)
QUARTER = 92 * DAY  # the floor of all visits, and a crawl more


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Year, list[Month]]:
    """The newspaper at the end, and what stood at the end of each twelfth."""
    layout = CollectionFolder.create(tmp_path_factory.mktemp("year") / "collection", "")
    year = Year(layout, A_DAY, crawls=2 if FULL else 1)
    months = []
    for month in year.live(DAYS, A_MONTH):
        print(month)
        months.append(month)
    return year, months


def test_an_article_takes_as_much_room_as_ever(lived: tuple[Year, list[Month]]) -> None:
    """The index has no more bytes for each article at the end than after the third month (but for a
    fifth: visits add up), and one made afresh would hardly be smaller: no rebuild is needed.
    """
    year, months = lived
    assert months[-1].per_article <= 1.2 * months[2].per_article
    afresh = year.layout.root / "afresh.db"
    with closing(sqlite3.connect(year.layout.index_db)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.execute("VACUUM INTO ?", (str(afresh),))
    print(f"afresh: {afresh.stat().st_size / months[-1].index_bytes:.2f} of the index")
    assert afresh.stat().st_size >= 0.85 * months[-1].index_bytes


def test_old_articles_are_asked_for_once_a_quarter(lived: tuple[Year, list[Month]]) -> None:
    """A larger archive costs a site no more than that: what crawls ask for each day of their own
    accord grows by the ninety-first part of the articles, and a tenth of that.
    """
    _, months = lived
    third, last = months[2], months[-1]
    assert last.articles > 3 * third.articles
    assert last.asked_a_day <= third.asked_a_day + 1.1 * last.floor


def test_nothing_is_missed_in_a_year(lived: tuple[Year, list[Month]]) -> None:
    """Each story that was there is an article; each takedown and each edit is found within a
    quarter, though nothing states it; and no version is made up.
    """
    year, _ = lived
    end = BEGAN + DAYS * DAY
    captured = [story for story in year.stories.values() if story.captured is not None]
    late = [story for story in captured if story.changed and story.changed < end - QUARTER]
    with closing(sqlite3.connect(year.layout.index_db)) as db:
        known = dict(db.execute("SELECT url, versions FROM articles"))
        gone = {
            url
            for (url,) in db.execute(
                "SELECT a.url FROM disappearances d JOIN articles a ON a.id = d.article_id"
            )
        }
    assert known.keys() == {story.url for story in captured}
    assert len(known) >= 0.99 * len(year.stories)
    assert late
    assert [story.url for story in late if story.removed and story.url not in gone] == []
    assert gone <= {story.url for story in captured if story.removed}
    shown = [story for story in captured if story.captured and not story.removed]
    assert all(known[story.url] <= story.edition for story in captured)
    behind = [story for story in shown if story.captured[1] < story.edition]
    assert [story.url for story in behind if story.modified < end - QUARTER] == []
