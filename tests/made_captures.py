"""Captures that no WARC holds, for tests of what is decided from a capture's facts alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from archive.model import Capture, RecordType

WHEN = datetime(2026, 11, 28, 8, tzinfo=UTC)


def made_capture(url: str, **facts: Any) -> Capture:
    """A response with status 200, but for the fields given."""
    fields: dict[str, Any] = {
        "captured": WHEN,
        "warc": "w.warc.gz",
        "offset": 0,
        "length": 1,
        "record_id": "r",
        "record_type": RecordType.RESPONSE,
        "status": 200,
    }
    return Capture(url=url, **{**fields, **facts})
