"""Named ways in which servers get HTTP wrong, or nearly. Each is served under its name:
`/odd-headers`.

Query parameters tune some of them (`/big-header?bytes=20000`). What they send is in the site's wire
log.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
from loopback_site.server import Behaviour, Talk

MISBEHAVIOURS: dict[str, Behaviour] = {}

PARAGRAPH = (
    "قال المجلس البلدي في بيان إن أعمال ترميم الجسر القديم ستبدأ مطلع الشهر المقبل بعد"
    " تأخير دام عامين. "
)
PAGE = (
    "<!doctype html><html lang=ar dir=rtl><head><meta charset=utf-8><title>ترميم الجسر القديم"
    "</title></head><body>"
    "<article><h1>ترميم الجسر القديم</h1>"
    + f"<p>{PARAGRAPH * 3}</p>" * 3
    + "</article></body></html>"
).encode()
OK = b"HTTP/1.1 200 OK\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n"


def named(name: str) -> Callable[[Behaviour], Behaviour]:
    """Put a behaviour into `MISBEHAVIOURS` under `/name`."""

    def put(behaviour: Behaviour) -> Behaviour:
        MISBEHAVIOURS["/" + name] = behaviour
        return behaviour

    return put


def fixed(name: str, *parts: bytes, close: bool = False) -> None:
    """A behaviour that sends these bytes, part by part, and nothing else."""

    @named(name)
    async def behave(talk: Talk) -> None:
        await talk.send(*parts)
        if close:
            talk.close()


def sized(body: bytes, headers: bytes = HTML) -> bytes:
    """A plain 200 response with its length."""
    return OK + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes, size: int = 41, extension: bytes = b"") -> bytes:
    """A body in chunks, without the last one."""
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%X%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)


# ---------------------------------------------------------------------------------------- odd heads

fixed("plain", sized(PAGE))
fixed(
    "odd-headers",
    b"HTTP/1.1 200 Alles  in Ordnung\r\nsErVeR:odd/2\r\nx-lower: a\r\nSet-Cookie: a=1; Path=/\r\n"
    b"X-PADDED:   much room   \r\nset-cookie: b=2\r\nX-Folded: first\r\n"
    b" second\r\n\tthird\r\nno colon in this line\r\n"
    b"X-Latin1: caf\xe9\r\nX-Arabic: \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7\r\nContent-Length"
    b" : 5\r\n"
    b"content-TYPE: text/html\r\n\r\nhello",
)
fixed("no-reason", b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok")
fixed("line-feeds-only", b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 5\n\nhello")
fixed("blank-lines-first", b"\r\n\r\n" + sized(b"late start"))
fixed("http10", b"HTTP/1.0 200 OK\r\n" + HTML + b"\r\n" + PAGE, close=True)
fixed("close-delimited", OK + HTML + b"\r\n" + PAGE, close=True)
fixed("http09", b"<html>no status line at all</html>\n", close=True)
fixed("icy", b"ICY 200 OK\r\nContent-Length: 2\r\n\r\nok")
fixed("http2-line", b"HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok")
fixed(
    "continue-and-hints",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n",
    sized(PAGE),
)
fixed("204", b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n")
fixed("304", b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nContent-Length: 900\r\n\r\n')
fixed("half-head", OK + b"Content-Type: text/ht", close=True)
fixed("no-response", close=True)


@named("big-header")
async def big_header(talk: Talk) -> None:
    """One header line of many bytes."""
    line = b"Content-Security-Policy: " + b"a" * int(talk.number("bytes", 20_000)) + b"\r\n"
    await talk.send(OK + line + b"Content-Length: 2\r\n\r\nok")


@named("many-headers")
async def many_headers(talk: Talk) -> None:
    """Many header lines."""
    await talk.send(
        OK
        + b"".join(b"X-%d: v\r\n" % n for n in range(int(talk.number("count", 2000))))
        + b"Content-Length: 2\r\n\r\nok"
    )


@named("endless-headers")
async def endless_headers(talk: Talk) -> None:
    """Header lines without end."""
    await talk.send(OK)
    while True:
        await talk.send((b"X: " + b"h" * 1000 + b"\r\n") * 32)


@named("endless-line")
async def endless_line(talk: Talk) -> None:
    """One header line without end."""
    await talk.send(OK + b"X: ")
    while True:
        await talk.send(b"h" * 65536)


@named("endless-interim")
async def endless_interim(talk: Talk) -> None:
    """Interim responses without end."""
    while True:
        await talk.send((b"HTTP/1.1 102 Processing\r\nX: " + b"p" * 1000 + b"\r\n\r\n") * 32)


# ------------------------------------------------------------------------------------------ framing

fixed("chunked", OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE) + b"0\r\n\r\n")
fixed(
    "chunked-capital",
    OK + b"transfer-encoding: Chunked\r\n\r\n5\r\nhello\r\n06\r\n world\r\n000\r\n\r\n",
)
fixed("chunked-line-feeds", OK + b"Transfer-Encoding: chunked\n\n5\nhello\n0\n\n")
fixed(
    "chunked-cut",
    OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE[:100]) + b"FF\r\nhalf",
    close=True,
)
fixed(
    "chunked-no-end",
    OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(PAGE[:100]),
    close=True,
)
fixed(
    "chunked-broken",
    OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nxyz\r\nrest",
    close=True,
)
fixed("chunked-not", OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n" + PAGE, close=True)
fixed(
    "chunked-and-length",
    OK + b"Transfer-Encoding: chunked\r\nContent-Length: 999\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
)
fixed("unknown-coding", OK + HTML + b"Transfer-Encoding: zip\r\n\r\n" + PAGE, close=True)
fixed("short-length", OK + HTML + b"Content-Length: 1000\r\n\r\n" + b"x" * 500, close=True)
fixed("long-length", OK + HTML + b"Content-Length: 10\r\n\r\n" + b"y" * 20)
fixed("two-lengths", OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello??", close=True)
fixed("same-length-twice", OK + b"Content-Length: 5\r\nContent-Length: 5, 5\r\n\r\nhello")
fixed("second-response", sized(b"first") + sized(b"second"))
fixed("with-nuls", sized(b"<html><title>nul\0l</title><p>" + b"a\0b" * 30))
fixed("binary", sized(bytes(range(256)) * 40, b"Content-Type: application/octet-stream\r\n"))


@named("chunked-gzip-dribbled")
async def chunked_gzip_dribbled(talk: Talk) -> None:
    """Gzip in chunks with extensions and trailers, sent a few bytes at a time."""
    head = (
        OK
        + HTML
        + b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\nTrailer: X-Sum\r\n\r\n"
    )
    whole = (
        head
        + chunked(gzip.compress(PAGE, mtime=0), 37, b';at="1"')
        + b"0000;last\r\nX-Sum: 42\r\n\r\n"
    )
    for at in range(0, len(whole), 53):
        await talk.send(whole[at : at + 53])
        await talk.wait(0)


@named("late-second-response")
async def late_second_response(talk: Talk) -> None:
    """An unasked-for response after the first is over: on a shared connection it answers the next
    request.
    """
    await talk.send(sized(b"first"))
    await talk.wait(0.02)
    await talk.send(sized(b"stray"))


# ----------------------------------------------------------------------------------- content coding

fixed("gzip", sized(gzip.compress(PAGE, mtime=0), HTML + b"Content-Encoding: gzip\r\n"))
fixed("br", sized(brotli.compress(PAGE), HTML + b"Content-Encoding: br\r\n"))
fixed("deflate", sized(zlib.compress(PAGE), HTML + b"Content-Encoding: deflate\r\n"))
fixed("deflate-raw", sized(zlib.compress(PAGE)[2:-4], HTML + b"Content-Encoding: deflate\r\n"))
fixed("gzip-cut", sized(gzip.compress(PAGE, mtime=0)[:-20], HTML + b"Content-Encoding: gzip\r\n"))
fixed("gzip-not", sized(PAGE, HTML + b"Content-Encoding: gzip\r\n"))


# ---------------------------------------------------------------------------------- time and floods


@named("reset")
async def reset(talk: Talk) -> None:
    """Half a body, then a TCP reset."""
    await talk.send(OK + HTML + b"Content-Length: 1000\r\n\r\n" + b"x" * 500)
    await talk.wait(0.05)
    talk.reset()


@named("stall-head")
async def stall_head(talk: Talk) -> None:
    """Silence inside the head."""
    await talk.send(OK)
    await talk.wait(talk.number("seconds", 600))


@named("stall-body")
async def stall_body(talk: Talk) -> None:
    """Silence inside the body."""
    await talk.send(OK + HTML + b"Content-Length: 100000\r\n\r\n" + b"z" * 1000)
    await talk.wait(talk.number("seconds", 600))


@named("drip")
async def drip(talk: Talk) -> None:
    """A byte now and then, always in time for the idle limit."""
    await talk.send(OK + HTML + b"Content-Length: 100000\r\n\r\n")
    while True:
        await talk.send(b"z")
        await talk.wait(talk.number("gap", 1.0))


@named("endless-body")
async def endless_body(talk: Talk) -> None:
    """Chunks without end."""
    await talk.send(OK + HTML + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        await talk.send(b"10000\r\n" + b"e" * 65536 + b"\r\n")


@named("echo")
async def echo(talk: Talk) -> None:
    """The request as the body."""
    await talk.reply(talk.exchange.request, kind="text/plain")


@named("validators")
async def validators(talk: Talk) -> None:
    """A page with ETag and Last-Modified that answers 304 where either still holds."""
    stamps = {"ETag": '"v1"', "Last-Modified": "Sun, 01 Nov 2026 10:00:00 GMT"}
    fresh = (
        talk.header("If-None-Match") == stamps["ETag"]
        or talk.header("If-Modified-Since") == stamps["Last-Modified"]
    )
    await talk.reply(
        b"" if fresh else PAGE, status="304 Not Modified" if fresh else "200 OK", headers=stamps
    )
