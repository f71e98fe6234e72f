"""Ids derived from content, never from the order of insertion, and times as text."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from archive.urls import canonical_key

_RUN = re.compile(r"\d{8}T\d{12}")


def iso_utc(time: datetime) -> str:
    """An aware datetime as ISO 8601 in UTC, whole seconds, ending in `Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def content_id(*parts: str) -> str:
    """An id derived from content alone: the first 16 hex digits of SHA-256 over the parts, each
    followed by a line feed.
    """
    return hashlib.sha256(
        "".join(part + "\n" for part in parts).encode("utf-8", "surrogatepass")
    ).hexdigest()[:16]


def article_id(site: str, canonical: str) -> str:
    """The id of an article of `site` by its canonical URL (or the `canonical_key` of it)."""
    return content_id(
        "article",
        site,
        canonical_key(canonical) if canonical.startswith(("http://", "https://")) else canonical,
    )


def version_id(article: str, sha256: str) -> str:
    """The id of the version of `article` (an article id) whose `text_sha256` is `sha256`."""
    return content_id("version", article, sha256)


def text_sha256(title: str, body: str) -> str:
    """SHA-256 in hex over an article's text: title, a line feed, body, in UTF-8."""
    return hashlib.sha256(f"{title}\n{body}".encode("utf-8", "surrogatepass")).hexdigest()


def crawl_id(started: datetime, site: str) -> str:
    """The id of a crawl of `site` in the run that began at `started`: the run's id, `-`, the site.

    A run's id is the time it began (UTC, microseconds, no punctuation), so that ids sort by time.
    """
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%S%f}-{site}"


def run_id(crawl: str) -> str:
    """The id of the run that a crawl belongs to, by the crawl's id; a crawl whose id is of another
    form is a run of its own.
    """
    run = crawl.partition("-")[0]
    return run if _RUN.fullmatch(run) else crawl
