"""What a spider gets of an exchange."""

from __future__ import annotations

import gzip

import pytest
from made_captures import made_capture
from scrapy.http import HtmlResponse, JsonResponse, Response, TextResponse, XmlResponse

from archive.warc.http_message import HttpMessage
from crawler.fetch.response import CapturedResponse, captured_response

URL = "https://news.example/a"


def made(
    entity: bytes, *headers: tuple[str, str], truncated: str | None = None
) -> CapturedResponse:
    capture = made_capture(URL, truncated=truncated)
    return captured_response(URL, capture, HttpMessage(status=200, headers=headers, entity=entity))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text/html; charset=utf-8", HtmlResponse),
        ("application/rss+xml", XmlResponse),
        ("application/json", JsonResponse),
        ("text/plain", TextResponse),
        ("image/png", Response),
    ],
)
def test_a_response_is_of_the_class_that_scrapy_would_give(
    kind: str, expected: type[Response]
) -> None:
    """Selectors work on pages and feeds, json() on data; each says where its capture stands."""
    response = made(b"{}", ("Content-Type", kind))
    assert isinstance(response, expected)
    assert isinstance(response, CapturedResponse)
    assert response.capture.warc == "w.warc.gz"


def test_a_packed_page_is_unpacked_when_looked_at_and_stays_packed_as_payload() -> None:
    """`body` and selectors are of the page, `message.entity` is what crossed the wire."""
    packed = gzip.compress("<h1>خبر</h1>".encode())
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
    response = made(packed, *headers)
    assert isinstance(response, HtmlResponse)
    assert response.css("h1::text").get() == "خبر"
    assert response.message.entity == packed
    assert response.flags == ["from-archive"]


@pytest.mark.parametrize("label", ["hex", "idna", "punycode", "undefined", "rot13", "utf-7"])
def test_a_label_that_is_no_encoding_costs_no_spider_its_text(label: str) -> None:
    """`text` and selectors read the page as what its bytes are, as the archive does."""
    page = f"<html><h1>{'خبر عن الجسر الجديد في المدينة القديمة ' * 5}</h1></html>"
    for kind, meta in (
        (f"text/html; charset={label}", ""),
        ("text/html", f"<meta charset={label}>"),
    ):
        response = made((meta + page).encode("cp1256"), ("Content-Type", kind))
        assert isinstance(response, HtmlResponse)
        assert "خبر عن الجسر" in response.text
        assert "خبر عن الجسر" in (response.css("h1::text").get() or "")


def test_a_copy_keeps_its_capture() -> None:
    """Middlewares that replace a response's body lose nothing else of it."""
    response = made(b"old", ("Content-Type", "text/html"), ("X-A", "1"), ("x-a", "2"))
    copy = response.replace(body=b"new")
    assert (copy.body, copy.capture, type(copy)) == (b"new", response.capture, type(response))
    assert copy.headers.getlist("X-A") == [b"1", b"2"]


def test_a_page_that_is_not_whole_says_so() -> None:
    """A spider sees by the flags why it was cut, also where it is answered from the archive."""
    response = made(b"<h1>", ("Content-Type", "text/html"), truncated="length")
    assert response.flags == ["truncated-length", "from-archive"]
