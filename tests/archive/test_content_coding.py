"""Content codings of HTTP bodies: undone within bounds, whatever servers make of them."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.content_coding import decode_entity

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODY = "خبر عاجل من بغداد ".encode() * 200
LIMIT = 10_000_000
SKIPPED = b"\x50\x2a\x4d\x18\x03\0\0\0abc"  # a frame that decoders pass over (RFC 8878 §3.1.2)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def streamed_zstd(data: bytes) -> bytes:
    """As servers send it that do not know the size beforehand."""
    packer = zstd.ZstdCompressor()
    parts = [data[start : start + 1000] for start in range(0, len(data), 1000)]
    flushed = b"".join(packer.compress(each, packer.FLUSH_BLOCK) for each in parts)
    return flushed + packer.flush()


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        (None, BODY),
        ("identity", BODY),
        ("gzip", gzip.compress(BODY)),
        ("GZIP", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])),
        ("gzip", gzip.compress(BODY) + b"\0\0\0"),
        ("deflate", zlib.compress(BODY)),
        ("deflate", raw_deflate(BODY)),
        ("br", brotli.compress(BODY)),
        ("gzip, br", brotli.compress(gzip.compress(BODY))),
        ("zstd", zstd.compress(BODY)),
        ("ZSTD", zstd.compress(BODY[:100]) + SKIPPED + zstd.compress(BODY[100:]) + b"\r\n"),
        ("zstd", streamed_zstd(BODY)),
        ("zstd, gzip", gzip.compress(zstd.compress(BODY, 19))),
        ("gzip, deflate", gzip.compress(BODY)),
        ("gzip, deflate, br, zstd", gzip.compress(BODY)),
        ("br, gzip, zstd", brotli.compress(BODY)),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY))),
        ("gzip", b""),
    ],
)
def test_content_codings_are_undone(coding, data):
    """Every coding that servers use, alone or stacked, gives the body back, whole and without a
    complaint.
    """
    result = decode_entity(data, coding, LIMIT)
    assert result.body == (BODY if data else b"")
    assert (result.truncated, result.problem) == (False, None)


def test_gzip_of_gzip_is_undone_only_as_declared():
    """A gzip file served with Content-Encoding: gzip stays the gzip file that it is."""
    inner = gzip.compress(BODY)
    assert decode_entity(gzip.compress(inner), "gzip", LIMIT).body == inner


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_coding_that_is_named_twice_and_applied_once_is_no_failure(coding):
    """Two servers behind each other both write the header."""
    data = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstd.compress}[coding](BODY)
    result = decode_entity(data, f"{coding}, {coding}", LIMIT)
    assert (result.body, result.problem) == (BODY, None)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "br, gzip"])
def test_what_is_not_what_it_says_comes_back_as_sent(coding):
    """A plain body declared as compressed is returned as it is, with the problem named."""
    result = decode_entity(BODY, coding, LIMIT)
    assert result.body == BODY
    assert result.problem is not None
    assert "declared" in result.problem


@pytest.mark.parametrize("name", ["none", "utf-8", "UTF-8, none", "text/html", "identity", "x"])
def test_what_names_no_coding_is_no_failure(name):
    """Servers write a charset or nothing at all there: the body is as it stands, as in browsers."""
    assert decode_entity(BODY, name, LIMIT).problem is None
    assert decode_entity(gzip.compress(BODY), f"{name}, gzip", LIMIT).body == BODY


@pytest.mark.parametrize("coding", ["dcz", "exi"])
def test_a_coding_that_cannot_be_undone_is_named(coding):
    """A coding that nobody here can undo leaves the body and says which it is."""
    result = decode_entity(BODY, coding, LIMIT)
    assert result.body == BODY
    assert result.problem is not None
    assert coding in result.problem


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("br", brotli.compress(BODY, quality=1)),
        ("zstd", zstd.compress(BODY)),
    ],
)
def test_truncated_data_keeps_what_came(coding, data):
    """Half of a compressed body still gives the text that came, marked as truncated."""
    result = decode_entity(data[: len(data) - 12], coding, LIMIT)
    assert result.truncated
    assert result.problem
    assert BODY.startswith(result.body)


def test_damaged_data_keeps_what_was_before_the_damage():
    """A wrong byte in the middle loses what is behind it, not what was before."""
    body = bytes(range(256)) * 400
    data = bytearray(gzip.compress(body, 1))
    data[-6] ^= 0xFF
    result = decode_entity(bytes(data), "gzip", LIMIT)
    assert body.startswith(result.body)
    assert len(result.body) > len(body) * 0.9
    assert result.truncated
    assert result.problem


@pytest.mark.parametrize(
    ("coding", "make"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", lambda data: brotli.compress(data, quality=1)),
        ("zstd", zstd.compress),
        ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data))),
    ],
)
def test_a_bomb_costs_no_more_than_the_limit(coding, make):
    """20 MB behind a few kB give exactly the limit, flagged, and never more memory than a few times
    that.
    """
    bomb = make(b"\0" * 20_000_000)
    limit = 1_000_000
    tracemalloc.start()
    result = decode_entity(bomb, coding, limit)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.truncated
    assert len(result.body) <= limit
    assert len(result.body) == limit or coding == "gzip, gzip"
    assert peak < 6 * limit


@given(
    st.binary(max_size=2000),
    st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, deflate, br"]),
    st.integers(0, 3000),
)
def test_no_entity_makes_the_decoder_raise(data, coding, limit):
    """Any bytes under any coding give at most `limit` bytes and never an error."""
    assert len(decode_entity(data, coding, limit).body) <= limit
    assert decode_entity(gzip.compress(data), "gzip", LIMIT).body == data


def test_a_zstd_frame_cannot_ask_for_memory_without_end():
    """What wants a window larger than any page is not decoded, and that is said."""
    level = {zstd.CompressionParameter.window_log: 27}
    packer = zstd.ZstdCompressor(options=level)
    data = packer.compress(BODY, packer.FLUSH_BLOCK) + packer.flush()
    result = decode_entity(data, "zstd", LIMIT)
    assert result.body == data
    assert "memory" in (result.problem or "")


def test_half_a_zstd_body_keeps_what_its_blocks_held():
    """A connection that breaks within a page leaves the text that came."""
    data = streamed_zstd(BODY)
    result = decode_entity(data[: len(data) // 2], "zstd", LIMIT)
    assert result.truncated
    assert BODY.startswith(result.body)
    assert len(result.body) >= 1000
