"""Captures as values: frozen, and named by where they are stored."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from archive.model import Capture, RecordType

CAPTURE = Capture(
    url="https://news.example/1",
    captured=datetime(2024, 3, 1, tzinfo=UTC),
    warc="a.warc.gz",
    offset=10,
    length=5,
    record_id="<urn:uuid:1>",
    record_type=RecordType.RESPONSE,
)


def test_the_id_depends_on_file_and_offset_only() -> None:
    """A rebuilt index, which reads the same places, has the same ids; another place has another."""
    assert replace(CAPTURE, url="https://news.example/2", status=404).id == CAPTURE.id
    assert len({CAPTURE.id, replace(CAPTURE, offset=11).id, replace(CAPTURE, warc="b").id}) == 3
    assert len(CAPTURE.id) == 16


def test_a_capture_cannot_be_changed() -> None:
    """A value that several rows are derived from stays as it was made."""
    with pytest.raises(FrozenInstanceError):
        CAPTURE.offset = 3  # type: ignore[misc]
