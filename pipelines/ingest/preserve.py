"""From an exchange off the wire to a capture in the archive, as something new or as before.

The one place that decides between `response` and `revisit`, and that keeps the order: bytes in the
WARC first, then the CDXJ line. Nothing but the framing of the HTTP message is read before the bytes
are written; what the page says is `reading`'s business, later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from archive.cdx.cdxj import CdxjFile
from archive.model import Capture, Digest, Exchange, FetchFacts, RecordType, Reference
from archive.model.rendering import Rendering
from archive.warc.capture_reader import reference_to
from archive.warc.http_message import HttpMessage, parse_response
from archive.warc.serialization import DIGEST_ALGORITHM
from archive.warc.writer import WarcWriter

# How many payloads of this run are remembered, so that their like become revisits before the index
# knows of them: the index lags by the pages in flight, hundreds at most. About 600 bytes each.
_REMEMBERED = 20_000


class Preserver:
    """Writes exchanges through `writer` and `cdxj`.

    `known` finds the earlier record that holds a payload: a whole `response` of status 200, never a
    revisit, in a file of this archive; its `captured` is that record's WARC-Date to the
    microsecond.
    """

    def __init__(
        self,
        writer: WarcWriter,
        cdxj: CdxjFile | None,
        known: Callable[[Digest], Reference | None],
        *,
        remembered: int = _REMEMBERED,
    ) -> None:
        self._writer = writer
        self._cdxj = cdxj
        self._known = known
        self._limit = remembered
        self._recent: OrderedDict[Digest, Reference] = OrderedDict()

    def preserve(
        self,
        exchange: Exchange,
        facts: FetchFacts,
        *,
        unchanged: Reference | None = None,
        message: HttpMessage | None = None,
    ) -> Capture:
        """Write an exchange; its bytes are in the system's hands when this returns.

        `unchanged` is the capture whose validators the request carried: a 304 then becomes a
        revisit of it (server-not-modified). `message`, the parsed response, saves parsing it again.
        ArchiveWriteError where the WARC could not be written, StorageError where the CDXJ could
        not; the record stands in the second case.
        """
        message = parse_response(exchange.response) if message is None else message
        digest = Digest.compute(message.entity, DIGEST_ALGORITHM)
        not_modified = (
            unchanged is not None and message.status == 304 and exchange.truncated is None
        )
        comparable = is_comparable(message, exchange)
        reference = unchanged if not_modified else None
        if comparable:
            reference = self._recent.get(digest) or self._known(digest)
        capture = self._writer.write_exchange(
            exchange, facts, reference, not_modified=not_modified, message=message, digest=digest
        )
        if comparable and capture.record_type is RecordType.RESPONSE:
            self._remember(digest, reference_to(capture))
        if self._cdxj is not None:
            self._cdxj.add(capture)
        return capture

    def preserve_rendering(self, rendering: Rendering, facts: FetchFacts) -> Capture:
        """Write a page as a browser showed it; it is in the system's hands when this returns.

        Raises as `preserve` does. It is no exchange: no other payload stands for it, and replay
        does not look for it. Its pictures have lines in the CDXJ.
        """
        capture, views = self._writer.write_rendering(rendering, facts)
        if self._cdxj is not None:
            for view in views:
                self._cdxj.add(view)
        return capture

    def _remember(self, digest: Digest, reference: Reference) -> None:
        self._recent[digest] = reference
        if len(self._recent) > self._limit:
            self._recent.popitem(last=False)


def is_comparable(message: HttpMessage, exchange: Exchange) -> bool:
    """Whether an equal payload may stand for this one: a whole answer of status 200 that has a
    body.
    """
    return (
        message.status == 200
        and message.head_complete
        and bool(message.entity)
        and exchange.truncated is None
    )
