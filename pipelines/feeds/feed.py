"""RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed as announcements of articles.

A pure function of the bytes: feedparser is handed a stream and never a name, so that it can neither
fetch nor open anything. Reading the dates, and deciding what to fetch, is left to others: dates are
kept as stated.
"""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import feedparser
from w3lib.html import remove_tags

from archive.model import Sighting
from archive.urls import normalise_url
from pipelines.feeds.wrapped_bytes import COMMENT, inflate_gzip, is_gzip
from pipelines.page.decoding import decode_page

# The largest feeds of news sites carry whole bodies and reach a few MB; beyond this it is not a
# feed for reading.
BYTE_LIMIT = 20 * 1024 * 1024
ENTRY_LIMIT = 5_000
_COMMENTS = 1 << 16  # comments before the root that are looked past when sniffing

_XML_ROOT = re.compile(
    rb"<(?:rss\b|(?:[\w.-]+:)?feed\b|(?:[\w.-]+:)?RDF\b[^>]*purl\.org/(?:rss|net/rss)|channel\b)",
    re.IGNORECASE,
)
_JSON_FEED = re.compile(rb'"version"\s*:\s*"https?:\\?/\\?/jsonfeed\.org')
# A root that stands behind what a server's scripts print (notices) must say more of itself.
_LATE_ROOT = re.compile(
    rb"<(?:rss\b[^<>]*\bversion|(?:[\w.-]+:)?feed\b[^<>]*/Atom"
    rb"|(?:[\w.-]+:)?RDF\b[^<>]*purl\.org/(?:rss|net/rss))"
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});")
_BEFORE_ROOT = re.compile(
    rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>|\s+)*", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """What one feed announces, and the reasons why anything was left out."""

    sightings: tuple[Sighting, ...] = ()
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _FeedEntry:
    """One entry as stated."""

    link: str | None
    title: str | None
    published: str | None
    modified: str | None


def is_feed(data: bytes, mime: str | None) -> bool:
    """Whether the payload is a feed by its root element (or JSON Feed's version), whatever its
    media type claims.
    """
    data = _without_marks(data)
    head = data[:_COMMENTS]
    if head.lstrip()[:1] == b"{":
        return bool(_JSON_FEED.search(data)) or (mime or "").startswith("application/feed+json")
    return _find_root(head) is not None


def _find_root(data: bytes) -> int | None:
    """Where a feed's root element begins, past comments, declarations and notices; None if none
    does within reach.
    """
    # comments keep their length, so that places stay
    head = COMMENT.sub(lambda found: b" " * len(found[0]), data[:_COMMENTS])
    before = _BEFORE_ROOT.match(head)
    if root := _XML_ROOT.match(head, before.end() if before else 0):
        return root.start()
    late = _LATE_ROOT.search(head)
    if late is None or _HTML.search(head[: late.start()]):
        return None
    return late.start()


def _without_marks(data: bytes) -> bytes:
    """The bytes behind their byte order marks; UTF-16 as UTF-8, a gzip file unpacked."""
    if is_gzip(data):
        data, _ = inflate_gzip(data, BYTE_LIMIT)
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace").encode()
    while data.startswith(b"\xef\xbb\xbf"):
        data = data.removeprefix(b"\xef\xbb\xbf")
    return data


def read_feed(data: bytes, url: str, content_type: str | None = None) -> FeedReading:
    """Read the feed `data` that `url` answered with, `content_type` being the header as sent.

    Never raises for what the bytes hold. Entries without a usable link are skipped and counted; a
    malformed feed is read as far as feedparser's lenient parser goes and reported as incomplete.
    """
    if len(data) > BYTE_LIMIT:
        return FeedReading(failures=(f"larger than {BYTE_LIMIT} bytes: not read",))
    if not is_feed(data, content_type):
        return FeedReading(failures=("not a feed: neither RSS, Atom nor JSON Feed",))
    data = _without_marks(data)
    if data.lstrip()[:1] == b"{":
        entries, failures = _json_entries(data, content_type)
    else:
        entries, failures = _xml_entries(data, url, content_type)
    if len(entries) > ENTRY_LIMIT:
        failures.append(f"more than {ENTRY_LIMIT} entries: read up to there")
        entries = entries[:ENTRY_LIMIT]
    sightings: dict[str, Sighting] = {}
    skipped = 0
    for entry in entries:
        address = normalise_url(entry.link, url) if entry.link else None
        if address is None:
            skipped += 1
            continue
        sightings.setdefault(
            address,
            Sighting(
                url=address,
                source=url,
                kind="feed",
                title=entry.title,
                published=entry.published,
                modified=entry.modified,
            ),
        )
    if skipped:
        failures.append(f"{skipped} entries without a usable link skipped")
    return FeedReading(sightings=tuple(sightings.values()), failures=tuple(failures))


def _xml_entries(
    data: bytes, url: str, content_type: str | None
) -> tuple[list[_FeedEntry], list[str]]:
    # Decoded as pages are: a declaration that the bytes contradict is passed over.
    data = decode_page(data, content_type).text.encode()
    data = data[_find_root(data) or 0 :]
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    with warnings.catch_warnings():
        # feedparser's own deprecations are not the reader's business
        warnings.simplefilter("ignore")
        try:
            # A stream, never bytes or a string: those feedparser would try to open as a file or an
            # address.
            parsed: Any = feedparser.parse(
                io.BytesIO(data),
                response_headers=headers,
                sanitize_html=False,
                resolve_relative_uris=False,
            )
        except (
            ValueError,
            LookupError,
            RecursionError,
            AttributeError,
            TypeError,
            AssertionError,
        ) as error:
            return [], [f"unreadable feed: {type(error).__name__}: {error}"[:200]]
        entries = [_xml_entry(entry, str(parsed.get("version") or "")) for entry in parsed.entries]
    failures = []
    problem = parsed.get("bozo_exception") if parsed.get("bozo") else None
    if problem is not None and not isinstance(
        problem, (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
    ):
        failures.append(f"malformed feed: perhaps incomplete ({problem})"[:200])
    return entries, failures


def _xml_entry(entry: Any, version: str) -> _FeedEntry:
    # Plain dict access: feedparser's own maps `updated` to `published` where it is missing.
    published = dict.get(entry, "published")
    updated = dict.get(entry, "updated")
    if published is None and not version.startswith("atom"):
        published, updated = updated, None  # in RSS this is dc:date: the only date there is
    detail = entry.get("title_detail") or {}
    title = dict.get(entry, "title")
    if title and "html" in str(detail.get("type", "")) and "<" in title:
        title = remove_tags(title)
    if title and not (version.startswith("atom") and detail.get("type") == "text/plain"):
        # RSS does not say whether a title is HTML; feeds write it so (`<![CDATA[A &amp; B]]>`).
        title = _REFERENCE.sub(lambda found: unescape(found[0]), title)
    return _FeedEntry(
        link=_single_spaced(dict.get(entry, "feedburner_origlink") or dict.get(entry, "link")),
        title=_single_spaced(title),
        published=_single_spaced(published),
        modified=_single_spaced(updated),
    )


def _json_entries(data: bytes, content_type: str | None) -> tuple[list[_FeedEntry], list[str]]:
    try:
        feed = json.loads(decode_page(data, content_type).text, strict=False)
    except (ValueError, RecursionError) as error:
        return [], [f"malformed JSON feed: not read ({error})"[:200]]
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        return [], ["JSON feed without items"]
    return list(_json_items(items)), []


def _json_items(items: list[Any]) -> Iterator[_FeedEntry]:
    for item in items:
        fields = item if isinstance(item, dict) else {}
        yield _FeedEntry(
            link=_single_spaced(fields.get("url") or fields.get("external_url")),
            title=_single_spaced(fields.get("title")),
            published=_single_spaced(fields.get("date_published")),
            modified=_single_spaced(fields.get("date_modified")),
        )


def _single_spaced(value: object) -> str | None:
    """A text with its white space made single; None if nothing is left."""
    return " ".join(value.split()) or None if isinstance(value, str) else None
