"""The keys that say how a site is asked."""

from __future__ import annotations

from archive.config_fetch_keys import FETCH_KEYS
from archive.config_key import SITE
from archive.config_keys import KEYS


def test_they_are_keys_of_a_site_like_all_others() -> None:
    """In the one table that configuration and documentation are made from."""
    assert {key.table for key in FETCH_KEYS} == {SITE}
    assert set(FETCH_KEYS) <= set(KEYS)


def test_none_of_them_is_needed() -> None:
    """A site is asked as any visitor asks, unless its table says otherwise."""
    assert [key.name for key in FETCH_KEYS if key.default not in (None, (), True)] == []
