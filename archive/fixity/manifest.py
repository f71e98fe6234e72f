"""Fixity: checksums of the closed WARC files, chained from run to run, optionally signed.

`fixity/manifest-sha256.txt` is BagIt's manifest form (RFC 8493 §2.1.3), so `sha256sum -c` checks it
with nothing of ours. `fixity/chain.jsonl` grows by a line a run (`archive.fixity.chain`), from
which the manifest can be made anew. Looking at the WARC records is `archive.verify`'s.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.fixity.anchor import NO_ANCHOR, Anchor
from archive.fixity.chain import CHAIN, ChainWriter, Line, read_lines, storage_error
from archive.fixity.chain_check import ChainWalk, check_walk
from archive.fixity.head_note import HEAD_NOTE, NotedHead, read_head_note
from archive.fixity.record_tree import read_leaves, record_tree
from archive.fixity.time_stamps import read_stamps
from archive.locks.file_modes import open_private
from archive.model.finding import Finding

MANIFEST = "manifest-sha256.txt"
ORIGIN = ".origin.json"  # ends the name of the note that says where an imported file came from
_UNFINISHED = {".open", ".tmp", ".part", ".plain"}
# Of many files that came at once so many are stated in one line: a proof carries whole lines.
_FILES_A_LINE = 20
_BETWEEN = 0.1  # seconds that a run takes at most between the chain and the manifest
_BEHIND = (
    "lacks what the chain stated last, as where a kill or a full disk came between;"
    " run: warraq index"
)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> dict[str, str]:
    """The manifest as {path relative to the collection: hex digest}; empty where there is none
    yet.
    """
    return read_manifest_file(folder / MANIFEST)


def read_manifest_file(path: Path) -> dict[str, str]:
    """The same of a copy of it, under whatever name."""
    if not path.exists():
        return {}
    entries = {}
    # Damaged bytes make a name that no file has; the chain says that the manifest was changed.
    for line in path.read_bytes().decode("utf-8", "backslashreplace").split("\n"):
        digest, separator, name = line.partition("  ")
        if separator:
            entries[name] = digest
    return entries


def closed_files(archive: Path) -> list[Path]:
    """Every file of `archive/` that is not going to change: WARC and ARC files, notes of origin,
    torn tails.

    A note without its file is what a killed import left: the next import of that file writes it
    anew.
    """
    names = {
        path.name for path in archive.iterdir() if path.is_file() and not path.name.startswith(".")
    }
    lone = {
        name for name in names if name.endswith(ORIGIN) and name.removesuffix(ORIGIN) not in names
    }
    return sorted(archive / name for name in names - lone if Path(name).suffix not in _UNFINISHED)


def state_fixity(
    folder: Path,
    root: Path,
    files: Iterable[Path],
    *,
    now: datetime,
    key: Path | None = None,
    reason: str = "closed",
    vouch: bool = False,
) -> list[str]:
    """State the digests of `files` that the manifest does not hold yet; returns their names,
    relative to `root`.

    `folder` is the collection's `fixity/`. With `key` (a PEM file with an Ed25519 private key) the
    chain's new lines are signed; with `vouch` the first signed one vouches for those before it.
    Nothing new, nothing written, save a manifest that is not the one the chain ends in: it is made
    anew from the chain, so that no damage to it makes a changed file a new one. Raises
    StorageError, and ConfigError for an unusable key.
    """
    known = _known_digests(folder)
    paths = {file.relative_to(root).as_posix(): file for file in files}
    fresh = {name: sha256_of(file) for name, file in paths.items() if name not in known}
    if not fresh:
        if known != read_manifest(folder):
            _write_manifest(folder, _manifest_text(known))
        return []
    writer = ChainWriter(folder, now=now, key=key)
    names = sorted(fresh)
    for start in range(0, len(names), _FILES_A_LINE):
        added = {name: fresh[name] for name in names[start : start + _FILES_A_LINE]}
        known |= added
        trees = {name: record_tree(paths[name]) for name in added}
        change: Line = {"added": added, "trees": trees, "reason": reason}
        _append(writer, folder, known, change, vouch=vouch)
    return names


def restate_fixity(
    folder: Path,
    root: Path,
    changed: Iterable[Path],
    *,
    now: datetime,
    reason: str,
    key: Path | None = None,
    coming: Mapping[Path, Path] | None = None,
) -> None:
    """State anew the digests of files that were rewritten on purpose, with the reason, in a chain
    line of its own. `coming` names the file that is about to take the place of one of them: the
    digests of the records that go are kept then, so that what was stated before can still be
    proved of those that stay. What is stated already is not stated again.
    """
    known, coming = _known_digests(folder), coming or {}
    paths = {file.relative_to(root).as_posix(): file for file in changed}
    now_stated = {name: sha256_of(coming.get(file, file)) for name, file in paths.items()}
    fresh = {name: digest for name, digest in now_stated.items() if known.get(name) != digest}
    if not fresh:
        return
    new = {name: coming.get(paths[name], paths[name]) for name in fresh}
    change: Line = {
        "rewritten": fresh,
        "before": {name: known[name] for name in fresh if name in known},
        "trees": {name: record_tree(path) for name, path in new.items()},
        "leaves": {
            name: _leaves_that_go(paths[name], path)
            for name, path in new.items()
            if path != paths[name]
        },
        "reason": reason,
    }
    _append(ChainWriter(folder, now=now, key=key), folder, known | fresh, change)


def _leaves_that_go(old: Path, new: Path) -> dict[str, str]:
    """The digests (hex) of the records of `old` that are others in `new`, by their numbers from
    0.
    """
    pairs = zip(read_leaves(old), read_leaves(new), strict=False)
    return {
        str(number): before.digest.hex()
        for number, (before, after) in enumerate(pairs)
        if before.digest != after.digest
    }


def state_trees(
    folder: Path, root: Path, *, now: datetime, key: Path | None = None
) -> Iterator[tuple[str, bool]]:
    """State the record trees of files that are stated without, as those of earlier versions are;
    yields the name of each, and whether it is as it was stated: of others no tree is. After a kill
    the next call goes on.
    """
    known = _known_digests(folder)
    names = sorted(known.keys() - files_with_trees(folder))
    writer = ChainWriter(folder, now=now, key=key)
    for start in range(0, len(names), _FILES_A_LINE):
        trees: dict[str, dict[str, int | str]] = {}
        for name in names[start : start + _FILES_A_LINE]:
            path = root / name
            is_sound = path.is_file() and sha256_of(path) == known[name]
            if is_sound:
                trees[name] = record_tree(path)
            yield name, is_sound
        if trees:
            _append(writer, folder, known, {"trees": trees, "reason": "record trees"})


def sign_chain(folder: Path, *, now: datetime, key: Path) -> int:
    """Add a signed line that states nothing new and vouches for all lines before it; returns how
    many these are. Nothing is written where there is none.
    """
    writer = ChainWriter(folder, now=now, key=key)
    if not (before := writer.size):
        return 0
    change: Line = {"vouches": before, "reason": "signed"}
    _append(writer, folder, _known_digests(folder), change)
    return before


def files_with_trees(folder: Path) -> set[str]:
    """The names of the files, relative to the collection, whose record trees the chain states."""
    found: set[str] = set()
    for raw in read_lines(folder):
        with suppress(ValueError, TypeError, AttributeError):  # a damaged line
            found |= set(json.loads(raw).get("trees", ()))
    return found


def digests_ever_stated(folder: Path, name: str) -> set[str]:
    """Every digest that the chain or the manifest states of a file, by its name relative to the
    collection: of one rewritten on purpose it is more than one.
    """
    stated = {read_manifest(folder).get(name)}
    try:
        for raw in read_lines(folder):
            line = json.loads(raw)
            stated |= {line.get(kind, {}).get(name) for kind in ("added", "rewritten")}
    except (OSError, ValueError, TypeError, AttributeError):
        pass  # what is wrong with the chain is `check_fixity`'s to say
    return {digest for digest in stated if digest}


def _known_digests(folder: Path) -> dict[str, str]:
    """The digest of each file: by the chain if it can be read to its end, else by the manifest."""
    chained: dict[str, str] = {}
    line: dict[str, Any] = {}
    try:
        for raw in read_lines(folder):
            line = json.loads(raw)
            chained |= line.get("added", {}) | line.get("rewritten", {})
    except (OSError, ValueError, TypeError, AttributeError):
        return read_manifest(folder)
    is_whole = line.get("manifest") == _digest_of(chained)
    return chained if is_whole else read_manifest(folder)


def _manifest_text(manifest: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(manifest.items()))


def _digest_of(manifest: Mapping[str, str]) -> str:
    return hashlib.sha256(_manifest_text(manifest).encode()).hexdigest()


def _append(
    writer: ChainWriter,
    folder: Path,
    manifest: Mapping[str, str],
    change: Line,
    *,
    vouch: bool = False,
) -> None:
    """Add a line to the chain, and write the manifest as it is then. The chain first: a manifest
    without its line is seen as tampering, a line ahead of it is only finished later.
    """
    vouched = {"vouches": writer.size} if vouch and writer.begins_signing else {}
    writer.append({"manifest": _digest_of(manifest), **vouched, **change})
    _write_manifest(folder, _manifest_text(manifest))


def _write_manifest(folder: Path, text: str) -> None:
    fresh = folder / (MANIFEST + ".new")
    try:
        with open_private(fresh, "wb") as file:
            file.write(text.encode())
        fresh.replace(folder / MANIFEST)
    except OSError as error:
        raise storage_error(folder, error) from error


# ----------------------------------------------------------------------------------------- checking


def check_fixity(
    folder: Path,
    root: Path,
    anchor: Anchor = NO_ANCHOR,
    *,
    note: Path | None = None,
) -> Iterator[Finding]:
    """Read every file of the manifest again and check the chain; yields each difference.

    The chain is held against `anchor`, its time stamps, and the `note` of the line that was the
    last. Where a copy has the chain alone, the manifest is made from it.
    """
    # A run that ends meanwhile goes on with the chain: the note first, which it is never behind.
    chain, noted = f"{folder.name}/{CHAIN}", read_head_note(note) if note is not None else None
    walk, problems, manifest = _settled_chain(folder, anchor)
    for name, digest in sorted(manifest.items()):
        path = root / name
        if not path.is_file():
            detail = "stands in the fixity manifest and is missing"
            yield Finding(file=name, rule="fixity", detail=detail)
        elif sha256_of(path) != digest:
            detail = "its bytes are not those the fixity manifest states"
            yield Finding(file=name, rule="fixity", detail=detail)
    if walk.heads:
        yield from problems
    elif manifest:
        detail = "is missing, though there is a manifest"
        yield Finding(file=chain, rule="fixity", detail=detail)
    elif closed_files(root / "archive"):
        yield from problems
    yield from _head_problems(chain, walk, anchor.head, noted)
    stamps = read_stamps(folder, anchor.stamp_roots)
    yield from (stamp for stamp in stamps if isinstance(stamp, Finding))


def _settled_chain(folder: Path, anchor: Anchor) -> tuple[ChainWalk, list[Finding], dict[str, str]]:
    """The chain, what is wrong with it and its manifest, and the manifest. What a run that writes
    both would show between the two is looked at again.
    """
    for _ in range(3):
        walk = ChainWalk()
        problems = list(check_walk(folder, walk, anchor))
        if anchor.chain_alone and walk.heads and not (folder / MANIFEST).exists():
            return walk, problems, walk.stated
        problems += _manifest_problem(folder, walk)
        if not problems:
            break
        if problems[-1].detail == _BEHIND:
            time.sleep(_BETWEEN)
    return walk, problems, read_manifest(folder)


def _manifest_problem(folder: Path, walk: ChainWalk) -> Iterator[Finding]:
    """A finding where the manifest is not the one that the chain ends in."""
    path = folder / MANIFEST
    found = sha256_of(path) if path.exists() else ""
    before, last = walk.manifests
    if found != last:
        detail = "is not the manifest the chain ends in"
        if found == before:
            detail = _BEHIND
        yield Finding(file=f"{folder.name}/{MANIFEST}", rule="fixity", detail=detail)


def _head_problems(
    chain: str, walk: ChainWalk, head: str | None, noted: NotedHead | None
) -> Iterator[Finding]:
    """Findings where lines that were there once are gone."""
    if head is not None and head not in walk.heads:
        detail = f"has no line with the digest {head}: lines were taken off, or it was made anew"
        yield Finding(file=chain, rule="fixity", detail=detail)
    if noted is not None and noted.is_lost(walk.heads):
        detail = (
            f"line {noted.line} is not the one that was stated here last: lines were taken off, or"
            f" the chain was made anew; if you restored an older copy, delete state/{HEAD_NOTE}"
        )
        yield Finding(file=chain, rule="fixity", detail=detail)


def is_chain_end(chain: Path, manifest: Path) -> bool:
    """Whether a manifest is the one that a chain ends in; False where the chain cannot be read."""
    try:
        stated = json.loads(chain.read_bytes().rstrip(b"\n").rpartition(b"\n")[2])["manifest"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(stated == sha256_of(manifest))


def files_without_checksum(folder: Path, root: Path, files: Iterable[Path]) -> list[str]:
    """The names, relative to `root`, of those `files` that the manifest does not list.

    A manifest from which lines were removed shows by them.
    """
    known = read_manifest(folder) if (folder / MANIFEST).exists() else _known_digests(folder)
    return [name for file in files if (name := file.relative_to(root).as_posix()) not in known]
