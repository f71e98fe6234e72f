"""Lines taken off the chain's end, with their files, which the chain alone cannot show."""

import hashlib
from pathlib import Path

import fixity_kit
import pytest

from archive.fixity.anchor import Anchor
from archive.fixity.head_note import HEAD_NOTE, read_head_note, write_head_note


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection with two lines, whose end is noted."""
    (tmp_path / "archive").mkdir()
    for name in ("a", "b"):
        (tmp_path / "archive" / f"{name}.torn").write_bytes(name.encode())
        fixity_kit.state(tmp_path)
    write_head_note(tmp_path / "fixity", tmp_path / HEAD_NOTE)
    return tmp_path


def take_off(root: Path) -> None:
    (root / "archive" / "b.torn").unlink()
    fixity_kit.rewrite_lines(root, fixity_kit.lines(root)[:1])
    assert fixity_kit.problems(root) == []


def test_a_file_taken_away_with_its_line_is_found(root: Path) -> None:
    """By the note, also after later statements, which do not note a chain that lost lines; by the
    digest of the head that somebody kept; and no more once the operator deleted the note.
    """
    note, head = root / HEAD_NOTE, _head(root)
    assert fixity_kit.problems(root, Anchor(head=head), note=note) == []
    take_off(root)
    (root / "archive" / "c.torn").write_bytes(b"c")
    for _ in range(2):
        (said,) = fixity_kit.problems(root, note=note)
        assert said.startswith("line 2 is not the one that was stated here last")
        fixity_kit.state(root)
        write_head_note(root / "fixity", note)
    (said,) = fixity_kit.problems(root, Anchor(head=head))
    assert head in said
    note.unlink()
    write_head_note(root / "fixity", note)
    assert fixity_kit.problems(root, note=note) == []


def test_a_chain_ahead_of_its_note_is_no_finding(root: Path) -> None:
    """A kill between the two leaves the note a line behind; the next statement brings it up."""
    (root / "archive" / "c.torn").write_bytes(b"c")
    fixity_kit.state(root)
    assert fixity_kit.problems(root, note=root / HEAD_NOTE) == []
    write_head_note(root / "fixity", root / HEAD_NOTE)
    assert b'"line": 3' in (root / HEAD_NOTE).read_bytes()


@pytest.mark.parametrize("damage", [b"", b"\xff", b"[]", b'{"line": "x"}'])
def test_a_damaged_note_claims_nothing(root: Path, damage: bytes) -> None:
    """It is no statement: the next writer makes it anew."""
    (root / HEAD_NOTE).write_bytes(damage)
    assert read_head_note(root / HEAD_NOTE) is None
    assert fixity_kit.problems(root, note=root / HEAD_NOTE) == []
    write_head_note(root / "fixity", root / HEAD_NOTE)
    assert b'"line": 2' in (root / HEAD_NOTE).read_bytes()


def _head(root: Path) -> str:
    return hashlib.sha256(fixity_kit.lines(root)[-1]).hexdigest()
