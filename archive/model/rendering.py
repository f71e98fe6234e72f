"""A page as a browser showed it, and pictures of it, as values that go into a WARC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archive.model.captures import Capture

# The media type of a rendered page: what the browser holds, written out, is always UTF-8.
RENDERED_TYPE = "text/html;charset=utf-8"
# Its status: only pages that answered so are given to a browser.
RENDERED_STATUS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A picture of a page: a screenshot (`image/png`) or its print (`application/pdf`)."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """The document that a browser held after a page's scripts had run, as HTML in UTF-8.

    `page` is the capture whose bytes the browser was given; `at` when the document was read from
    the browser; `browser` its name and version; `steps` what was done on the page, in words.
    """

    page: Capture
    at: datetime
    html: bytes
    browser: str
    steps: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
