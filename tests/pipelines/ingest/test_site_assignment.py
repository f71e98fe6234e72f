"""A capture belongs to the site that a crawl would give it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.config import SiteConfig
from archive.model import Capture, FetchFacts, RecordType
from archive.urls import normalise_url
from crawler.frontier.scope import Scope, UrlKind
from pipelines.ingest.site_assignment import SiteAssignment


def capture(url: str, site: str | None = None) -> Capture:
    return Capture(
        url=url,
        captured=datetime(2026, 3, 1, tzinfo=UTC),
        warc="w.warc.gz",
        offset=0,
        length=1,
        record_id="<urn:uuid:1>",
        record_type=RecordType.RESPONSE,
        facts=FetchFacts(site=site),
    )


@pytest.mark.parametrize(
    "host", ["news.example", "www.news.example", "m.news.example", "amp.news.example"]
)
def test_mirrors_of_a_site_are_filed_under_it(host: str) -> None:
    """A capture that another tool made of a mobile or AMP host belongs to the configured site."""
    made = capture(f"https://{host}/a/1")
    paper = SiteConfig(name="paper", start=("https://news.example/",))
    mobile = SiteConfig(name="mobile", start=("http://m.news.example/",))
    assert SiteAssignment([paper]).site_of(made) is paper
    assert SiteAssignment([mobile]).site_of(made) is mobile
    assert SiteAssignment([]).site_of(made).name == "news.example"


def test_of_several_sites_on_one_host_a_crawl_decides() -> None:
    """Editions that share a host are told apart by `start`, `include` and `exclude`, as by the
    scope of their crawls; a pattern that is none decides nothing.
    """
    arabic = SiteConfig(name="ar", start=("https://news.example/ar",), include=("/ar/", "/سياسة/"))
    english = SiteConfig(name="en", start=("https://news.example/en",), include=("/en/",))
    broken = SiteConfig(name="broken", start=("https://news.example/x",), include=("(",))
    rest = SiteConfig(name="rest", start=("https://news.example/",), exclude=("/private/",))
    sites = (broken, arabic, english, rest)
    assignment = SiteAssignment(sites)
    for url, name in {
        "http://m.news.example/en/1": "en",
        "https://www.news.example/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/1": "ar",
        "https://amp.news.example/ar/1": "ar",
        "https://news.example/1": "rest",
    }.items():
        assert assignment.site_of(capture(url)).name == name
        site = next(each for each in sites if each.name == name)
        assert Scope(site).decide(normalise_url(url) or "", kind=UrlKind.ARTICLE).allowed
    assert assignment.site_of(capture("https://news.example/en")).name == "en"
    assert assignment.site_of(capture("https://news.example/private/1")).name == "broken"
    assert assignment.site_of(capture("https://news.example/en/1", "ar")) is arabic
