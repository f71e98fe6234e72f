"""What a key of the configuration is."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from archive.config_key import REQUIRED, SITE, Key


def test_a_key_is_a_value() -> None:
    """Nobody changes the table of keys while it is read."""
    key = Key(
        table=SITE,
        name="start",
        parse=str,
        default=REQUIRED,
        expects="a URL",
        meaning="Where it begins.",
        example='"https://news.example/"',
    )
    assert (key.many, key.unit) == (False, None)
    with pytest.raises(FrozenInstanceError):
        key.name = "end"  # type: ignore[misc]
