"""Similarity and bands of near-duplicate signatures."""

from __future__ import annotations

import random
import struct

from archive.text.minhash import (
    BANDS,
    NEAR_DUPLICATE_THRESHOLD,
    SIGNATURE_VALUES,
    estimate_similarity,
    signature_bands,
)


def signature(values: list[int]) -> bytes:
    return struct.pack(f"<{SIGNATURE_VALUES}I", *values)


def test_similarity_is_the_share_of_equal_values() -> None:
    """Equal signatures are 1, unlike ones 0, and half of the values in common is 0.5."""
    first = list(range(SIGNATURE_VALUES))
    half = first[: SIGNATURE_VALUES // 2] + [
        value + 1000 for value in first[SIGNATURE_VALUES // 2 :]
    ]
    assert estimate_similarity(signature(first), signature(first)) == 1
    assert estimate_similarity(signature(first), signature(half)) == 0.5
    assert estimate_similarity(signature(first), signature([9999] * SIGNATURE_VALUES)) == 0


def test_near_duplicates_share_a_band_and_others_hardly_ever() -> None:
    """Of pairs with 70 % of their values in common nearly all meet in a band; of unlike ones none.

    The numbers fit SQLite's integers.
    """
    chance = random.Random(7)  # noqa: S311
    met = unlike_met = 0
    for _ in range(200):
        first = [chance.getrandbits(32) for _ in range(SIGNATURE_VALUES)]
        near = [value if chance.random() < 0.7 else chance.getrandbits(32) for value in first]
        unlike = [chance.getrandbits(32) for _ in first]
        bands = set(signature_bands(signature(first)))
        assert len(bands) == BANDS
        assert all(-(2**63) <= band < 2**63 for band in bands)
        met += not bands.isdisjoint(signature_bands(signature(near)))
        unlike_met += not bands.isdisjoint(signature_bands(signature(unlike)))
    assert met >= 195
    assert unlike_met == 0
    assert NEAR_DUPLICATE_THRESHOLD < 0.7
