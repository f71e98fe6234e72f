"""What one captured payload tells: the pure function that worker processes run.

A payload is decoded, recognised (sitemap, feed, robots.txt, page, something else) and read once: an
HTML page is parsed a single time for its links, metadata and body. The network, the clock and the
disk are no part of it, so a rebuild years later gives the same reading.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from archive.config import SiteConfig
from archive.content_coding import decode_entity
from archive.model import (
    NO_TEXT_REASONS,
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
from archive.model.usage_signals import TDMREP_PATH, UsageSignal
from archive.urls import normalise_url, redirect_target
from pipelines.article.extraction import embedded_articles, from_page
from pipelines.feeds.feed import is_feed, read_feed
from pipelines.feeds.sitemap import looks_like_sitemap, read_sitemap
from pipelines.language.line_phrases import text_breadth
from pipelines.language.not_found import says_not_found
from pipelines.near_duplicates import text_signature
from pipelines.page import links
from pipelines.page.decoding import decode_page
from pipelines.page.dom import Page, parse_page
from pipelines.page.links import refresh_address
from pipelines.page.listing_page import read_listing_page
from pipelines.page.media_type import HTML, media_type
from pipelines.payload_facts import DECODED_LIMIT, PayloadFacts, ends_with_end_tag
from pipelines.usage_signals.pages import is_rsl, page_licences, page_signals, rsl_signals
from pipelines.usage_signals.reservations import NOFOLLOW, RSL, find_reservation
from pipelines.usage_signals.rsl import find_rsl_reservation
from pipelines.usage_signals.statements import header_signals, robots_signals, tdmrep_signals

# A link whose text is shorter is a menu entry, not a headline (shortest headline of 1,900 on real
# listings: 14).
HEADLINE_LENGTH = 20
# A body is cut by its framing: the last chunk is missing, or its length is that of another body.
# What we have cut ourselves (`length`) is never whole.
_CUT_BY_FRAMING = frozenset({"disconnect", "time", "unspecified"})


def read_payload(payload: bytes, facts: PayloadFacts, site: SiteConfig) -> Reading:
    """Read one payload (entity with its content coding still on)."""
    status = facts.status or 200  # a resource record has no HTTP status
    if 300 <= status < 400:
        return _read_redirect(payload, facts, status)
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
    return _with_refresh(_recognise_document(decoded.body, facts, site, failures), facts)


def _with_refresh(reading: Reading, facts: PayloadFacts) -> Reading:
    """The reading with the address that a `Refresh` header leads to, as `<meta>` refreshes have it;
    a page that holds nothing else only leads on.
    """
    address = refresh_address(facts.refresh or "")
    target = redirect_target(address, facts.url) if address else None
    if facts.requisite or target is None or target == facts.url:
        return reading
    no = reading.not_article
    bare = no is not None and no.reason in NO_TEXT_REASONS | {NotArticleReason.NOT_HTML}
    only_leads_on = _rejection(facts, NotArticleReason.LISTING, "it only leads on (Refresh)")
    return replace(
        reading,
        not_article=only_leads_on if bare else no,
        links=(*reading.links, Link(url=target, kind="navigation")),
    )


def _recognise_document(
    body: bytes, facts: PayloadFacts, site: SiteConfig, failures: tuple[Failure, ...]
) -> Reading:
    mime = media_type(facts.mime, body)
    if facts.requisite or mime == "text/css":
        # An image's address may answer with a page; that is no page of this site, and nothing of it
        # is indexed.
        needed = _needed_by_sheet(body, facts) if site.requisites and mime == "text/css" else ()
        return Reading(kind=PayloadKind.OTHER, requisites=needed, failures=failures)
    if urlsplit(facts.url).path == "/robots.txt":
        return Reading(
            kind=PayloadKind.ROBOTS,
            sitemaps=_robots_sitemaps(body, facts.url),
            failures=failures,
            signals=robots_signals(body),
        )
    if urlsplit(facts.url).path == TDMREP_PATH:
        return Reading(kind=PayloadKind.OTHER, failures=failures, signals=tdmrep_signals(body))
    if mime not in HTML or not _starts_like_html(body):
        if looks_like_sitemap(body):
            return _read_sitemap(body, facts, site, failures)
        if is_feed(body, mime):
            return _read_feed(body, facts, failures)
        if is_rsl(body, mime):
            return Reading(kind=PayloadKind.OTHER, failures=failures, signals=rsl_signals(body))
    if mime in HTML:
        return _read_page(body, facts, site, failures)
    return Reading(
        kind=PayloadKind.OTHER,
        not_article=_rejection(facts, NotArticleReason.NOT_HTML, facts.mime or mime),
        failures=failures,
    )


def _needed_by_sheet(body: bytes, facts: PayloadFacts) -> tuple[str, ...]:
    return links.find_css_requisites(decode_page(body, facts.content_type).text, facts.url)


def _starts_like_html(body: bytes) -> bool:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in start


def _read_redirect(payload: bytes, facts: PayloadFacts, status: int) -> Reading:
    """Where a 3xx answer leads; where its Location does not say, the links of its page do
    (RFC 9110 §15.4.1).
    """
    if status == 304:
        return Reading(kind=PayloadKind.NOT_MODIFIED)
    reading = Reading(kind=PayloadKind.REDIRECT)
    target = redirect_target(facts.location, facts.url) if facts.location else None
    if target:
        return replace(reading, links=(Link(url=target, kind="redirect"),))
    body = decode_entity(payload, facts.content_encoding, DECODED_LIMIT).body
    if not facts.requisite and media_type(facts.mime, body) in HTML:
        page = parse_page(body, facts.url, facts.content_type)
        if isinstance(page, Page):
            reading = replace(reading, links=tuple(links.find_outlinks(page)))
    return _with_refresh(reading, facts)


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


def _read_sitemap(
    body: bytes, facts: PayloadFacts, site: SiteConfig, failures: tuple[Failure, ...]
) -> Reading:
    reading = read_sitemap(body, facts.url, facts.content_type)
    more = tuple(_failure_of(facts, Stage.DISCOVERY, reason) for reason in reading.failures)
    return Reading(
        kind=PayloadKind.SITEMAP,
        sightings=tuple(reading.sightings),
        sitemaps=tuple(reading.sitemaps),
        sitemap_changes=reading.sitemap_changes,
        links=tuple(Link(url=url, kind=links.LANGUAGE) for url in reading.alternates)
        if site.hreflang
        else (),
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
    # First: recovering the body may alter the tree.
    signals = page_signals(page)
    uses = _reserved_uses(page, signals, facts, site)
    outlinks = () if NOFOLLOW in uses else _outlinks(page, site)
    needed = links.find_requisites(page) if site.requisites else ()
    result = _judge_page(page, body, facts, site)
    if (why := next((uses[use] for use in uses if use != NOFOLLOW), None)) is not None:
        result = _rejection(facts, NotArticleReason.RESERVED, why)
    if page.cut:
        detail = "nested too deeply: part of the page could not be read"
        failures += (_failure_of(facts, Stage.EXTRACT, detail),)
    reading = Reading(
        kind=PayloadKind.PAGE,
        links=outlinks,
        requisites=needed,
        failures=failures,
        signals=signals,
    )
    if isinstance(result, Article):
        return replace(
            reading,
            kind=PayloadKind.ARTICLE,
            article=result,
            signature=text_signature(result.body),
        )
    if result.reason != NotArticleReason.LISTING:
        is_error = result.reason is NotArticleReason.ERROR_PAGE
        kind = PayloadKind.NOT_FOUND if is_error and says_not_found(result.detail) else reading.kind
        return replace(reading, kind=kind, not_article=result)
    return replace(
        _announcing(reading, page),
        not_article=result,
        embedded=tuple(embedded_articles(page, captured=facts.captured, site=site)),
    )


def _announcing(reading: Reading, page: Page) -> Reading:
    """The reading of a list of articles with what it announces and shows."""
    host = urlsplit(page.url).netloc
    announced = {
        link.url
        for link in reading.links
        if text_breadth(link.text) >= HEADLINE_LENGTH and urlsplit(link.url).netloc == host
    }
    return replace(
        reading,
        sightings=_section_sightings(page, reading.links),
        listing=read_listing_page(page, reading.links, len(announced - {page.url})),
    )


def _judge_page(
    page: Page, body: bytes, facts: PayloadFacts, site: SiteConfig
) -> Article | NotAnArticle:
    """What a page is, whatever it reserves."""
    result = from_page(page, captured=facts.captured, site=site)
    if facts.rendered and _needs_browser(result):  # a browser has shown it: there is no more
        result = _rejection(facts, NotArticleReason.EMPTY, "empty in a browser, too")
    if facts.truncated and not _is_whole(body, facts, result):
        # Half a body would count as an edit of the whole one: it stays in the WARC, the index waits
        # for a whole capture.
        result = _rejection(
            facts, NotArticleReason.TRUNCATED, f"the response was cut ({facts.truncated})"
        )
    return result


def _reserved_uses(
    page: Page, signals: tuple[UsageSignal, ...], facts: PayloadFacts, site: SiteConfig
) -> dict[str, str]:
    """The uses that a page reserves and the site's table says to keep to, each with what says
    so.
    """
    stated = (*header_signals(facts.rights_headers), *signals)
    said = {use: find_reservation(stated, (use,), facts.url) for use in site.obey_signals}
    if RSL in said:
        said[RSL] = find_rsl_reservation(page_licences(page), site.obey_signals, facts.url)
    return {use: why for use, why in said.items() if why is not None}


def _outlinks(page: Page, site: SiteConfig) -> tuple[Link, ...]:
    """Where a page leads; to its versions in other languages where the site is configured so."""
    outlinks = tuple(links.find_outlinks(page))
    if not site.hreflang:
        return outlinks
    linked = {link.url for link in outlinks}
    versions = links.find_language_versions(page)
    return outlinks + tuple(link for link in versions if link.url not in linked)


def _needs_browser(result: Article | NotAnArticle) -> bool:
    return not isinstance(result, Article) and result.reason is NotArticleReason.NEEDS_BROWSER


def _is_whole(body: bytes, facts: PayloadFacts, result: Article | NotAnArticle) -> bool:
    """True if a cut page counts as what it was read as. An article is all there is where it ends
    with its end tag, or the server has sent the same bytes before; of a page that seems empty the
    rest may be missing; what else it is it is also in part.
    """
    empty = not isinstance(result, Article) and result.reason in NO_TEXT_REASONS
    if not empty and not isinstance(result, Article):
        return True
    if facts.truncated not in _CUT_BY_FRAMING:
        return False
    return ends_with_end_tag(body) or (facts.came_twice and not empty)


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
