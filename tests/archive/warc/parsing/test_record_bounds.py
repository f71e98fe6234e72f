"""Where records begin and end, packed and not."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import malformed_warcs
import pytest

from archive.warc.parsing.record_bounds import ends_at, find_next_record, is_packed

PLAIN, PACKED = malformed_warcs.INFO, malformed_warcs.packed(malformed_warcs.INFO)


@contextmanager
def opened(path: Path, data: bytes) -> Iterator[int]:
    path.write_bytes(data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("name", "data", "packed"),
    [
        ("a.warc", PACKED, True),
        ("a.warc.gz", PLAIN, False),
        ("a.warc.gz", b"\r\n" + PLAIN, False),
        ("a.warc.gz", b"garbage", True),
        ("a.warc", b"garbage", False),
    ],
)
def test_a_file_is_packed_by_how_it_begins(
    tmp_path: Path, name: str, data: bytes, *, packed: bool
) -> None:
    """Its name counts where that says nothing."""
    path = tmp_path / name
    with opened(path, data) as descriptor:
        assert is_packed(path, descriptor) is packed


@pytest.mark.parametrize(
    ("rest", "can_end"),
    [
        (b"", True),
        (b"\r\n", True),
        (b"\r\n\r\n\0\0", True),
        (b"\n\nWARC/1.0\r\n", True),
        (b"WARC/1.0\r\n", True),
        (b"\r\n" + PACKED, True),
        (b"\r\nlo\r\n\r\n", False),
        (b"lo\r\n\r\nWARC/1.0\r\n", False),
    ],
)
def test_a_record_ends_before_line_ends_or_a_record(
    tmp_path: Path, rest: bytes, *, can_end: bool
) -> None:
    """Anything else means that its length is wrong."""
    with opened(tmp_path / "a", b"block" + rest) as descriptor:
        assert ends_at(descriptor, 5) is can_end


@pytest.mark.parametrize("distance", [0, 1, 70, (1 << 20) - 3, (1 << 20) + 1, 3 << 20])
@pytest.mark.parametrize("packed", [True, False])
def test_the_next_record_is_found_however_far(
    tmp_path: Path, distance: int, *, packed: bool
) -> None:
    """Also over the ends of what is read at once; where there is none it is the end of the file."""
    data = b"\n" * (distance + 1) + (PACKED if packed else PLAIN)
    with opened(tmp_path / "a", data) as descriptor:
        assert find_next_record(descriptor, 1, packed=packed) == distance + 1
        assert find_next_record(descriptor, distance + 2, packed=packed) == len(data)
        assert find_next_record(descriptor, 1, packed=not packed) == len(data)


def test_the_next_member_is_one_with_a_record(tmp_path: Path) -> None:
    """After damage reading resumes at a record, not at bytes that only look like gzip."""
    data = b"damage" + gzip.compress(b"not a record", mtime=0) + b"\x1f\x8b\x08" + PACKED
    with opened(tmp_path / "a", data) as descriptor:
        assert find_next_record(descriptor, 1, packed=True) == len(data) - len(PACKED)
