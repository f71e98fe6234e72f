"""Writes exchanges as WARC/1.1 records (ISO 28500:2017), once and never changed.

An exchange is three records in one write: `request`, `metadata` and, last, `response` or `revisit`.
A file that a kill cuts therefore never has a capture without its companions. Blocks hold the bytes
as they crossed the wire. Deciding what is a revisit is left to `pipelines.ingest.preserve`, the
file in progress to `archive.warc.open_file`.
"""

from __future__ import annotations

import re
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from archive.errors import ArchiveWriteError
from archive.model import (
    Capture,
    CrawlSummary,
    Digest,
    Exchange,
    Failure,
    FetchFacts,
    LeftOutBatch,
    Reference,
    content_id,
)
from archive.model.rendering import Rendering, View
from archive.model.withdrawal import Withdrawal
from archive.warc import warc_fields
from archive.warc.exchange_headers import (
    as_revisit,
    capture_of_exchange,
    capture_of_rendering,
    is_compressed,
    rendering_headers,
    response_headers,
    transport_headers,
)
from archive.warc.http_message import HttpMessage, parse_response
from archive.warc.open_file import WarcFile
from archive.warc.parsing.other_record import OtherRecord
from archive.warc.record import VIEW_URI
from archive.warc.serialization import (
    DIGEST_ALGORITHM,
    Headers,
    gzip_member,
    is_uri,
    redact_request,
    target_uri,
    warc_date,
    without_userinfo,
)

_CONFORMS_TO = "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"

_NAME_CHARACTERS = re.compile(r"[^A-Za-z0-9]+")
_MAX_SERIAL = 100_000


def now_utc() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def new_record_id() -> str:
    """A record id: a random UUID as a URN, in the angle brackets of WARC/1.1 (RFC 9562)."""
    return f"<{uuid.uuid4().urn}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcInfo:
    """The content of the `warcinfo` record at the start of each file: who crawled, with what and
    how.
    """

    software: str
    operator: str | None = None
    user_agent: str | None = None
    collection: str | None = None
    robots: str = "obey"

    def fields(self) -> Headers:
        """The fields of ISO 28500 §6.1 that are known."""
        values = (
            ("software", self.software),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", _CONFORMS_TO),
            ("operator", self.operator),
            ("http-header-user-agent", self.user_agent),
            ("robots", self.robots),
            ("isPartOf", self.collection),
        )
        return [(name, value) for name, value in values if value]


def warcinfo_record(info: WarcInfo, record_id: str, created: datetime, file_name: str) -> bytes:
    """The `warcinfo` record at the start of a file, as a gzip member (ISO 28500 §6.1)."""
    headers = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", record_id),
        ("WARC-Date", warc_date(created)),
        ("WARC-Filename", file_name),
        ("Content-Type", warc_fields.MEDIA_TYPE),
    ]
    return gzip_member(headers, warc_fields.encode_fields(info.fields()))


