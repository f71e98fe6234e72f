"""What RSL licences grant to an archive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.usage_signals.rsl import find_rsl_reservation, read_rsl

URL = "https://news.example/news/1"


def reserved(contents: str, *obeyed: str, url: str = URL) -> str | None:
    body = f'<?xml version="1.0"?><rsl xmlns="https://rslstandard.org/rsl">{contents}</rsl>'
    return find_rsl_reservation(read_rsl(body.encode()), ("rsl", *obeyed), url)


def licence(*terms: str, url: str = "/") -> str:
    return (
        f'<content url="{url}">{"".join(f"<license>{each}</license>" for each in terms)}</content>'
    )


def permits(uses: str) -> str:
    return f'<permits type="usage">{uses}</permits>'


def prohibits(uses: str) -> str:
    return f'<prohibits type="usage">{uses}</prohibits>'


@pytest.mark.parametrize(
    "terms",
    [
        prohibits("all"),
        prohibits("ai-train search"),
        prohibits("ai-train,search"),
        prohibits("ALL"),
        "<prohibits>all</prohibits>",
        permits("ai-train"),
        permits("search") + prohibits("search"),
        permits("all") + prohibits("all"),
        permits("search") + '<payment type="crawl"><amount currency="USD">1</amount></payment>',
        '<payment type="subscription"/>',
    ],
)
def test_what_does_not_grant_search_is_reserved(terms: str) -> None:
    """Prohibited by name or with all, not among what is permitted, or only for payment."""
    assert reserved(licence(terms))


@pytest.mark.parametrize(
    "terms",
    [
        "",
        permits("search") + prohibits("ai-all"),
        permits("all") + prohibits("ai-train"),
        permits("search") + prohibits("all"),
        prohibits("ai-all"),
        prohibits("ai-train ai-input ai-index"),
        prohibits("<!-- all --> ai-train"),
        '<prohibits type="geo">US</prohibits><prohibits type="user">commercial</prohibits>',
        permits("search") + '<payment type="attribution"/>',
        permits("all") + '<payment type="training"><amount>9</amount></payment>',
    ],
)
def test_what_grants_search_is_not_reserved(terms: str) -> None:
    """Whatever it says of AI; what is said by name counts before what is said of all."""
    assert reserved(licence(terms)) is None


def test_uses_of_ai_count_where_they_are_obeyed_too() -> None:
    """Of an archive that AI is fed with."""
    terms = licence(permits("search ai-input") + prohibits("ai-train"))
    assert reserved(terms) is None
    assert reserved(terms, "ai-input") is None
    assert reserved(terms, "ai-train") == "prohibits usage=ai-train, in rsl"
    assert reserved(licence(permits("search")), "ai-input") == "permits usage=search alone, in rsl"
    assert reserved(licence(prohibits("ai-all")), "ai-input")
    assert reserved(licence(prohibits("all")), "noarchive")


def test_one_offer_that_grants_it_is_enough() -> None:
    """Several licences are to be chosen from."""
    paid = permits("ai-all") + '<payment type="purchase"/>'
    assert reserved(licence(paid, permits("search"))) is None
    assert reserved(licence(paid, prohibits("all")))


def test_a_licence_that_must_be_asked_for_is_none() -> None:
    """The content's licence server grants it, and we have asked for none."""
    assert "l.example" in (reserved('<content url="/" server="https://l.example/"/>') or "")


@pytest.mark.parametrize(
    ("url", "about"),
    [
        ("/", True),
        ("", True),
        ("/news/*", True),
        ("news/", True),
        ("/sport/", False),
        ("https://news.example/", True),
        ("https://news.example", True),
        ("http://News.Example/news/", True),
        ("//news.example/news/1$", True),
        ("https://*.example/", True),
        ("https://other.example/", False),
        ("https://news.example.evil/", False),
        ("https://news.example/sport/", False),
    ],
)
def test_a_content_is_about_paths_or_addresses(url: str, about: bool) -> None:
    """As robots.txt has them."""
    assert bool(reserved(licence(prohibits("all"), url=url))) is about


def test_the_most_specific_content_counts() -> None:
    """In whatever order they stand, as paths or as addresses."""
    whole, part = licence(prohibits("all")), licence(permits("search"), url="/news/")
    assert reserved(whole + part) is reserved(part + whole) is None
    assert reserved(whole + part, url="https://news.example/sport/1")
    part = licence(prohibits("all"), url="/news/")
    assert reserved(licence(permits("all"), url="https://news.example/") + part)


def test_documents_are_read_tolerantly() -> None:
    """With prefixes, without namespace, without a licence element, cut short; what is none says
    nothing.
    """
    prefixed = '<rsl:rsl xmlns:rsl="https://rslstandard.org/rsl"><rsl:content url="/"><rsl:license><rsl:prohibits type="usage">all</rsl:prohibits></rsl:license></rsl:content></rsl:rsl>'
    bare = '<rsl><content url="/"><prohibits type="usage">all</prohibits></content>'
    for body in (prefixed, prefixed.replace(' xmlns:rsl="https://rslstandard.org/rsl"', ""), bare):
        assert find_rsl_reservation(read_rsl(body.encode()), (), URL), body
    for body in (b"", b"<html><p>all rights reserved</html>", b"<rss/>", b"\x00\xff", b"{}"):
        assert read_rsl(body) == ()


def test_an_entity_is_not_resolved(tmp_path) -> None:
    """A licence document names no file of ours, and does not grow."""
    file = tmp_path / "all.txt"
    file.write_text("all")
    body = f'<!DOCTYPE rsl [<!ENTITY e SYSTEM "file://{file}">]><rsl><content url="/"><license><prohibits type="usage">&e;</prohibits></license></content></rsl>'
    assert find_rsl_reservation(read_rsl(body.encode()), (), URL) is None
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 50}">' for n in range(1, 12))
    bomb = (
        f'<!DOCTYPE rsl [<!ENTITY l0 "all">{lol}]><rsl><content url="&l11;">&l11;</content></rsl>'
    )
    assert len(repr(read_rsl(bomb.encode()))) < 10_000


@given(st.binary(max_size=200))
def test_nothing_raises(body: bytes) -> None:
    """Whatever a site sends as its licence."""
    contents = read_rsl(b"<rsl><content url='/'><license>" + body)
    assert find_rsl_reservation(contents, ("ai-train",), URL) is None or contents
