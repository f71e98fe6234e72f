"""HTTP responses as recorded: heads and framing."""

from __future__ import annotations

import gzip
import time
import tracemalloc

import brotli
import pytest
import warc_kit
from hypothesis import given
from hypothesis import strategies as st

from archive.content_coding import decode_entity
from archive.warc.http_message import parse_head, parse_response

BODY = "خبر عاجل من بغداد ".encode() * 200
LIMIT = 10_000_000


def test_status_reason_and_headers_are_as_sent():
    """Order, case and duplicates of headers are kept, whatever case they are asked for."""
    message = parse_response(
        b"HTTP/1.1 200 Very  OK\r\nX-a: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
        b"X-L: \xe9\r\n\r\nbody"
    )
    assert (message.status, message.reason, message.entity) == (200, "Very  OK", b"body")
    assert message.headers == (
        ("X-a", "1"),
        ("Set-Cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("X-L", "é"),
    )
    assert message.header("SET-COOKIE") == "a=1"
    assert message.headers_all("Set-Cookie") == ["a=1", "b=2"]
    assert message.header("absent") is None


@pytest.mark.parametrize(
    ("block", "status", "headers", "entity"),
    [
        (b"HTTP/1.1 200 OK\nA: 1\nB: 2\n\nbody\n", 200, (("A", "1"), ("B", "2")), b"body\n"),
        (b"HTTP/1.0 404\r\nA: 1\r\n\r\n", 404, (("A", "1"),), b""),
        (b"HTTP/2 200\r\nA: 1\r\n\r\nx", 200, (("A", "1"),), b"x"),
        (b"ICY 200 OK\r\nA: 1\r\n\r\nx", 200, (("A", "1"),), b"x"),
        (
            b"HTTP/1.1 200 OK\r\nA: 1\r\n  2\r\n\t3\r\nB:4\r\n\r\nx",
            200,
            (("A", "1 2 3"), ("B", "4")),
            b"x",
        ),
        (b"HTTP/1.1 200 OK\r\njunk line\r\nA : 1\r\n\r\nx", 200, (("A", "1"),), b"x"),
        (b"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2", 200, (("A", "1"), ("B", "2")), b""),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: 1\r\n\r\nx",
            200,
            (("A", "1"),),
            b"x",
        ),
        (b"<html>no head at all", None, (), b""),
        (b"", None, (), b""),
    ],
)
def test_odd_heads_are_read(block, status, headers, entity):
    """Line feeds alone, missing reasons, folding, junk lines, interim responses and cut heads are
    all tolerated.
    """
    message = parse_response(block)
    assert (message.status, message.headers, message.entity) == (status, headers, entity)


