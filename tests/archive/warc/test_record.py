"""A record as a value: its dates and URIs."""

from __future__ import annotations

import contextlib
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from archive.warc.record import parse_warc_date


@given(st.text(alphabet="0123456789-T:Z.+ ٠١", max_size=32))
def test_dates_are_read_or_refused(text):
    """Any text is either an instant in UTC or a ValueError."""
    with contextlib.suppress(ValueError):
        assert parse_warc_date(text).tzinfo is UTC
