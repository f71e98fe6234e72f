"""A compact set of integers answers as a Python set does."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier.key_set import KeySet


@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.lists(st.integers(-5, 5)))
def test_known_keys_are_a_set(first: list[int], second: list[int]):
    """The compact set answers as a Python set does."""
    known, reference = KeySet(first), set(first)
    for key in second:
        assert known.add(key) == (key not in reference)
        reference.add(key)
    assert all(key in known for key in reference)


def test_known_keys_stay_right_while_they_grow():
    """Merging the recent into the sorted loses nothing."""
    rng = random.Random(1)  # noqa: S311 - not for secrets
    keys = [rng.getrandbits(63) for _ in range(60_000)]
    known = KeySet()
    for key in keys:
        known.add(key)
    assert len(known) == len(set(keys))
    assert all(key in known for key in keys[::97])
    assert not any(known.add(key) for key in keys[::101])
