"""Names of encodings that pages declare."""

from __future__ import annotations

import codecs
import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webencodings.labels import LABELS

from pipelines.page.decoding import decode_page
from pipelines.page.encoding_labels import encoding_of_label, is_encoding

# What the standard names and Python has no codec for.
NO_CODEC = {"iso-2022-cn", "iso-2022-cn-ext", "replacement", "x-user-defined"}
ARABIC = "فقرة من خبر طويل عن الجسر الجديد في المدينة القديمة وسكانها الذين ينتظرون افتتاحه. " * 9
# Codecs of Python's that decode no encoding of text on the web.
OTHERS = [
    *("hex", "hex_codec", "idna", "punycode", "rot13", "rot_13", "zlib", "base64", "undefined"),
    *("unicode_escape", "raw_unicode_escape", "mbcs", "oem", "bz2", "uu", "quopri", "utf-7"),
    *("utf-32", "cp037", "cp500", "utf_8_sig", "palmos", "ptcp154", "", " ", "é", "x" * 9999),
]


@pytest.mark.parametrize("label", sorted(LABELS))
def test_the_labels_of_the_standard_are_believed(label: str) -> None:
    """Each that Python can decode names a codec of text, in any case."""
    name = encoding_of_label(label)
    assert encoding_of_label(f" {label.upper()} ") == name
    if label in NO_CODEC:
        assert name is None
    else:
        assert name is not None
        assert is_encoding(name)
        assert isinstance(b"a".decode(name, "replace"), str)


@pytest.mark.parametrize("label", OTHERS)
def test_other_codecs_of_python_are_no_encodings(label: str) -> None:
    """A page that names one names nothing: its bytes are read as what they are."""
    if label != "utf_8_sig":
        assert encoding_of_label(label) is None
    body = f"<p>{ARABIC}</p>"
    for data in (body.encode("cp1256"), body.encode()):
        by_header = decode_page(data, f"text/html; charset={label}")
        by_meta = decode_page(f"<meta charset={label}>".encode() + data)
        for decoded in (by_header, by_meta):
            assert ARABIC in decoded.text


@pytest.mark.parametrize("label", sorted({*encodings.aliases.aliases.values(), *OTHERS}))
@pytest.mark.parametrize("data", [b"", b"plain", b"\xc7\xe1\xce\xc8\xd1 \xff\x00~{<:Ky2;~}\x1b$)C"])
def test_no_codec_of_python_makes_a_page_unreadable(label: str, data: bytes) -> None:
    """Whatever is declared, there is a text."""
    assert isinstance(decode_page(data, f'text/html; charset="{label}"').text, str)


@given(st.text(max_size=40))
def test_any_label_names_a_codec_or_nothing(label: str) -> None:
    """Labels are anything that a server sends."""
    name = encoding_of_label(label)
    assert name is None or codecs.lookup(name)
