"""The nouns of the archive as values: exchange, capture, article, version, failure, and how each one is named.

Everything here is frozen and free of behaviour beyond its own consistency. How these values are made (pipelines), kept
(the other modules of this package) or fetched (crawler) is left to others. Times are aware UTC datetimes; they become
ISO 8601 with `Z` only at the border (`iso`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from archive.digest import Digest as Digest  # noqa: PLC0414 - one of the nouns, kept in a module of its own


def iso(moment: datetime) -> str:
    """An aware datetime as ISO 8601 in UTC, whole seconds, ending in `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def content_id(*parts: str) -> str:
    """A name derived from content alone: 16 hex digits of SHA-256 over the parts, each ended by a line feed."""
    return hashlib.sha256("".join(part + "\n" for part in parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


# ------------------------------------------------------------------------------------- what crossed the wire, and is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response as the bytes that crossed the wire (inside TLS).

    `response` starts at the final status line (interim 1xx left out) and holds nothing after the end of the message.
    `truncated` is a WARC-Truncated reason (`length`, `time`, `disconnect`, `unspecified`) where the message is not whole.
    `elapsed` is in seconds.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFacts:
    """Why an exchange was made; written beside it as a `metadata` record (ISO 28500 §6.5, `via`, `hopsFromSeed`).

    `claims` are what a sitemap, feed or section announced of the URL: (source URL, kind, title, published as stated).
    `requisite`: only because a page shows it (an image, a style sheet, a font); whatever came is no page of the site.
    """

    crawl_id: str | None = None
    site: str | None = None
    via: str | None = None
    hops: int = 0
    claims: tuple[Sighting, ...] = ()
    requisite: bool = False


class RecordType(StrEnum):
    """The WARC record types that are captures."""

    RESPONSE = "response"
    REVISIT = "revisit"
    RESOURCE = "resource"


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
    """One exchange as kept in a WARC: where its response (or revisit) record stands and what it says.

    `warc` is the file's name in `archive/` (never with the suffix of a file in progress); `offset` and `length` are
    bytes of the compressed member. `profile` is `identical-payload-digest` or `server-not-modified` on a revisit.
    `id` is derived from `warc` and `offset`, so a rebuild gives the same one.
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
    facts: FetchFacts = FetchFacts()

    @property
    def id(self) -> str:
        """16 hex digits, derived from file name and offset."""
        return content_id("capture", self.warc, str(self.offset))


# ---------------------------------------------------------------------------------------------- what a page says


class Precision(StrEnum):
    """How much of a published date is known."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An article's image: absolute URL, and caption and credit where the page states them."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as it stands on a page: absolute URL without fragment, its text, and what it is to the article.

    `kind`: `body` (inside the article), `related` (a related-news box), `navigation` (anywhere else), `next`, `amp`,
    `canonical`, `feed` (from `<link>` or rel).
    """

    url: str
    text: str = ""
    kind: str = "navigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where one field's value came from: `field`, the `source` (e.g. `json-ld`, `og`, `meta`, `time`, `byline`, `dom`,
    `flight`), the value as it stood there, and whether it is the one chosen.
    """

    field: str
    source: str
    value: str
    chosen: bool = False


# Stands for linked words in the form of a line (U+FFFC OBJECT REPLACEMENT CHARACTER).
LINKED = "\ufffc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How a paragraph stands on its page. `path`: the tags and lasting class names down to it. `form`: its text with
    LINKED in place of links into the same site, where these are much of it; LINKED alone where nothing else is there.
    """

    path: str
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as one capture of it reads.

    `paragraphs` are the body's, in order, each without line breaks. `published` is aware, or None where less than a day
    is known (then `published_precision` says what is, and `published_raw` holds the text as written).
    `canonical` is the address that names it, absolute and normalised. `places` has one for each paragraph, or none.
    """

    url: str
    canonical: str
    title: str
    paragraphs: list[str]
    lead: str | None = None
    authors: list[str] = field(default_factory=list)
    section: str | None = None
    language: str | None = None
    published: datetime | None = None
    published_precision: Precision | None = None
    published_raw: str | None = None
    modified: datetime | None = None
    publisher: str | None = None
    image: Image | None = None
    related: list[Link] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    site: str | None = None

    @property
    def body(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)

    @property
    def words(self) -> int:
        """Words in the body, split at white space."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)

    @property
    def published_text(self) -> str | None:
        """`published` as the index keeps it: an instant with `Z`, or a date only as long as it is known (ISO 8601)."""
        if self.published is None:
            return None
        if self.published_precision == Precision.DAY:
            return self.published.strftime("%Y-%m-%d")
        return iso(self.published)

    def to_dict(self) -> dict[str, Any]:
        """The article under the column names of the table `articles`."""
        return {
            "url": self.canonical,
            "site": self.site,
            "title": self.title,
            "lead": self.lead,
            "body": self.body,
            "author": "; ".join(self.authors) or None,
            "section": self.section,
            "language": self.language,
            "published": self.published_text,
            "published_precision": str(self.published_precision) if self.published_precision else None,
            "published_raw": self.published_raw,
            "modified": iso(self.modified) if self.modified else None,
            "publisher": self.publisher,
            "image_url": self.image.url if self.image else None,
            "image_caption": self.image.caption if self.image else None,
            "image_credit": self.image.credit if self.image else None,
            "words": self.words,
        }


class NotArticleReason(StrEnum):
    """Why a page that answered is not an article."""

    LISTING = "listing"
    EMPTY = "empty"
    NOT_HTML = "not-html"
    ERROR_STATUS = "error-status"
    CHALLENGE = "challenge"
    CONSENT = "consent"
    PAYWALL = "paywall"
    GALLERY = "gallery"
    VIDEO = "video"
    ERROR_PAGE = "error-page"
    BROKEN_ENCODING = "broken-encoding"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    BUG = "bug"


# Reasons that mean an article may hide there, or that the page could not be read: each is owed a row in `failures`.
OWED = frozenset(
    {
        NotArticleReason.EMPTY,
        NotArticleReason.CHALLENGE,
        NotArticleReason.CONSENT,
        NotArticleReason.PAYWALL,
        NotArticleReason.BROKEN_ENCODING,
        NotArticleReason.TOO_LARGE,
        NotArticleReason.TRUNCATED,
        NotArticleReason.TIMEOUT,
        NotArticleReason.MEMORY,
        NotArticleReason.BUG,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnArticle:
    """A page that answered and holds no article: a value, not an error. `detail` is for a person."""

    url: str
    reason: NotArticleReason
    detail: str = ""
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One announcement of a URL: by the sitemap, feed or section page `source`; `kind` is `sitemap`, `news-sitemap`,
    `feed` or `section`. `published` is as stated there; `modified` is a sitemap's lastmod.
    """

    url: str
    source: str
    kind: str
    title: str | None = None
    published: str | None = None
    modified: str | None = None


class Stage(StrEnum):
    """Where on its way a URL failed."""

    ROBOTS = "robots"
    FETCH = "fetch"
    ARCHIVE = "archive"
    DISCOVERY = "discovery"
    EXTRACT = "extract"
    INDEX = "index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A URL that is owed an explanation: the stage it failed at and the reason, in words a person can act on."""

    url: str
    stage: Stage
    reason: str
    at: datetime
    crawl_id: str | None = None


class PayloadKind(StrEnum):
    """What a capture's payload turned out to be."""

    ARTICLE = "article"
    PAGE = "page"  # HTML without an article: listings and the rest
    SITEMAP = "sitemap"
    FEED = "feed"
    ROBOTS = "robots"
    REDIRECT = "redirect"
    NOT_MODIFIED = "not-modified"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that one capture's payload tells: a pure function of payload, headers, capture time and site configuration.

    Made in a worker process and sent back whole; the index is written from (capture, reading) alone.
    `articles` holds the page's own article first and, on a listing that carries whole bodies, the others after it.
    `requisites` are the addresses a page or style sheet needs to look as it does, where the site's are to be fetched.
    `signature` is the near-duplicate signature of the own article's text (bytes of 64 unsigned 32-bit integers), or None.
    """

    kind: PayloadKind
    article: Article | None = None
    not_article: NotAnArticle | None = None
    embedded: tuple[Article, ...] = ()
    links: tuple[Link, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    sitemaps: tuple[str, ...] = ()
    requisites: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    signature: bytes | None = None


class Change(StrEnum):
    """What a capture meant for the index."""

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
    bytes: int = 0
