"""What crossed the wire, how it is stored, and what was read from it: exchange, capture, reading,
failure, crawl.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from archive.model.articles import (
    Article,
    Link,
    NotAnArticle,
)
from archive.model.digest import Digest
from archive.model.identity import content_id
from archive.model.listing_page import ListingPage
from archive.model.usage_signals import UsageSignal

# ----------------------------------------------------------------------- exchanges and captures


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response as the bytes that crossed the wire (inside TLS).

    `response` starts at the final status line (interim 1xx left out) and holds nothing after the
    end of the message. `truncated` is a WARC-Truncated reason (`length`, `time`, `disconnect`,
    `unspecified`) if the message is not whole. `elapsed` is in seconds. `site_cookies`: the
    request's cookies are what the site had set in the same crawl, and no secret of the operator.
    `redacted` are the names of headers whose values were left out of `request` or `response`,
    since they are the operator's. `proxy`: the scheme of the proxy that was asked, if one was.
    """

    url: str
    started: datetime
    request: bytes
    response: bytes
    ip: str | None = None
    truncated: str | None = None
    protocols: tuple[str, ...] = ("http/1.1",)
    cipher: str | None = None
    tls_verified: bool | None = None
    elapsed: float = 0.0
    site_cookies: bool = False
    redacted: tuple[str, ...] = ()
    proxy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFacts:
    """Why an exchange was made; written with it as a `metadata` record (ISO 28500 §6.5, `via`,
    `hopsFromSeed`).

    `claims` are the announcements of the URL by sitemaps, feeds and sections. `requisite` is true
    if it was fetched only because a page shows it (an image, a style sheet, a font); it is then
    never a page of the site. `in_browser` is true for a page that is read as a browser showed it,
    from the `conversion` record that refers to this exchange; its own bytes are not read. `robots`
    is the WARC-Record-ID of the robots.txt that applied.
    """

    crawl_id: str | None = None
    site: str | None = None
    via: str | None = None
    hops: int = 0
    claims: tuple[Sighting, ...] = ()
    requisite: bool = False
    in_browser: bool = False
    robots: str | None = None


class RecordType(StrEnum):
    """The WARC record types that are captures."""

    RESPONSE = "response"
    REVISIT = "revisit"
    RESOURCE = "resource"
    CONVERSION = "conversion"  # a page as a browser showed it (`archive.model.rendering`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The earlier `response` record that a revisit points at; never itself a revisit.

    `captured` is exactly that record's WARC-Date, fractions of a second and all.
    """

    record_id: str
    url: str
    captured: datetime
    warc: str
    offset: int
    length: int
    payload_digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One exchange as stored in a WARC: the position of its response, resource or revisit record,
    and what that record says. A page as a browser showed it is a capture, too: `refers_to_id` is
    then the record that the browser was given.

    `warc` is the file's name in `archive/` (never with the suffix of a file in progress); `offset`
    and `length` are bytes of the compressed member. `profile` is `identical-payload-digest` or
    `server-not-modified` on a revisit, else None. `rights_headers` are the response headers that
    state how it may be used, as sent (`archive.model.usage_signals`).
    """

    url: str
    captured: datetime
    warc: str
    offset: int
    length: int
    record_id: str
    record_type: RecordType
    status: int | None = None
    mime: str | None = None
    payload_digest: Digest | None = None
    profile: str | None = None
    refers_to_url: str | None = None
    refers_to_date: datetime | None = None
    refers_to_id: str | None = None
    truncated: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    location: str | None = None
    rights_headers: tuple[tuple[str, str], ...] = ()
    facts: FetchFacts = FetchFacts()

    @property
    def id(self) -> str:
        """16 hex digits, derived from file name and offset: a rebuilt index has the same ids."""
        return content_id("capture", self.warc, str(self.offset))


# ------------------------------------------------------------------ sightings, readings, outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One announcement of a URL: by the sitemap, feed or section page `source`; `kind` is
    `sitemap`, `news-sitemap`, `feed` or `section`. `published` is as written there; `modified` is a
    sitemap's lastmod.
    """

    url: str
    source: str
    kind: str
    title: str | None = None
    published: str | None = None
    modified: str | None = None


class Stage(StrEnum):
    """The step at which a URL failed."""

    ROBOTS = "robots"
    FETCH = "fetch"
    ARCHIVE = "archive"
    DISCOVERY = "discovery"
    EXTRACT = "extract"
    INDEX = "index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A URL that failed: the stage, the reason in words a person can act on, and when."""

    url: str
    stage: Stage
    reason: str
    at: datetime
    crawl_id: str | None = None


class PayloadKind(StrEnum):
    """What a capture's payload is."""

    ARTICLE = "article"
    PAGE = "page"  # HTML without an article: listings and the rest
    NOT_FOUND = "not-found"  # HTML that says that nothing is there, or no more, with status 200
    SITEMAP = "sitemap"
    FEED = "feed"
    ROBOTS = "robots"
    REDIRECT = "redirect"
    NOT_MODIFIED = "not-modified"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that is read from one capture: a pure function of payload, headers, capture time and site
    configuration.

    Made in a worker process and sent back whole; the index is written from (capture, reading)
    alone. `article` is the page's own; `embedded` are those that a listing carries with their whole
    bodies. `sitemap_changes` are the sitemaps whose lastmod is stated, with it as written.
    `requisites` are the URLs that a page or style sheet needs to look as it does, if the
    site's are to be fetched. `signature` is the near-duplicate signature of the own article's text
    (64 unsigned 32-bit integers as bytes), or None. `signals` are statements about the use of what
    was captured. `listing` is what a page shows that leads to articles and is none.
    """

    kind: PayloadKind
    article: Article | None = None
    not_article: NotAnArticle | None = None
    embedded: tuple[Article, ...] = ()
    links: tuple[Link, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sitemap_changes: tuple[tuple[str, str], ...] = ()
    requisites: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    signature: bytes | None = None
    signals: tuple[UsageSignal, ...] = ()
    listing: ListingPage | None = None


class Change(StrEnum):
    """What a capture changed in the index."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSummary:
    """One run for one site, as the table `crawls` keeps it and `crawl` prints it."""

    id: str
    site: str
    started: datetime
    finished: datetime | None = None
    outcome: str = "running"  # running, finished, limited, interrupted, failed
    fetched: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    failed: int = 0
    left_out: int = 0
    bytes: int = 0


# What a crawl counts; `archive.index.columns` has a column for each.
CRAWL_COUNTERS = tuple(field.name for field in fields(CrawlSummary) if field.type == "int")
