"""A URL pattern that brings nothing new is left after a budget of pages."""

from __future__ import annotations

import pytest

from crawler.frontier.trap_budgets import TrapBudgets, url_shapes


def test_a_calendar_has_one_pattern():
    """Addresses that differ in numbers and dates only look alike; articles of other sections do
    not.
    """
    days = {
        url_shapes(f"https://n.example/calendar/2026-{m:02}-{d:02}")[0]
        for m in (1, 12)
        for d in (1, 31)
    }
    assert len(days) == 1
    assert url_shapes("https://n.example/politics/12")[0] not in days


def test_a_fruitless_pattern_is_spent_and_others_are_not():
    """After its share of pages without an article a calendar is left; the rest of the site goes
    on.
    """
    budgets = TrapBudgets((3, 50, 100, 200))
    for day in range(3):
        assert budgets.spent(f"https://n.example/calendar/{day}") is None
        budgets.count_fruitless(f"https://n.example/calendar/{day}")
    assert budgets.spent("https://n.example/calendar/99") == "/calendar/0?"
    assert budgets.spent("https://n.example/politics/99") is None


def test_an_article_gives_its_pattern_new_credit():
    """A listing that still leads to articles not met before is followed on."""
    budgets = TrapBudgets((3, 50, 100, 200))
    for page in range(20):
        budgets.count_fruitless(f"https://n.example/politics?page={page}")
        if page % 2:
            budgets.reset_shapes(
                f"https://n.example/story/{page}", f"https://n.example/politics?page={page}"
            )
    assert budgets.spent("https://n.example/politics?page=21") is None


def test_a_trap_of_random_words_is_left_too():
    """Where every address has its own shape, the coarser shapes run out."""
    budgets = TrapBudgets((3, 5, 5, 100))
    for word in ("alif", "baa", "taa", "thaa", "jeem"):
        budgets.count_fruitless(f"https://n.example/trap/{word}")
    assert budgets.spent("https://n.example/trap/haa") is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "/(S(ab))/a.aspx"),
        ("/(A(x)S(kqjz)F(bv))/a.aspx", "/(F(1))/a.aspx"),
        ("/s/abcdef0123/news", "/s/0a1b2c3d4e/news"),
        ("/s/550e8400-e29b-41d4-a716-446655440000/x", "/s/6ba7b810-9dad-11d1-80b4-00c04fd430c8/x"),
        ("/s/k3jz81qpxw/x", "/s/p9q1mmz7t2/x"),
        ("/a;jsessionid=1F", "/a;jsessionid=kq"),
        ("/a?x=1&amp;b=2", "/a?x=1&amp;amp;amp;b=2"),
        ("/a?f1=2&f3=2", "/a?f8=1"),
    ],
)
def test_what_is_made_up_for_each_visit_is_one_pattern(one: str, other: str):
    """Session ids in paths, parameters that are escaped again at each step, numbered filters."""
    assert url_shapes("https://n.example" + one) == url_shapes("https://n.example" + other)


def test_words_are_no_session_ids():
    """Sections and slugs keep patterns of their own."""
    paths = (
        "/politics",
        "/feedback",
        "/decade2020s",
        "/covid19",
        "/top10",
        "/facade-restored-in-2026",
    )
    assert len({url_shapes(f"https://n.example{path}/1")[0] for path in paths}) == len(paths)


def test_pages_under_way_count_until_what_they_brought_is_known():
    """A shape that may be spent by what is under way is undecided; it is not thereby spent."""
    budgets = TrapBudgets((3, 50, 100, 200))
    days = [f"https://n.example/calendar/{day}" for day in range(3)]
    for day in days:
        assert not budgets.is_undecided(day)
        budgets.begin(day)
    assert budgets.is_undecided("https://n.example/calendar/9")
    assert budgets.spent("https://n.example/calendar/9") is None
    for day in days[:2]:
        budgets.end(day)
    budgets.count_fruitless(days[0])
    assert not budgets.is_undecided("https://n.example/calendar/9")
    budgets.count_fruitless(days[1])
    assert budgets.is_undecided("https://n.example/calendar/9")
