"""Which captures are pages that a browser is to show, and what then counts of their readings."""

from __future__ import annotations

from archive.config import SiteConfig
from archive.model import Capture, NotArticleReason, Reading, RecordType
from archive.warc.http_message import HttpMessage
from crawler.crawl.lease import Lease
from crawler.discovery.link_admission import NO_PAGES
from crawler.fetch.response import is_html


def is_for_browser(
    lease: Lease | None, status: int | None, truncated: str | None, message: HttpMessage
) -> bool:
    """Whether an answer is a whole page of a site, as a browser may show it."""
    if lease is None or lease.entry.kind in NO_PAGES or lease.request.method != "GET":
        return False
    return status == 200 and not truncated and bool(message.entity) and is_html(message)


def is_shown_in_any_case(
    site: SiteConfig, lease: Lease | None, truncated: str | None, message: HttpMessage
) -> bool:
    """Whether a page is read only as the browser shows it."""
    return site.browser == "always" and is_for_browser(lease, message.status, truncated, message)


def needs_browser(reading: Reading) -> bool:
    """Whether a page shows its text by scripts only."""
    no = reading.not_article
    return no is not None and no.reason is NotArticleReason.NEEDS_BROWSER


def is_provisional(site: SiteConfig, capture: Capture, reading: Reading) -> bool:
    """Whether a reading says nothing yet of its page, since a browser is to show that."""
    if site.browser == "never" or capture.record_type is RecordType.CONVERSION:
        return False
    return capture.facts.in_browser or needs_browser(reading)
