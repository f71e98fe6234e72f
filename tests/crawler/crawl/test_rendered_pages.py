"""Which answers are pages for a browser, and which readings count once it has shown them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_captures import made_capture
from scrapy import Request

from archive.config import SiteConfig
from archive.model import (
    FetchFacts,
    NotAnArticle,
    NotArticleReason,
    PayloadKind,
    Reading,
    RecordType,
)
from archive.warc.http_message import HttpMessage
from crawler.crawl.lease import Lease
from crawler.crawl.rendered_pages import (
    is_for_browser,
    is_provisional,
    is_shown_in_any_case,
    needs_browser,
)
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

URL = "https://news.example/1"
PAGE = HttpMessage(status=200, headers=(("Content-Type", "text/html"),), entity=b"<p>x")
SITE = SiteConfig(name="x", start=(URL,), browser="always")


def lease(kind: UrlKind = UrlKind.LINK) -> Lease:
    return Lease(entry=QueuedUrl(url=URL, kind=kind), request=Request(URL))


@pytest.mark.parametrize(
    ("kind", "status", "truncated", "message", "expected"),
    [
        (UrlKind.LINK, 200, None, PAGE, True),
        (UrlKind.START, 200, None, PAGE, True),
        (UrlKind.SITEMAP, 200, None, PAGE, False),
        (UrlKind.REQUISITE, 200, None, PAGE, False),
        (UrlKind.LINK, 404, None, PAGE, False),
        (UrlKind.LINK, 200, "time", PAGE, False),
        (UrlKind.LINK, 200, None, replace(PAGE, entity=b""), False),
        (UrlKind.LINK, 200, None, replace(PAGE, headers=(("Content-Type", "image/png"),)), False),
    ],
)
def test_whole_pages_of_the_site_are_for_the_browser(
    kind: UrlKind, status: int, truncated: str | None, message: HttpMessage, *, expected: bool
) -> None:
    """Not sitemaps, parts of pages, errors, halves or pictures."""
    assert is_for_browser(lease(kind), status, truncated, message) is expected
    if status == 200:
        assert is_shown_in_any_case(SITE, lease(kind), truncated, message) is expected


def test_only_always_leaves_a_page_unread() -> None:
    """Without a lease, or where the browser is for empty pages, the page itself is read."""
    assert not is_for_browser(None, 200, None, PAGE)
    assert not is_shown_in_any_case(replace(SITE, browser="empty"), lease(), None, PAGE)


def test_a_reading_is_provisional_until_the_browser_has_shown_the_page() -> None:
    """What the browser shows counts; the page without it does not, where there is a browser."""
    no = NotAnArticle(url=URL, reason=NotArticleReason.NEEDS_BROWSER)
    bare = Reading(kind=PayloadKind.PAGE, not_article=no)
    page = made_capture(URL)
    assert needs_browser(bare)
    assert is_provisional(SITE, page, bare)
    assert not is_provisional(replace(SITE, browser="never"), page, bare)
    assert not is_provisional(SITE, made_capture(URL, record_type=RecordType.CONVERSION), bare)
    unread = Reading(kind=PayloadKind.OTHER)
    assert is_provisional(SITE, made_capture(URL, facts=FetchFacts(in_browser=True)), unread)
    assert not is_provisional(SITE, page, unread)
