"""Digests compare by value, however they are written."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Digest


@given(st.binary(max_size=40), st.sampled_from(["sha1", "sha256", "md5"]))
def test_every_way_of_writing_a_digest_is_one_digest(data: bytes, algorithm: str) -> None:
    """Base 16, 32 and 64, in any case of label and value, give the same value."""
    raw = hashlib.new(algorithm, data).digest()
    expected = Digest.compute(data, algorithm)
    assert Digest.parse(f"{algorithm.upper()}:{raw.hex().upper()}") == expected
    assert Digest.parse(f"{algorithm}:{base64.b32encode(raw).decode().lower()}") == expected
    assert Digest.parse(f"{algorithm}:{base64.b64encode(raw).decode()}") == expected
    assert Digest.parse(str(expected)) == expected


def test_sha1_is_written_in_base32_and_others_in_hex() -> None:
    """Written forms are those of the field's tools (the digests of the empty payload)."""
    assert str(Digest.compute(b"", "sha1")) == "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"
    assert str(Digest.compute(b"")).startswith("sha256:e3b0c44298fc1c14")


@pytest.mark.parametrize("text", ["", "sha1", "sha1:", "sha1:zz", "none:00", "sha256:" + "A" * 20])
def test_what_is_no_digest_is_refused(text: str) -> None:
    """A missing label, an unknown algorithm or a value of another length is a ValueError."""
    with pytest.raises(ValueError, match="digest"):
        Digest.parse(text)
