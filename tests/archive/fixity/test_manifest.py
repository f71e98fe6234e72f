"""Fixity: any change to a stated file, manifest or chain is seen, and a signature needs no
server.
"""

import hashlib
import json
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import fixity_kit
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from archive.errors import ConfigError
from archive.fixity.anchor import given_anchor
from archive.fixity.head_note import write_head_note
from archive.fixity.manifest import (
    CHAIN,
    MANIFEST,
    check_fixity,
    files_with_trees,
    restate_fixity,
    state_fixity,
    state_trees,
)
from archive.fixity.merkle import GrowingTree
from archive.fixity.record_tree import read_leaves

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    (tmp_path / "archive").mkdir()
    for number in range(3):
        (tmp_path / "archive" / f"{number}.warc.gz").write_bytes(bytes([number]) * 1000)
    return tmp_path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    private = Ed25519PrivateKey.generate()
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def state(root: Path, key: Path | None = None) -> list[str]:
    return state_fixity(
        root / "fixity", root, sorted((root / "archive").iterdir()), now=NOW, key=key
    )


def problems(root: Path) -> list[tuple[str, str]]:
    return [(finding.file, finding.detail) for finding in check_fixity(root / "fixity", root)]


def test_manifest_is_what_sha256sum_checks(collection: Path) -> None:
    """A stranger with nothing but coreutils can check the files."""
    assert state(collection) == ["archive/0.warc.gz", "archive/1.warc.gz", "archive/2.warc.gz"]
    subprocess.run(
        ["sha256sum", "--check", "--strict", "fixity/manifest-sha256.txt"],
        cwd=collection,
        check=True,
    )
    assert problems(collection) == []


def test_what_is_stated_once_is_not_stated_again(collection: Path) -> None:
    """A run that closes no new file leaves manifest and chain as they are."""
    state(collection)
    before = (collection / "fixity" / CHAIN).read_bytes()
    assert state(collection) == []
    assert (collection / "fixity" / CHAIN).read_bytes() == before


@pytest.mark.parametrize("position", [0, 499, 999])
def test_a_flipped_byte_names_its_file(collection: Path, position: int) -> None:
    """Wherever a byte flips, the file is named."""
    state(collection)
    file = collection / "archive" / "1.warc.gz"
    data = bytearray(file.read_bytes())
    data[position] ^= 1
    file.write_bytes(data)
    assert problems(collection) == [
        ("archive/1.warc.gz", "its bytes are not those the fixity manifest states")
    ]


def test_a_missing_file_is_named(collection: Path) -> None:
    """A file that is gone is found although nothing else is wrong."""
    state(collection)
    (collection / "archive" / "2.warc.gz").unlink()
    assert [file for file, _ in problems(collection)] == ["archive/2.warc.gz"]


def test_no_byte_of_manifest_or_chain_can_change_unseen(collection: Path, key: Path) -> None:
    """Every single flipped byte of the statements themselves is found, also in lines that are not
    the last.
    """
    state(collection, key)
    (collection / "archive" / "3.warc.gz").write_bytes(b"later")
    state(collection, key)
    for name in (MANIFEST, CHAIN):
        file = collection / "fixity" / name
        good = file.read_bytes()
        for position in range(0, len(good), 7):
            bad = bytearray(good)
            bad[position] ^= 0x84 if position % 2 else 4
            file.write_bytes(bad)
            assert problems(collection), f"{name} byte {position}"
        file.write_bytes(good)
    assert problems(collection) == []


