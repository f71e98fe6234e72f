"""What the tests of `serve` ask of its two origins, and how they look at what comes."""

from __future__ import annotations

import http.client
from contextlib import closing
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import served_collection

from crawler.serve.loopback_http import HttpReply

PAGE = served_collection.PAGE
PAGES_ORIGIN, REPLAY_ORIGIN = "http://127.0.0.1:1", "http://127.0.0.1:2"
WHEN = "20260301080000"


def get(
    origin: str, target: str = "/", method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    """One request, with the Host that browsers would send unless told otherwise."""
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=20)
    with closing(connection):
        connection.putrequest(method, target, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
        return answer


def policy_of(answer: HttpReply) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in answer.policy.split(";"))  # type: ignore[misc]


class Seen(HTMLParser):
    """Elements and attributes as a browser's tokenizer sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.elements if name == tag]
