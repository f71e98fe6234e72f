"""Malformed WARC files of every kind that is known to slip through validators, and good ones that
some of them refuse.

Each is built from its bytes, so that nothing corrects it on the way. `MALFORMED` maps a name to
(file bytes, the rule that must be found, the id of the record that must be named or None); `GOOD`
maps a name to file bytes in which nothing may be; `MORE` has others, and `ALL` all of them, packed
and not. Every file is to be called NAME.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib

NAME = "case.warc.gz"
URL = "http://127.0.0.1:8000/a"
DATE = "2026-11-22T10:00:00.123456Z"
INFO_ID, REQUEST_ID, RESPONSE_ID, META_ID, OTHER_ID = (
    f"<urn:uuid:00000000-0000-4000-8000-00000000000{n}>" for n in range(1, 6)
)
HTTP_REQUEST = b"GET /a HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n"
)
IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

Fields = list[tuple[str, str]]


def sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def record(
    fields: Fields,
    block: bytes,
    *,
    version: str = "WARC/1.1",
    length: int | None = None,
    end: bytes = b"\r\n\r\n",
) -> bytes:
    """One record; block digest and length are added unless the fields hold them."""
    names = {name.lower() for name, _ in fields}
    if "warc-block-digest" not in names:
        fields = [*fields, ("WARC-Block-Digest", sha1(block))]
    if "content-length" not in names:
        fields = [*fields, ("Content-Length", str(len(block) if length is None else length))]
    head = version + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields) + "\r\n"
    return head.encode("utf-8", "surrogateescape") + block + end


def common(kind: str, identifier: str, media: str | None = None, url: str | None = URL) -> Fields:
    fields = [("WARC-Type", kind), ("WARC-Record-ID", identifier), ("WARC-Date", DATE)]
    fields += [("WARC-Target-URI", url)] if url else []
    return fields + ([("Content-Type", media)] if media else [])


def info(
    name: str = NAME, block: bytes = b"software: made by hand\r\nformat: WARC File Format 1.1\r\n"
) -> bytes:
    return record(
        [*common("warcinfo", INFO_ID, "application/warc-fields", None), ("WARC-Filename", name)],
        block,
    )


def request(*more: tuple[str, str], block: bytes = HTTP_REQUEST) -> bytes:
    fields = common("request", REQUEST_ID, "application/http;msgtype=request")
    return record([*fields, ("WARC-Concurrent-To", RESPONSE_ID), *more], block)


def response(
    block: bytes = HTTP,
    payload: bytes | None = b"hello",
    *more: tuple[str, str],
    drop: str = "",
    identifier: str = RESPONSE_ID,
    url: str = URL,
    **form: object,
) -> bytes:
    fields = common("response", identifier, "application/http;msgtype=response", url)
    fields += [("WARC-IP-Address", "127.0.0.1")]
    fields += [("WARC-Payload-Digest", sha1(payload))] if payload is not None else []
    fields = [field for field in fields if field[0] != drop] + list(more)
    return record(fields, block, **form)  # type: ignore[arg-type]


def metadata(
    *more: tuple[str, str], block: bytes = b"via: http://127.0.0.1:8000/\r\nfetchTimeMs: 12\r\n"
) -> bytes:
    fields = common("metadata", META_ID, "application/warc-fields")
    return record([*fields, ("WARC-Concurrent-To", RESPONSE_ID), *more], block)


def revisit(
    *more: tuple[str, str],
    profile: str | None = IDENTICAL,
    block: bytes = HTTP[:-5],
    refers: str | None = RESPONSE_ID,
) -> bytes:
    fields = common("revisit", OTHER_ID, "application/http;msgtype=response")
    fields += [("WARC-Profile", profile)] if profile else []
    fields += [("WARC-Refers-To", refers)] if refers else []
    return record([*fields, ("WARC-Payload-Digest", sha1(b"hello")), *more], block)


def member(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def packed(*records: bytes) -> bytes:
    return b"".join(map(member, records))


INFO, REQUEST, RESPONSE, METADATA = info(), request(), response(), metadata()
OTHER = response(identifier=OTHER_ID, url=URL + "2")
BASE = packed(INFO, REQUEST, RESPONSE)


def replaced(old: bytes, new: bytes, data: bytes = RESPONSE) -> bytes:
    assert data.count(old) >= 1, old
    return packed(INFO, REQUEST, data.replace(old, new, 1))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def with_response(*arguments: object, **named: object) -> bytes:
    return packed(INFO, REQUEST, response(*arguments, **named))  # type: ignore[arg-type]


_TORN = member(
    response(
        HTTP.replace(b"hello", b"x" * 3000).replace(b"Length: 5", b"Length: 3000"),
        b"x" * 3000,
        identifier=OTHER_ID,
    )
)
_LINE = f"WARC-Target-URI: {URL}\r\n".encode()
_DATE_LINE = f"WARC-Date: {DATE}\r\n".encode()
_ID_LINE = f"WARC-Record-ID: {RESPONSE_ID}\r\n".encode()

MALFORMED: dict[str, tuple[bytes, str, str | None]] = {
    # -- the file
    "empty file": (b"", "empty-file", None),
    "only zeros": (b"\0" * 512, "nul-bytes", None),
    "zeros at the end": (BASE + b"\0" * 512, "nul-bytes", None),
    "garbage at the end": (BASE + b"<html>500</html>", "garbage", None),
    "garbage between records": (
        packed(INFO) + b"garbage" + packed(REQUEST, RESPONSE),
        "garbage",
        None,
    ),
    "truncated last member": (BASE[:-20], "gzip-truncated", RESPONSE_ID),
    "last member without its trailer": (BASE[:-8], "gzip-truncated", RESPONSE_ID),
    "half a header at the end": (packed(INFO, REQUEST, RESPONSE[:90]), "header-cut", None),
    "three bytes of a member at the end": (BASE + b"\x1f\x8b\x08", "gzip-truncated", None),
    "crc wrong": (flipped(BASE, len(BASE) - 8), "gzip-crc", RESPONSE_ID),
    "isize wrong": (flipped(BASE, len(BASE) - 4), "gzip-length", RESPONSE_ID),
    "torn member, then appended records": (
        packed(INFO) + _TORN[: len(_TORN) - 30] + packed(REQUEST, RESPONSE),
        "torn-member",
        OTHER_ID,
    ),
    "whole-file gzip": (
        gzip.compress(INFO + REQUEST + RESPONSE, mtime=0),
        "several-records",
        INFO_ID,
    ),
    "empty member": (
        packed(INFO) + gzip.compress(b"", mtime=0) + packed(REQUEST, RESPONSE),
        "empty-member",
        None,
    ),
    "no warcinfo": (packed(REQUEST, RESPONSE), "warcinfo-missing", REQUEST_ID),
    "warcinfo of another file": (
        packed(info("other.warc.gz"), REQUEST, RESPONSE),
        "warcinfo-filename",
        INFO_ID,
    ),
    # -- the record
    "version unknown": (replaced(b"WARC/1.1", b"WARC/9.1"), "version", RESPONSE_ID),
    "version in lower case": (replaced(b"WARC/1.1", b"warc/1.1"), "version", None),
    "line feeds alone": (
        packed(INFO, REQUEST, RESPONSE.replace(b"\r\n", b"\n", 12)),
        "line-ending",
        RESPONSE_ID,
    ),
    "one line feed alone": (
        replaced(_LINE, _LINE.replace(b"\r\n", b"\n")),
        "line-ending",
        RESPONSE_ID,
    ),
    "content-length too long": (with_response(length=len(HTTP) + 10), "block-short", RESPONSE_ID),
    "content-length over the trailer": (
        with_response(length=len(HTTP) + 4),
        "record-trailer",
        RESPONSE_ID,
    ),
    "content-length too short": (
        with_response(length=len(HTTP) - 3),
        "record-trailer",
        RESPONSE_ID,
    ),
    "content-length negative": (
        with_response(length=-1),
        "field-value:content-length",
        RESPONSE_ID,
    ),
    "content-length in hexadecimal": (
        packed(
            INFO,
            REQUEST,
            record(
                [*common("response", RESPONSE_ID, "application/http"), ("Content-Length", "0x46")],
                HTTP,
            ),
        ),
        "field-value:content-length",
        RESPONSE_ID,
    ),
    "content-length in Arabic digits": (
        packed(
            INFO,
            REQUEST,
            record(
                [*common("response", RESPONSE_ID, "application/http"), ("Content-Length", "٦٦")],
                HTTP,
            ),
        ),
        "field-value:content-length",
        RESPONSE_ID,
    ),
    "no CRLFCRLF": (with_response(end=b""), "record-trailer", RESPONSE_ID),
    "half of CRLFCRLF": (with_response(end=b"\r\n"), "record-trailer", RESPONSE_ID),
    "too much after the record": (
        with_response(end=b"\r\n\r\n\r\n"),
        "record-trailer",
        RESPONSE_ID,
    ),
    # -- fields
    "record id missing": (replaced(_ID_LINE, b""), "field-missing", None),
    "record id without brackets": (
        replaced(_ID_LINE, _ID_LINE.replace(b"<", b"").replace(b">", b"")),
        "field-value:warc-record-id",
        RESPONSE_ID[1:-1],
    ),
    "record id no URI": (
        replaced(_ID_LINE, b"WARC-Record-ID: <1>\r\n"),
        "field-value:warc-record-id",
        "<1>",
    ),
    "duplicate record id": (
        packed(INFO, REQUEST, RESPONSE, response(url=URL + "2")),
        "duplicate-id",
        RESPONSE_ID,
    ),
    "type missing": (replaced(b"WARC-Type: response\r\n", b""), "field-missing", RESPONSE_ID),
    "date missing": (replaced(_DATE_LINE, b""), "field-missing", RESPONSE_ID),
    "date in words": (
        replaced(DATE.encode(), b"Sun, 22 Nov 2026 10:00:00 GMT"),
        "field-value:warc-date",
        RESPONSE_ID,
    ),
    "date without zone": (
        replaced(DATE.encode(), b"2026-11-22T10:00:00"),
        "field-value:warc-date",
        RESPONSE_ID,
    ),
    "date with an offset": (
        replaced(DATE.encode(), b"2026-11-22T10:00:00+03:00"),
        "field-value:warc-date",
        RESPONSE_ID,
    ),
    "date that does not exist": (
        replaced(DATE.encode(), b"2026-02-30T10:00:00Z"),
        "field-value:warc-date",
        RESPONSE_ID,
    ),
    "date with ten digits of fraction": (
        replaced(b".123456Z", b".1234567890Z"),
        "field-value:warc-date",
        RESPONSE_ID,
    ),
    "length missing": (
        packed(
            INFO,
            REQUEST,
            RESPONSE.replace(b"Content-Length: %d\r\n\r\nHTTP" % len(HTTP), b"\r\nHTTP"),
        ),
        "field-missing",
        RESPONSE_ID,
    ),
    "target missing": (replaced(_LINE, b""), "field-missing", RESPONSE_ID),
    "target with a space": (
        replaced(_LINE, b"WARC-Target-URI: http://127.0.0.1:8000/a b\r\n"),
        "field-value:warc-target-uri",
        RESPONSE_ID,
    ),
    "target in brackets": (
        replaced(_LINE, b"WARC-Target-URI: <http://127.0.0.1:8000/a>\r\n"),
        "field-value:warc-target-uri",
        RESPONSE_ID,
    ),
    "target not absolute": (
        replaced(_LINE, b"WARC-Target-URI: /a\r\n"),
        "field-value:warc-target-uri",
        RESPONSE_ID,
    ),
    "target with letters beyond ASCII": (
        replaced(_LINE, "WARC-Target-URI: http://127.0.0.1:8000/خبر\r\n".encode()),
        "field-value:warc-target-uri",
        RESPONSE_ID,
    ),
    "target with a password": (
        replaced(_LINE, b"WARC-Target-URI: http://u:p@127.0.0.1:8000/a\r\n"),
        "field-value:warc-target-uri",
        RESPONSE_ID,
    ),
    "target on warcinfo": (
        packed(INFO.replace(b"WARC-Filename", _LINE + b"WARC-Filename"), REQUEST, RESPONSE),
        "field-forbidden",
        INFO_ID,
    ),
    "date twice": (replaced(_DATE_LINE, _DATE_LINE * 2), "field-repeated", RESPONSE_ID),
    "target twice": (replaced(_LINE, _LINE * 2), "field-repeated", RESPONSE_ID),
    "payload digest twice": (
        with_response(HTTP, b"hello", ("warc-payload-digest", sha1(b"hello"))),
        "field-repeated",
        RESPONSE_ID,
    ),
    "filename on a response": (
        with_response(HTTP, b"hello", ("WARC-Filename", NAME)),
        "field-forbidden",
        RESPONSE_ID,
    ),
    "profile on a response": (
        with_response(HTTP, b"hello", ("WARC-Profile", IDENTICAL)),
        "field-forbidden",
        RESPONSE_ID,
    ),
    "refers-to on a response": (
        with_response(HTTP, b"hello", ("WARC-Refers-To", INFO_ID)),
        "field-forbidden",
        RESPONSE_ID,
    ),
    "payload digest on metadata": (
        packed(INFO, REQUEST, RESPONSE, metadata(("WARC-Payload-Digest", sha1(b"")))),
        "field-forbidden",
        META_ID,
    ),
    "address on warcinfo": (
        packed(
            INFO.replace(b"WARC-Filename", b"WARC-IP-Address: 127.0.0.1\r\nWARC-Filename"),
            REQUEST,
            RESPONSE,
        ),
        "field-forbidden",
        INFO_ID,
    ),
    "address that is a name": (
        replaced(b"Address: 127.0.0.1", b"Address: localhost"),
        "field-value:warc-ip-address",
        RESPONSE_ID,
    ),
    "address out of range": (
        replaced(b"Address: 127.0.0.1", b"Address: 127.0.0.256"),
        "field-value:warc-ip-address",
        RESPONSE_ID,
    ),
    "truncated for an unknown reason": (
        with_response(HTTP, b"hello", ("WARC-Truncated", "yes")),
        "field-value:warc-truncated",
        RESPONSE_ID,
    ),
    "folded line": (
        replaced(_LINE, b"WARC-Target-URI:\r\n http://127.0.0.1:8000/a\r\n"),
        "folded-field",
        RESPONSE_ID,
    ),
    "line without colon": (replaced(_LINE, _LINE + b"nonsense\r\n"), "field-syntax", RESPONSE_ID),
    "space before the colon": (
        replaced(b"WARC-Date:", b"WARC-Date :"),
        "field-syntax",
        RESPONSE_ID,
    ),
    "control character in a value": (
        replaced(b"127.0.0.1:8000/a\r\n", b"127.0.0.1:8000/a\x07\r\n"),
        "control-character",
        RESPONSE_ID,
    ),
    "NUL in a value": (
        replaced(b"127.0.0.1:8000/a\r\n", b"127.0.0.1:8000/a\0\r\n"),
        "control-character",
        RESPONSE_ID,
    ),
    "header injected by a carriage return": (
        replaced(b"8000/a\r\n", b"8000/a\rX-Evil: 1\r\n"),
        "control-character",
        RESPONSE_ID,
    ),
    "header injected by a line feed": (
        replaced(b"8000/a\r\n", b"8000/a\nX-Evil: 1\r\n"),
        "line-ending",
        RESPONSE_ID,
    ),
    "header that is no UTF-8": (
        replaced(_LINE, _LINE + b"X-Note: \xe9\r\n"),
        "field-encoding",
        RESPONSE_ID,
    ),
    "header without end": (
        replaced(_LINE, b"X-Long: " + b"a" * 2_000_000 + b"\r\n"),
        "header-too-long",
        RESPONSE_ID,
    ),
    # -- digests
    "block digest wrong": (
        replaced(sha1(HTTP).encode(), sha1(b"").encode()),
        "block-digest",
        RESPONSE_ID,
    ),
    "block changed": (replaced(b"hello", b"hullo"), "block-digest", RESPONSE_ID),
    "payload digest wrong": (with_response(HTTP, b"other"), "payload-digest", RESPONSE_ID),
    "payload digest over the chunks": (
        with_response(CHUNKED, CHUNKED.partition(b"\r\n\r\n")[2]),
        "payload-digest",
        RESPONSE_ID,
    ),
    "digest without label": (
        replaced(b"Digest: sha1:", b"Digest: "),
        "field-value:warc-payload-digest",
        RESPONSE_ID,
    ),
    "digest under the wrong label": (
        replaced(b"Digest: sha1:", b"Digest: sha256:"),
        "field-value:warc-payload-digest",
        RESPONSE_ID,
    ),
    "digest label in upper case": (
        replaced(b"Digest: sha1:", b"Digest: SHA1:"),
        "field-value:warc-payload-digest",
        RESPONSE_ID,
    ),
    # -- HTTP
    "status line of HTTP/2": (
        with_response(HTTP.replace(b"HTTP/1.1 200 OK", b"HTTP/2 200")),
        "http-status-line",
        RESPONSE_ID,
    ),
    "no status line": (with_response(HTTP.partition(b"\r\n")[2]), "http-status-line", RESPONSE_ID),
    "chunks removed, header kept": (
        with_response(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello"),
        "http-chunking",
        RESPONSE_ID,
    ),
    "chunks cut, not said": (with_response(CHUNKED[:-10], b"hello"), "http-chunking", RESPONSE_ID),
    "headers cut, not said": (
        with_response(b"HTTP/1.1 200 OK\r\nContent-Type: te", b""),
        "http-message",
        RESPONSE_ID,
    ),
    "request that is none": (
        packed(INFO, request(block=b"hello\r\n\r\n"), RESPONSE),
        "http-request-line",
        REQUEST_ID,
    ),
    "metadata that is no fields": (
        packed(INFO, REQUEST, RESPONSE, metadata(block=b"<xml>\r\n")),
        "warc-fields",
        META_ID,
    ),
    # -- between records
    "request alone": (
        packed(INFO, record(common("request", REQUEST_ID, "application/http"), HTTP_REQUEST)),
        "request-alone",
        REQUEST_ID,
    ),
    "concurrent to nothing": (packed(INFO, REQUEST), "concurrent-missing", REQUEST_ID),
    "dangling revisit": (
        packed(INFO, REQUEST, RESPONSE, revisit(refers=META_ID)),
        "revisit-dangling",
        OTHER_ID,
    ),
    "dangling revisit by address": (
        packed(
            INFO,
            REQUEST,
            RESPONSE,
            revisit(
                ("WARC-Refers-To-Target-URI", URL + "9"), ("WARC-Refers-To-Date", DATE), refers=None
            ),
        ),
        "revisit-dangling",
        OTHER_ID,
    ),
    "revisit of a request": (
        packed(INFO, REQUEST, RESPONSE, revisit(refers=REQUEST_ID)),
        "revisit-chained",
        OTHER_ID,
    ),
    "revisit of another payload": (
        packed(INFO, REQUEST, response(HTTP.replace(b"hello", b"world"), b"world"), revisit()),
        "revisit-payload",
        OTHER_ID,
    ),
    "revisit without profile": (
        packed(INFO, REQUEST, RESPONSE, revisit(profile=None)),
        "field-missing",
        OTHER_ID,
    ),
    "revisit of an unknown profile": (
        packed(INFO, REQUEST, RESPONSE, revisit(profile="http://127.0.0.1/mine")),
        "field-value:warc-profile",
        OTHER_ID,
    ),
    # -- not packed
    "plain file, length too long": (
        INFO + REQUEST + response(length=len(HTTP) + 99) + OTHER,
        "record-trailer",
        RESPONSE_ID,
    ),
    "plain file, length missing": (
        INFO
        + REQUEST
        + RESPONSE.replace(b"Content-Length: %d\r\n\r\nHTTP" % len(HTTP), b"\r\nHTTP")
        + OTHER,
        "field-missing",
        RESPONSE_ID,
    ),
    "plain file, zeros at the end": (INFO + REQUEST + RESPONSE + b"\0" * 100, "nul-bytes", None),
    "plain file, cut": (INFO + REQUEST + RESPONSE[:-9], "block-short", RESPONSE_ID),
}

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n"
_GZIPPED = gzip.compress(b"hello", mtime=0)
_CONVERSION = record(
    [
        *common("conversion", OTHER_ID, "text/plain"),
        ("WARC-Refers-To", RESPONSE_ID),
        ("WARC-Payload-Digest", sha1(b"text")),
    ],
    b"text",
)
_RESOURCE = record(
    [*common("resource", OTHER_ID, "text/dns", "dns:localhost"), ("WARC-IP-Address", "127.0.0.1")],
    b"20261122100000\r\nlocalhost. 1 IN A 127.0.0.1\r\n",
)

GOOD: dict[str, bytes] = {
    "an exchange": packed(INFO, REQUEST, RESPONSE, METADATA),
    "not packed": INFO + REQUEST + RESPONSE,
    "chunked, as it crossed the wire": with_response(CHUNKED, b"hello"),
    "chunked and gzipped": with_response(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
        b"%X\r\n%s\r\n0\r\n\r\n" % (len(_GZIPPED), _GZIPPED),
        _GZIPPED,
    ),
    "answer to HEAD with a length": with_response(_HEAD, b""),
    "answer to HEAD, chunked": with_response(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b""
    ),
    "204 and 304": packed(
        INFO,
        REQUEST,
        response(b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        response(b"HTTP/1.1 304 \r\n\r\n", b"", identifier=OTHER_ID),
    ),
    "cut and marked": with_response(_HEAD + b"hello", b"hello", ("WARC-Truncated", "disconnect")),
    "cut in a chunk and marked": with_response(CHUNKED[:-18], None, ("WARC-Truncated", "time")),
    "cut in the headers and marked": with_response(
        b"HTTP/1.1 200 OK\r\nContent-Ty", b"", ("WARC-Truncated", "length")
    ),
    "revisit": packed(
        INFO,
        REQUEST,
        RESPONSE,
        revisit(
            ("WARC-Truncated", "length"),
            ("WARC-Refers-To-Target-URI", URL),
            ("WARC-Refers-To-Date", DATE),
        ),
    ),
    "revisit without a block": packed(INFO, REQUEST, RESPONSE, revisit(block=b"")),
    "revisit by address and date": packed(
        INFO,
        REQUEST,
        RESPONSE,
        revisit(("WARC-Refers-To-Target-URI", URL), ("WARC-Refers-To-Date", DATE), refers=None),
    ),
    "revisit not modified": packed(
        INFO,
        REQUEST,
        RESPONSE,
        revisit(profile=NOT_MODIFIED, block=b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    ),
    "revisit before the record it refers to": packed(INFO, revisit(), REQUEST, RESPONSE),
    "conversion": packed(INFO, REQUEST, RESPONSE, _CONVERSION),
    "dns as a resource": packed(INFO, _RESOURCE),
    "headers of an extension": with_response(
        HTTP,
        b"hello",
        ("WARC-Protocol", "http/1.1"),
        ("WARC-Protocol", "tls/1.3"),
        ("X-Crawler-Note", "قديم"),
    ),
    "an unknown type of record": packed(
        INFO, record(common("x-screenshot", OTHER_ID, "image/png"), b"png")
    ),
    "sha256 and md5 digests": with_response(
        HTTP,
        None,
        ("WARC-Payload-Digest", "sha256:" + hashlib.sha256(b"hello").hexdigest()),
        ("WARC-Block-Digest", "md5:" + hashlib.md5(HTTP, usedforsecurity=False).hexdigest()),
    ),
    "a date without fraction": replaced(DATE.encode(), b"2026-11-22T10:00:00Z"),
    "WARC/1.0 with brackets": packed(
        INFO.replace(b"WARC/1.1\r", b"WARC/1.0\r"),
        REQUEST,
        RESPONSE.replace(b"WARC/1.1\r", b"WARC/1.0\r").replace(
            _LINE, b"WARC-Target-URI: <http://127.0.0.1:8000/a>\r\n"
        ),
    ),
    "WARC/1.0": packed(
        INFO.replace(b"WARC/1.1\r", b"WARC/1.0\r"),
        REQUEST,
        RESPONSE.replace(b"WARC/1.1\r", b"WARC/1.0\r"),
    ),
    "IPv6": replaced(b"Address: 127.0.0.1", b"Address: ::1"),
    "folded and odd HTTP headers": with_response(
        b"HTTP/1.1 200\r\nX-A: 1\r\n  folded\r\nno colon\r\nX-B:\xe9\r\n\r\nhello"
    ),
    "line feeds alone in HTTP": with_response(b"HTTP/1.0 200 OK\nContent-Type: text/html\n\nhello"),
    "a WARC inside": with_response(b"HTTP/1.1 200 OK\r\n\r\n" + BASE, BASE),
    "an empty metadata block": packed(INFO, REQUEST, RESPONSE, metadata(block=b"")),
    "two crawlers' interim answers": with_response(b"HTTP/1.1 100 Continue\r\n\r\n" + HTTP, None),
}


_MAX_HEADER = 256 * 1024  # what readers take
# Beyond the malformed files: what foreign tools write, in fields that decide whether a capture is
# one, and records beside others that a wrong length may swallow.
_LENGTH = b"Content-Length: %d\r\n" % len(HTTP)
MORE = {
    "a type in capitals": replaced(b"Type: response", b"Type: Response"),
    "a type twice": replaced(b"WARC-Type: r", b"WARC-Type: metadata\r\nWARC-Type: r"),
    "a length twice": replaced(_LENGTH, _LENGTH * 2),
    "two lengths": replaced(b"WARC-Date", b"Content-Length: 3\r\nWARC-Date"),
    "a long field": replaced(b"WARC-Date", b"X-Long: " + b"a" * 100_000 + b"\r\nWARC-Date"),
    "a header at the limit": replaced(
        b"WARC-Date", b"X: " + b"a" * (_MAX_HEADER - len(RESPONSE)) + b"\r\nWARC-Date"
    ),
    "a header over it": replaced(
        b"WARC-Date", b"X: " + b"a" * (_MAX_HEADER + 40_000) + b"\r\nWARC-Date"
    ),
    "a date with a blank": replaced(b"T10:00", b" 10:00"),
    "a date twice": replaced(b"WARC-Date", b"WARC-Date: yesterday\r\nWARC-Date"),
    "an address with a line of its own": replaced(b"8000/a\r\n", b"8000/a\r\nWARC-Type: x\r\n"),
    "an address with an empty line": replaced(b"8000/a\r\n", b"8000/a\r\n\r\nX: 1\r\n"),
    "version 1.2": replaced(b"WARC/1.1", b"WARC/1.2"),
    "version 0.18": replaced(b"WARC/1.1", b"WARC/0.18"),
    "blanks behind the version": replaced(b"WARC/1.1", b"WARC/1.1 "),
    "a wrong length between records": packed(INFO, response(length=len(HTTP) - 5), OTHER),
    "a length over the next record": packed(INFO, response(length=len(HTTP) + 200), OTHER),
    "a WARC in the block of a wrong length": packed(
        INFO, response(HTTP + b"\n" + OTHER, length=5), REQUEST
    ),
    "line ends between records": b"\r\n\r\n".join((INFO, RESPONSE, OTHER)),
    "plain behind packed": BASE + OTHER,
    "packed behind plain": INFO + RESPONSE + packed(OTHER),
    "metadata beside it that is malformed": packed(
        INFO,
        RESPONSE,
        metadata(block=b"warraq-failure: {}\r\nwarraq-withdrawal: 1\r\n"),
        OTHER,
    ),
    "several in a member": packed(INFO + RESPONSE, OTHER),
}


def unpacked(data: bytes) -> bytes | None:
    """The same records in a file that is not packed; None where that cannot be made."""
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None


ALL: dict[str, bytes] = {name: data for name, (data, _, _) in MALFORMED.items()} | GOOD | MORE
ALL |= {
    f"{name}, not packed": plain
    for name, data in ALL.items()
    if (plain := unpacked(data)) is not None
}
