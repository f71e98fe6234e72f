"""Answers that are not what they were asked for: no sitemap, no feed, no page.

Pure: what is owed is said, recording it is the caller's.
"""

from __future__ import annotations

from archive.model import Capture, NotArticleReason, PayloadKind, Reading, Stage
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

NO_CONTENT = frozenset({204, 205})
_DISCOVERY = frozenset({UrlKind.SITEMAP, UrlKind.FEED})
_BY_LINK = frozenset({UrlKind.LINK, UrlKind.SECTION})
_ANNOUNCES = frozenset({PayloadKind.SITEMAP, PayloadKind.FEED})
_NO_PAGE = {
    NotArticleReason.NOT_HTML: "not a page",
    NotArticleReason.ERROR_PAGE: "an error, although the status says that all is well",
}


def unexpected_answer(
    entry: QueuedUrl, capture: Capture, reading: Reading
) -> tuple[Stage, str] | None:
    """The failure that an answer with a good status is, and its reason; None where it is what it
    was asked for, or nobody is owed anything else.
    """
    if entry.guess or entry.kind is UrlKind.REQUISITE or capture.status in NO_CONTENT:
        return None
    is_gone = entry.kind is UrlKind.KNOWN and reading.kind is PayloadKind.NOT_FOUND
    if reading.kind is PayloadKind.REDIRECT or is_gone:
        return None  # that an article is gone is no failure, however it is said
    sent = capture.mime or "no media type"
    if entry.kind in _DISCOVERY and reading.kind not in _ANNOUNCES:
        return Stage.DISCOVERY, f"named as a {entry.kind}, but what answers is none ({sent})"
    if reading.not_article is None or reading.not_article.reason not in _NO_PAGE:
        return None
    reason = f"{_NO_PAGE[reading.not_article.reason]}: {reading.not_article.detail or sent}"
    # A link may well lead to a picture, or to where one logs in; where somebody announced a page,
    # one is owed.
    if entry.kind not in _BY_LINK:
        return Stage.EXTRACT, reason
    if reading.not_article.reason is NotArticleReason.NOT_HTML:
        return Stage.DISCOVERY, reason
    return None
