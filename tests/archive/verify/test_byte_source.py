"""Bytes in pieces are read by line and by count, whatever the pieces are."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from archive.verify.byte_source import LINE_LIMIT, ByteSource
from archive.warc.gzip_members import MemberDamageError


@given(st.lists(st.binary(min_size=1, max_size=8)))
def test_lines_do_not_depend_on_the_pieces(pieces: list[bytes]):
    """The lines of the pieces are those of the whole, and every byte is counted."""
    whole = b"".join(pieces)
    source = ByteSource(iter(pieces))
    lines = list(iter(source.read_line, b""))
    assert b"".join(lines) == whole
    assert all(line.endswith(b"\n") for line in lines[:-1])
    assert all(line.count(b"\n") <= 1 for line in lines)
    assert source.consumed == len(whole)


def test_a_line_without_end_is_given_in_parts():
    """A line longer than the limit is cut there, so that memory stays bounded."""
    source = ByteSource(iter([b"x" * (LINE_LIMIT + 5)]))
    assert len(source.read_line()) == LINE_LIMIT
    assert source.peek(9) == b"xxxxx"
    assert source.skip_rest() == 5


def test_damage_ends_the_bytes_and_is_remembered():
    """What came before the damage is read; the damage is there to be reported."""

    def pieces() -> Iterator[bytes]:
        yield b"good"
        raise MemberDamageError("gzip-data", "broken")

    source = ByteSource(pieces())
    assert source.read_line() == b"good"
    assert source.read_some(10) == b""
    assert source.damage == ("gzip-data", "broken")