def test_a_cut_head_is_told_from_a_whole_one():
    """`head_complete` says whether the empty line came."""
    assert parse_head(b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\n").head_complete
    assert not parse_head(b"HTTP/1.1 200 OK\r\nA: 1\r\n").head_complete


def test_mime_is_without_parameters_and_utf8_headers_are_read():
    """The media type comes without charset; a header sent in UTF-8 is read as that."""
    message = parse_response(
        "HTTP/1.1 301 M\r\nContent-Type: text/html;charset=x\r\nLocation: /خبر\r\n\r\n".encode()
    )
    assert message.mime == "text/html"
    assert message.location == "/خبر"
    assert parse_response(b"HTTP/1.1 200 OK\r\nX: \xe9\r\n\r\n").utf8_header("x") == "é"
    assert parse_response(b"HTTP/1.1 200 OK\r\n\r\n").mime is None
    assert parse_response(b"HTTP/1.1 200 OK\r\n\r\n").location is None


def test_of_two_media_types_the_last_counts():
    """As in browsers: a proxy or a script put its own behind the server's."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-type: text/html; a=b\r\n\r\n"
    assert parse_response(head).mime == "text/html"
    assert parse_response(head).content_type == "text/html; a=b"


def test_a_location_in_another_charset_keeps_its_bytes():
    """A site in windows-1256 means the bytes that it sends: they are percent-encoded as they
    stand.
    """
    head = "HTTP/1.1 302 F\r\nLocation: /خبر?a=b\r\n\r\n".encode("cp1256")
    assert parse_response(head).location == "/%CE%C8%D1?a=b"
    assert parse_response(head.replace(b"Location: ", b"Refresh: 0;")).refresh == "0;/%CE%C8%D1?a=b"


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        (["text/plain", "text/html"], "text/html"),
        (["text/html; charset=gbk", "text/html"], "text/html; charset=gbk"),
        (["text/html; charset=gbk", "Text/HTML; charset=utf-8"], "Text/HTML; charset=utf-8"),
        (["text/xml; charset=gbk", "text/html"], "text/html"),
        (["text/html", "*/*"], "text/html"),
        (["text/html", ""], "text/html"),
        (["text/html", "none"], "text/html"),
        (["none", "html"], "html"),
    ],
)
def test_of_several_content_types_the_last_that_names_one_counts(headers, counts):
    """As in browsers (Fetch standard); a charset holds on while the type is the same."""
    lines = "".join(f"Content-Type: {value}\r\n" for value in headers)
    assert parse_response(f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode()).content_type == counts


@pytest.mark.parametrize(
    "name",
    ["chunked", "Chunked", "gzip, chunked", "chunked;q=1", "chunked, identity", "chunked,"],
)
def test_chunked_framing_is_removed(name):
    """The entity is what was inside the chunks, without extensions and trailers."""
    body = warc_kit.chunked(BODY, extension=b';name="v"', trailer=b"X-Sum: 1\r\n")
    assert parse_response(warc_kit.response(body, ("Transfer-Encoding", name))).entity == BODY


def test_what_was_compressed_for_the_transfer_is_undone_as_content_is():
    """Codings of all headers count, in the order in which they were applied."""
    headers = (
        ("Content-Encoding", "br"),
        ("Content-Encoding", "none"),
        ("Transfer-Encoding", "gzip, chunked"),
    )
    body = warc_kit.chunked(gzip.compress(brotli.compress(BODY)))
    message = parse_response(warc_kit.response(body, *headers))
    assert decode_entity(message.entity, message.entity_codings, LIMIT).body == BODY
    assert parse_response(warc_kit.response(BODY)).entity_codings is None


def test_chunks_with_bare_line_feeds_are_read():
    """Servers that end chunk lines with a line feed alone are understood."""
    assert (
        parse_response(
            b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n"
        ).entity
        == b"abcde"
    )


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(0, 400))
def test_truncated_chunks_keep_what_came(body, size, cut):
    """Wherever a chunked body is cut, the entity is a beginning of the whole one."""
    framed = warc_kit.chunked(body, size)
    whole = parse_response(warc_kit.response(framed, ("Transfer-Encoding", "chunked"))).entity
    assert whole == body
    cut = min(cut, len(framed))
    part = parse_response(warc_kit.response(framed[:cut], ("Transfer-Encoding", "chunked"))).entity
    if b"\n" in framed[:cut]:
        assert body.startswith(part)
        assert len(part) >= cut * size // (size + 8) - size - 8


def test_a_body_that_only_claims_to_be_chunked_is_kept():
    """Other tools store decoded bodies under their old headers: the body stands as it is."""
    for body in (
        b"<html>no chunks</html>",
        b"a\r\nis hexadecimal by chance, and no chunk follows it",
    ):
        assert (
            parse_response(warc_kit.response(body, ("Transfer-Encoding", "chunked"))).entity == body
        )


@given(st.binary(max_size=200))
def test_no_block_makes_the_parser_raise(block):
    """Any bytes at all can be parsed."""
    parse_response(block)
    parse_response(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + block)


def test_a_body_in_small_chunks_costs_no_more_than_its_length() -> None:
    """However many chunks a body comes in, parsing it takes less memory than it itself."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    block = head + b"2\r\nab\r\n" * 40_000
    tracemalloc.start()
    try:
        entity = parse_response(block).entity
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert entity == b"ab" * 40_000
    assert peak < len(block)


def test_a_header_folded_over_many_lines_is_joined_once() -> None:
    """Four times as many folded lines of one header cost about four times as much."""

    def cost(lines: int) -> float:
        block = b"HTTP/1.1 200 OK\r\nX: a\r\n" + b" bc\r\n" * lines + b"\r\n"
        began = time.process_time()
        assert parse_head(block).header("x") == "a" + " bc" * lines
        return time.process_time() - began

    assert cost(200_000) < 8 * max(cost(50_000), 0.03)
