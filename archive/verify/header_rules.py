"""Rules for the header of one WARC record, as tables: the form of each field, and which record
types must or may have it (ISO 28500:2017 §5, §6).

A rule is a row; checking is going over the rows. Some rows hold for files that Warraq wrote only,
where we promise more than the standard; some are not held against imported files, whose makers'
habits are known and harmless. Digests, HTTP messages and what records say of each other are checked
elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from archive.model import Digest
from archive.model.finding import Finding
from archive.verify.strict_reader import RawRecord


class RecordOrigin(IntEnum):
    """Who made a file, in order of what is asked of it."""

    IMPORTED = 0  # another tool, taken in by `warraq import`
    STANDARD = 1  # maker unknown: only the standard is asked for
    OURS = 2  # Warraq, by the software its warcinfo names


TYPES = frozenset(
    {
        "warcinfo",
        "response",
        "resource",
        "request",
        "metadata",
        "revisit",
        "conversion",
        "continuation",
    }
)
_CAPTURED = frozenset({"response", "resource", "request", "revisit"})
_URI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"
)
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UUID_URN = re.compile(r"<urn:uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}>")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+*'`|~%-]+/[\w!#$&^.+*'`|~%-]+\s*(?:;.*)?", re.ASCII)
_W3C_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?", re.ASCII)
_DIGEST = re.compile(r"[a-z0-9]+:[A-Za-z0-9+/=_-]+")
_TRUNCATED = frozenset({"length", "time", "disconnect", "unspecified"})
_PROFILES = re.compile(
    r"http://netpreserve\.org/warc/1\.[01]/revisit/(identical-payload-digest|server-not-modified)"
)


# ------------------------------------------------------------------------------ the forms of values
# Each takes a value and the record's origin, and gives what is wrong with it, or None.

Form = Callable[[str, RecordOrigin], str | None]


def _bracketed_uri(value: str, _origin: RecordOrigin) -> str | None:
    inner = value[1:-1] if value.startswith("<") and value.endswith(">") else ""
    return None if _URI.fullmatch(inner) else "is no <URI>"


def _record_id(value: str, origin: RecordOrigin) -> str | None:
    if origin is RecordOrigin.OURS and not _UUID_URN.fullmatch(value):
        return "is no <urn:uuid:...>"
    return _bracketed_uri(value, origin)


def _target_uri(value: str, origin: RecordOrigin) -> str | None:
    if origin is RecordOrigin.IMPORTED:
        # wget and others of the WARC/1.0 grammar write <URI>; old crawls hold URLs as their pages
        # wrote them.
        value = value.strip("<>").replace(" ", "%20")
        return None if ":" in value else "is no absolute URI"
    # The address as it was asked for: a `%` that begins no escape goes out as it is (URL standard).
    if not _URI.fullmatch(_BARE_PERCENT.sub("%25", value)):
        return "is no absolute URI by RFC 3986"
    if re.match(r"[a-zA-Z]+://[^/?#]*@", value):
        return "holds a user name"
    if origin is RecordOrigin.OURS and "#" in value:
        return "holds a fragment"
    return None


def _date(value: str, origin: RecordOrigin) -> str | None:
    match = _W3C_DATE.fullmatch(value)
    if not match or (origin is RecordOrigin.OURS and match.group(4) is None):
        return "is no date by W3CDTF in UTC"
    try:
        whole = value.partition(".")[0].rstrip("Z")
        datetime.fromisoformat(whole + "-01-01"[: 10 - len(whole)] if len(whole) < 10 else whole)
    except ValueError:
        return "is no date that exists"
    return None


def _ip_address(value: str, origin: RecordOrigin) -> str | None:
    try:
        plain = str(ipaddress.ip_address(value))
    except ValueError:
        return "is no numeric IP address"
    return (
        f"is not written as RFC 5952 has it ({plain})"
        if origin is RecordOrigin.OURS and plain != value
        else None
    )


def _byte_count(value: str, _origin: RecordOrigin) -> str | None:
    return None if value.isascii() and value.isdigit() and len(value) <= 18 else "is no length"


def _digest(value: str, origin: RecordOrigin) -> str | None:
    if origin is not RecordOrigin.IMPORTED and not _DIGEST.fullmatch(value):
        return "is no `label:value` with a label in lower case"
    try:
        Digest.parse(value)
    except (ValueError, TypeError):
        return "is not as long as a digest of its label, or of an unknown one"
    return None


def _truncation_reason(value: str, origin: RecordOrigin) -> str | None:
    return (
        None
        if value in _TRUNCATED or origin is RecordOrigin.IMPORTED
        else f"is none of {', '.join(sorted(_TRUNCATED))}"
    )


def _media_type(value: str, origin: RecordOrigin) -> str | None:
    return (
        None
        if origin is RecordOrigin.IMPORTED or _MEDIA_TYPE.fullmatch(value)
        else "is no media type"
    )


def _revisit_profile(value: str, origin: RecordOrigin) -> str | None:
    return (
        None
        if origin is RecordOrigin.IMPORTED or _PROFILES.fullmatch(value)
        else "is no known profile of revisit"
    )


def _not_empty(value: str, _origin: RecordOrigin) -> str | None:
    return None if value else "is empty"


# ------------------------------------------------------------------------------ the table of fields


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """What the standard says of one field. `allowed` are the types that may have it (None: all)."""

    form: Form = _not_empty
    required: frozenset[str] = frozenset()
    allowed: frozenset[str] | None = None
    repeated: bool = False


_ALL_BUT_INFO = TYPES - {"warcinfo"}
_CONTINUATION = frozenset({"continuation"})
_NOT_DERIVED = TYPES - {"warcinfo", "conversion", "continuation"}

FIELDS: dict[str, FieldRule] = {
    "warc-record-id": FieldRule(form=_record_id, required=TYPES),
    "content-length": FieldRule(form=_byte_count, required=TYPES),
    "warc-date": FieldRule(form=_date, required=TYPES),
    "warc-type": FieldRule(required=TYPES),
    "content-type": FieldRule(form=_media_type, allowed=TYPES - _CONTINUATION),
    "warc-concurrent-to": FieldRule(form=_bracketed_uri, allowed=_NOT_DERIVED, repeated=True),
    "warc-block-digest": FieldRule(form=_digest),
    "warc-payload-digest": FieldRule(form=_digest, allowed=TYPES - {"warcinfo", "metadata"}),
    "warc-ip-address": FieldRule(form=_ip_address, allowed=_NOT_DERIVED),
    "warc-refers-to": FieldRule(
        form=_bracketed_uri, allowed=frozenset({"metadata", "revisit", "conversion"})
    ),
    "warc-refers-to-target-uri": FieldRule(form=_target_uri, allowed=frozenset({"revisit"})),
    "warc-refers-to-date": FieldRule(form=_date, allowed=frozenset({"revisit"})),
    "warc-target-uri": FieldRule(
        form=_target_uri, required=_CAPTURED | {"conversion", "continuation"}, allowed=_ALL_BUT_INFO
    ),
    "warc-truncated": FieldRule(form=_truncation_reason),
    "warc-warcinfo-id": FieldRule(form=_bracketed_uri, allowed=_ALL_BUT_INFO),
    "warc-filename": FieldRule(allowed=frozenset({"warcinfo"})),
    "warc-profile": FieldRule(
        form=_revisit_profile, required=frozenset({"revisit"}), allowed=frozenset({"revisit"})
    ),
    "warc-identified-payload-type": FieldRule(
        form=_media_type, allowed=TYPES - {"warcinfo", "metadata", "continuation"}
    ),
    "warc-segment-number": FieldRule(form=_byte_count, required=_CONTINUATION),
    "warc-segment-origin-id": FieldRule(
        form=_bracketed_uri, required=_CONTINUATION, allowed=_CONTINUATION
    ),
    "warc-segment-total-length": FieldRule(form=_byte_count, allowed=_CONTINUATION),
    # Extensions in use (iipc/warc-specifications), both of the exchange.
    "warc-protocol": FieldRule(allowed=_NOT_DERIVED, repeated=True),
    "warc-cipher-suite": FieldRule(allowed=_NOT_DERIVED),
}

# What Warraq writes on top of what must be there (by type; `*` is every type).
_PROMISED: dict[str, tuple[str, ...]] = {
    "*": ("WARC-Block-Digest", "Content-Type"),
    "response": ("WARC-Payload-Digest", "WARC-Concurrent-To", "WARC-Warcinfo-ID"),
    "request": ("WARC-Concurrent-To", "WARC-Warcinfo-ID"),
    "metadata": ("WARC-Warcinfo-ID",),
    "revisit": (
        "WARC-Concurrent-To",
        "WARC-Refers-To",
        "WARC-Refers-To-Target-URI",
        "WARC-Refers-To-Date",
    ),
    "warcinfo": ("WARC-Filename",),
}
_VERSIONS = {
    RecordOrigin.OURS: re.compile(r"WARC/1\.1"),
    RecordOrigin.STANDARD: re.compile(r"WARC/1\.[01]"),
    RecordOrigin.IMPORTED: re.compile(r"WARC/(?:0\.1[78]|1\.[01])"),
}
# The gzip header zlib writes with no time in it: any other, in a file of ours, is a changed byte.
_OUR_MEMBER_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


def check_fields(record: RawRecord, origin: RecordOrigin) -> Iterator[Finding]:
    """Everything the tables say of the fields of one record, whose header was read to its end."""
    kind = record.first("WARC-Type") or ""
    if not _VERSIONS[origin].fullmatch(record.version):
        yield record.finding("version", f"{record.version!r} in place of WARC/1.1")
    if kind not in TYPES and kind and origin is RecordOrigin.OURS:
        yield record.finding("record-type", f"WARC-Type {kind!r} is none that Warraq writes")
    yield from _check_each_field(record, kind, origin)
    for name, rule in FIELDS.items():
        # A type that the standard does not know is to be passed over, but is a record still.
        needed = kind in rule.required or (rule.required == TYPES and kind not in TYPES)
        if needed and record.first(name) is None:
            yield record.finding("field-missing", f"{_usual_spelling(name)} is missing")
    if origin is RecordOrigin.OURS:
        yield from _check_promises(record, kind)


def _check_each_field(record: RawRecord, kind: str, origin: RecordOrigin) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, value in record.fields:
        key = name.lower()
        rule = FIELDS.get(key)
        if key in seen and not (rule.repeated if rule else origin is not RecordOrigin.OURS):
            yield record.finding("field-repeated", f"{name} stands there more than once")
        seen.add(key)
        if rule is None:
            continue
        forbidden = rule.allowed is not None and kind in TYPES and kind not in rule.allowed
        # Converters of ARC files put an IP address on the warcinfo.
        if forbidden and origin is not RecordOrigin.IMPORTED:
            yield record.finding(
                "field-forbidden", f"{name} may not stand on a record of type {kind}"
            )
        if key == "warc-target-uri" and record.version == "WARC/1.0":
            value = value.removeprefix("<").removesuffix(">")  # noqa: PLW2901 -- the grammar of WARC/1.0 has the brackets
        wrong = rule.form(value, origin)
        if wrong:
            yield record.finding(f"field-value:{key}", f"{name} {value[:100]!r} {wrong}")


def _check_promises(record: RawRecord, kind: str) -> Iterator[Finding]:
    for name in (*_PROMISED["*"], *_PROMISED.get(kind, ())):
        if record.first(name) is None:
            yield record.finding("promise", f"{name} is missing, which Warraq always writes")
    if record.member_head and record.member_head != _OUR_MEMBER_HEAD:
        yield record.finding(
            "gzip-header",
            f"the gzip header is {record.member_head.hex()}, not the one Warraq writes",
        )


def _usual_spelling(name: str) -> str:
    """A field's name as it is usually written."""
    special = {"warc": "WARC", "id": "ID", "ip": "IP", "uri": "URI"}
    return "-".join(special.get(part, part.title()) for part in name.split("-"))
