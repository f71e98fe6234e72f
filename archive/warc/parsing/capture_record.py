"""The capture that a record holds: what its header and the head of its HTTP message say of it."""

from __future__ import annotations

from dataclasses import replace

from archive.model import Capture, Digest, FetchFacts, RecordType
from archive.model.rendering import RENDERED_STATUS
from archive.model.usage_signals import rights_headers
from archive.warc.http_message import HttpMessage, parse_head, parse_response
from archive.warc.record import RENDERED_BY, Record, clean_uri, parse_warc_date
from archive.warc.serialization import DIGEST_ALGORITHM
from archive.warc.warc_fields import MEDIA_TYPE

_SCHEMES = ("http://", "https://")


def capture_of_record(record: Record, warc: str, facts: FetchFacts) -> Capture | None:
    """The capture that a response, revisit or resource record holds, or a page as a browser showed
    it; None if its URL is not http or https, or it only describes another record (warc-fields).
    """
    url = record.target_uri
    if url is None or not url.lower().startswith(_SCHEMES):
        return None
    if _describes_others(record):
        return None
    message = http_message(record, whole=False)
    revisit = record.type == "revisit"
    profile = (
        (record.header("WARC-Profile") or "").rstrip("/").rpartition("/")[2] if revisit else None
    )
    refers_to_date = record.header("WARC-Refers-To-Date") if revisit else None
    capture = Capture(
        url=url,
        captured=record.date,
        warc=warc,
        offset=record.offset,
        length=record.length,
        record_id=record.id,
        record_type=RecordType(record.type),
        status=message.status,
        mime=message.mime,
        payload_digest=_payload_digest(record),
        profile=profile,
        etag=message.utf8_header("etag"),
        last_modified=message.utf8_header("last-modified"),
        location=message.location,
        rights_headers=rights_headers(message.headers),
        facts=facts,
    )
    if not revisit:
        capture = replace(capture, truncated=record.header("WARC-Truncated"))
        return _with_page(capture, record) if record.type == RecordType.CONVERSION else capture
    # WARC-Truncated on a revisit means that the known payload is left out, not that the exchange
    # was cut short.
    return replace(
        capture,
        refers_to_url=clean_uri(record.header("WARC-Refers-To-Target-URI")),
        refers_to_date=parse_warc_date(refers_to_date) if refers_to_date else None,
        refers_to_id=record.header("WARC-Refers-To"),
    )


def _describes_others(record: Record) -> bool:
    """Whether a record is no page, but what another tool made of one or says of one."""
    if record.type == RecordType.CONVERSION:
        return record.header(RENDERED_BY) is None
    return record.type == RecordType.RESOURCE and record.header("Content-Type") == MEDIA_TYPE


def _with_page(capture: Capture, record: Record) -> Capture:
    """The capture of a page as a browser showed it, with the page's record and status."""
    page = record.header("WARC-Refers-To")
    return replace(capture, status=RENDERED_STATUS, refers_to_id=page)


def http_message(record: Record, *, whole: bool) -> HttpMessage:
    """The HTTP response in a record's block; a resource or conversion record becomes one with its
    media type and no status. The entity is empty unless `whole`.
    """
    if record.type in (RecordType.RESOURCE, RecordType.CONVERSION):
        stated = record.header("Content-Type")
        headers = (("Content-Type", stated),) if stated else ()
        return HttpMessage(status=None, headers=headers, entity=record.block)
    return parse_response(record.block) if whole else parse_head(record.block)


def _payload_digest(record: Record) -> Digest | None:
    """The payload's digest as the record states it, or computed if it states none and holds the
    whole payload; None otherwise.
    """
    declared = record.header("WARC-Payload-Digest")
    if declared is not None:
        try:
            return Digest.parse(declared)
        except ValueError:
            return None
    if record.type == "revisit" or len(record.block) < record.content_length:
        return None
    return Digest.compute(http_message(record, whole=True).entity, DIGEST_ALGORITHM)
