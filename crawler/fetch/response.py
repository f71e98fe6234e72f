"""What a spider gets of an exchange: Scrapy's response, with its capture."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar

from scrapy.http import (
    Headers,
    HtmlResponse,
    JsonResponse,
    Response,
    TextResponse,
    XmlResponse,
)
from scrapy.responsetypes import responsetypes

from archive.content_coding import decode_entity
from archive.model import Capture, Exchange
from archive.model.rendering import RENDERED_TYPE
from archive.warc.http_message import HttpMessage
from pipelines.page.decoding import decode_page
from pipelines.page.encoding_labels import is_encoding
from pipelines.page.media_type import HTML, SNIFFED_BYTES, media_type

DECODED_LIMIT = 50_000_000  # bytes of a decoded body; more is not given to a spider


class CapturedResponse(Response):
    """A response that is in the archive.

    `body` has its content coding undone, when somebody looks at it; `message.entity` is the payload
    as it came. `capture` says where it stands (`capture.truncated` why it is not whole).
    """

    attributes: ClassVar[tuple[str, ...]] = (*Response.attributes, "capture", "message")  # type: ignore[misc]

    def __init__(
        self,
        url: str,
        *,
        capture: Capture,
        message: HttpMessage,
        body: bytes | None = None,
        **rest: object,
    ) -> None:
        self.capture = capture
        self.message = message
        self._decoded = body
        super().__init__(url, **rest)  # type: ignore[arg-type]

    @property
    def body(self) -> bytes:
        """The payload with its Content-Encoding undone, at most `DECODED_LIMIT` bytes."""
        if self._decoded is None:
            coding = self.message.entity_codings
            entity = self.message.entity
            self._decoded = decode_entity(entity, coding, DECODED_LIMIT).body if coding else entity
        return self._decoded


class CapturedTextResponse(CapturedResponse, TextResponse):
    """A captured text."""

    attributes: ClassVar[tuple[str, ...]] = (*TextResponse.attributes, "capture", "message")  # type: ignore[misc]

    def _declared_encoding(self) -> str | None:
        claimed = super()._declared_encoding()
        if claimed is None or is_encoding(claimed):
            return claimed
        # A codec of Python's that is no encoding: as our own reading has it.
        return decode_page(self.body, self.message.content_type).encoding


class CapturedHtmlResponse(CapturedTextResponse, HtmlResponse):
    """A captured HTML page."""


class CapturedXmlResponse(CapturedTextResponse, XmlResponse):
    """A captured XML document: a feed or sitemap too."""


class CapturedJsonResponse(CapturedTextResponse, JsonResponse):
    """A captured JSON document."""


_CLASSES: dict[type[Response], type[CapturedResponse]] = {
    HtmlResponse: CapturedHtmlResponse,
    XmlResponse: CapturedXmlResponse,
    JsonResponse: CapturedJsonResponse,
    TextResponse: CapturedTextResponse,
}


def captured_response(
    url: str, capture: Capture, message: HttpMessage, exchange: Exchange | None = None
) -> CapturedResponse:
    """The response to a request for `url`; without `exchange` it is answered from the archive."""
    flags = [f"truncated-{capture.truncated}"] if capture.truncated else []
    rest: dict[str, Any] = {"flags": [*flags, "from-archive"] if exchange is None else flags}
    if exchange is not None:
        rest["ip_address"] = ipaddress.ip_address(exchange.ip) if exchange.ip else None
        rest["protocol"] = exchange.protocols[0].upper()
    return _response_class(message)(
        url,
        capture=capture,
        message=message,
        # A status line that only the framer can read still has its three digits in the second
        # place; `capture.status` was read from there.
        status=message.status or capture.status or _second_word(exchange),
        headers=Headers(_group_headers(message)),
        **rest,
    )


def is_html(message: HttpMessage) -> bool:
    """Whether a body is a page of HTML, by its media type and its beginning."""
    return _response_class(message) is CapturedHtmlResponse


def rendered_message(html: bytes) -> HttpMessage:
    """A page as a browser showed it, as the message its record is read as."""
    return HttpMessage(status=None, headers=(("Content-Type", RENDERED_TYPE),), entity=html)


def _second_word(exchange: Exchange | None) -> int:
    return int(exchange.response.split(None, 2)[1][:3]) if exchange is not None else 0


def _response_class(message: HttpMessage) -> type[CapturedResponse]:
    """The class for what a body is, its beginning looked at as browsers do."""
    stated = (message.mime or "").lower() in HTML
    codings = message.entity_codings
    start = b"" if stated else decode_entity(message.entity, codings, SNIFFED_BYTES).body
    kind = responsetypes.from_mimetype(media_type(message.content_type, start))
    for base in kind.__mro__:
        if base in _CLASSES:
            return _CLASSES[base]
    return CapturedResponse


def _group_headers(message: HttpMessage) -> dict[str, list[str]]:
    """Headers under their first spelling, repeated ones together, as Scrapy's `Headers` keeps
    them.
    """
    grouped: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for name, value in message.headers:
        grouped.setdefault(names.setdefault(name.lower(), name), []).append(value)
    return grouped
