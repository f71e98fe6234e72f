"""Sitemaps as announcements: sitemap index, urlset, Google News and text forms, plain or gzipped,
whole or damaged.

A pure function of the bytes: nothing is fetched and no entity is resolved. Which of the announced
URLs are in scope, and how deep an index may lead to another, is left to the crawler. The format is
that of sitemaps.org 0.9 and the `sitemap-news/0.9` extension; damaged files give what is usable and
say what is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Literal, NoReturn

from lxml import etree

from archive.model import Sighting
from archive.urls import normalise_url
from pipelines.feeds.wrapped_bytes import COMMENT, as_utf8, inflate_gzip, is_gzip
from pipelines.page.decoding import decode_page

# sitemaps.org allows 50,000 entries and 50 MB uncompressed; more is either a mistake or an attack.
ENTRY_LIMIT = 50_000
BYTE_LIMIT = 50 * 1024 * 1024
_CHUNK = 1 << 16
_TEXT_LIMIT = 8192  # characters kept of one element's text: no address or headline is longer
_SNIFFED = 4096
_COMMENTS = 1 << 16  # comments before the root that are looked past when sniffing

SitemapKind = Literal["index", "urlset", "news", "text", "html", "unknown"]

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\b")
# Stands for every ampersand while libxml2 parses: it drops references silently once it has met an
# error, which would make wrong addresses of right ones; bare ampersands in addresses are common;
# and no entity can be resolved this way.
_AMPERSAND = "-amp.f3a9-"
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_URL_LINE = re.compile(rb"https?://[^\s<>]+", re.IGNORECASE)
_SAYS_OTHER = re.compile(rb"""<\?xml[^<>]*encoding\s*=\s*["'](?!utf-?(?:8|16))""", re.IGNORECASE)
_HEADER_SAYS = re.compile(r"charset\s*=\s*[\"']?(?!utf-?(?:8|16))\w", re.IGNORECASE)
_LOC = re.compile(rb"(<loc\s*>)([^<]*)", re.IGNORECASE)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapReading:
    """What one sitemap announces: pages (`sightings`), further `sitemaps` (`sitemap_changes`: those
    with a lastmod, and it as written), the pages in other languages (`alternates`, of
    `xhtml:link`), and the reasons why anything was left out.
    """

    sightings: tuple[Sighting, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sitemap_changes: tuple[tuple[str, str], ...] = ()
    alternates: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    kind: SitemapKind = "unknown"


def looks_like_sitemap(data: bytes) -> bool:
    """Whether the payload is a sitemap by what it holds, whatever its media type: an XML root, or
    a text list of addresses; gzip is looked into.
    """
    head, _ = inflate_gzip(data, _COMMENTS) if is_gzip(data) else (data[:_COMMENTS], None)
    head = COMMENT.sub(b"", as_utf8(head))[:_SNIFFED]
    if _ROOT.search(head):
        return not _HTML.search(head[: _first_element(head)])
    return _is_url_list(head)


def read_sitemap(
    data: bytes, url: str, content_type: str | None = None, *, limit: int = ENTRY_LIMIT
) -> SitemapReading:
    """Read the sitemap `data` that `url` answered with, at most `limit` entries of it;
    `content_type` is the header as sent.

    Never raises for what the bytes hold: an entry that cannot be used is skipped and counted, a
    damaged or oversized file is read as far as it goes, and each shortcoming is one line in
    `failures`.
    """
    problem = None
    if is_gzip(data):
        data, problem = inflate_gzip(data, BYTE_LIMIT)
    elif len(data) > BYTE_LIMIT:
        data, problem = data[:BYTE_LIMIT], f"larger than {BYTE_LIMIT} bytes: read up to there"
    data = as_utf8(data).lstrip()
    failures = [problem] if problem else []
    head = COMMENT.sub(b"", data[:_COMMENTS])[:_SNIFFED]
    if not data:
        return SitemapReading(failures=(*failures, "empty"))
    if _is_url_list(head):
        return _read_text(data, url, limit, failures)
    if not _ROOT.search(head) and _HTML.search(head):
        return SitemapReading(
            failures=(*failures, "an HTML page where a sitemap was expected"), kind="html"
        )
    if _ENTITY.search(data):
        return SitemapReading(failures=(*failures, "declares XML entities: refused"))
    target = _SitemapTarget(_SitemapEntries(url, limit))
    return _read_xml(_from_root(data, content_type), target, failures)


# -------------------------------------------------------------------------------------------- bytes


def _first_element(head: bytes) -> int:
    match = _ROOT.search(head)
    return match.start() if match else len(head)


def _is_url_list(head: bytes) -> bool:
    lines = [line for line in map(bytes.strip, head.splitlines()) if _says_something(line)][:3]
    return bool(lines) and all(_URL_LINE.fullmatch(line) for line in lines)


def _says_something(line: bytes) -> bool:
    """Whether a line of a text sitemap is neither empty nor a comment."""
    return bool(line) and not line.startswith(b"#")


def _from_root(data: bytes, content_type: str | None) -> bytes:
    """A sitemap's XML from its root on, as UTF-8, without what a server's scripts print before it.

    A declaration that the bytes contradict is passed over, as in pages; an address whose bytes are
    no UTF-8, where none other was declared, keeps them as escapes.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _SAYS_OTHER.search(data[:_SNIFFED]) or _HEADER_SAYS.search(content_type or "")
        if not declared:
            data = _LOC.sub(lambda found: found[1] + _escaped(found[2]), data)
        data = decode_page(data, content_type).text.encode()
    comments = [found.span() for found in COMMENT.finditer(data[:_COMMENTS])]
    for root in _ROOT.finditer(data):
        if not any(start <= root.start() < end for start, end in comments):
            return data[root.start() :]
    return data


def _escaped(address: bytes) -> bytes:
    try:
        address.decode("utf-8")
    except UnicodeDecodeError:
        return _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], address)
    return address


# -------------------------------------------------------------------------------------------- forms


def _read_text(data: bytes, url: str, limit: int, failures: list[str]) -> SitemapReading:
    entries = _SitemapEntries(url, limit)
    for line in data.splitlines():
        address = line.strip()
        if _says_something(address) and not entries.add_page(_escaped(address).decode(), {}):
            break
    return entries.reading("text", failures)


def _read_xml(data: bytes, target: _SitemapTarget, failures: list[str]) -> SitemapReading:
    handler: Any = target  # the stubs ask for all optional methods too
    # The target is called for each element and no tree is built: memory stays flat whatever the
    # file holds.
    parser = etree.XMLParser(
        target=handler, recover=True, resolve_entities=False, no_network=True, load_dtd=False
    )
    data = data.replace(b"&", _AMPERSAND.encode())
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
        parser.close()
    except _EnoughError:
        return target.entries.reading(target.kind, failures)
    except etree.XMLSyntaxError as error:
        failures = [*failures, f"malformed XML: incomplete ({error.msg})"]
    else:
        if target.depth or parser.feed_error_log:
            message = next(
                (entry.message for entry in parser.feed_error_log), "the root element is not closed"
            )
            failures = [*failures, f"malformed XML: incomplete ({message})"]
    if target.kind == "html":
        failures = [*failures, "an HTML page where a sitemap was expected"]
    elif target.kind == "unknown":
        failures = [*failures, f"not a sitemap: the root element is {target.root or 'missing'}"]
    return target.entries.reading(target.kind, failures)


class _EnoughError(Exception):
    """Ends the parse: the limit of entries is reached, or the root is not a sitemap's."""


@dataclass(slots=True)
class _SitemapEntries:
    """What has been read so far."""

    url: str
    limit: int
    sightings: list[Sighting] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    sitemap_changes: dict[str, str] = field(default_factory=dict)
    alternates: dict[str, None] = field(default_factory=dict)
    unusable: int = 0
    example: str = ""
    cut: bool = False

    def _address(self, written: str) -> str | None:
        # sitemaps.org wants absolute addresses; those that start at the root are common enough to
        # be understood.
        address = (
            normalise_url(written, self.url) if written.startswith("/") else normalise_url(written)
        )
        if address is None:
            self.unusable += 1
            self.example = self.example or written[:80]
        return address

    def _has_room(self) -> bool:
        self.cut = len(self.sightings) + len(self.sitemaps) >= self.limit
        return not self.cut

    def add_page(self, loc: str, fields: dict[str, str]) -> bool:
        """Take one page; False where the limit is reached."""
        if not self._has_room():
            return False
        address = self._address(loc)
        if address is not None:
            news = any(name.startswith("news") for name in fields)
            self.sightings.append(
                Sighting(
                    url=address,
                    source=self.url,
                    kind="news-sitemap" if news else "sitemap",
                    title=fields.get("news/title"),
                    published=fields.get("news/publication_date"),
                    modified=fields.get("lastmod"),
                )
            )
        return True

    def add_sitemap(self, loc: str, changed: str | None) -> bool:
        """Take one further sitemap; False where the limit is reached."""
        if not self._has_room():
            return False
        address = self._address(loc)
        if address is not None:
            self.sitemaps.append(address)
            if changed:
                self.sitemap_changes[address] = changed
        return True

    def add_alternate(self, href: str) -> None:
        """Take a page in another language, where there is room."""
        address = normalise_url(href) if len(self.alternates) < self.limit else None
        if address is not None:
            self.alternates[address] = None

    def reading(self, kind: SitemapKind, failures: list[str]) -> SitemapReading:
        """The whole, with a line for entries skipped or left out."""
        more = (
            [f"{self.unusable} unusable addresses skipped, the first: {self.example}"]
            if self.unusable
            else []
        )
        cut = [f"more than {self.limit} entries: read up to there"] if self.cut else []
        if kind == "urlset" and any(sighting.kind == "news-sitemap" for sighting in self.sightings):
            kind = "news"
        named = {sighting.url for sighting in self.sightings}
        return SitemapReading(
            sightings=tuple(self.sightings),
            sitemaps=tuple(dict.fromkeys(self.sitemaps)),
            sitemap_changes=tuple(self.sitemap_changes.items()),
            alternates=tuple(url for url in self.alternates if url not in named),
            failures=(*failures, *more, *cut),
            kind=kind,
        )


class _SitemapTarget:
    """lxml's parser target: keeps the path of open elements and one entry's fields, nothing more.

    An element that the file's end cuts off is never ended, so a cut address is never taken.
    """

    _WANTED = frozenset({"loc", "lastmod", "news/title", "news/publication_date"})

    def __init__(self, entries: _SitemapEntries) -> None:
        self.entries = entries
        self.kind: SitemapKind = "unknown"
        self.root = ""
        self.depth = 0
        self._path: list[str] = []
        self._fields: dict[str, str] = {}
        self._text: list[str] | None = None
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins; part of lxml's target interface."""
        name = tag.rpartition("}")[2].rpartition(":")[2].lower()
        self.depth += 1
        self._path.append(name)
        if self.depth == 1:
            self.root = name
            kinds: dict[str, SitemapKind] = {
                "urlset": "urlset",
                "sitemapindex": "index",
                "html": "html",
            }
            self.kind = kinds.get(name.lower(), "unknown")
        elif self.depth == 2:
            self._fields = {}
        elif (path := self._inner_path()) in self._WANTED:
            self._text, self._length = [], 0
        elif path == "link" and attributes.get("hreflang"):
            self.entries.add_alternate(attributes.get("href", "").replace(_AMPERSAND + "amp;", "&"))
        elif path == "news":
            self._fields["news"] = ""

    def data(self, text: str) -> None:
        """Text of the open element; part of lxml's target interface."""
        if self._text is not None and self._length < _TEXT_LIMIT:
            self._text.append(text)
            self._length += len(text)

    def end(self, _tag: str) -> None:
        """An element ends: keep its text, or the entry that it closes."""
        path = self._inner_path()
        if self._text is not None and path in self._WANTED:
            content = "".join(self._text).replace(_AMPERSAND, "&")
            content = " ".join(
                _REFERENCE.sub(lambda found: unescape(found.group(0)), content).split()
            )[:_TEXT_LIMIT]
            if content:
                self._fields.setdefault(path, content)
            self._text = None
        elif self.depth == 2:
            self._add_entry(self._path[1])
        self._path.pop()
        self.depth -= 1

    def _inner_path(self) -> str:
        """The open elements within an entry; '' deeper than any that is looked for."""
        return "/".join(self._path[2:]) if self.depth <= 4 else ""

    def _add_entry(self, name: str) -> None:
        loc = self._fields.pop("loc", "")
        if self.kind not in {"urlset", "index"}:
            return
        if not loc and name in {"url", "sitemap"}:
            self.entries.unusable += 1
            self.entries.example = self.entries.example or f"<{name}> without <loc>"
        if not loc:
            return
        # Some sites list sitemaps in a urlset or pages in an index; the entry's own name says which
        # it is.
        room = (
            self.entries.add_sitemap(loc, self._fields.get("lastmod"))
            if name.lower() == "sitemap"
            else self.entries.add_page(loc, self._fields)
        )
        if not room:
            self._stop()

    def _stop(self) -> NoReturn:
        raise _EnoughError

    def close(self) -> None:
        """Nothing to hand over: what was found is in `found`."""
