"""Time stamps of the chain's lines (RFC 3161): a time-stamping authority signs the digest of a line
with its own clock, so that the line, and with it all before it, existed by then.

They are kept beside the chain as the authority sent them (`stamp-*.tsr`; `openssl ts` reads them),
each with the certificates that it was checked with. Asking an authority is the operator's; nothing
here goes to any network. The certificates must have been valid when the stamp was made, not today.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import UsageError
from archive.fixity.chain import read_lines, storage_error
from archive.locks.file_modes import open_private
from archive.model import iso_utc
from archive.model.finding import Finding

if TYPE_CHECKING:  # where there are no stamps, nothing of it is loaded
    from rfc3161_client import TimeStampResponse

_LONGEST = 1 << 20  # bytes of a time stamp: they have a few thousand
_ALGORITHMS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_CERTIFICATES = 0xA0  # the tag of a token's set of certificates (RFC 5652 §5.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """A time stamp that is kept: its file, the number of the line it is of (from 1), when it was
    made, and the certificates (PEM) it was checked with, empty where with those it brings itself.
    """

    path: Path
    line: int
    at: datetime
    roots: bytes


def request_stamp(folder: Path) -> bytes:
    """What is to be sent to an authority to have the last line of the chain in the collection's
    `fixity/` stamped (a TimeStampReq in DER); UsageError where there is no line.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    *_, last = (b"", *read_lines(folder))
    if not last:
        raise UsageError("nothing is stated yet that could be stamped; run `warraq index`")
    request = TimestampRequestBuilder().data(last).hash_algorithm(HashAlgorithm.SHA256)
    return request.cert_request(cert_request=True).nonce().build().as_bytes()


def keep_stamp(folder: Path, response: Path, roots: bytes) -> TimeStamp:
    """Keep an authority's response (a file with a TimeStampResp in DER) with the certificates (PEM)
    it is checked with. UsageError where it is none, is of no line of the chain, or does not verify.
    """
    try:
        with response.open("rb") as file:
            data = file.read(_LONGEST)
        line, at = _check(data, roots, _line_numbers(folder))
    except OSError as error:
        raise UsageError(f"{response}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{response}: not kept: {error}") from error
    path = folder / f"stamp-{line:06}-{hashlib.sha256(data).hexdigest()[:12]}.tsr"
    try:
        for target, content in ((path.with_suffix(".pem"), roots), (path, data)):
            if content:
                with open_private(target, "wb") as file:
                    file.write(content)
    except OSError as error:
        raise storage_error(path, error) from error
    return TimeStamp(path=path, line=line, at=at, roots=roots)


def read_stamps(folder: Path, roots: bytes = b"") -> Iterator[TimeStamp | Finding]:
    """Each time stamp that is kept, checked with `roots` (PEM), else with the certificates beside
    it; a finding in place of one that is not what it was, or of a line that is not there.
    """
    paths = sorted(folder.glob("*.tsr"))
    lines = _line_numbers(folder) if paths else {}
    for path in paths:
        try:
            beside = path.with_suffix(".pem")
            used = roots or (beside.read_bytes() if beside.exists() else b"")
            line, at = _check(path.read_bytes()[:_LONGEST], used, lines)
            yield TimeStamp(path=path, line=line, at=at, roots=used)
        except (OSError, ValueError) as error:
            name = f"{folder.name}/{path.name}"
            yield Finding(file=name, rule="fixity-stamp", detail=f"time stamp: {error}")


def read_certificates(path: Path) -> bytes:
    """The bytes of a PEM file of certificates; UsageError where it holds none."""
    from cryptography import x509

    try:
        data = path.read_bytes()
        x509.load_pem_x509_certificates(data)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: no certificates in PEM: {error}") from error
    return data


def _line_numbers(folder: Path) -> dict[tuple[str, bytes], int]:
    """The number of each line, by its digest in each algorithm that a stamp may have."""
    return {
        (name, hashlib.new(name, raw).digest()): number
        for number, raw in enumerate(read_lines(folder), 1)
        for name in _ALGORITHMS.values()
    }


def _check(
    data: bytes, roots: bytes, lines: Mapping[tuple[str, bytes], int]
) -> tuple[int, datetime]:
    """The line a stamp is of, and its time; ValueError saying what is wrong with it."""
    from rfc3161_client import decode_timestamp_response

    try:
        stamp = decode_timestamp_response(_sorted_certificates(data))
        if stamp.status not in (0, 1):
            raise ValueError(f"the authority refused: {', '.join(stamp.status_string)}")
        info = stamp.tst_info
        imprint, at = info.message_imprint, info.gen_time
    except ValueError as error:
        raise ValueError(f"no RFC 3161 response: {error}") from error
    name = _ALGORITHMS.get(imprint.hash_algorithm.dotted_string, "")
    line = lines.get((name, imprint.message))
    if line is None:
        raise ValueError(
            f"made at {iso_utc(at)} of something that is no line of the chain: lines were taken"
            " off, the chain was made anew, or the stamp is another collection's"
        )
    _verify_signature(stamp, roots, imprint.message)
    return line, at


def _verify_signature(stamp: TimeStampResponse, roots: bytes, message: bytes) -> None:
    """ValueError unless the stamp is signed by who the certificates trust; without any, by one of
    those it brings.
    """
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder

    trusted = (
        x509.load_pem_x509_certificates(roots)
        if roots
        else [x509.load_der_x509_certificate(each) for each in stamp.signed_data.certificates]
    )
    if not trusted:
        raise ValueError("it brings no certificate; name those of the authority: --ca FILE")
    try:
        VerifierBuilder(roots=trusted).build().verify(stamp, message)
    except VerificationError as error:
        raise ValueError(f"its signature does not verify: {str(error).split(':')[0]}") from error


def _sorted_certificates(data: bytes) -> bytes:
    """The response with the certificates of its token in the order that DER wants, which some
    authorities do not keep to and the library insists on. No signature covers that set.
    """
    try:
        *_, token = _elements(data, *_elements(data, 0, len(data))[0][1:])
        *_, content = _elements(data, *token[1:])
        for tag, start, end in _elements(data, *_elements(data, *content[1:])[0][1:]):
            if tag == _CERTIFICATES:
                ends = [start, *(stop for _, _, stop in _elements(data, start, end))]
                each = sorted(data[a:b] for a, b in pairwise(ends))
                return data[:start] + b"".join(each) + data[end:]
    except (IndexError, ValueError):
        pass  # the library says what is wrong
    return data


def _elements(data: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """Tag, start and end of the content of each DER element in a stretch; IndexError if one is
    cut.
    """
    found = []
    while start < end:
        tag, length, at = data[start], data[start + 1], start + 2
        if length & 0x80:
            at += length & 0x7F
            length = int.from_bytes(data[start + 2 : at], "big")
        start = at + length
        if start > end:
            raise IndexError(start)
        found.append((tag, at, start))
    return found
