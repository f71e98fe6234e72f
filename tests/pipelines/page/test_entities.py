"""Character references escaped once too often."""

import pytest

from pipelines.page.entities import resolve_entities


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("a &amp; b &#1575;&#x628;", "a & b اب"),
        ("&#0000065;", "A"),
        ("&#" + "0" * 5000 + "65;", "A"),
        ("&#" + "1" * 5000 + ";", "\ufffd"),
        ("&#x" + "1" * 5000 + " x", "\ufffd x"),
    ],
)
def test_references_stand_for_their_characters(text: str, resolved: str) -> None:
    """Numbers of any length are read; those that are no character's are replaced."""
    assert resolve_entities(text) == resolved
