"""Chains that were made anew, unsigned or with another key, and those that only grew."""

import hashlib
import json
import shutil
from pathlib import Path

import fixity_kit
import pytest

from archive.fixity.anchor import Anchor
from archive.fixity.chain import ChainWriter, canonical_json
from archive.fixity.chain_check import ChainWalk, check_walk
from archive.fixity.manifest import sign_chain


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return fixity_kit.make_key(tmp_path / "key.pem")


@pytest.fixture
def root(tmp_path: Path, key: Path) -> Path:
    """A collection with three signed lines, of a file each."""
    for name in ("a", "b", "c"):
        (tmp_path / "archive").mkdir(exist_ok=True)
        (tmp_path / "archive" / f"{name}.torn").write_bytes(name.encode())
        fixity_kit.state(tmp_path, key)
    assert fixity_kit.problems(tmp_path, fixity_kit.expecting(key)) == []
    return tmp_path


@pytest.mark.parametrize("signer", [None, "other.pem"])
def test_a_chain_made_anew_is_found(root: Path, key: Path, signer: str | None) -> None:
    """Whole in itself, unsigned or signed by another: found by the key that is expected."""
    (root / "archive" / "a.torn").write_bytes(b"forged")
    shutil.rmtree(root / "fixity")
    fixity_kit.state(root, fixity_kit.make_key(root / signer) if signer else None)
    assert fixity_kit.problems(root) == []
    (said,) = fixity_kit.problems(root, fixity_kit.expecting(key))
    assert ("signed with the key" if signer else "no line of it is signed") in said


def test_a_signature_once_used_is_demanded_ever_after(root: Path) -> None:
    """Without any key expected: a later line that is unsigned, or signed with another key."""
    (root / "archive" / "d.torn").write_bytes(b"d")
    fixity_kit.state(root)
    (said,) = fixity_kit.problems(root)
    assert said.startswith("line 4: is not signed, though line 1 is")
    (root / "archive" / "e.torn").write_bytes(b"e")
    other = fixity_kit.make_key(root / "other.pem")
    fixity_kit.state(root, other)
    assert fixity_kit.problems(root)[1].startswith("line 5: is signed with the key")


def test_a_key_that_was_changed_is_named_beside_the_old_one(root: Path, key: Path) -> None:
    """Both keys are expected then, and no line is refused."""
    other = fixity_kit.make_key(root / "other.pem")
    (root / "archive" / "d.torn").write_bytes(b"d")
    fixity_kit.state(root, other)
    assert fixity_kit.problems(root, fixity_kit.expecting(key, other)) == []
    assert len(fixity_kit.problems(root, fixity_kit.expecting(key))) == 1


def test_unsigned_lines_need_one_that_vouches_for_them(tmp_path: Path, key: Path) -> None:
    """A forged chain is not made good by the next run that signs: only by who says so."""
    for name in ("a", "b"):
        (tmp_path / "archive").mkdir(exist_ok=True)
        (tmp_path / "archive" / f"{name}.torn").write_bytes(name.encode())
        fixity_kit.state(tmp_path, key if name == "b" else None)
    anchor = fixity_kit.expecting(key)
    (said,) = fixity_kit.problems(tmp_path, anchor)
    assert said.startswith("lines 1 to 1 are not signed, and no later one vouches")
    assert fixity_kit.problems(tmp_path, Anchor(keys=anchor.keys, signed=True)) == []
    assert sign_chain(tmp_path / "fixity", now=fixity_kit.NOW, key=key) == 2
    assert fixity_kit.problems(tmp_path, anchor) == []


def test_who_signs_for_the_first_time_vouches(tmp_path: Path, key: Path) -> None:
    """Where nobody was expected to sign before, the first signed line vouches, and no other."""
    for name, signer in (("a", None), ("b", key), ("c", key)):
        (tmp_path / "archive").mkdir(exist_ok=True)
        (tmp_path / "archive" / f"{name}.torn").write_bytes(name.encode())
        fixity_kit.state(tmp_path, signer, vouch=True)
    assert [b'"vouches"' in line for line in fixity_kit.lines(tmp_path)] == [False, True, False]
    assert fixity_kit.problems(tmp_path, fixity_kit.expecting(key)) == []


def test_a_line_in_the_middle_cannot_go(root: Path) -> None:
    """With its file, or alone: the line after it does not follow."""
    kept = fixity_kit.lines(root)
    (root / "archive" / "b.torn").unlink()
    fixity_kit.rewrite_lines(root, [kept[0], kept[2]])
    assert any("does not follow" in said for said in fixity_kit.problems(root))


def test_a_history_that_is_not_the_lines_before(tmp_path: Path) -> None:
    """The root over the lines before is checked beside the digest of the last of them."""
    ChainWriter(tmp_path / "fixity", now=fixity_kit.NOW).append({"manifest": "a"})
    (raw,) = fixity_kit.lines(tmp_path)
    line = json.loads(raw) | {"history": "0" * 64}
    del line["digest"]
    line["digest"] = hashlib.sha256(canonical_json(line)).hexdigest()
    (tmp_path / "fixity" / "chain.jsonl").write_bytes(canonical_json(line) + b"\n")
    (finding,) = check_walk(tmp_path / "fixity", ChainWalk())
    assert "its history is not the lines before it" in finding.detail
