"""Credentials that a spider gives a request of its own: `cookies=`, and the headers Authorization
and Cookie.

They are taken off the request before it is queued and kept in memory, so that neither the frontier
on disk nor a log holds them; they are put on again when it is sent. After a kill they are gone,
until the spider asks for the same again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request

from archive.urls import origin_of
from crawler.crawl.site_access import KEPT_SECRETS, SiteAccess
from crawler.fetch.download_handler import SITE_COOKIES
from crawler.fetch.operator_secrets import OperatorSecrets, secrets_in

LOST = (
    "its credentials were kept in memory only, and are gone with the process that had them:"
    " the spider has to ask for it again"
)
_HEADERS = ("Authorization", "Cookie")


def carries_secrets(request: Request) -> bool:
    """Whether a request carries credentials of its own, not put there by us."""
    return bool(request.cookies) or bool(_own_headers(request))


def _own_headers(request: Request) -> list[str]:
    sites = ("Cookie",) if request.meta.get(SITE_COOKIES) else ()
    return [name for name in _HEADERS if name in request.headers and name not in sites]


def take_secrets(request: Request, access: SiteAccess, name: str) -> None:
    """Take the credentials off a request and keep them under `name`, which its meta then holds.

    `name` tells equal requests apart from others, and nothing of what they carry.
    """
    cookies = _cookies_of(request)
    own = _own_headers(request)
    said = [(key.encode(), value) for key in own for value in request.headers.getlist(key)]
    for key in own:
        request.headers.pop(key, None)
    request.cookies = {}
    if not request.meta.get("dont_merge_cookies"):
        for cookie in cookies:
            access.keep_cookie(request.url, cookie)
    host = urlsplit(request.url).hostname or ""
    pairs = tuple(
        (str(cookie["name"]).encode(), str(cookie["value"]).encode())
        for cookie in cookies
        if f".{host}".endswith("." + str(cookie.get("domain") or host).lstrip("."))
    )
    access.keep(name, secrets_in(said).over(OperatorSecrets(cookies=pairs)))
    request.meta[KEPT_SECRETS] = (name, request.url)


def _cookies_of(request: Request) -> list[Mapping[str, Any]]:
    """The `cookies=` of a request as Scrapy has them, a mapping or a list of mappings, values as
    text.
    """
    given: Any = request.cookies
    listed = (
        [{"name": name, "value": value} for name, value in given.items()]
        if isinstance(given, Mapping)
        else list(given or ())
    )
    return [{key: _text(value) for key, value in each.items()} for each in listed]


def _text(value: object) -> object:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def keep_from_others(request: Request, came_from: str) -> None:
    """Take off the redirected `request` what only `came_from` was to get: credentials go on to the
    same origin, or from http to https of the same host.
    """
    here, there = urlsplit(came_from), urlsplit(request.url)
    upgraded = (here.scheme, there.scheme) == ("http", "https") and here.netloc == there.hostname
    if origin_of(came_from) == origin_of(request.url) or (upgraded and there.port in (None, 443)):
        name, url = request.meta.get(KEPT_SECRETS) or (None, None)
        if url == came_from:
            request.meta[KEPT_SECRETS] = (name, request.url)
        return
    request.meta.pop(KEPT_SECRETS, None)
    for name in _HEADERS:
        request.headers.pop(name, None)
