"""May this URL be fetched for this site? Each refusal has a named reason; and what of it looks like
a trap.

Pure: nothing here asks the network, the clock or the disk. Robots rules are
`crawler.politeness.robots_rules`' business, whether a URL was fetched before is
`crawler.frontier`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, unquote_plus, urlsplit, urlunsplit

from archive.config import SiteConfig
from archive.errors import ConfigError
from archive.url_parameters import is_session, without_path_session
from archive.urls import matches_address, site_host, site_host_of

# Bounds as in long-used archival crawlers (Heritrix: path depth 20, repeated segment 2, outlinks
# 6000).
MAX_PATH_DEPTH = 20
MAX_REPEATS = 2
MAX_URL_LENGTH = 2083
MAX_OUTLINKS = 6000

_NOT_PAGE = re.compile(
    r"""
    \.(7z|aac|apk|avi|avif|bmp|bz2|css|csv|doc|docx|dmg|eot|epub|exe|flac|
    flv|gif|gz|ico|ics|iso|jar|jpeg|jpg|js|json|m3u8|m4a|m4v|map|mid|mkv|
    mov|mp3|mp4|mpeg|mpg|msi|odp|ods|odt|ogg|ogv|otf|pdf|png|pps|ppt|pptx|
    ps|psd|rar|rtf|svg|swf|tar|tgz|tif|tiff|ttf|txt|wav|webm|webmanifest|
    webp|wma|wmv|woff|woff2|xls|xlsx|zip)$
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What a plain sitemap announces with any other ending is a headline about it (`/learn-node.js`).
_MEDIA = re.compile(
    r"""
    aac|avi|avif|bmp|doc|docx|eot|epub|flac|flv|gif|ico|jpeg|jpg|m3u8|m4a|m4v|mid|mkv|mov|
    mp3|mp4|mpeg|mpg|odp|ods|odt|ogg|ogv|otf|pdf|png|pps|ppt|pptx|rtf|svg|tif|tiff|ttf|wav|webm|webp|wma|wmv|woff|woff2|xls|xlsx
    """,
    re.VERBOSE,
)
PAGINATION = re.compile(
    r"(?:[?&/](?:page|paged|p|pg|صفحة|%d8%b5%d9%81%d8%ad%d8%a9)[=/]|/page-)\d{1,6}(?:$|[/&?])",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


class UrlKind(StrEnum):
    """What a URL is expected to be; decides its place in the queue and the rules it must pass."""

    SITEMAP = "sitemap"
    FEED = "feed"
    START = "start"
    ARTICLE = "article"  # announced by a news sitemap or feed
    LISTED = "listed"  # announced by a plain sitemap: often years of them
    KNOWN = "known"  # an article of earlier crawls that nothing announced in this one
    SECTION = "section"
    LINK = "link"
    REQUISITE = "requisite"


class ScopeReason(StrEnum):
    """Why a URL may, or may not, be fetched: by what it is (`Scope`), or by what the crawl has met
    so far (the last five; `crawler.discovery.link_admission`).
    """

    ALLOWED = "allowed"
    SCHEME = "not an http or https address"
    HOST = "on another site"
    EXCLUDED = "matches `exclude`"
    NOT_INCLUDED = "matches nothing in `include`"
    FILE_TYPE = "a file that is not a page"
    TOO_LONG = "the address is too long"
    PATH_DEPTH = "too many path segments"
    REPEATED_SEGMENT = "a part of the address repeats"
    HOPS = "too many links away from the start"
    REQUISITE = "part of a page, which the site's table does not ask for"
    OTHER_DAY = "announced for another day than is asked for"
    SITEMAPS = "more sitemaps than a crawl reads"
    TRAP = "pages of its shape brought nothing new"
    KNOWN = "asked for lately enough"


# Refusals that may hide something: they are said, once for each reason.
SUSPECT = frozenset(
    {ScopeReason.TOO_LONG, ScopeReason.PATH_DEPTH, ScopeReason.REPEATED_SEGMENT, ScopeReason.HOPS}
)


@dataclass(frozen=True, slots=True)
class ScopeDecision:
    """The answer of `Scope.decide`: its reason, and for a person the detail of it."""

    reason: ScopeReason
    detail: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the URL may be fetched."""
        return self.reason is ScopeReason.ALLOWED

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


_ALLOWED = ScopeDecision(ScopeReason.ALLOWED)


def is_pagination(url: str) -> bool:
    """Whether the address says that it is a further page of a listing (`?page=3`, `/page/3`)."""
    return PAGINATION.search(url) is not None


def page_number(url: str) -> int:
    """The number of a further page of a listing that the address names; 0 where it names none."""
    found = PAGINATION.search(url)
    return int(_DIGITS.findall(found[0])[-1]) if found else 0


def without_session(url: str) -> str:
    """The address without session identifiers: they differ at each visit and would make one page
    endless.
    """
    if "=" not in url:
        return url
    parts = urlsplit(url)
    path = without_path_session(parts.path)
    pairs = parts.query.split("&")  # as written: the bytes of the others are the site's own
    kept = [pair for pair in pairs if not is_session(unquote_plus(pair.partition("=")[0]))]
    if path == parts.path and len(kept) == len(pairs):
        return url
    return urlunsplit(parts._replace(path=path, query="&".join(kept)))


class Scope:
    """What may be fetched for one site."""

    def __init__(self, site: SiteConfig) -> None:
        self._hosts = {site_host(url) for url in site.start}
        self._include = _compiled(site, "include", site.include)
        self._exclude = _compiled(site, "exclude", site.exclude)
        self._max_hops = site.max_depth

    def decide(
        self,
        url: str,
        *,
        hops: int = 0,
        kind: UrlKind = UrlKind.LINK,
        named_by_robots: bool = False,
    ) -> ScopeDecision:
        """Whether an absolute, normalised URL may be fetched.

        `hops` are links followed since the start. A sitemap that robots.txt names may lie on
        another host (sitemaps.org, "Sitemaps & Cross Submits"); a requisite may too.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return ScopeDecision(ScopeReason.SCHEME, url[:80])
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return ScopeDecision(ScopeReason.SCHEME, parts.scheme)
        if len(url) > MAX_URL_LENGTH:
            return ScopeDecision(ScopeReason.TOO_LONG, f"{len(url)} characters")
        if (
            not named_by_robots
            and kind is not UrlKind.REQUISITE
            and site_host_of(parts) not in self._hosts
        ):
            return ScopeDecision(ScopeReason.HOST, parts.hostname)
        for pattern in self._exclude:
            if matches_address(pattern, url):
                return ScopeDecision(ScopeReason.EXCLUDED, pattern.pattern)
        if kind in {UrlKind.START, UrlKind.SITEMAP, UrlKind.FEED, UrlKind.REQUISITE}:
            return _ALLOWED
        return self._decide_page(url, parts, hops, kind)

    def _decide_page(self, url: str, parts: SplitResult, hops: int, kind: UrlKind) -> ScopeDecision:
        if hops > self._max_hops:
            return ScopeDecision(ScopeReason.HOPS, f"more than {self._max_hops}")
        segments = [segment for segment in parts.path.split("/") if segment]
        ending = _NOT_PAGE.search(parts.path)
        if ending and not _is_named_story(kind, ending[1].lower()):
            return ScopeDecision(ScopeReason.FILE_TYPE, ending[1].lower())
        if len(segments) > MAX_PATH_DEPTH:
            return ScopeDecision(ScopeReason.PATH_DEPTH, f"{len(segments)}")
        repeated = _repeated_part(segments) or _repeated_part(parts.query.split("&"))
        if repeated:
            return ScopeDecision(ScopeReason.REPEATED_SEGMENT, repeated)
        if self._include and not any(matches_address(pattern, url) for pattern in self._include):
            return ScopeDecision(ScopeReason.NOT_INCLUDED)
        return _ALLOWED


def _is_named_story(kind: UrlKind, ending: str) -> bool:
    """Whether a site announces as a page what by its ending would be a file."""
    return kind in {UrlKind.ARTICLE, UrlKind.KNOWN} or (
        kind is UrlKind.LISTED and not _MEDIA.fullmatch(ending)
    )


def _repeated_part(segments: list[str]) -> str:
    """A segment, or parameter, that stands there more than twice; numbers may
    (`/2026/11/11/11`).
    """
    if len(segments) <= MAX_REPEATS:
        return ""
    return next(
        (s for s in segments if s and not s.isdigit() and segments.count(s) > MAX_REPEATS), ""
    )


def _compiled(site: SiteConfig, key: str, texts: Iterable[str]) -> list[re.Pattern[str]]:
    compiled = []
    for text in texts:
        try:
            compiled.append(re.compile(text))
        except re.error as error:
            raise ConfigError(
                f"warraq.toml: [sites.{site.name}] {key}: {text!r} is not a regular expression: "
                f"{error}"
            ) from error
    return compiled
