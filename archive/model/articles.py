"""What a page says, as values: the article that one capture shows, its parts and their evidence,
or the reason why it is not an article.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from archive.model.identity import iso_utc


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
    """An article's image: absolute URL, and caption and credit if the page has them."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link on a page: absolute URL without fragment, its text, and its role for the article.

    `kind`: `body` (inside the article), `related` (a related-news box), `navigation` (anywhere
    else), `next`, `amp`, `canonical`, `feed`, `sitemap`, `language` (the page in another language;
    all from `<link>` or rel).
    """

    url: str
    text: str = ""
    kind: str = "navigation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where a field's value came from: `field`, the `source` (e.g. `json-ld`, `og`, `meta`,
    `time`, `byline`, `dom`, `flight`), the value as written there, and whether it was chosen.
    """

    field: str
    source: str
    value: str
    chosen: bool = False


# Stands for linked words in the form of a line (U+FFFC OBJECT REPLACEMENT CHARACTER).
LINK_MARK = "\ufffc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A paragraph's place on its page. `path`: the tags and lasting class names down to it. `form`:
    its text with LINK_MARK in place of links into the same site if these are much of it, LINK_MARK
    alone if nothing else is there, else None. `line_hash` is that of its form at its path, `kind` a
    LineKind: `archive.text.shared_lines.make_place` fills in both.
    """

    path: str
    form: str | None = None
    line_hash: int = 0
    kind: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as one capture of it shows it.

    `paragraphs` are the body's, in order, each without line breaks. `published` is aware, or None
    if less than a day is known (`published_precision` then says how much, and `published_raw` holds
    the text as written). `canonical` is its canonical URL, absolute and normalised. `places` has
    one entry for each paragraph, or is empty. `page_number` counts the pages of an article on
    several, from 1 (0: a page with the whole text); `is_last` is true on the last one.
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
    page_number: int | None = None
    is_last: bool = False

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
        """`published` as the index stores it (ISO 8601): an instant with `Z`, or only the date if
        no more is known.
        """
        if self.published is None:
            return None
        if self.published_precision == Precision.DAY:
            return self.published.strftime("%Y-%m-%d")
        return iso_utc(self.published)

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
            "published_precision": str(self.published_precision)
            if self.published_precision
            else None,
            "published_raw": self.published_raw,
            "modified": iso_utc(self.modified) if self.modified else None,
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
    NEEDS_BROWSER = "needs-browser"  # it shows its text by scripts
    NOT_HTML = "not-html"
    ERROR_STATUS = "error-status"
    CHALLENGE = "challenge"
    CONSENT = "consent"
    PAYWALL = "paywall"
    GALLERY = "gallery"
    VIDEO = "video"
    AUDIO = "audio"
    SERVICE = "service"
    ERROR_PAGE = "error-page"
    RESERVED = "reserved"  # by a statement that the site's table says to keep to
    BROKEN_ENCODING = "broken-encoding"
    TOO_LARGE = "too-large"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    BUG = "bug"


# Reasons that mean that a page shows no text.
NO_TEXT_REASONS = frozenset({NotArticleReason.EMPTY, NotArticleReason.NEEDS_BROWSER})
# Reasons that mean that a page was given up for what reading it took: another try may read it.
GIVEN_UP_REASONS = frozenset({NotArticleReason.TIMEOUT, NotArticleReason.MEMORY})
# Reasons that mean an article may be hidden there, or that the page could not be read: each makes a
# row in `failures`.
FAILURE_REASONS = frozenset(
    {
        NotArticleReason.EMPTY,
        NotArticleReason.NEEDS_BROWSER,
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
    """A page that was fetched and holds no article: a value, not an error. `detail` is text for
    people.
    """

    url: str
    reason: NotArticleReason
    detail: str = ""
    evidence: list[Evidence] = field(default_factory=list)
