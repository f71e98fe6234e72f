"""What is known of a payload before it is read: what the crawler hands its workers beside the
bytes.

Apart from `pipelines.read_payload` so that the crawler, which reads nothing itself, need not load
what reading takes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from archive.model import Capture, RecordType

# What a page may grow to once its content coding is removed. News pages stand at 0.1-1 MB; 50 MB
# takes lxml 40 s.
DECODED_LIMIT = 32 << 20
# The end tag of a page, with what caches, counters and firewalls put behind it.
_END_TAG = re.compile(
    rb"</(?:html|body)\s*>(?>\s+|<!--.*?(?:-->|\Z)|<script\b.*?(?:</script\s*>|\Z))*+\Z",
    re.IGNORECASE | re.DOTALL,
)
_END_BYTES = 8192  # how far from its end a body is searched for the tag


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadFacts:
    """What is known of a payload besides its bytes: from the HTTP head and the capture.

    `came_twice`: an earlier capture of the URL was cut, too, and brought the same bytes.
    `requisite`: it is no page of the site, or one that is read as a browser showed it. `rendered`:
    it is a page as a browser showed it. `rights_headers` are those that state how it may be used.
    """

    url: str
    captured: datetime
    status: int | None
    mime: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    truncated: str | None = None
    came_twice: bool = False
    location: str | None = None
    refresh: str | None = None
    crawl_id: str | None = None
    requisite: bool = False
    rendered: bool = False
    rights_headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_capture(
        cls,
        capture: Capture,
        *,
        content_type: str | None,
        content_encoding: str | None,
        refresh: str | None = None,
    ) -> PayloadFacts:
        """The facts of a capture whose HTTP head gave these header values."""
        return cls(
            url=capture.url,
            captured=capture.captured,
            status=capture.status,
            mime=capture.mime,
            content_type=content_type,
            content_encoding=content_encoding,
            truncated=capture.truncated,
            location=capture.location,
            refresh=refresh,
            crawl_id=capture.facts.crawl_id,
            requisite=capture.facts.requisite or capture.facts.in_browser,
            rendered=capture.record_type is RecordType.CONVERSION,
            rights_headers=capture.rights_headers,
        )


def ends_with_end_tag(body: bytes) -> bool:
    """True if a decoded HTML page is there to its end tag, as ASCII shows it (UTF-16 included)."""
    end = body[-_END_BYTES:].replace(b"\0", b"")
    return _END_TAG.search(end) is not None
