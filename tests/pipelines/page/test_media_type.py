"""What a payload is where its Content-Type is absent, odd, doubled or wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.page.media_type import media_type

PAGE = b"<!DOCTYPE html><html><title>The weir</title><p>Boats wait at the weir.</p></html>"


@pytest.mark.parametrize(
    "sent",
    [
        None, "", "html", "*/*", "text", "text/html", "TEXT/HTML ; charset=x", "text/html;;charset=utf-8",
        "text/html, charset=utf-8", "text/html,text/html", "application/unknown", "unknown/unknown", "text/",
        "text/html,application/xhtml+xml,application/xml;q=0.9", "charset=utf-8", "text/plain", "text/html charset=utf-8",
        "application/octet-stream", "application/xml", "application/json", "application/x-httpd-php", "; charset=utf-8",
    ],
)  # fmt: skip
def test_a_page_is_one_whatever_it_is_sent_as(sent: str | None) -> None:
    """Behind a byte order mark, white space, a comment or an XML declaration too."""
    for before in (b"", b"\xef\xbb\xbf", b"\r\n\t ", b"<!-- made by a template -->\n"):
        assert media_type(sent, before + PAGE) == "text/html"
    assert media_type(sent, ("\ufeff" + PAGE.decode()).encode("utf-16-le")) == "text/html"


@pytest.mark.parametrize(
    "start",
    [b"<p>Boats", b"<H1>Weir</H1>", b"<div class=a>", b"<meta charset=utf-8>", b"Notice: x<br>\n<html>"],
)  # fmt: skip
def test_a_fragment_is_a_page_where_no_type_says_otherwise(start: bytes) -> None:
    """The tags that the standard names, and a document behind a notice of the server's."""
    assert media_type(None, start) == "text/html"
    assert media_type("text/plain", start) == "text/plain"


@pytest.mark.parametrize(
    ("sent", "body", "expected"),
    [
        (None, b"Boats wait.", "text/plain"),
        (None, b"<?xml version='1.0'?><rss/>", "text/xml"),
        (None, b"%PDF-1.7", "application/pdf"),
        ("*/*", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("html", b"a\0b", "application/octet-stream"),
        ("text/plain", b"a\0b", "application/octet-stream"),
        ("text/html,text/html", b"Boats wait.", "text/html"),
        ("text/html, application/json", b"{}", "application/json"),
        ("text/html, */*", b"Boats wait.", "text/html"),
        ("image/svg+xml", PAGE, "image/svg+xml"),
        ("Text/CSS", PAGE, "text/css"),
        ("application/rss+xml", b"<rss><channel><item><description>&lt;html>", "application/rss+xml"),
        ("text/html", b"%PDF-1.7", "text/html"),
    ],
)  # fmt: skip
def test_what_is_no_page_is_none(sent: str | None, body: bytes, expected: str) -> None:
    """A known type stands; bytes are looked at where there is none."""
    assert media_type(sent, body) == expected


def test_comments_without_end_cost_nothing() -> None:
    """A hostile beginning is looked at once."""
    assert media_type("text/plain", b"<!---->" * 200 + b"x") == "text/plain"


@given(st.none() | st.text(max_size=40), st.binary(max_size=200))
def test_nothing_makes_it_raise(sent: str | None, body: bytes) -> None:
    """Whatever is sent has a type, written in one way."""
    found = media_type(sent, body)
    assert found == found.lower()
    assert found.count("/") == 1
