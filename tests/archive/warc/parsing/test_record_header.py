"""One reading of a record's header for all who read records."""

from __future__ import annotations

import pytest

from archive.warc.parsing.record_header import declared_length, parse_fields, parse_version


def test_fields_are_as_written_in_their_order() -> None:
    """Repeated ones all, folded lines joined, blanks around names and values left out, lines that
    are no field passed over.
    """
    head = b"WARC/1.1\r\nA: 1\r\nb :  2 \r\n  and 3\r\nnothing\r\nA:\r\nURI: http://a:8/\n\r\n"
    assert parse_fields(head) == (("A", "1"), ("b", "2 and 3"), ("A", ""), ("URI", "http://a:8/"))


def test_text_that_is_no_utf8_is_read_as_latin1() -> None:
    """Old tools wrote it so; nothing is lost."""
    assert parse_fields("W\r\nA: é خ\r\n".encode()) == (("A", "é خ"),)
    assert parse_fields(b"W\r\nA: \xe9\r\n") == (("A", "\xe9"),)


@pytest.mark.parametrize("line", [b"WARC/1.1\r\n", b"WARC/1.0\n", b"WARC/0.18 \r\n"])
def test_versions_that_can_be_read(line: bytes) -> None:
    """Those there were, whatever ends the line."""
    assert parse_version(line + b"A: 1\r\n") == line.strip().decode()


@pytest.mark.parametrize("line", [b"WARC/1.2\r\n", b"WARC/9.1\r\n", b"warc/1.1\r\n", b"WARC/1.1"])
def test_versions_that_cannot(line: bytes) -> None:
    """Unknown ones, other letters, and a line that does not end."""
    assert parse_version(line) is None


def test_a_length_is_one_number_in_ascii_digits() -> None:
    """Said twice it is still one; whatever else stands there is an error in words."""
    assert declared_length((("content-length", "12"), ("Content-Length", "12"))) == 12
    for values in ((), ("1", "2"), ("-1",), ("0x10",), ("١٢",), ("9" * 16,), ("",)):
        with pytest.raises(ValueError, match="Content-Length"):
            declared_length(tuple(("Content-Length", value) for value in values))
