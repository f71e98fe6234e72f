"""The URLs of an article: read as it, redirecting to it, or its canonical one."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from archive.index.derived.article_urls import MOST_HOPS, urls_leading_to, urls_redirected_to
from archive.model import FetchFacts, PayloadKind, Reading

URL = "https://news.example/a/1001"


def test_tracking_amp_and_mobile_addresses_are_one_article(kit: Any) -> None:
    """Addresses that differ in tracking, AMP form, host or scheme name one article, each with its
    kind.
    """
    urls = {
        URL: "canonical",
        URL + "?utm_source=x": "tracking",
        URL + "/amp": "amp",
        "https://m.news.example/a/1001": "alias",
        "http://news.example/a/1001/": "alias",
    }
    with kit.index() as index:
        index.apply_captures([kit.entry(url, hour) for hour, url in enumerate(urls)])
    assert dict(kit.rows("SELECT url, kind FROM addresses")) == urls
    assert kit.rows("SELECT url, first_seen, last_seen FROM articles") == [
        (URL, "2024-03-01T12:00:00Z", "2024-03-01T16:00:00Z")
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_pages_under_both_kinds_of_address_are_compared_by_their_text(kit: Any, order: int) -> None:
    """Alike where the text was the same at any time, whatever the order the captures came in;
    pages seen one way only, and those of other sites, say nothing.
    """
    alike, differs, alone = (f"https://news.example/a/{number}" for number in (1001, 1002, 1003))
    tracked = "?utm_source=x"
    entries = [
        kit.entry(alike, 0, title="أول"),
        kit.entry(alike + tracked, 1, title="أول"),
        kit.entry(alike, 2, title="أول", paragraphs=["نص آخر تماما بعد التحرير في المساء."]),
        kit.entry(differs, 0, title="ثان", paragraphs=["هذا نص الصفحة بلا معاملات على الإطلاق."]),
        kit.entry(differs + tracked, 1, title="ثان", paragraphs=["وهذا نص غيره مع المعاملات."]),
        kit.entry(alone + tracked, 1, title="ثالث"),
    ]
    with kit.index() as index:
        for entry in entries[::order]:
            index.apply_captures([entry])
        assert index.tracked_twins("news") == (1, 1)
        assert index.tracked_twins("other") == (0, 0)


def test_an_edit_between_two_crawls_is_no_difference_of_addresses(kit: Any) -> None:
    """Read with parameters in one crawl, and edited before it was read without them in another."""
    url = "https://news.example/a/1001"
    capture, reading = kit.entry(url, 5, title="أول", paragraphs=["نص حرر بعد النشر بساعات."])
    later = replace(capture, facts=FetchFacts(crawl_id="crawl-2", site="news")), reading
    with kit.index() as index:
        index.apply_captures([kit.entry(url + "?utm_source=x", 1, title="أول"), later])
        assert index.tracked_twins("news") == (0, 0)


def test_a_canonical_link_names_the_article(kit: Any) -> None:
    """A credible rel=canonical gives the article its URL, which is then an address even if never
    fetched.
    """
    with kit.index() as index:
        index.apply_captures([kit.entry("https://news.example/x?article=1001", canonical=URL)])
    assert kit.rows("SELECT url FROM articles") == [(URL,)]
    assert kit.rows("SELECT url, kind FROM addresses ORDER BY kind") == [
        ("https://news.example/x?article=1001", "alias"),
        (URL, "canonical"),
    ]


def test_redirects_are_aliases(kit: Any) -> None:
    """An address that redirects to an article, over several hops, is an alias of it; the hop's
    capture comes in any order.
    """
    short = kit.capture("https://news.example/s/1", 0, status=301, location="/t/1")
    hop = kit.capture("https://news.example/t/1", 0, status=302, location=URL)
    redirect = Reading(kind=PayloadKind.REDIRECT)
    with kit.index() as index:
        index.apply_captures([(short, redirect)])
        index.apply_captures([kit.entry()])
        index.apply_captures([(hop, redirect)])
    assert kit.rows("SELECT url, kind FROM addresses WHERE kind = 'alias' ORDER BY url") == [
        ("https://news.example/s/1", "alias"),
        ("https://news.example/t/1", "alias"),
    ]


def redirect(kit: Any, url: str, location: str) -> Any:
    return kit.capture(url, 0, status=301, location=location)


def test_redirects_are_followed_both_ways_as_far(kit: Any, db: sqlite3.Connection) -> None:
    """What a URL leads to over so many hops is led to by it, and no more hops are followed."""
    urls = [f"https://news.example/{hop}" for hop in range(MOST_HOPS + 3)]
    kit.insert(db, *(redirect(kit, url, following) for url, following in pairwise(urls)))
    assert urls_redirected_to(db, urls[0]) == set(urls[: MOST_HOPS + 1])
    for place in (0, MOST_HOPS):
        assert urls[0] in urls_leading_to(db, {urls[place]})
    assert urls[0] not in urls_leading_to(db, {urls[MOST_HOPS + 2]})


def test_redirects_in_a_circle_end(kit: Any, db: sqlite3.Connection) -> None:
    """URLs that redirect to each other lead to each other, and that is all."""
    one, two = "https://news.example/1", "https://news.example/2"
    kit.insert(db, redirect(kit, one, two), redirect(kit, two, one))
    assert urls_redirected_to(db, one) == urls_leading_to(db, {two}) == {one, two}
