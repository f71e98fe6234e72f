"""Requests that ask for content wait for their turn; what a page is drawn with does not."""

from __future__ import annotations

import pytest

from crawler.browser.subresources import is_drawn_with
from crawler.fetch.request import HttpRequest


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/a", {"Sec-Fetch-Dest": "script"}, True),
        ("/a", {"Sec-Fetch-Dest": "image"}, True),
        ("/a.js", {"Sec-Fetch-Dest": "empty"}, False),
        ("/a.js", {"Sec-Fetch-Dest": "iframe"}, False),
        ("/a", {"Sec-Fetch-Dest": "document"}, False),
        ("/a", {"Accept": "image/avif,image/webp,*/*;q=0.8"}, True),
        ("/a", {"Accept": "text/css,*/*;q=0.1"}, True),
        ("/app.js?v=1", {"Accept": "*/*"}, True),
        ("/api/news.json", {"Accept": "*/*"}, False),
        ("/a", {}, False),
    ],
)
def test_content_is_told_from_parts(path: str, headers: dict[str, str], expected: bool) -> None:
    """By what the browser says of the request; what cannot be told counts as content."""
    sent = tuple((name.encode(), value.encode()) for name, value in headers.items())
    assert is_drawn_with(HttpRequest(url=f"http://x.example{path}", headers=sent)) is expected


def test_what_is_posted_is_content() -> None:
    """A POST is never a part of the page as drawn."""
    headers = ((b"Sec-Fetch-Dest", b"script"),)
    request = HttpRequest(url="http://x.example/", method="POST", headers=headers)
    assert not is_drawn_with(request)
