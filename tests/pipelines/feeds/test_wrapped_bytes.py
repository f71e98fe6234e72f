"""What sitemaps and feeds come wrapped in is undone by its bytes."""

from __future__ import annotations

import gzip

import pytest

from pipelines.feeds.wrapped_bytes import as_utf8, inflate_gzip, is_gzip

TEXT = "<urlset>خبر</urlset>".encode()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_gzip_is_undone_as_often_as_it_was_done(times: int) -> None:
    """Also over two members in one file."""
    data = TEXT
    for _ in range(times):
        half = len(data) // 2
        data = gzip.compress(data[:half]) + gzip.compress(data[half:])
    assert is_gzip(data)
    assert inflate_gzip(data, 1000) == (TEXT, None)


def test_what_is_wrong_with_gzip_is_told() -> None:
    """What can be had is given: of data cut short, and of more than is wanted, outside or inside."""
    long = TEXT * 100
    cut, why = inflate_gzip(gzip.compress(long)[:-20], 10_000)
    assert long.startswith(cut)
    assert "end early" in (why or "")
    for data in (gzip.compress(long), gzip.compress(gzip.compress(long))):
        some, why = inflate_gzip(data, 100)
        assert some == long[:100]
        assert "more than 100 bytes" in (why or "")


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_text_becomes_utf_8(coding: str) -> None:
    """Wide text is known by its mark, or by the zeros beside its first letters."""
    assert as_utf8(TEXT.decode().encode(coding)) == TEXT
