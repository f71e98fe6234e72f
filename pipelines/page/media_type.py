"""What a payload is, by the media type it was sent with and by its bytes (MIME Sniffing standard).

Browsers show a page also where its type is absent, odd or doubled, and its readers never notice;
so it is read here. Beyond the standard only this: what begins as an HTML document is one under any
type that could not begin so. Charsets are left to `pipelines.page.decoding`.
"""

from __future__ import annotations

import codecs
import re

HTML = frozenset({"text/html", "application/xhtml+xml"})
SNIFFED_BYTES = 1445  # the standard's "resource header"

_HTTP_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_ESSENCE = re.compile(rf"\s*({_HTTP_NAME}/{_HTTP_NAME})\s*(?:;.*)?\Z", re.DOTALL)
_UNKNOWN = frozenset({"unknown/unknown", "application/unknown", "*/*"})
# Never looked into: nothing of these is a page whatever it holds, or it may well begin like one.
_TAKEN_AT_WORD = re.compile(r"(?:image|audio|video|font)/|text/css|application/pdf")
_SPACE = b"\t\n\x0c\r "
_TAGS = (
    rb"!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link"
)
_MARKUP = re.compile(rb"<(?:(?:" + _TAGS + rb")[ >\t\n\r\x0c/]|!--)", re.IGNORECASE)
_DOCUMENT = re.compile(
    rb"(?>\s+|<!--.*?-->|<\?xml\b[^>]*>)*+<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL
)
# Something that the server printed before the document: a PHP notice, an include.
_DOCUMENT_BEHIND = re.compile(rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_BEHIND = 512
_SIGNATURES = (
    (re.compile(rb"[\t\n\f\r ]*<\?xml"), "text/xml"),
    (re.compile(rb"%PDF-"), "application/pdf"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF.{4}WEBPVP", re.DOTALL), "image/webp"),
    (re.compile(rb"BM"), "image/bmp"),
    (re.compile(rb"\0\0[\x01\x02]\0"), "image/x-icon"),
    (re.compile(rb"ID3"), "audio/mpeg"),
    (re.compile(rb"OggS\0"), "application/ogg"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "video/mp4"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "video/webm"),
    (re.compile(rb"wOF[F2]"), "font/woff"),
    (re.compile(rb"\x1f\x8b\x08"), "application/x-gzip"),
    (re.compile(rb"PK\x03\x04"), "application/zip"),
)
_BINARY = re.compile(rb"[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def media_type(sent: str | None, body: bytes) -> str:
    """The media type of a decoded body as `type/subtype`, in lower case.

    `sent` is the last Content-Type header, with or without its parameters; None where there was
    none.
    """
    head = _without_mark(body[: 2 * SNIFFED_BYTES])[:SNIFFED_BYTES]
    stated = _essence(sent or "")
    if stated is None or stated in _UNKNOWN:
        sniffed = _sniff(head)
        listed = [each for each in map(_essence, (sent or "").split(",")) if each]
        plain = sniffed in {"text/plain", "application/octet-stream"}
        named = [each for each in listed if each not in _UNKNOWN] if plain else []
        return named[-1] if named else sniffed
    if stated in HTML or _TAKEN_AT_WORD.match(stated):
        return stated
    if _DOCUMENT.match(head):
        return "text/html"
    # "Rules for distinguishing if a resource is text or binary"
    return "application/octet-stream" if stated == "text/plain" and _BINARY.search(head) else stated


def _essence(value: str) -> str | None:
    match = _ESSENCE.match(value)
    return match[1].lower() if match else None


def _sniff(head: bytes) -> str:
    """The type of a beginning without a byte order mark ("identifying an unknown MIME type")."""
    if _MARKUP.match(head.lstrip(_SPACE)) or _DOCUMENT_BEHIND.search(head[:_BEHIND]):
        return "text/html"
    for pattern, found in _SIGNATURES:
        if pattern.match(head):
            return found
    return "application/octet-stream" if _BINARY.search(head) else "text/plain"


def _without_mark(head: bytes) -> bytes:
    """The beginning of a text as ASCII shows it: without byte order mark, UTF-16 as UTF-8."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(codecs.BOM_UTF8)
