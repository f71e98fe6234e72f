"""SURT keys: a URL as the CDXJ index sorts it, most significant part first
(`org,example)/path?query`).

The form is the one that indexers and replay tools of the field agree on (the URL canonicalisation
of the Wayback Machine): case, `www.`, default ports, session ids, the order of query arguments and
a trailing slash make no difference.
"""

from __future__ import annotations

import contextlib
import re
import socket
from urllib.parse import SplitResultBytes, quote_from_bytes, unquote_to_bytes

_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+\-.]*:")
_REPEATED = re.compile(rb"^(?:(https?://))+")
_PARTS = re.compile(
    rb"(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?"
)
_WWW = re.compile(rb"www[0-9]*\.")
_DOTTED = re.compile(rb"(?:[1-9][0-9]*|0[0-7]*)(?:\.[0-9]+){0,3}")
_ESCAPE_AT_END = re.compile(rb"%[0-9a-fA-F]{2}")
_DEFAULT_PORTS = {b"http": 80, b"https": 443}
# All printable ASCII but the per cent sign and the number sign.
_UNESCAPED = bytes(code for code in range(0x21, 0x7F) if code not in b"%#")

# Session ids in paths (ASP.NET) and queries. These rules are fixed by the tools that look keys up
# and are narrower than those of `archive.url_parameters`.
_PATH_SESSIONS = (
    re.compile(rb"(?<=/)\((?:[a-z]\([0-9a-z]{24}\))+\)/", re.IGNORECASE),
    re.compile(rb"(?<=/)\([0-9a-z]{24}\)/", re.IGNORECASE),
)
_ASPX = re.compile(rb"[^?]+?\.aspx", re.IGNORECASE)
_QUERY_SESSIONS = tuple(
    re.compile(rb"^(.*)" + name + rb"(?:&(.*))?$", re.IGNORECASE)
    for name in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=(?:(?!cfid=[^&])[^&])+&cftoken=[^&]+",
    )
)


def surt_key(url: str) -> str:
    """The SURT key of a URL; the URL itself if it cannot be parsed (as other indexers do)."""
    if not url:
        return "-"
    if url.startswith("filedesc"):
        return url
    try:
        return _surt_bytes(url.encode("utf-8")).decode("utf-8")
    except ValueError:
        return url


def _surt_bytes(url: bytes) -> bytes:
    url = re.sub(rb"[\n\r\t]", b"", url.strip())
    if not _SCHEME.match(url):
        url = b"http://" + url
    url = _REPEATED.sub(rb"\1", url)
    match = _PARTS.fullmatch(url)
    if match is None:
        raise ValueError("not a URL")
    scheme, authority, path, query = (part or b"" for part in match.groups())
    address = SplitResultBytes(scheme, authority.rstrip(b":"), b"", b"", b"")
    host, port = address.hostname or b"", address.port
    if scheme.startswith(b"http") and not host and path:
        host, _, path = path.lstrip(b"/").partition(b"/")
        path = b"/" + path
    host = _canonical_host(host)
    path, query = _canonical_path(path, rooted=bool(host)), _canonical_query(query)
    tail = path + ((b"" if path else b"/") + b"?" + query if query else b"")
    if not host:
        return scheme + b":" + tail
    if scheme != b"dns":
        host = _WWW.sub(b"", host, count=1) if _WWW.match(host) else host
    key = b",".join(reversed(host.split(b".")))
    if port and port != _DEFAULT_PORTS.get(scheme.lower(), 0):
        key += b":%d" % port
    return key + b")" + tail


def _canonical_host(host: bytes) -> bytes:
    host = _unescape(host)
    if not host.isascii():
        with contextlib.suppress(ValueError):
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    return _ip_address(host) or _escape(host.lower()).lower()


def _ip_address(host: bytes) -> bytes | None:
    """A host that is a number in one of the forms of inet_aton, as four decimal parts."""
    if host.isdigit():
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4, "big")).encode("ascii")
    if _DOTTED.fullmatch(host):
        try:
            return socket.inet_ntoa(socket.inet_aton(host.decode("ascii"))).encode("ascii")
        except OSError:
            return None
    return None


def _canonical_path(path: bytes, *, rooted: bool) -> bytes:
    path = _unescape(path)
    if rooted:
        kept: list[bytes] = []
        for part in path.split(b"/")[1:]:
            if part == b".." and kept:
                kept.pop()
            elif part != b".":
                kept.append(part)
        path = b"/" + b"/".join([part for part in kept[:-1] if part] + kept[-1:])
    path = _escape(path).lower()
    for pattern in _PATH_SESSIONS:
        path = _without_session(path, pattern)
    return path[:-1] if len(path) > 1 and path.endswith(b"/") else path


def _without_session(path: bytes, pattern: re.Pattern[bytes]) -> bytes:
    """The path without the last session id that stands before a name that ends in `.aspx`."""
    end = len(path)
    for session in reversed(list(pattern.finditer(path))):
        if _ASPX.match(path, session.end(), end):
            return path[: session.start()] + path[session.end() :]
        # No need to look further than the one behind it did, but for `.aspx` right behind that.
        end = min(session.end() + len(b".aspx"), len(path))
    return path


def _canonical_query(query: bytes) -> bytes:
    query = _escape(_unescape(query))
    for pattern in _QUERY_SESSIONS:
        query = pattern.sub(lambda match: match[1] + (match[2] or b""), query)
    query = query.lower()
    if len(query) <= 1:
        return query
    return b"&".join(
        b"=".join(pair) for pair in sorted(tuple(item.split(b"=", 1)) for item in query.split(b"&"))
    )


def _unescape(data: bytes) -> bytes:
    """Percent-decode until nothing changes: what was encoded twice is the same URL."""
    data = unquote_to_bytes(data)
    if b"%" not in data:
        return data
    # Each escape is decoded as soon as it is whole, so that one pass does for any number of them
    # within each other.
    plain = bytearray()
    for byte in data:
        plain.append(byte)
        while _ESCAPE_AT_END.match(plain, max(len(plain) - 3, 0)):
            plain[-3:] = bytes.fromhex(plain[-2:].decode("ascii"))
    return bytes(plain)


def _escape(data: bytes) -> bytes:
    return quote_from_bytes(data, safe=_UNESCAPED).encode("ascii")
