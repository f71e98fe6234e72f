"""The text of a page, whatever it says of its encoding."""

import pytest

from pipelines.page.decoding import clean_text, decode_page

TEXT = "<p>قال المتحدث باسم الكرملين إن العام شهد تغيرات كبيرة في الاقتصاد والسياسة</p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1256"])
def test_arabic_is_read_in_each_encoding_in_use(encoding: str) -> None:
    """With the encoding named by the header as servers name it."""
    name = encoding.removesuffix("-sig")
    assert TEXT in decode_page(TEXT.encode(encoding), f"text/html; charset={name}").text


def test_a_header_that_the_bytes_contradict_is_passed_over() -> None:
    """UTF-8 that a server calls Latin-1 is still UTF-8."""
    assert TEXT in decode_page(TEXT.encode(), "text/html; charset=iso-8859-1").text


def test_control_characters_and_lone_surrogates_go() -> None:
    """Line feeds and tabs stay."""
    assert clean_text("a\x00b\ud800c\n\td") == "abc\n\td"
