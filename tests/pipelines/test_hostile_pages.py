"""Pages made to cost a reader its time: each takes about twice as long to read when it is twice as
long.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.config import SiteConfig
from archive.model import Article
from pipelines.payload_facts import PayloadFacts
from pipelines.read_payload import read_payload

SENTENCE = (
    "أعلنت وزارة الأشغال أمس أن الجسر الجديد على النهر سيفتح أمام حركة المرور الأسبوع المقبل. "
)
PARAGRAPH = f"<p>{SENTENCE * 3}</p>"
FACTS = PayloadFacts(
    url="https://n.example/news/1",
    captured=datetime(2026, 11, 20, tzinfo=UTC),
    status=200,
    mime="text/html",
    content_type="text/html; charset=utf-8",
)
SITE = SiteConfig(name="s", start=("https://n.example/",), requisites=True)
HALF, MOST, FLOOR = 40_000, 3.0, 0.3  # characters, times, seconds of the processor


def filled(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda length: before + unit * (length // len(unit)) + after


def script(text: str, kind: str = "text/javascript") -> str:
    return f"<script type='{kind}'>{text}</script>"


KINDS: dict[str, Callable[[int], str]] = {
    "elements within each other": filled("<div><span>", after=PARAGRAPH),
    "elements that are not closed": filled("<b>x "),
    "lists within lists": filled("<ul><li>x"),
    "many links": filled("<a href='/n/1'>link</a> "),
    "one long line": filled(SENTENCE, "<p>", "</p>"),
    "one long word": filled("a", "<p>", "</p>"),
    "blanks between two words": filled(" ", "<pre>x", "y</pre>"),
    "line breaks": filled("x<br>"),
    "quotes that are not closed": filled("<a title=\"x' "),
    "comments that are not closed": filled("<!-- x "),
    "data that are deep": lambda length: script(
        '{"a":[' * (length // 8) + "]}" * (length // 8), "application/ld+json"
    ),
    "data that are many": lambda length: script(
        json.dumps([{"@type": "NewsArticle", "articleBody": "y"}] * (length // 48)),
        "application/ld+json",
    ),
    "a comment in data": lambda length: script("[" + "/*x" * (length // 3), "application/ld+json"),
    "assignments": lambda length: script('window.a=[1,"' * (length // 13)),
    "strings that are not closed": lambda length: script(
        "var a=(function(){return '" + '\\"' * (length // 2)
    ),
    "an id of digits": filled("٣", "<div id='", f"'>{PARAGRAPH}</div>"),
    "an id of digits and letters": filled("1111111g", "<div id='", f"'>{PARAGRAPH}</div>"),
    "an alternative text": filled("ا", "<img src='/x.jpg' alt='", "'>"),
    "a date and a date": filled("12 May 2026 ", "<p>", "</p>"),
    "names of writers": filled("A B, ", "<div class=byline>By ", "</div>"),
    "a caption": filled("Photo: x (", "<figure><img src='/a.jpg'><figcaption>", "</figcaption></figure>"),
    "a trail of sections": filled("<a href='/s'>x</a> › ", "<nav class=breadcrumb>", "</nav>"),
    "a title of bars": filled("| - ", "<h1>", "</h1>"),
    "hashtags": filled("#x", "<p>", " y</p>"),
    "full stops": filled(". ", "<p>", "</p>"),
    "addresses of a style sheet": filled("a{b:url(x", "<style>", "</style>"),
}  # fmt: skip


def cost(body: str) -> float:
    """The seconds of the processor that reading a page with this in it takes."""
    page = (
        "<!doctype html><html lang=ar><head><meta charset=utf-8><title>خبر طويل عن الجسر</title>"
        f"</head><body><article><h1>خبر طويل عن الجسر</h1>{PARAGRAPH * 4}{body}{PARAGRAPH * 4}"
        "</article></body></html>"
    )
    began = time.process_time()
    read_payload(page.encode(), FACTS, SITE)
    return time.process_time() - began


def is_cheap(make: Callable[[int], str]) -> bool:
    """Whether twice the page costs about twice the time, or next to none."""
    whole = cost(make(2 * HALF))
    return whole < FLOOR or whole < MOST * cost(make(HALF))


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_twice_the_page_costs_twice_the_time(make: Callable[[int], str]) -> None:
    """Whatever a page is filled with, reading it costs at most thrice as much for twice as much of
    it, where it costs anything at all. Other work of the machine may disturb a measure, not each of
    three.
    """
    assert any(is_cheap(make) for _ in range(3))


def test_a_character_reference_of_thousands_of_digits_costs_no_page() -> None:
    """In a title, a date, the data of a page, escaped or not, it is the mark of no character."""
    number = "&#" + "1" * 5000 + ";"
    escaped = number.replace("&", "&amp;")
    data = json.dumps({"@type": "NewsArticle", "headline": number, "articleBody": number})
    page = (
        f"<!doctype html><html lang=ar><head><title>خبر طويل {escaped}</title>"
        f"<meta name=author content='{escaped}'>{script(data, 'application/ld+json')}"
        f"{script('{&quot;a&quot;: 1, ' + number, 'application/ld+json')}</head><body><article>"
        f"<h1>خبر طويل عن الجسر</h1><time datetime='{escaped}'></time>{PARAGRAPH * 4}</article></body></html>"
    )
    assert isinstance(read_payload(page.encode(), FACTS, SITE).article, Article)


def test_a_sitemap_of_elements_that_are_not_closed_is_read_once() -> None:
    """However deep the elements of a sitemap lie in each other, each costs the same."""
    facts = replace(FACTS, url="https://n.example/sitemap.xml", mime="application/xml")

    def cost(length: int) -> float:
        body = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">' + "<url>" * (
            length // 5
        )
        began = time.process_time()
        assert read_payload(body.encode(), facts, SITE).failures
        return time.process_time() - began

    assert any(cost(120_000) < max(FLOOR, MOST * cost(60_000)) for _ in range(3))
