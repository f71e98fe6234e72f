"""The events of one site's crawl: it began, an address failed, it ended."""

from __future__ import annotations

from archive.model import CRAWL_COUNTERS, CrawlSummary, Failure
from crawler.monitor.events import log_event


def log_failure(failure: Failure) -> None:
    """Tell that an address failed."""
    site = (failure.crawl_id or "").partition("-")[2]
    log_event(
        "failure",
        f"{failure.url}: {failure.reason}",
        {
            "site": site,
            "url": failure.url,
            "stage": str(failure.stage),
            "reason": failure.reason,
            "crawl": failure.crawl_id,
        },
    )


def log_summary(summary: CrawlSummary) -> None:
    """Tell that a crawl began, or how it ended."""
    fields = {"site": summary.site, "crawl": summary.id, "outcome": summary.outcome}
    if summary.finished is None:
        log_event("crawl began", "the crawl begins", fields)
        return
    counts = {name: getattr(summary, name) for name in CRAWL_COUNTERS}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    log_event("crawl ended", f"{summary.outcome}: {told}", fields | counts)
