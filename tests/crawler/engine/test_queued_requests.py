"""Requests as the frontier keeps them."""

from __future__ import annotations

from scrapy import Request

from crawler.crawl.lease import REFERENCE, Lease
from crawler.engine.queued_requests import (
    entry_of,
    is_led_on,
    is_more_than_its_url,
    lasting_request,
)
from crawler.fetch.download_handler import SITE_COOKIES
from crawler.frontier.queued_url import QueuedUrl

URL = "https://news.example/a"


def test_a_request_keeps_what_is_its_own() -> None:
    """Cookies of the site and validators are put on it anew; a header of the spider's own stays."""
    request = Request(
        URL,
        headers={"Cookie": "a=1", "If-None-Match": "x", "X-Mine": "1"},
        meta={SITE_COOKIES: True, REFERENCE: object(), "mine": 2, "depth": 3},
    )
    lasting = lasting_request(request)
    assert dict(lasting.headers) == {b"X-Mine": [b"1"]}
    assert lasting.meta == {"mine": 2}
    assert request.headers["Cookie"] == b"a=1"
    own = lasting_request(Request(URL, headers={"Cookie": "mine=1"}))
    assert own.headers["Cookie"] == b"mine=1"


def test_a_plain_request_is_only_its_address() -> None:
    """Whatever else a request says has to be kept with it."""
    assert not is_more_than_its_url(Request(URL, meta={"depth": 1}, dont_filter=True))
    for request in (
        Request(URL, method="POST"),
        Request(URL, headers={"X-Mine": "1"}),
        Request(URL, meta={"mine": 1}),
        Request(URL, callback=print),
        Request(URL, cookies={"a": "1"}),
    ):
        assert is_more_than_its_url(request)


def test_a_spider_s_request_lies_one_hop_behind_the_page_it_was_made_for() -> None:
    """So that the record of its answer says where it was found."""
    lease = Lease(entry=QueuedUrl(url=URL, hops=2), request=Request(URL))
    entry = entry_of(Request(f"{URL}/api"), lease)
    assert (entry.hops, entry.via) == (3, URL)
    assert entry_of(Request(URL), None).hops == 0


def test_a_redirect_to_its_own_address_leads_on() -> None:
    """A request that is given back without one is to be tried again."""
    lease = Lease(entry=QueuedUrl(url=URL), request=Request(URL))
    assert is_led_on(Request(URL, meta={"redirect_times": 1}), lease)
    assert not is_led_on(Request(URL), lease)
