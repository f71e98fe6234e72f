"""Gzip members one at a time, and what is wrong with them by name."""

from __future__ import annotations

import gzip
import io

import pytest

from archive.warc.gzip_members import GzipMember, MemberDamageError, begins_record

FIRST = gzip.compress(b"WARC/1.1\r\nfirst", mtime=0)
SECOND = gzip.compress(b"WARC/1.1\r\nsecond" * 9000, mtime=0)


def damage(data: bytes) -> str:
    """The rule that the first member of these bytes breaks."""
    with pytest.raises(MemberDamageError) as caught:
        list(GzipMember(io.BytesIO(data), 0).chunks())
    return caught.value.rule


def test_members_have_their_own_bounds() -> None:
    """The end of one member is where the next begins, and each gives its own data."""
    file = io.BytesIO(FIRST + SECOND)
    first = GzipMember(file, 0)
    assert b"".join(first.chunks()) == b"WARC/1.1\r\nfirst"
    assert first.end == len(FIRST)
    second = GzipMember(file, first.end)
    assert b"".join(second.chunks()) == b"WARC/1.1\r\nsecond" * 9000
    assert second.end == len(FIRST) + len(SECOND)


def test_a_header_with_a_name_is_passed_over() -> None:
    """File names in gzip headers, which some tools write, do not hide the data."""
    packed = io.BytesIO()
    with gzip.GzipFile("name.warc", "wb", fileobj=packed, mtime=0) as file:
        file.write(b"WARC/1.1")
    assert b"".join(GzipMember(packed, 0).chunks()) == b"WARC/1.1"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (FIRST[:5], "gzip-truncated"),
        (FIRST[:-9], "gzip-truncated"),
        (FIRST[:-3], "gzip-truncated"),
        (FIRST[:3] + b"\xe0" + FIRST[4:], "gzip-header"),
        (FIRST[:10] + b"\xff" * 20, "gzip-data"),
        (FIRST[:-8] + b"\0\0\0\0" + FIRST[-4:], "gzip-crc"),
        (FIRST[:-4] + b"\0\0\0\0", "gzip-length"),
    ],
)
def test_damage_is_named(data: bytes, rule: str) -> None:
    """Each kind of damage has its own rule, so that a finding can say what is wrong."""
    assert damage(data) == rule


def test_a_member_that_begins_a_record() -> None:
    """Its first bytes are enough; other members, and bytes that only look like gzip, are none."""
    assert begins_record(FIRST[:-4])
    assert not begins_record(gzip.compress(b"not a record", mtime=0))
    assert not begins_record(b"\x1f\x8b\x08" + FIRST)
