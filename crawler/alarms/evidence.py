"""What alarms need from the archive itself: who turned the crawler away, and how many addresses a
sitemap or feed names that has become small.
"""

from __future__ import annotations

from collections import Counter

from archive.config import SiteConfig
from archive.content_coding import decode_entity
from archive.errors import DamagedRecordError
from archive.layout import CollectionFolder
from archive.model import Capture
from archive.query.alarms.refusals import refused_urls
from archive.query.alarms.silence import captures_to_count, with_entries
from archive.query.alarms.site_history import SiteHistory, latest_answer
from archive.query.reader import IndexReader
from archive.warc.capture_reader import read_payload
from archive.warc.http_message import HttpMessage
from pipelines.classify.blockers import LOOKED_AT, name_blocker
from pipelines.ingest.queue import build_payload_facts

# Refused answers that are looked into.
LOOKED_INTO = 5


def find_blocker(history: SiteHistory, reader: IndexReader, layout: CollectionFolder) -> str | None:
    """Who turned the last crawl away, with the sign of it, by most of some refused answers; None
    where there were none, or none names anybody.
    """
    named = Counter[tuple[str, str]]()
    for url in refused_urls(history)[:LOOKED_INTO]:
        capture = latest_answer(reader, url)
        message = _message_of(capture, reader, layout)
        if message is not None:
            body = decode_entity(message.entity, message.entity_codings, LOOKED_AT).body
            if blocker := name_blocker(message.headers, body):
                named[blocker] += 1
    if not named:
        return None
    name, sign = named.most_common(1)[0][0]
    return f"{name} ({sign})"


def count_entries(
    history: SiteHistory, reader: IndexReader, layout: CollectionFolder, site: SiteConfig
) -> SiteHistory:
    """The history with the addresses counted that small answers of sitemaps and feeds name."""
    counts: dict[str, int] = {}
    for name in captures_to_count(history):
        capture = reader.capture(name)
        message = _message_of(capture, reader, layout)
        if capture is not None and message is not None:
            # half a second and ten megabytes, for the few sites of which this is wanted
            from pipelines.read_payload import read_payload as read_entity

            reading = read_entity(message.entity, build_payload_facts(capture, message), site)
            counts[name] = len(reading.sightings) + len(reading.sitemaps)
    return with_entries(history, counts)


def _message_of(
    capture: Capture | None, reader: IndexReader, layout: CollectionFolder
) -> HttpMessage | None:
    if capture is None:
        return None
    try:
        return read_payload(layout.archive, capture, reader.revisit_target)
    except (DamagedRecordError, OSError):
        return None
