"""Which requests of a browser are parts of the page as drawn, and which ask for content."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.fetch.request import HttpRequest

# Sec-Fetch-Dest (W3C Fetch Metadata) of what a page is drawn with. XHR and fetch are `empty`.
_DRAWN_WITH = frozenset(
    {"audio", "font", "image", "manifest", "script", "style", "track", "video", "xslt"}
)
_SUFFIXES = (".js", ".mjs", ".css", ".woff", ".woff2", ".ttf")


def is_drawn_with(request: HttpRequest) -> bool:
    """True for scripts, style sheets, images, fonts and the like; false for documents, XHR, fetch,
    and whatever cannot be told.

    Chromium sends Sec-Fetch-Dest over https and to loopback; elsewhere Accept and the path tell.
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in request.headers}
    if request.method != "GET":
        return False
    destination = headers.get(b"sec-fetch-dest")
    if destination is not None:
        return destination in _DRAWN_WITH
    if headers.get(b"accept", "").startswith(("image/", "text/css")):
        return True
    return urlsplit(request.url).path.lower().endswith(_SUFFIXES)
