"""Which parameters of a site's links say nothing, by what was read at addresses with them."""

from __future__ import annotations

from crawler.discovery.alias_parameters import ENOUGH, AliasParameters

HOST = "https://news.example"


def pairs(count: int = ENOUGH, query: str = "ref=related") -> list[tuple[str, str]]:
    """So many articles that were read under a parameter, and name themselves without it."""
    return [(f"{HOST}/news/{n}?{query}", f"{HOST}/news/{n}") for n in range(count)]


def test_what_said_nothing_of_three_articles_is_left_out() -> None:
    """At further articles; other parameters stay as they were written."""
    learned = AliasParameters(pairs())
    assert learned.fold(f"{HOST}/news/77?ref=top") == f"{HOST}/news/77"
    assert learned.fold(f"{HOST}/news/77") == f"{HOST}/news/77"
    other = f"{HOST}/news/77?a=%D8%A3&ref=top"
    assert learned.fold(other) == other
    seen = pairs() + [(f"{HOST}/news/{n}?id=1&ref=x", f"{HOST}/news/{n}?id=1") for n in range(9)]
    assert AliasParameters(seen).fold(f"{HOST}/news/9?id=1&ref=x") == f"{HOST}/news/9?id=1"


def test_two_articles_are_not_enough() -> None:
    """However often each was read."""
    learned = AliasParameters(pairs(ENOUGH - 1) * 5)
    assert learned.fold(f"{HOST}/news/77?ref=top") == f"{HOST}/news/77?ref=top"


def test_what_names_an_article_is_kept() -> None:
    """One that has the parameter in its own address is enough."""
    named = f"{HOST}/news/5?ref=9"
    assert AliasParameters([*pairs(), (named, named)]).fold(named) == named


def test_a_parameter_counts_where_it_was_seen_alone() -> None:
    """A listing may be chosen by what says nothing of an article; so may a further page."""
    learned = AliasParameters([*pairs(query="section=sport"), *pairs(query="page=2")])
    for path in ("/?section=sport", "/archive/all?section=sport", "/news/8?page=2"):
        assert learned.fold(HOST + path) == HOST + path
    assert learned.fold(f"{HOST}/news/8?section=sport") == f"{HOST}/news/8"
