"""Near-duplicate signatures of texts: MinHash over 3-word shingles of folded text, by rensa.

Comparing signatures and finding candidates is `archive.text.minhash`, which the index uses without
rensa.
"""

from __future__ import annotations

import struct

from rensa import RMinHash

from archive.text.folding import fold_for_search, split_words
from archive.text.minhash import SIGNATURE_VALUES, estimate_similarity, signature_bands

__all__ = ["estimate_similarity", "signature_bands", "text_signature"]

SHINGLE = 3
# Below this a text is a caption or a stub: its few shingles make it like every other stub.
FEWEST_WORDS = 12
# Part of the format: signatures made with another seed cannot be compared.
SEED = 20_240_601


def text_signature(text: str) -> bytes | None:
    """The MinHash signature of a text (64 unsigned 32-bit integers, little-endian: 256 bytes); None
    if it has fewer than `FEWEST_WORDS` words.

    The same text gives the same bytes in every process and on every machine.
    """
    words = split_words(fold_for_search(text))
    if len(words) < FEWEST_WORDS:
        return None
    shingles = {
        " ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)
    }
    minhash = RMinHash(num_perm=SIGNATURE_VALUES, seed=SEED)
    minhash.update(sorted(shingles))
    return struct.pack(f"<{SIGNATURE_VALUES}I", *minhash.digest())
