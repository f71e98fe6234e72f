"""Records that are no HTTP exchange and no page: DNS answers, screenshots, logs and notes that
crawlers keep beside what they fetch.

No capture is made of them, but they are counted at import, and the CDXJ has a line for each that
indexers of the field list (`archive.cdx.other_records`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from archive.model import Digest
from archive.warc.record import Record
from archive.warc.serialization import DIGEST_ALGORITHM
from archive.warc.warc_fields import MEDIA_TYPE

# What indexers list (WARC-Type), without what only describes another record.
LISTED_TYPES = frozenset({"response", "revisit", "resource", "metadata"})
_TYPES = LISTED_TYPES | {"conversion"}
_DESCRIBING = frozenset({"resource", "metadata"})
# Schemes by which records are counted; whatever a foreign file has else is counted as one kind.
_SCHEMES = frozenset({"dns", "urn", "metadata", "ftp", "file", "whois", "screenshot"})
_WEB = ("http:", "https:")
# A URI that names what was made of a page: what it is, and the page's URL.
_MADE_OF_PAGE = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:(https?://.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRecord:
    """A record that is no capture: where it stands (`offset` and `length` in bytes, as a capture
    has them), and what it says of itself. `url` is None if it has no WARC-Target-URI, `digest` as
    written, or that of the whole block.
    """

    url: str | None
    captured: datetime
    warc: str
    offset: int
    length: int
    record_type: str
    mime: str | None = None
    digest: str | None = None

    @property
    def kind(self) -> str:
        """Under what it is counted: its type and the scheme of its URI (`resource urn:`)."""
        scheme = (self.url or "").partition(":")[0].lower()
        if self.url is None:
            return f"{self.record_type} without address"
        if self.url.lower().startswith(_WEB):
            return f"{self.record_type} of a page"
        return f"{self.record_type} {scheme}:" if scheme in _SCHEMES else f"{self.record_type} else"

    @property
    def is_listed(self) -> bool:
        """Whether the CDXJ has a line for it."""
        return self.record_type in LISTED_TYPES


def page_of_uri(uri: str) -> str | None:
    """The URL of the page that a record's URI names (`urn:view:https://news.example/1`); None where
    it names none.
    """
    match = _MADE_OF_PAGE.fullmatch(uri)
    return match[1] if match else None


def parse_other_record(record: Record, warc: str) -> OtherRecord | None:
    """What a record that is no capture is, as `cdxj-indexer` sees it; None for records that belong
    to another one or to the file (`request`, `warcinfo`, `metadata` and `resource` of warc-fields).

    ValueError if it has no valid WARC-Date.
    """
    kind, content_type = record.type, record.header("Content-Type")
    if kind not in _TYPES or (kind in _DESCRIBING and content_type == MEDIA_TYPE):
        return None
    return OtherRecord(
        url=record.target_uri,
        captured=record.date,
        warc=warc,
        offset=record.offset,
        length=record.length,
        record_type=kind,
        mime=_media_type(content_type) if _states_type(record) else None,
        digest=_digest(record),
    )


def _states_type(record: Record) -> bool:
    """Whether Content-Type is that of the payload: on a response it is that of a message, and ARC
    has none of a block.
    """
    return record.type not in {"response", "revisit"} and not record.version.startswith("ARC")


def _media_type(content_type: str | None) -> str | None:
    parts = (content_type or "").replace(";", " ").split(maxsplit=1)
    return parts[0] if parts else None


def _digest(record: Record) -> str | None:
    """WARC-Payload-Digest as written, or that of the block if it is known whole."""
    declared = record.header("WARC-Payload-Digest")
    if declared:
        return declared
    if record.type == "revisit" or len(record.block) < record.content_length:
        return None
    return str(Digest.compute(record.block, DIGEST_ALGORITHM))
