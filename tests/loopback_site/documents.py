"""Named documents that are hard to read: odd character sets, bombs, huge pages, broken sitemaps,
robots.txt in moods.

`DOCUMENTS` holds them under their names; `ROBOTS` holds behaviours to be put at `/robots.txt`.
"""

from __future__ import annotations

import functools
import gzip
import zlib
from collections.abc import Callable

from loopback_site.misbehaviours import PAGE, PARAGRAPH, sized
from loopback_site.server import Behaviour, Talk, not_found, redirect, say

DOCUMENTS: dict[str, Behaviour] = {}
MB = 1 << 20
_BODY = (
    "<title>ترميم الجسر</title></head><body><article><h1>ترميم الجسر</h1>"
    f"<p>{PARAGRAPH * 4}</p></article></body></html>"
)


def _page(meta: str = "") -> str:
    return f"<!doctype html><html lang=ar dir=rtl><head>{meta}{_BODY}"


# ----------------------------------------------------------------------------------- character sets

_1256 = '<meta charset="windows-1256">'
DOCUMENTS |= {
    "/1256-header": say(_page().encode("cp1256"), kind="text/html; charset=windows-1256"),
    "/1256-meta": say(_page(_1256).encode("cp1256"), kind="text/html"),
    "/1256-undeclared": say(_page().encode("cp1256"), kind="text/html"),
    "/1256-says-utf8": say(_page().encode("cp1256"), kind="text/html; charset=utf-8"),
    "/1256-says-latin1": say(_page().encode("cp1256"), kind="text/html; charset=iso-8859-1"),
    "/utf8-says-1256": say(_page(_1256).encode(), kind="text/html"),
    "/utf8-says-latin1": say(_page().encode(), kind="text/html; charset=iso-8859-1"),
    "/utf8-mark": say(b"\xef\xbb\xbf" + _page().encode(), kind="text/html"),
    "/utf16-mark": say(b"\xff\xfe" + _page().encode("utf-16-le"), kind="text/html"),
    "/utf16-header": say(_page().encode("utf-16-be"), kind="text/html; charset=utf-16be"),
    "/charset-unknown": say(_page().encode(), kind="text/html; charset=klingon-8"),
}


# ------------------------------------------------------------------------------- size and structure


