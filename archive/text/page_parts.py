"""What a page shows, as hashes of its parts: for telling whether two pages are one, and whether a
text stands on a page. Pure.

Of more than `MOST_PARTS` the smallest hashes are kept, so that two pages keep the same of what they
share.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable

from archive.text.folding import comparable_text

MOST_PARTS = 400
# The share of all parts that two captures of one front page have in common, though its clocks,
# counters and newest headlines differ; an article's page and the front page share menu and boxes.
SAME_PAGE = 0.8
# A text stands on a page that has this share of its letters, by whole paragraphs.
TOLD = 0.5

Parts = frozenset[int]


def text_parts(texts: Iterable[str]) -> Parts:
    """The hashes (32 bits) of texts, spelling folded; of nothing but marks none."""
    return _smallest(_hash(key) for text in texts if (key := comparable_text(text)))


def address_parts(urls: Iterable[str]) -> Parts:
    """The hashes (32 bits) of addresses as they stand."""
    return _smallest(map(_hash, urls))


def are_alike(first: Parts, second: Parts) -> bool:
    """Whether two pages that have these parts are one; nothing is like nothing."""
    kept = min((max(each) for each in (first, second) if len(each) == MOST_PARTS), default=1 << 32)
    here, there = ({part for part in each if part <= kept} for each in (first, second))
    return bool(here | there) and len(here & there) >= SAME_PAGE * len(here | there)


def is_told(paragraphs: Iterable[str], parts: Parts) -> bool:
    """Whether a page that has these parts of text shows a text, as far as is kept."""
    kept = max(parts) if len(parts) == MOST_PARTS else 1 << 32
    whole = told = 0
    for paragraph in paragraphs:
        for part in text_parts([paragraph]):
            if part <= kept:
                whole += len(paragraph)
                told += len(paragraph) if part in parts else 0
    return whole > 0 and told >= TOLD * whole


def pack_parts(parts: Parts) -> bytes:
    """Parts as bytes, four each, in order."""
    return struct.pack(f"<{len(parts)}I", *sorted(parts))


def unpack_parts(packed: bytes) -> Parts:
    """Parts from their bytes."""
    return frozenset(struct.unpack(f"<{len(packed) // 4}I", packed))


def _smallest(parts: Iterable[int]) -> Parts:
    return frozenset(sorted(set(parts))[:MOST_PARTS])


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=4).digest())
