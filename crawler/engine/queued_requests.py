"""Requests as the frontier keeps them: what is their own, and what belongs to one sending."""

from __future__ import annotations

from scrapy import Request, Spider
from scrapy.utils.request import request_from_dict

from crawler.crawl.lease import COOKIES_SENT, ENTRY, LEASE, NEW_COOKIES, PENDING, REFERENCE, Lease
from crawler.fetch.download_handler import ANSWER_TIME, SECRETS_SENT, SITE_COOKIES
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

LOGIN = "warraq_login"  # key of Request.meta: how many logins there had been when it was sent
VALIDATORS = ("If-None-Match", "If-Modified-Since")
# Keys of Request.meta that belong to one sending of a request: they are not queued with it.
OF_ONE_SENDING = frozenset(
    {
        *(
            ENTRY,
            LEASE,
            PENDING,
            REFERENCE,
            NEW_COOKIES,
            COOKIES_SENT,
            SITE_COOKIES,
            SECRETS_SENT,
            ANSWER_TIME,
            LOGIN,
            "message",
        ),
        *("is_start_request", "download_latency", "download_slot", "depth"),  # Scrapy's
    }
)


def entry_of(request: Request, lease: Lease | None) -> QueuedUrl:
    """The entry of a request that a spider or middleware made on its own account."""
    parent = lease.entry if lease is not None else None
    return QueuedUrl(
        url=request.url,
        kind=UrlKind.LINK,
        hops=parent.hops + 1 if parent else 0,
        via=parent.url if parent else None,
        by_spider=True,
    )


def request_of(entry: QueuedUrl, spider: Spider) -> Request:
    """The request that is to be made for an entry; ValueError where its callback is no method of
    the spider any more.
    """
    if entry.request is not None:
        return request_from_dict(entry.request, spider=spider)
    return Request(entry.url, priority=entry.priority)


def is_led_on(request: Request, lease: Lease) -> bool:
    """Whether a redirect gave the request back: to the same address, where that set a cookie."""
    times = request.meta.get("redirect_times", 0)
    return bool(times > lease.request.meta.get("redirect_times", 0))


def lasting_request(request: Request) -> Request:
    """The request without what belongs to one sending of it: its cookies and validators are put on
    it anew.
    """
    meta = {key: value for key, value in request.meta.items() if key not in OF_ONE_SENDING}
    lasting = request.replace(meta=meta)
    lasting.headers = lasting.headers.copy()
    if request.meta.get(SITE_COOKIES):
        lasting.headers.pop("Cookie", None)
    if REFERENCE in request.meta:
        for name in VALIDATORS:
            lasting.headers.pop(name, None)
    return lasting


def is_more_than_its_url(request: Request) -> bool:
    """Whether a request says anything that its URL does not."""
    own = (request.callback, request.errback, request.headers, request.body, request.cb_kwargs)
    others = request.meta.keys() - OF_ONE_SENDING
    return any(own) or bool(request.cookies) or bool(others) or request.method != "GET"
