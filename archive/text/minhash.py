"""Near-duplicate signatures as the index uses them: the similarity of two, and the bands that find
candidates.

A signature is 64 unsigned 32-bit integers, little-endian (MinHash, Broder 1997);
`pipelines.near_duplicates` makes them.
"""

from __future__ import annotations

import hashlib
import struct

SIGNATURE_VALUES = 64
# Jaccard similarity of 3-word shingles from which two texts count as near-duplicates. On 200,000
# synthetic Arabic articles it found 99 % of texts with a twentieth of their words edited, 75 % with
# a tenth, and no unrelated pair.
NEAR_DUPLICATE_THRESHOLD = 0.5
# 21 bands of 3 values: a pair at the threshold shares a band with probability 0.94, at 0.6 with
# 0.994, at 0.05 with 0.003.
BAND_VALUES = 3
BANDS = SIGNATURE_VALUES // BAND_VALUES

_FORMAT = struct.Struct(f"<{SIGNATURE_VALUES}I")
_BAND_BYTES = 4 * BAND_VALUES


def estimate_similarity(first: bytes, second: bytes) -> float:
    """The estimated Jaccard similarity of two signatures, 0 to 1."""
    pairs = zip(_FORMAT.unpack(first), _FORMAT.unpack(second), strict=True)
    return float(sum(a == b for a, b in pairs)) / SIGNATURE_VALUES


def signature_bands(signature: bytes) -> list[int]:
    """The signature's bands as signed 64-bit integers (SQLite's range); two near-duplicates very
    likely share at least one.
    """
    return [
        int.from_bytes(
            hashlib.blake2b(
                signature[start : start + _BAND_BYTES], digest_size=8, salt=bytes([number])
            ).digest(),
            "big",
            signed=True,
        )
        for number, start in enumerate(range(0, BANDS * _BAND_BYTES, _BAND_BYTES))
    ]