@functools.cache
def gzip_bomb(megabytes: int, start: bytes = b"", end: bytes = b"") -> bytes:
    """Gzip data that expands to so many megabytes of blanks."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b" " * MB
    return (
        packer.compress(start)
        + b"".join(packer.compress(block) for _ in range(megabytes))
        + packer.compress(end)
        + packer.flush()
    )


def document(name: str) -> Callable[[Behaviour], Behaviour]:
    """Put a behaviour into `DOCUMENTS` under `/name`."""

    def put(behaviour: Behaviour) -> Behaviour:
        DOCUMENTS["/" + name] = behaviour
        return behaviour

    return put


@document("gzip-bomb")
async def gzip_bomb_page(talk: Talk) -> None:
    """A page of 400 MB in 400 kB, or as asked for."""
    await talk.reply(
        gzip_bomb(int(talk.number("mb", 400)), b"<html><p>"), headers={"Content-Encoding": "gzip"}
    )


@document("gzip-twice")
async def gzip_twice(talk: Talk) -> None:
    """The same, packed once more."""
    body = gzip.compress(gzip_bomb(int(talk.number("mb", 400)), b"<html><p>"), mtime=0)
    await talk.reply(body, headers={"Content-Encoding": "gzip, gzip"})


@document("huge-page")
async def huge_page(talk: Talk) -> None:
    """A page of 50 MB, or as asked for."""
    block = f"<p>{PARAGRAPH * 20}</p>\n".encode()
    count = int(talk.number("mb", 50) * MB) // len(block)
    head = _page().encode().removesuffix(b"</article></body></html>")
    await talk.send(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n"
        % (len(head) + count * len(block)),
        head,
    )
    for _ in range(count):
        await talk.send(block)


@document("deep-nesting")
async def deep_nesting(talk: Talk) -> None:
    """Elements inside each other, thousands of them."""
    depth = int(talk.number("depth", 20_000))
    await talk.reply("<html><body>" + "<div>" * depth + PARAGRAPH + "</div>" * depth)


@document("many-attributes")
async def many_attributes(talk: Talk) -> None:
    """One element with thousands of attributes."""
    attributes = " ".join(f"a{number}=1" for number in range(int(talk.number("count", 50_000))))
    await talk.reply(f"<html><body><p {attributes}>{PARAGRAPH}</p>")


# ----------------------------------------------------------------------------------------- sitemaps

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_URLSET = f'{_XML}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
_INDEX = f'{_XML}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'


def sitemap(*locations: str) -> str:
    """A sitemap of these locations, as they stand."""
    return (
        _URLSET
        + "".join(f"<url><loc>{location}</loc></url>" for location in locations)
        + "</urlset>"
    )


def sitemap_index(*locations: str) -> str:
    """An index of sitemaps."""
    return (
        _INDEX
        + "".join(f"<sitemap><loc>{location}</loc></sitemap>" for location in locations)
        + "</sitemapindex>"
    )


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_EVIL = (
    "file:///etc/hostname",
    "javascript:1",
    "http://127.0.0.2:1/",
    "ftp://127.0.0.1/",
    "http://[bad",
    "",
    "/relative",
)
DOCUMENTS |= {
    "/sitemap-cut.xml": say(_URLSET + "<url><loc>/whole</loc></url><url>"
        "<loc>/cu", kind="application/xml"),
    "/sitemap-html.xml": say(PAGE),
    "/sitemap-evil.xml": say(sitemap(*_EVIL), kind="application/xml"),
    "/sitemap-laughs.xml": say(
        f'{_XML}<!DOCTYPE u [<!ENTITY l0 "ha">{_LAUGHS}]><urlset><url><loc>/&l9;</loc></url>'
            f'</urlset>', kind="application/xml"
    ),
    "/sitemap-entity.xml": say(
        f'{_XML}<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/hostname">]><urlset><url><loc>/&x;'
            f'</loc></url></urlset>',
        kind="application/xml",
    ),
}  # fmt: skip


@document("sitemap-bomb.xml.gz")
async def sitemap_bomb(talk: Talk) -> None:
    """A packed sitemap of 200 MB."""
    await talk.send(
        sized(gzip_bomb(200, _URLSET.encode(), b"</urlset>"), b"Content-Type: application/gzip\r\n")
    )


@document("sitemap-endless.xml")
async def sitemap_endless(talk: Talk) -> None:
    """An index that names three new indexes each time."""
    number = int(talk.number("n", 0))
    more = (f"{talk.site.url}/sitemap-endless.xml?n={number * 3 + at}" for at in (1, 2, 3))
    await talk.reply(sitemap_index(*more), kind="application/xml")


@document("sitemap-large.xml")
async def sitemap_large(talk: Talk) -> None:
    """More entries than a sitemap may have, or as many as asked for."""
    locations = (
        f"{talk.site.url}/made-up/{number}" for number in range(int(talk.number("count", 50_001)))
    )
    await talk.reply(sitemap(*locations), kind="application/xml")


# ------------------------------------------------------------------------------------------- robots


async def _stall(talk: Talk) -> None:
    await talk.wait(600)


async def _close(talk: Talk) -> None:
    talk.close()


def _plain(text: str, status: str = "200 OK") -> Behaviour:
    return say(text, kind="text/plain", status=status)


ROBOTS: dict[str, Behaviour] = {
    "allow": _plain("User-agent: *\nAllow: /\n"),
    "forbid": _plain("User-agent: *\nDisallow: /\n"),
    "delay": _plain("User-agent: *\nCrawl-delay: 2\n"),
    "missing": not_found,
    "missing-with-rules": _plain("User-agent: *\nDisallow: /\n", status="404 Not Found"),
    "forbidden": _plain("", status="403 Forbidden"),
    "error": _plain("User-agent: *\nAllow: /\n", status="500 Internal Server Error"),
    "too-many": _plain("", status="429 Too Many Requests"),
    "stall": _stall,
    "close": _close,
    "html": say(PAGE),
    "mark": say(b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n", kind="text/plain"),
    "large": _plain("User-agent: *\n" + "# nothing\n" * 60_000 + "Disallow: /\n"),
    "redirect-loop": redirect("/robots.txt"),
}
