"""A URL pattern that brings nothing new is left after a budget of pages."""

from __future__ import annotations

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