def test_a_line_rewritten_with_its_digests_breaks_the_signature(
    collection: Path, key: Path
) -> None:
    """Whoever rewrites the only line consistently still lacks the key."""
    state(collection, key)
    chain = collection / "fixity" / CHAIN
    line = json.loads(chain.read_text())
    line["at"] = "2020-01-01T00:00:00Z"
    del line["digest"]
    line["digest"] = hashlib.sha256(
        json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()
    chain.write_text(
        json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
    )
    assert problems(collection) == [("fixity/chain.jsonl", "line 1: its signature does not fit")]


def test_a_rewrite_on_purpose_is_stated_with_its_reason(collection: Path) -> None:
    """A purged file is right again, and the chain says what stood there before and why it went."""
    state(collection)
    file = collection / "archive" / "1.warc.gz"
    file.write_bytes(b"tombstone")
    restate_fixity(collection / "fixity", collection, [file], now=NOW, reason="court order")
    assert problems(collection) == []
    last = json.loads((collection / "fixity" / CHAIN).read_text().splitlines()[-1])
    assert last["reason"] == "court order"
    assert list(last["before"]) == ["archive/1.warc.gz"]


def test_an_unusable_key_is_named(collection: Path, tmp_path: Path) -> None:
    """A wrong key file gives one clear error and no half-written chain."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("not a key")
    with pytest.raises(ConfigError, match=r"wrong\.pem"):
        state(collection, wrong)
    assert not (collection / "fixity" / CHAIN).exists()


@pytest.mark.parametrize("damage", [b"", b"\xff\x00 no manifest", None, "a line less"])
def test_a_damaged_manifest_covers_nothing_up(collection: Path, damage: bytes | str | None) -> None:
    """The next run makes the manifest anew from the chain; a file that changed meanwhile is no new
    file by that.
    """
    state(collection)
    manifest, chain = collection / "fixity" / MANIFEST, collection / "fixity" / CHAIN
    before = manifest.read_bytes(), chain.read_bytes()
    if damage is None:
        manifest.unlink()
    else:
        manifest.write_bytes(
            damage if isinstance(damage, bytes) else b"\n".join(before[0].split(b"\n")[1:])
        )
    (collection / "archive" / "0.warc.gz").write_bytes(b"something else")
    assert state(collection) == []
    assert (manifest.read_bytes(), chain.read_bytes()) == before
    assert [file for file, _ in problems(collection)] == ["archive/0.warc.gz"]


def test_a_file_is_never_stated_anew_without_a_reason(collection: Path) -> None:
    """A chain that is whole in itself and adds a file once more, with another digest, is found."""
    state(collection)
    (collection / "archive" / "0.warc.gz").write_bytes(b"something else")
    restate_fixity(
        collection / "fixity",
        collection,
        [collection / "archive" / "0.warc.gz"],
        now=NOW,
        reason="x",
    )
    chain = collection / "fixity" / CHAIN
    *others, last = chain.read_bytes().splitlines()
    line = json.loads(last)
    line["added"] = line.pop("rewritten")
    del line["digest"], line["before"]
    canonical = {"sort_keys": True, "ensure_ascii": False, "separators": (",", ":")}
    line["digest"] = hashlib.sha256(json.dumps(line, **canonical).encode()).hexdigest()
    chain.write_bytes(b"\n".join([*others, json.dumps(line, **canonical).encode(), b""]))
    assert problems(collection) == [
        ("fixity/chain.jsonl", "line 2: states archive/0.warc.gz anew without a reason")
    ]


def test_a_line_cut_off_by_a_kill(collection: Path) -> None:
    """A last line of the chain that was not written whole is seen, and mended by the next
    statement.
    """
    state(collection)
    chain = collection / "fixity" / CHAIN
    whole = chain.read_bytes()
    chain.write_bytes(whole + whole[:30])
    assert problems(collection)
    (collection / "archive" / "9.warc.gz").write_bytes(b"more")
    assert state(collection) == ["archive/9.warc.gz"]
    assert chain.read_bytes().startswith(whole)
    assert problems(collection) == []


def test_a_statement_that_a_full_disk_cut_short_is_finished_later(collection: Path) -> None:
    """The chain is written first: a manifest that lacks its last line is told with what to do, and
    made whole by the next statement.
    """
    state(collection)
    manifest = collection / "fixity" / MANIFEST
    before = manifest.read_bytes()
    (collection / "archive" / "3.warc.gz").write_bytes(b"more")
    state(collection)
    manifest.write_bytes(before)
    [(file, detail)] = problems(collection)
    assert file == f"fixity/{MANIFEST}"
    assert detail.endswith("run: warraq index")
    state(collection)
    assert problems(collection) == []
    manifest.write_bytes(before.replace(b"0.warc", b"9.warc"))
    assert (f"fixity/{MANIFEST}", "is not the manifest the chain ends in") in problems(collection)


def test_many_files_are_stated_in_lines_of_bounded_length(tmp_path: Path) -> None:
    """An import of hundreds of files makes several lines, since a proof carries whole ones."""
    (tmp_path / "archive").mkdir()
    for number in range(45):
        (tmp_path / "archive" / f"{number:03}.torn").write_bytes(b"x")
    assert len(state(tmp_path)) == 45
    lines = (tmp_path / "fixity" / CHAIN).read_bytes().splitlines()
    assert [len(json.loads(line)["added"]) for line in lines] == [20, 20, 5]
    assert problems(tmp_path) == []


def test_a_rewrite_keeps_the_digests_of_the_records_that_go(tmp_path: Path) -> None:
    """The root that was stated before comes out again of what stays and what is kept."""
    path = fixity_kit.add_warc(tmp_path, "one")
    state(tmp_path)
    before = [leaf.digest for leaf in read_leaves(path)]
    fresh = path.with_name(path.name + ".tmp")
    data = bytearray(path.read_bytes())
    third = list(read_leaves(path))[3]
    data[third.offset + 9] ^= 1  # the operating system in the gzip header: the record is read
    fresh.write_bytes(data)
    restate_fixity(tmp_path / "fixity", tmp_path, [path], now=NOW, reason="x", coming={path: fresh})
    fresh.rename(path)
    assert problems(tmp_path) == []
    first, last = (json.loads(line) for line in fixity_kit.lines(tmp_path))
    kept = last["leaves"][fixity_kit.stated_name(path)]
    assert kept == {"3": before[3].hex()}
    leaves = [leaf.digest for leaf in read_leaves(path)]
    assert (
        GrowingTree(leaves).compute_root().hex()
        == last["trees"][fixity_kit.stated_name(path)]["root"]
    )
    leaves[3] = bytes.fromhex(kept["3"])
    assert (
        GrowingTree(leaves).compute_root().hex()
        == first["trees"][fixity_kit.stated_name(path)]["root"]
    )


def test_trees_of_what_was_stated_without(tmp_path: Path, key: Path) -> None:
    """Files of earlier versions get their trees when asked for, once, if they are as stated."""
    path = fixity_kit.add_warc(tmp_path, "one")
    bad = fixity_kit.add_warc(tmp_path, "two")
    state(tmp_path)
    fixity_kit.without_trees(tmp_path)
    assert problems(tmp_path) == []
    bad.write_bytes(b"other")
    again = lambda: dict(state_trees(tmp_path / "fixity", tmp_path, now=NOW, key=key))  # noqa: E731
    names = [fixity_kit.stated_name(path), fixity_kit.stated_name(bad)]
    assert again() == dict(zip(names, (True, False), strict=True))
    assert files_with_trees(tmp_path / "fixity") == {names[0]}
    assert again() == {names[1]: False}
    assert len(fixity_kit.lines(tmp_path)) == 2


def test_a_chain_alone_is_enough_for_a_stranger(collection: Path, key: Path) -> None:
    """Whoever names a key needs no manifest: the chain has it; the operator is told it is gone."""
    state(collection, key)
    (collection / "fixity" / MANIFEST).unlink()
    anchor = given_anchor([fixity_kit.public(key)])
    check = lambda: [f.file for f in check_fixity(collection / "fixity", collection, anchor)]  # noqa: E731
    assert check() == []
    assert [file for file, _ in problems(collection)] == [f"fixity/{MANIFEST}"]
    (collection / "archive" / "1.warc.gz").unlink()
    assert check() == ["archive/1.warc.gz"]
    (collection / "fixity" / CHAIN).unlink()
    assert check() == [f"fixity/{CHAIN}"]


def test_a_run_that_ends_while_files_are_read_is_no_damage(collection: Path) -> None:
    """What is stated after the chain was walked is held against nothing older: neither the
    manifest, nor the note of the chain's end.
    """
    state(collection)
    note = collection / "fixity.head"
    write_head_note(collection / "fixity", note)
    (collection / "archive" / "1.warc.gz").unlink()
    findings = check_fixity(collection / "fixity", collection, note=note)
    assert next(findings).file == "archive/1.warc.gz"
    (collection / "archive" / "later.warc.gz").write_bytes(b"later")
    state(collection)
    write_head_note(collection / "fixity", note)
    assert list(findings) == []


def test_a_manifest_that_is_being_written_is_waited_for(collection: Path) -> None:
    """A run writes the chain, then the manifest: who looks between the two looks again."""
    state(collection)
    manifest = collection / "fixity" / MANIFEST
    before = manifest.read_bytes()
    (collection / "archive" / "later.warc.gz").write_bytes(b"later")
    state(collection)
    whole = manifest.read_bytes()
    manifest.write_bytes(before)
    threading.Timer(0.05, manifest.write_bytes, (whole,)).start()
    assert problems(collection) == []
