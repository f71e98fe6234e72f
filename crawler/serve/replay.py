"""Archived answers shown again in a browser, on an origin of their own, where nothing runs and
nothing gets out.

`/20261120101500/https://news.example/a` is that address as captured nearest to that time; a
capture's id in place of the time is that capture. Nothing of the archived headers is passed on but
the media type, and that only where it is one to show. The policy sent along forbids scripts,
plug-ins, forms, frames from elsewhere and every request to another origin; the pages of
`crawler.serve.pages` lie on another port, that is, on another origin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from archive.content_coding import decode_entity
from archive.errors import DamagedRecordError, WarraqError
from archive.model import Capture, NotAnArticle
from archive.query.reader import IndexReader
from archive.urls import normalise_url, redirect_target
from archive.warc.capture_reader import read_payload
from archive.warc.http_message import HttpMessage
from crawler.serve.loopback_http import HttpReply
from crawler.serve.url_rewriting import Rewriter, doctype_of
from pipelines.page.decoding import decode_page
from pipelines.page.dom import parse_page
from pipelines.page.media_type import HTML, media_type

# What is decoded of one answer at most; a page larger than this is no page to look at.
_MOST = 64 * 1024 * 1024
_TARGET = re.compile(r"/(?:(?P<time>\d{14})|(?P<id>[0-9a-f]{16}))/(?P<url>.+)", re.DOTALL)
# Shown as what they are; whatever else is text is shown as plain text, and the rest is offered as a
# file.
_SHOWN = re.compile(
    r"image/[\w.+-]+|font/[\w.+-]+|audio/[\w.+-]+|video/[\w.+-]+|application/(?:x-)?font[\w.+-]*"
)
_TEXT = re.compile(r"text/|[/+](?:json|xml)$|javascript")
_TAG = re.compile(r"<[A-Za-z][^<>]{20000,}")
_QUOTED = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
_BETWEEN = re.compile(r"[\s/]+")
_MANY_ATTRIBUTES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The replay of one collection; `pages_origin` is the only origin that may frame it."""

    index: Path
    archive: Path
    pages_origin: str

    @property
    def policy(self) -> str:
        """The Content-Security-Policy of everything archived (CSP Level 3).

        `sandbox` without `allow-scripts` also stops redirects by `<meta>`, forms, pop-ups and
        downloads. The origin is kept (`allow-same-origin`), or fonts would not load; it is one
        where nothing else lies and no script can use it.
        """
        return (
            "default-src 'none'; script-src 'none'; connect-src 'none'; object-src 'none';"
            " worker-src 'none';"
            " img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:;"
            " media-src 'self';"
            " frame-src 'self'; form-action 'none'; base-uri 'none';"
            f" frame-ancestors 'self' {self.pages_origin}; sandbox allow-same-origin"
        )

    def answer(self, target: str) -> HttpReply:
        """The answer to a request's target."""
        asked = _TARGET.fullmatch(target)
        url = normalise_url(asked["url"]) if asked else None
        if asked is None or url is None:
            return self._message_page(404, "Nothing is replayed at this address.")
        try:
            return self._find_capture(asked["time"], asked["id"], url)
        except DamagedRecordError as error:
            return self._message_page(502, str(error))
        except WarraqError as error:
            return self._message_page(503, str(error))

    def _find_capture(self, time: str | None, identity: str | None, url: str) -> HttpReply:
        try:
            moment = datetime.strptime(time, "%Y%m%d%H%M%S").replace(tzinfo=UTC) if time else None
        except ValueError:
            return self._message_page(404, f"{time} is no time.")
        with IndexReader(self.index) as reader:
            capture = (
                reader.nearest_capture(url, moment) if moment else reader.capture(identity or "")
            )
            if capture is None:
                return self._message_page(404, f"Not in this collection: {url}")
            message = read_payload(self.archive, capture, reader.revisit_target)
        return self._show_capture(capture, message, moment or capture.captured)

    def _show_capture(self, capture: Capture, message: HttpMessage, moment: datetime) -> HttpReply:
        rewriter = Rewriter(timestamp=f"{moment:%Y%m%d%H%M%S}", base=capture.url)
        status = message.status or 200
        if 300 <= status < 400 and message.location:
            target = redirect_target(message.location, capture.url)
            leads = rewriter.address(target) if target else None
            if leads is None or not leads.startswith("/"):
                return self._message_page(
                    404, "This redirected to an address that cannot be replayed."
                )
            return HttpReply(
                status=302, body=b"", policy=self.policy, headers=(("Location", _ascii(leads)),)
            )
        body = decode_entity(message.entity, message.entity_codings, _MOST).body
        content_type = message.content_type or ""
        body, shown_as, headers = _presented(body, content_type, rewriter)
        return HttpReply(
            status=status if 400 <= status < 600 else 200,
            body=body,
            content_type=shown_as,
            headers=headers,
            policy=self.policy,
        )

    def _message_page(self, status: int, text: str) -> HttpReply:
        body = (
            f'<!DOCTYPE html>\n<meta charset="utf-8">\n<title>{status}</title>\n'
            f'<p dir="auto">{escape(text)}</p>\n'
        )
        return HttpReply(status=status, body=body.encode(), policy=self.policy)


def replay_path(capture_time: str, url: str) -> str:
    """The replay's path for a URL at a time in ISO 8601 (`2026-11-20T10:15:00Z`)."""
    return f"/{re.sub('[^0-9]', '', capture_time)[:14]}/{url}"


def _presented(
    body: bytes, content_type: str, rewriter: Rewriter
) -> tuple[bytes, str, tuple[tuple[str, str], ...]]:
    """The body as it is shown, the media type it is shown as, and further headers."""
    mime = media_type(content_type, body)
    if mime in HTML:
        page = None if _is_too_much(body) else parse_page(body, rewriter.base, content_type)
        if page is None or isinstance(page, NotAnArticle):
            return (
                decode_page(body, content_type).text.encode("utf-8", "replace"),
                "text/plain; charset=utf-8",
                (),
            )
        based = Rewriter(timestamp=rewriter.timestamp, base=page.base)
        html = based.page(page, doctype_of(decode_page(body[:4096], content_type).text))
        return html.encode("utf-8", "replace"), "text/html; charset=utf-8", ()
    if mime == "text/css":
        css = rewriter.css(decode_page(body, content_type).text)
        return css.encode("utf-8", "replace"), "text/css; charset=utf-8", ()
    if _SHOWN.fullmatch(mime):
        return body, mime, ()
    if _TEXT.search(mime):
        return (
            decode_page(body, content_type).text.encode("utf-8", "replace"),
            "text/plain; charset=utf-8",
            (),
        )
    return body, "application/octet-stream", (("Content-Disposition", "attachment"),)


def _is_too_much(body: bytes) -> bool:
    """Whether an element has so many attributes that parsing it would take minutes (libxml2
    compares each with each).
    """
    text = body.decode("latin-1")
    return any(
        len(_BETWEEN.findall(_QUOTED.sub("", found[0]))) > _MANY_ATTRIBUTES
        for found in _TAG.finditer(text)
    )


def _ascii(leads: str) -> str:
    """Safe in a header: whatever a URL's fragment holds besides ASCII is left out, line ends
    included.
    """
    return "".join(letter for letter in leads if 0x20 < ord(letter) < 0x7F)
