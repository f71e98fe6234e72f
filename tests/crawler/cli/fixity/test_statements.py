"""The commands about the statements of fixity."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import fixity_kit
import pytest
from cli_run import Run
from stamping_authority import StampingAuthority

from archive.fixity.manifest import files_with_trees


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection with one WARC file and one unsigned statement."""
    (tmp_path / "warraq.toml").write_text('[collection]\nname = "x"\n')
    fixity_kit.add_warc(tmp_path, "one")
    fixity_kit.state(tmp_path)
    return tmp_path


def test_the_head_is_printed(run: Run, root: Path) -> None:
    """Number, time and digest of the last line; a broken chain is 4, and none is no error."""
    done = run("-C", root, "fixity", "head")
    row = json.loads(done.out)
    assert (done.code, row["line"], row["at"]) == (0, 1, "2026-03-01T12:00:00Z")
    assert row["public_key"] is None
    assert run("-C", root, "verify", "--head", row["sha256"].upper()).out.count("--head") == 0
    (root / "fixity" / "chain.jsonl").write_bytes(b"{}\n")
    broken = run("-C", root, "fixity", "head")
    assert (broken.code, "line 1: cannot be read" in broken.err) == (4, True)
    shutil.rmtree(root / "fixity")
    assert run("-C", root, "fixity", "head").code == 0


def test_signing_vouches_for_what_is_there(run: Run, root: Path) -> None:
    """Without a key one line that says so; with it the unsigned line is vouched for."""
    done = run("-C", root, "fixity", "sign")
    assert (done.code, "signing_key is not set" in done.err) == (2, True)
    key = fixity_kit.make_key(root / "key.pem")
    with (root / "warraq.toml").open("a") as file:
        file.write('signing_key = "key.pem"\n')
    anchor = fixity_kit.expecting(key)
    assert len(fixity_kit.problems(root, anchor)) == 1
    done = run("-C", root, "fixity", "sign")
    assert (done.code, done.err) == (0, "1 line vouched for\n")
    assert fixity_kit.problems(root, anchor, note=root / "state" / "fixity.head") == []


def test_trees_are_stated_when_asked_for(run: Run, root: Path) -> None:
    """Of what an earlier version stated; a file that is not as it was stated is named, with 4."""
    two = fixity_kit.add_warc(root, "two")
    fixity_kit.state(root)
    assert run("-C", root, "fixity", "trees").err == "record trees stated of 0 files\n"
    shutil.rmtree(root / "fixity")
    fixity_kit.state(root)
    fixity_kit.without_trees(root)
    two.write_bytes(b"other")
    done = run("-C", root, "fixity", "trees")
    assert done.code == 4
    assert f"damaged: {fixity_kit.stated_name(two)}" in done.err
    assert [name[:12] for name in files_with_trees(root / "fixity")] == ["archive/one-"]


def test_a_stamp_is_asked_for_and_kept(run: Run, root: Path, tmp_path: Path) -> None:
    """`request` writes what an authority wants, `stamp` keeps what it answered, `verify` checks it
    with the certificates that are named, or those kept.
    """
    authority = StampingAuthority(tmp_path / "authority")
    other = StampingAuthority(tmp_path / "other", "Other")
    asked, answered = tmp_path / "line.tsq", tmp_path / "line.tsr"
    assert run("-C", root, "fixity", "request", "-o", asked).code == 0
    authority.answer(asked, answered)
    done = run("-C", root, "fixity", "stamp", answered, "--ca", authority.root)
    assert (done.code, done.out.startswith("line 1 existed at 20"), done.err) == (0, True, "")
    assert "by whom is not known" in run("-C", root, "fixity", "stamp", answered).err
    assert run("-C", root, "fixity", "stamp", tmp_path / "no.tsr").code == 2
    assert run("-C", root, "fixity", "request", "-o", tmp_path / "no" / "x.tsq").code == 2
    trusting = ("-C", root, "verify", "--format", "jsonl", "--tsa-ca")
    assert "fixity-stamp" not in run(*trusting, authority.root).out
    assert "fixity-stamp" in run(*trusting, other.root).out
    assert run(*trusting, asked).code == 2
