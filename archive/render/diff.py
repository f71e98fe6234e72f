"""What changed between two versions of an article: paragraph by paragraph, and within a changed one
word by word. Pure.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any

from archive.render.printable import printable_text

# Below this likeness two paragraphs are another paragraph each, not one that was edited: word marks
# would be noise.
_EDIT_SIMILARITY = 0.5
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class DiffKind(StrEnum):
    """What happened to a paragraph."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One paragraph: what happened to it, and its text before and after (empty where there was
    none).
    """

    kind: DiffKind
    before: str = ""
    after: str = ""


def compare_versions(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The headline and each paragraph of two rows of `versions`, in order."""
    old = [before["title"], *before["body"].split("\n")]
    new = [after["title"], *after["body"].split("\n")]
    differences = list(_compare_paragraphs(old[:1], new[:1]))
    return [*differences, *_compare_paragraphs(old[1:], new[1:])]


def as_text(differences: Sequence[Difference]) -> Iterator[str]:
    """Lines: `-` before what was there, `+` before what is there now, two blanks before what
    stayed.
    """
    for difference in differences:
        if difference.kind is DiffKind.SAME:
            yield "  " + printable_text(difference.after)
            continue
        if difference.before:
            yield "- " + printable_text(difference.before)
        if difference.after:
            yield "+ " + printable_text(difference.after)


def as_html(differences: Sequence[Difference]) -> Iterator[str]:
    """Paragraphs with `<del>` and `<ins>`, word by word where one was edited; everything archived
    is escaped.
    """
    for difference in differences:
        if difference.kind is DiffKind.EDITED:
            yield f"<p>{''.join(_mark_words(difference.before, difference.after))}</p>"
        elif difference.kind is DiffKind.SAME:
            yield f"<p>{escape(difference.after)}</p>"
        elif difference.kind is DiffKind.ADDED:
            yield f"<p><ins>{escape(difference.after)}</ins></p>"
        else:
            yield f"<p><del>{escape(difference.before)}</del></p>"


def changed_words(before: str, after: str) -> Iterator[tuple[bool, str, str]]:
    """An edited paragraph in pieces: (whether it stayed, the piece before, the piece after)."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(
        a=old, b=new, autojunk=False
    ).get_opcodes():
        yield tag == "equal", "".join(old[old_from:old_to]), "".join(new[new_from:new_to])


def _compare_paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            for text in new[new_from:new_to]:
                yield Difference(kind=DiffKind.SAME, before=text, after=text)
        else:
            yield from _match_edits(list(old[old_from:old_to]), list(new[new_from:new_to]))


def _match_edits(old: list[str], new: list[str]) -> Iterator[Difference]:
    """Compare paragraphs that replaced others: each new one is paired with the first old one that
    it is an edit of; the rest are added or removed.
    """
    for text in new:
        match = next(
            (
                index
                for index, earlier in enumerate(old)
                if _similarity(earlier, text) >= _EDIT_SIMILARITY
            ),
            None,
        )
        if match is None:
            yield Difference(kind=DiffKind.ADDED, after=text)
            continue
        for earlier in old[:match]:
            yield Difference(kind=DiffKind.REMOVED, before=earlier)
        yield Difference(kind=DiffKind.EDITED, before=old[match], after=text)
        del old[: match + 1]
    for earlier in old:
        yield Difference(kind=DiffKind.REMOVED, before=earlier)


def _similarity(before: str, after: str) -> float:
    return difflib.SequenceMatcher(a=before.split(), b=after.split(), autojunk=False).ratio()


def _mark_words(before: str, after: str) -> Iterator[str]:
    for same, gone, come in changed_words(before, after):
        if same:
            yield escape(come)
            continue
        yield (f"<del>{escape(gone)}</del>" if gone else "") + (
            f"<ins>{escape(come)}</ins>" if come else ""
        )
