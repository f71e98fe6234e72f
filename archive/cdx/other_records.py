"""CDXJ lines of records that are no HTTP exchange, as `cdxj-indexer` writes them, and how they are
told from the lines of captures.

So DNS answers, screenshots (`urn:view:`), texts (`urn:text:`) and a crawler's own notes
(`metadata:`) are found by their URI as pages are. `conversion` records have no line.
"""

from __future__ import annotations

import json
import re

from archive.cdx.surt import surt_key
from archive.model import Capture
from archive.model.withdrawal import HiddenFromReplay
from archive.warc.parsing.other_record import OtherRecord, page_of_uri

_OF_EXCHANGE = re.compile(
    rb' \{"url": "https?:(?:[^"\\]|\\.)*", "'
    rb'(?:mime": "warc/revisit"|(?:mime": "(?:[^"\\]|\\.)*", ")?status")',
    re.IGNORECASE,
)


def other_record_line(record: OtherRecord) -> str:
    """The CDXJ line of a record that is no capture, with its line feed; '' if it has none."""
    if not record.is_listed:
        return ""
    revisit = record.record_type == "revisit"
    fields = {
        "url": record.url,
        "mime": "warc/revisit" if revisit else record.mime,
        "digest": record.digest,
        "length": str(record.length),
        "offset": str(record.offset),
        "filename": record.warc,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    key = surt_key(record.url or "")
    return f"{key} {record.captured:%Y%m%d%H%M%S} {json.dumps(known)}\n"


def is_hidden(record: Capture | OtherRecord, hidden: HiddenFromReplay) -> bool:
    """Whether replay must not find a record, since it shows a withdrawn article."""
    return (record.warc, record.offset) in hidden.places or (
        isinstance(record, OtherRecord) and page_of_uri(record.url or "") in hidden.pages
    )


def is_line_of_exchange(line: bytes) -> bool:
    """Whether a CDXJ line can only be that of an HTTP exchange: of an http(s) URL, with a status or
    of a revisit.
    """
    return _OF_EXCHANGE.search(line) is not None
