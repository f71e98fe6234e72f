"""verify: what the operator's own configuration demands, and what a stranger finds in a copy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import fixity_kit
import foreign_files
import pytest
from cli_run import Run


def rules(out: str) -> set[str]:
    return {json.loads(line)["rule"] for line in out.splitlines()}


@pytest.fixture
def copy(tmp_path: Path) -> tuple[Path, Path]:
    """What a stranger has: `archive/` and `fixity/` of a signed collection, and its key."""
    root, key = tmp_path / "copy", fixity_kit.make_key(tmp_path / "key.pem")
    root.mkdir()
    for name in ("one", "two"):
        fixity_kit.add_warc(root, name)
        fixity_kit.state(root, key)
    return root, key


def test_a_stranger_checks_a_copy(run: Run, copy: tuple[Path, Path], tmp_path: Path) -> None:
    """With the key alone: no index, no state, no warraq.toml; with one of the three, too. Nothing
    is written.
    """
    root, key = copy
    public = fixity_kit.public(key)
    before = sorted(root.rglob("*"))
    for more in ((), ("--deep",), ("--format", "table")):
        done = run("-C", root, "verify", "--public-key", public, *more)
        assert (done.code, done.out) == (0, ""), done.err
    assert "there is no index" in done.err
    assert "fixity: 2 statements" in done.err
    assert "signed as --public-key demands" in done.err
    assert sorted(root.rglob("*")) == before
    assert run("-C", root, "verify").code == 2
    assert run("-C", tmp_path / "nowhere", "verify", "--public-key", public).code == 2
    assert run("-C", root, "verify", "--public-key", "abc").code == 2
    (root / "warraq.toml").write_text("half a copy [")
    (root / "fixity" / "manifest-sha256.txt").unlink()
    done = run("-C", root, "verify", "--public-key", public)
    assert (done.code, done.out) == (0, ""), done.err


@pytest.mark.parametrize("how", ["unsigned", "other", "payload", "removed", "added", "no chain"])
def test_a_stranger_finds_a_forgery(run: Run, copy: tuple[Path, Path], how: str) -> None:
    """A chain made anew, a payload changed, a file taken away or put in: code 4."""
    root, key = copy
    one = min((root / "archive").iterdir())
    if how == "payload":
        one.write_bytes(one.read_bytes()[:-9] + b"\0" * 9)
    elif how == "removed":
        one.unlink()
        fixity_kit.rewrite_lines(root, fixity_kit.lines(root)[1:])
    elif how == "added":
        fixity_kit.add_warc(root, "three")
    else:
        shutil.rmtree(root / "fixity")
        if how != "no chain":
            other = fixity_kit.make_key(root / "other.pem") if how == "other" else None
            fixity_kit.state(root, other)
    done = run("-C", root, "verify", "--public-key", fixity_kit.public(key))
    assert done.code == 4
    assert rules(done.out) & {"fixity", "fixity-signature", "fixity-unstated"}


def test_foreign_files_give_no_finding(run: Run, tmp_path: Path) -> None:
    """Files of all kinds of tools, stated and signed: nothing to object to in their fixity."""
    (tmp_path / "archive").mkdir()
    made = {name: getattr(foreign_files, name)() for name in TOOLS}
    for name, records in made.items():
        packed = tmp_path / "archive" / f"import-{name}.warc.gz"
        packed.write_bytes(foreign_files.gz(records))
        (tmp_path / "archive" / f"import-{name}-plain.warc").write_bytes(b"".join(records))
    for version in (1, 2):
        records = foreign_files.arc(version)
        (tmp_path / "archive" / f"import-{version}.arc").write_bytes(b"".join(records))
    key = fixity_kit.make_key(tmp_path / "key.pem")
    fixity_kit.state(tmp_path, key)
    done = run("-C", tmp_path, "verify", "--public-key", fixity_kit.public(key))
    assert not {rule for rule in rules(done.out) if rule.startswith("fixity")}, done.out


TOOLS = ("wget", "wget_again", "heritrix", "warcprox", "from_arc", "cc_news", "browsertrix")


def test_a_collection_is_held_against_its_own_key(
    run: Run, collection: Path, tmp_path: Path
) -> None:
    """With `signing_key` or `public_key` a chain made anew is found, also after the next run, which
    signs; where a key is set for the first time nothing is wrong once the chain is signed.
    """
    folder = shutil.copytree(collection, tmp_path / "copy")
    key, config = fixity_kit.make_key(folder / "key.pem"), folder / "warraq.toml"
    text = config.read_text("utf-8")
    signing = '[collection]\nsigning_key = "key.pem"\n'
    config.write_text(text.replace("[collection]\n", signing, 1))
    assert rules(run("-C", folder, "verify", "--format", "jsonl").out) == {"fixity-signature"}
    assert run("-C", folder, "fixity", "sign").code == 0
    both = f'{signing}public_key = "{fixity_kit.public(key)}"\n'
    for head in (signing, both):
        config.write_text(text.replace("[collection]\n", head, 1))
        done = run("-C", folder, "verify", "--format", "jsonl")
        assert (done.code, done.out) == (0, ""), done.out
    shutil.rmtree(folder / "fixity")
    shutil.rmtree(folder / "state")
    fixity_kit.state(folder)
    fixity_kit.add_warc(folder, "later")
    assert run("-C", folder, "index").code == 0
    done = run("-C", folder, "verify", "--format", "jsonl")
    assert (done.code, "no later one vouches" in done.out) == (4, True)


def test_a_warc_taken_away_with_its_line_is_found(
    run: Run, collection: Path, tmp_path: Path
) -> None:
    """Though chain, manifest and a rebuilt index agree: by the note of the chain's end."""
    folder = shutil.copytree(collection, tmp_path / "copy")
    last = fixity_kit.add_warc(folder, "last")
    assert run("-C", folder, "index").code == 0
    kept = fixity_kit.lines(folder)[:-1]
    last.unlink()
    fixity_kit.rewrite_lines(folder, kept)
    assert run("-C", folder, "index", "--rebuild").code == 0
    done = run("-C", folder, "verify", "--format", "jsonl")
    assert done.code == 4
    assert "is not the one that was stated here last" in done.out
