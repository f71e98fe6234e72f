"""Sites that make up addresses without end: left after a bounded number of pages, and told."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random
from string import ascii_lowercase, digits

import pytest
from crawled_newsroom import Newsroom
from loopback_site.server import Behaviour, Talk, say
from loopback_site.small_paper import article, listing

CHANCE = Random(5)  # noqa: S311 - a made-up site


def token(letters: str, length: int) -> str:
    return "".join(CHANCE.choices(letters, k=length))


def links_of(talk: Talk, number: int) -> list[str]:
    """Two links of each kind of trap, by the place the page stands at."""
    target = talk.exchange.target
    session = token(digits + ascii_lowercase, 24)
    return {
        "params": [f"/params/a;v={token(digits, 9)}/b;w={session}" for _ in "ab"],
        "asp": [f"/asp/(S({token(ascii_lowercase, 24)}))/page.aspx" for _ in "ab"],
        "hex": [f"/hex/{token('0123456789abcdef', 10)}/page" for _ in "ab"],
        "amp": [target + ("&" if "?" in target else "?") + "amp;" * number + "b=2"],
        "query": [target + ("&" if "?" in target else "?") + f"{token(ascii_lowercase, 6)}=1"],
        "numbered": [f"/numbered?{CHANCE.randrange(99)}=1&f{number + k}=2" for k in (1, 2)],
        "same": [talk.path.rstrip("/") + "/same"],
    }[talk.path.split("/")[1]]


def endless(names: set[str]) -> Callable[[Talk], Behaviour | None]:
    numbers = count(1)

    def home(talk: Talk) -> Behaviour | None:
        if talk.path.split("/")[1] not in names:
            return None
        return say(listing("صفحة", links_of(talk, next(numbers))))

    return home


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("params", 52),
        ("asp", 52),
        ("hex", 60),
        ("amp", 52),
        ("query", 152),
        ("numbered", 152),
        ("same", 5),
    ],
)
def test_an_endless_space_is_left_at_its_budget(newsroom: Newsroom, kind: str, most: int):
    """However fast pages come and however late they are read, no more are asked for than the budget
    of their shape; the site's articles are, and the loss is told.
    """
    newsroom.site.homes = (endless({kind}),)
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", [f"/{kind}", "/news/1"])),
        "/news/1": say(article("1")),
    }
    assert newsroom.crawl().outcome == "finished"
    asked = sum(number for path, number in newsroom.asked().items() if path.startswith(f"/{kind}"))
    assert asked <= most
    assert newsroom.articles() == 1
    reasons = newsroom.failures().values()
    assert any("left here" in why or "not followed" in why for why in reasons)
