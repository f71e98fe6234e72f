"""What the records of one exchange say in their headers, and the `Capture` it becomes.

Pure functions of exchange and parsed response (ISO 28500 §5, §6.3, §6.7); writing the records is
`archive.warc.writer`.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from dataclasses import replace
from datetime import UTC

from archive.model import Capture, Digest, Exchange, FetchFacts, RecordType, Reference
from archive.model.rendering import RENDERED_STATUS, RENDERED_TYPE, Rendering
from archive.model.revisit_reference import NOT_MODIFIED_PROFILE
from archive.model.usage_signals import rights_headers
from archive.warc.cipher_suites import iana_name
from archive.warc.http_message import HttpMessage
from archive.warc.record import RENDERED_BY
from archive.warc.serialization import DIGEST_ALGORITHM, Headers, target_uri, warc_date

# WARC-Profile of a revisit (ISO 28500 §6.7) by the name a Capture has for it.
REVISIT_PROFILES = {
    "identical-payload-digest": "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    NOT_MODIFIED_PROFILE: "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
}
# The values of WARC-Truncated (ISO 28500 §5.13).
_TRUNCATED = frozenset({"length", "time", "disconnect", "unspecified"})
_PROTOCOL = re.compile(r"[a-z0-9./-]{1,32}")

# Media types, or how they begin, that are compressed in themselves.
_COMPRESSED_TYPES = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/avif",
    "video/",
    "audio/",
    "font/woff",
)


def transport_headers(exchange: Exchange) -> Headers:
    """WARC-IP-Address, WARC-Protocol and WARC-Cipher-Suite of an exchange, each left out where its
    value is unknown or malformed.
    """
    headers: Headers = []
    if exchange.ip:
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(exchange.ip.partition("%")[0])
            mapped = address.ipv4_mapped if address.version == 6 else None
            headers.append(("WARC-IP-Address", str(mapped or address)))
    headers += [("WARC-Protocol", name) for name in exchange.protocols if _PROTOCOL.fullmatch(name)]
    cipher = iana_name(exchange.cipher)
    if cipher:
        headers.append(("WARC-Cipher-Suite", cipher))
    return headers


def capture_of_exchange(
    exchange: Exchange,
    facts: FetchFacts,
    message: HttpMessage,
    digest: Digest | None,
    record_id: str,
    warc: str,
) -> Capture:
    """The capture that an exchange becomes as a `response` record; offset and length are -1 until
    it is written.
    """
    return Capture(
        url=target_uri(exchange.url),
        captured=exchange.started.astimezone(UTC),
        warc=warc,
        offset=-1,
        length=-1,
        record_id=record_id,
        record_type=RecordType.RESPONSE,
        status=message.status,
        mime=message.mime,
        payload_digest=digest,
        truncated=exchange.truncated,
        etag=message.utf8_header("etag"),
        last_modified=message.utf8_header("last-modified"),
        location=message.location,
        rights_headers=rights_headers(message.headers),
        facts=facts,
    )


def as_revisit(capture: Capture, reference: Reference, *, not_modified: bool) -> Capture:
    """The same capture as a `revisit` of an earlier record: by the server's word (304) where
    `not_modified`, else because the payload is identical.
    """
    return replace(
        capture,
        record_type=RecordType.REVISIT,
        profile=NOT_MODIFIED_PROFILE if not_modified else "identical-payload-digest",
        refers_to_url=target_uri(reference.url),
        refers_to_date=reference.captured,
        refers_to_id=reference.record_id,
        truncated=None,
    )


def response_headers(capture: Capture) -> Headers:
    """The headers that only a `response` or `revisit` record has."""
    headers: Headers = [("Content-Type", "application/http;msgtype=response")]
    if capture.payload_digest:
        headers.append(("WARC-Payload-Digest", str(capture.payload_digest)))
    if capture.truncated in _TRUNCATED:
        headers.append(("WARC-Truncated", str(capture.truncated)))
    if capture.record_type is RecordType.REVISIT and capture.refers_to_date:
        headers += [
            ("WARC-Profile", REVISIT_PROFILES[str(capture.profile)]),
            ("WARC-Refers-To", str(capture.refers_to_id)),
            ("WARC-Refers-To-Target-URI", str(capture.refers_to_url)),
            ("WARC-Refers-To-Date", warc_date(capture.refers_to_date)),
        ]
        if capture.profile == "identical-payload-digest":
            # ISO 28500 §6.7.2 asks for this reason wherever a payload is left out for being equal.
            headers.append(("WARC-Truncated", "length"))
    return headers


def capture_of_rendering(
    rendering: Rendering, facts: FetchFacts, record_id: str, warc: str
) -> Capture:
    """The capture that a page as a browser showed it becomes, as a `conversion` record; offset and
    length are -1 until it is written.
    """
    return Capture(
        url=rendering.page.url,
        captured=rendering.at.astimezone(UTC),
        warc=warc,
        offset=-1,
        length=-1,
        record_id=record_id,
        record_type=RecordType.CONVERSION,
        status=RENDERED_STATUS,
        mime=RENDERED_TYPE.partition(";")[0],
        payload_digest=Digest.compute(rendering.html, DIGEST_ALGORITHM),
        refers_to_id=rendering.page.record_id,
        facts=facts,
    )


def rendering_headers(capture: Capture, browser: str) -> Headers:
    """The headers that only a `conversion` record of ours has (ISO 28500 §6.8)."""
    return [
        ("WARC-Refers-To", str(capture.refers_to_id)),
        ("WARC-Payload-Digest", str(capture.payload_digest)),
        (RENDERED_BY, browser),
        ("Content-Type", RENDERED_TYPE),
    ]


def is_compressed(message: HttpMessage) -> bool:
    """True if a body came in a form that a second compression cannot make smaller.

    The writer stores such a body as it is: compressing costs 0.9 ms per 60 kB even at level 1,
    storing 0.02 ms.
    """
    coding = (message.header("content-encoding") or "identity").strip().lower()
    return coding not in ("", "identity") or (message.mime or "").lower().startswith(
        _COMPRESSED_TYPES
    )