class WarcWriter:
    """Writes captures into `folder`, in files of about `rotate_bytes` bytes named to sort by time.

    A file is begun with the first record and gets its final name in `close` (or when it is full).
    `clock` and `new_id` are for tests: with both fixed the bytes of a file are fixed too. Every
    method raises ArchiveWriteError if something could not be written; what was written before stays
    whole.
    """

    def __init__(
        self,
        folder: Path,
        *,
        info: WarcInfo,
        rotate_bytes: int = 1_000_000_000,
        prefix: str = "warraq",
        clock: Callable[[], datetime] = now_utc,
        new_id: Callable[[], str] = new_record_id,
    ) -> None:
        self._folder = folder
        self._info = info
        self._rotate_bytes = rotate_bytes
        self._prefix = _NAME_CHARACTERS.sub("-", prefix)
        self._clock = clock
        self._new_id = new_id
        self.written = 0  # bytes, since this was made
        self._file: WarcFile | None = None
        self._finished: list[WarcFile] = []
        self._serial = 0
        self._stamp = ""
        self._info_id = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write_exchange(
        self,
        exchange: Exchange,
        facts: FetchFacts,
        reference: Reference | None = None,
        *,
        not_modified: bool = False,
        message: HttpMessage | None = None,
        digest: Digest | None = None,
    ) -> Capture:
        """Write an exchange; returns its capture.

        With a `reference` it becomes a revisit of that record (ISO 28500 §6.7): with `not_modified`
        of the profile server-not-modified (a 304), else of identical-payload-digest. `message` and
        `digest`, the parsed response and the digest of its entity, save computing them again.
        """
        message = parse_response(exchange.response) if message is None else message
        if reference is not None and not_modified:
            digest = reference.payload_digest
        elif digest is None:
            digest = Digest.compute(message.entity, DIGEST_ALGORITHM)
        file = self._current_file()
        capture_id, request_id = self._new_id(), self._new_id()
        capture = capture_of_exchange(exchange, facts, message, digest, capture_id, file.name)
        block = exchange.response
        if reference is not None:
            capture = as_revisit(capture, reference, not_modified=not_modified)
            block = block[: message.body_offset]
        before = self._companion_records(exchange, facts, capture, request_id)
        headers = [
            *self._base_headers(str(capture.record_type), capture_id, capture),
            ("WARC-Concurrent-To", request_id),
            *transport_headers(exchange),
            *response_headers(capture),
        ]
        stored_from = message.body_offset if is_compressed(message) else None
        record = gzip_member(headers, block, stored_from=stored_from)
        offset = self._append(file, before + record) + len(before)
        return replace(capture, offset=offset, length=len(record))

    def write_rendering(
        self, rendering: Rendering, facts: FetchFacts
    ) -> tuple[Capture, tuple[OtherRecord, ...]]:
        """Write a page as a browser showed it, as a `conversion` of the record the browser was
        given (ISO 28500 §6.8), with a `metadata` record before it; returns its capture and views.

        The views stand behind it, in one write: `resource` records with a URI of their own
        (`urn:view:` and the page's), and no captures.
        """
        file = self._current_file()
        record_id = self._new_id()
        capture = capture_of_rendering(rendering, facts, record_id, file.name)
        companion = [
            *self._base_headers("metadata", self._new_id(), capture),
            ("WARC-Concurrent-To", record_id),
            ("Content-Type", warc_fields.MEDIA_TYPE),
        ]
        fields = warc_fields.rendering_fields(facts, rendering.steps)
        before = gzip_member(companion, warc_fields.encode_fields(fields))
        headers = [
            *self._base_headers("conversion", record_id, capture),
            *rendering_headers(capture, rendering.browser),
        ]
        record = gzip_member(headers, rendering.html)
        pictures = [self._view_record(view, capture) for view in rendering.views]
        data = b"".join((before, record, *(data for data, _ in pictures)))
        offset = place = self._append(file, data) + len(before)
        views = []
        place += len(record)
        for data, view in pictures:
            views.append(replace(view, offset=place, length=len(data)))
            place += len(data)
        return replace(capture, offset=offset, length=len(record)), tuple(views)

    def _view_record(self, view: View, capture: Capture) -> tuple[bytes, OtherRecord]:
        """A picture of a page as a `resource` record, and what it says; its place is -1."""
        shown = replace(capture, url=VIEW_URI + capture.url)
        digest = str(Digest.compute(view.data, DIGEST_ALGORITHM))
        headers = [
            *self._base_headers("resource", self._new_id(), shown),
            ("WARC-Concurrent-To", capture.record_id),
            ("WARC-Payload-Digest", digest),
            ("Content-Type", view.media_type),
        ]
        return gzip_member(headers, view.data, stored_from=0), OtherRecord(
            url=shown.url,
            captured=shown.captured,
            warc=shown.warc,
            offset=-1,
            length=-1,
            record_type="resource",
            mime=view.media_type,
            digest=digest,
        )

    def write_failure(self, failure: Failure) -> None:
        """Write a `metadata` record of a URL that failed, so that a rebuilt index has it too."""
        failure = replace(failure, url=without_userinfo(failure.url))
        uri = target_uri(failure.url)
        if not is_uri(uri):
            uri = "urn:warraq:failure:" + content_id("failure", failure.url)
        self._write_metadata(failure.at, uri, warc_fields.failure_fields(failure))

    def write_crawl(self, crawl: CrawlSummary) -> None:
        """Write a `metadata` record with the summary of a crawl; of several with one id the last is
        valid.
        """
        uri = "urn:warraq:crawl:" + quote(crawl.id, safe="")
        self._write_metadata(crawl.finished or crawl.started, uri, warc_fields.crawl_fields(crawl))

    def write_left_out(self, batch: LeftOutBatch) -> None:
        """Write a `metadata` record of addresses that a crawl was led to and did not ask for."""
        uri = "urn:warraq:left-out:" + quote(batch.crawl_id, safe="")
        self._write_metadata(batch.at, uri, warc_fields.left_out_fields(batch))

    def write_withdrawal(self, withdrawal: Withdrawal) -> None:
        """Write a `metadata` record that an article was withdrawn, so that every index made from
        the WARCs applies it.
        """
        uri = "urn:warraq:withdrawal:" + quote(withdrawal.article_id, safe="")
        self._write_metadata(withdrawal.at, uri, warc_fields.withdrawal_fields(withdrawal))

    def sync(self) -> None:
        """Flush everything written so far to the disk."""
        if self._file is not None:
            self._file.sync()

    def close(self) -> None:
        """Sync and close the file in progress, if there is one, and let go of all files; the next
        record begins another.
        """
        try:
            self._finish_file()
        finally:
            while self._finished:
                self._finished.pop().release()

    def _finish_file(self) -> None:
        """Close the file in progress, whose captures may not all be in the index yet."""
        file, self._file = self._file, None
        if file is not None:
            self._finished.append(file)
            file.finish()

    # ---------------------------------------------------------------------------- records and files

    def _base_headers(self, record_type: str, record_id: str, capture: Capture) -> Headers:
        """The headers that every record of one exchange begins with."""
        return [
            ("WARC-Type", record_type),
            ("WARC-Record-ID", record_id),
            ("WARC-Date", warc_date(capture.captured)),
            ("WARC-Target-URI", capture.url),
            ("WARC-Warcinfo-ID", self._info_id),
        ]

    def _companion_records(
        self, exchange: Exchange, facts: FetchFacts, capture: Capture, request_id: str
    ) -> bytes:
        """The `request` and `metadata` records that stand before a capture's own."""
        request, redacted = redact_request(exchange.request, site_cookies=exchange.site_cookies)
        redacted = tuple(dict.fromkeys((*exchange.redacted, *redacted)))
        if facts.via and "@" in facts.via:
            facts = replace(facts, via=without_userinfo(facts.via))
        concurrent = ("WARC-Concurrent-To", capture.record_id)
        request_headers = [
            *self._base_headers("request", request_id, capture),
            concurrent,
            *transport_headers(exchange),
            ("Content-Type", "application/http;msgtype=request"),
        ]
        metadata_headers = [
            *self._base_headers("metadata", self._new_id(), capture),
            concurrent,
            ("Content-Type", warc_fields.MEDIA_TYPE),
        ]
        fields = warc_fields.encode_fields(warc_fields.facts_fields(facts, exchange, redacted))
        return gzip_member(request_headers, request) + gzip_member(metadata_headers, fields)

    def _write_metadata(self, time: datetime, uri: str, fields: warc_fields.Fields) -> None:
        """Write a `metadata` record that belongs to no exchange."""
        file = self._current_file()
        headers = [
            ("WARC-Type", "metadata"),
            ("WARC-Record-ID", self._new_id()),
            ("WARC-Date", warc_date(time)),
            ("WARC-Target-URI", uri),
            ("WARC-Warcinfo-ID", self._info_id),
            ("Content-Type", warc_fields.MEDIA_TYPE),
        ]
        self._append(file, gzip_member(headers, warc_fields.encode_fields(fields)))

    def _append(self, file: WarcFile, data: bytes) -> int:
        """Write whole records, and close the file once it is full (a record is never split)."""
        offset = file.append(data)
        self.written += len(data)
        if file.size >= self._rotate_bytes:
            self._finish_file()
        return offset

    def _current_file(self) -> WarcFile:
        """The file in progress; a new one is begun with its warcinfo record."""
        if self._file is not None:
            return self._file
        started = self._clock()
        file = self._create_file(started)
        self._info_id = self._new_id()
        try:
            file.append(warcinfo_record(self._info, self._info_id, started, file.name))
        except ArchiveWriteError:
            file.discard()
            raise
        self._file = file
        return file

    def _create_file(self, started: datetime) -> WarcFile:
        """A new file under the first free name made of prefix, time, serial and host."""
        self._stamp = max(self._stamp, f"{started:%Y%m%d%H%M%S}{started.microsecond // 1000:03d}")
        for _ in range(_MAX_SERIAL):
            name = f"{self._prefix}-{self._stamp}-{self._serial:05d}-{_short_host()}.warc.gz"
            self._serial = (self._serial + 1) % _MAX_SERIAL
            try:
                return WarcFile(self._folder, name)
            except FileExistsError:
                continue
        raise ArchiveWriteError(
            f"{self._folder}: no free file name for {self._stamp}. Check the clock."
        )


def _short_host() -> str:
    """The first label of this machine's name, letters and digits only."""
    return (
        _NAME_CHARACTERS.sub("-", socket.gethostname().partition(".")[0])[:32].strip("-") or "host"
    )
