"""A page as a browser showed it, as a value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from made_captures import made_capture

from archive.model.rendering import RENDERED_TYPE, Rendering


def test_what_a_browser_showed_does_not_change() -> None:
    """A rendering is frozen, and states its encoding where its record can."""
    page = made_capture("https://news.example/1")
    shown = Rendering(page=page, at=datetime.now(UTC), html=b"<p>", browser="Chromium/1")
    with pytest.raises(AttributeError):
        shown.html = b""  # type: ignore[misc]
    assert RENDERED_TYPE.endswith("charset=utf-8")
