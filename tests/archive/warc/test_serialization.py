"""Header values and records as bytes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.warc.serialization import redact_request, target_uri


def test_a_request_without_secrets_is_untouched():
    """Redaction changes no byte of a request that has none, body included."""
    request = b"POST / HTTP/1.1\r\nHost: a\r\nX-Cookie: b\r\n\r\nCookie: of the body\r\n"
    assert redact_request(request) == (request, ())


@given(st.text(max_size=60))
def test_no_url_can_begin_a_header(text):
    """Whatever characters a URL holds, its record has exactly the fields it should have."""
    uri = target_uri("http://news.example/" + text)
    assert re.fullmatch(r"[!-~]+", uri)
    assert not set(uri) & set('<>"{}|\\^`#')


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("http://a.example/x?y=1#frag", "http://a.example/x?y=1"),
        ("http://u:p@a.example/x@y", "http://a.example/x@y"),
        ("http://a.example?x=u@v", "http://a.example?x=u@v"),
        ("http://a.example/خ b", "http://a.example/%D8%AE%20b"),
        ("http://a.example/%d8%AE", "http://a.example/%d8%AE"),
        ("http://a.example/a\r\nWARC-Type: x", "http://a.example/a%0D%0AWARC-Type:%20x"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ],
)
def test_target_uris_are_uris(url, uri):
    """A URL is written without fragment and user name, escaped where RFC 3986 wants it, else as
    requested.
    """
    assert target_uri(url) == uri
