"""Parts tell a page again though some of it has changed, and no other page."""

from __future__ import annotations

from archive.text.page_parts import (
    MOST_PARTS,
    address_parts,
    are_alike,
    is_told,
    pack_parts,
    text_parts,
    unpack_parts,
)

LINES = [f"خبر رقم {number} من أخبار المدينة" for number in range(40)]


def test_a_page_is_known_again() -> None:
    """With a tenth of its lines new; not with a third of them, and nothing is like nothing."""
    first = text_parts(LINES)
    assert are_alike(first, text_parts([*LINES[2:], "الساعة ٩", "الطقس"]))
    assert not are_alike(first, text_parts([*LINES[13:], *map(str, range(13))]))
    assert not are_alike(text_parts([]), text_parts(["..."]))


def test_long_pages_keep_the_same_parts() -> None:
    """Of two long pages that share nearly all, what is kept is nearly the same, too; what is told
    on a long page is told as far as is kept.
    """
    lines = [f"سطر {number}" for number in range(3 * MOST_PARTS)]
    long = text_parts(lines)
    assert len(long) == MOST_PARTS
    assert are_alike(long, text_parts(lines[50:]))
    assert not are_alike(long, text_parts(lines[1 * MOST_PARTS :]))
    assert is_told(lines[:200], long)
    assert not is_told([f"غيره {number}" for number in range(200)], long)


def test_a_text_is_told_by_its_paragraphs() -> None:
    """By most of its letters, whatever the spelling; not by one line of it."""
    shown = text_parts(["قالَ المتحدث إن الجسر سيفتح", "سطر آخر"])
    assert is_told(["قال المتحدث إن الجسر سيفتح"], shown)
    assert not is_told(["سطر آخر", "قال المتحدث إن الجسر لن يفتح قبل العام المقبل"], shown)
    assert not is_told([], shown)


def test_parts_as_bytes() -> None:
    """What is packed is unpacked the same."""
    parts = address_parts(["https://news.example/a", "https://news.example/b"])
    assert len(parts) == 2
    assert unpack_parts(pack_parts(parts)) == parts
