"""What one captured payload tells: the pure function that worker processes run.

A payload is decoded, recognised (sitemap, feed, robots.txt, page, something else) and read once: an
HTML page is parsed a single time for its links, metadata and body. The network, the clock and the
disk are no part of it, so a rebuild years later gives the same reading.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from archive.config import SiteConfig
from archive.model import (
    Article,
    Failure,
    Link,
    NotAnArticle,
    NotArticleReason,
    PayloadKind,
    Reading,
    Sighting,
    Stage,
)
from archive.urls import normalise_url
from archive.warc.http_message import decode_entity
from pipelines.article.extraction import embedded_articles, from_page
from pipelines.feeds.feed import is_feed, read_feed
from pipelines.feeds.sitemap import looks_like_sitemap, read_sitemap
from pipelines.near_duplicates import text_signature
from pipelines.page import links
from pipelines.page.decoding import decode_page
from pipelines.page.dom import Page, parse_page
from pipelines.payload_facts import DECODED_LIMIT, PayloadFacts

# A link whose text is shorter is a menu entry, not a headline (shortest headline of 1,900 on real
# listings: 14).
HEADLINE_LENGTH = 20
HTML = frozenset({"text/html", "application/xhtml+xml"})


def read_payload(payload: bytes, facts: PayloadFacts, site: SiteConfig) -> Reading:
    """Read one payload (entity with its content coding still on)."""
    status = facts.status or 200  # a resource record has no HTTP status
    if 300 <= status < 400:
        return _read_redirect(facts, status)
    if not 200 <= status < 300:
        return Reading(
            kind=PayloadKind.OTHER,
            not_article=_rejection(facts, NotArticleReason.ERROR_STATUS, f"HTTP {status}"),
        )
    decoded = decode_entity(payload, facts.content_encoding, DECODED_LIMIT)
    if decoded.truncated and len(decoded.body) >= DECODED_LIMIT:
        detail = f"more than {DECODED_LIMIT >> 20} MB once decoded"
        return Reading(
            kind=PayloadKind.OTHER,
            not_article=_rejection(facts, NotArticleReason.TOO_LARGE, detail),
        )
    failures = (_failure_of(facts, Stage.EXTRACT, decoded.problem),) if decoded.problem else ()
    return _recognise_document(decoded.body, facts, site, failures)


def _recognise_document(
    body: bytes, facts: PayloadFacts, site: SiteConfig, failures: tuple[Failure, ...]
) -> Reading:
    mime = (facts.mime or "").lower()
    if facts.requisite or mime == "text/css":
        # An image's address may answer with a page; that is no page of this site, and nothing of it
        # is indexed.
        needed = _needed_by_sheet(body, facts) if site.requisites and mime == "text/css" else ()
        return Reading(kind=PayloadKind.OTHER, requisites=needed, failures=failures)
    if urlsplit(facts.url).path == "/robots.txt":
        return Reading(
            kind=PayloadKind.ROBOTS, sitemaps=_robots_sitemaps(body, facts.url), failures=failures
        )
    if mime not in HTML or not _starts_like_html(body):
        if looks_like_sitemap(body):
            return _read_sitemap(body, facts, failures)
        if is_feed(body, mime):
            return _read_feed(body, facts, failures)
    if mime in HTML or (not mime and _starts_like_html(body)):
        return _read_page(body, facts, site, failures)
    return Reading(
        kind=PayloadKind.OTHER,
        not_article=_rejection(facts, NotArticleReason.NOT_HTML, mime or "no content type"),
        failures=failures,
    )


def _needed_by_sheet(body: bytes, facts: PayloadFacts) -> tuple[str, ...]:
    return links.find_css_requisites(decode_page(body, facts.content_type).text, facts.url)


def _starts_like_html(body: bytes) -> bool:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in start


def _read_redirect(facts: PayloadFacts, status: int) -> Reading:
    if status == 304:
        return Reading(kind=PayloadKind.NOT_MODIFIED)
    target = normalise_url(facts.location, facts.url) if facts.location else None
    return Reading(
        kind=PayloadKind.REDIRECT, links=(Link(url=target, kind="redirect"),) if target else ()
    )


def _robots_sitemaps(body: bytes, url: str) -> tuple[str, ...]:
    sitemaps = []
    for line in body.decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        name, colon, value = line.partition(":")
        address = value.split("#")[0].strip()
        if colon and address and name.strip().lower() == "sitemap":
            target = normalise_url(address, url)
            if target and target not in sitemaps:
                sitemaps.append(target)
    return tuple(sitemaps)


def _read_sitemap(body: bytes, facts: PayloadFacts, failures: tuple[Failure, ...]) -> Reading:
    reading = read_sitemap(body, facts.url)
    more = tuple(_failure_of(facts, Stage.DISCOVERY, reason) for reason in reading.failures)
    return Reading(
        kind=PayloadKind.SITEMAP,
        sightings=tuple(reading.sightings),
        sitemaps=tuple(reading.sitemaps),
        failures=failures + more,
    )


def _read_feed(body: bytes, facts: PayloadFacts, failures: tuple[Failure, ...]) -> Reading:
    reading = read_feed(body, facts.url, facts.content_type)
    more = tuple(_failure_of(facts, Stage.DISCOVERY, reason) for reason in reading.failures)
    return Reading(
        kind=PayloadKind.FEED, sightings=tuple(reading.sightings), failures=failures + more
    )


def _read_page(
    body: bytes, facts: PayloadFacts, site: SiteConfig, failures: tuple[Failure, ...]
) -> Reading:
    page = parse_page(body, facts.url, facts.content_type)
    if isinstance(page, NotAnArticle):
        return Reading(kind=PayloadKind.PAGE, not_article=page, failures=failures)
    # Links first: recovering the body may alter the tree.
    outlinks = tuple(links.find_outlinks(page))
    needed = links.find_requisites(page) if site.requisites else ()
    result = from_page(page, captured=facts.captured, site=site)
    if page.cut:
        failures += (
            _failure_of(
                facts, Stage.EXTRACT, "nested too deeply: part of the page could not be read"
            ),
        )
    if facts.truncated and (isinstance(result, Article) or result.reason is NotArticleReason.EMPTY):
        # Half a body would count as an edit of the whole one: it stays in the WARC, the index waits
        # for a whole capture.
        result = _rejection(
            facts, NotArticleReason.TRUNCATED, f"the response was cut ({facts.truncated})"
        )
    reading = Reading(kind=PayloadKind.PAGE, links=outlinks, requisites=needed, failures=failures)
    if isinstance(result, Article):
        return replace(
            reading,
            kind=PayloadKind.ARTICLE,
            article=result,
            signature=text_signature(result.body),
        )
    if result.reason != NotArticleReason.LISTING:
        return replace(reading, not_article=result)
    return replace(
        reading,
        not_article=result,
        embedded=tuple(embedded_articles(page, captured=facts.captured, site=site)),
        sightings=_section_sightings(page, outlinks),
    )


def _section_sightings(page: Page, outlinks: tuple[Link, ...]) -> tuple[Sighting, ...]:
    """The headlines a section page announces: its links into the same site whose text is long
    enough to be one.
    """
    host = urlsplit(page.url).netloc
    return tuple(
        Sighting(url=link.url, source=page.url, kind="section", title=link.text)
        for link in outlinks
        if len(link.text) >= HEADLINE_LENGTH and urlsplit(link.url).netloc == host
    )


def _rejection(facts: PayloadFacts, reason: NotArticleReason, detail: str) -> NotAnArticle:
    return NotAnArticle(url=facts.url, reason=reason, detail=detail)


def _failure_of(facts: PayloadFacts, stage: Stage, reason: str) -> Failure:
    return Failure(
        url=facts.url, stage=stage, reason=reason, at=facts.captured, crawl_id=facts.crawl_id
    )
