"""Fixity: checksums of the closed WARC files, chained from run to run, optionally signed.

`fixity/manifest-sha256.txt` is BagIt's manifest form (RFC 8493 §2.1.3), so `sha256sum -c` checks it
with nothing of ours. `fixity/chain.jsonl` grows by one line a run: the manifest's digest, the files
that came, and the digest of the line before, so that no earlier statement can be changed unseen. A
line can carry an Ed25519 signature (RFC 8032), which is checked with the public key alone, without
a server. Looking at the WARC records is `archive.verify`'s.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from archive.errors import ConfigError, StorageError
from archive.locks.file_modes import make_folder, open_private
from archive.model import iso_utc
from archive.model.finding import Finding

MANIFEST = "manifest-sha256.txt"
CHAIN = "chain.jsonl"
ORIGIN = ".origin.json"  # ends the name of the note that says where an imported file came from
_NO_LINE_BEFORE = "0" * 64
_UNFINISHED = {".open", ".tmp", ".part", ".plain"}


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
) -> list[str]:
    """State the digests of `files` that the manifest does not hold yet; returns their names,
    relative to `root`.

    `folder` is the collection's `fixity/`. With `key` (a PEM file with an Ed25519 private key) the
    chain's new line is signed. Nothing new, nothing written, save a manifest that is not the one
    the chain ends in: it is made anew from the chain, so that no damage to it makes a changed file
    a new one. Raises StorageError, and ConfigError for an unusable key.
    """
    known = _known_digests(folder)
    fresh = {
        name: sha256_of(file)
        for file in files
        if (name := file.relative_to(root).as_posix()) not in known
    }
    if fresh:
        _append_to_chain(folder, {**known, **fresh}, {"added": fresh, "reason": reason}, now, key)
    elif known != read_manifest(folder):
        _write_manifest(folder, _manifest_text(known))
    return sorted(fresh)


def restate_fixity(
    folder: Path,
    root: Path,
    changed: Iterable[Path],
    *,
    now: datetime,
    reason: str,
    key: Path | None = None,
    digests: Mapping[Path, str] | None = None,
) -> None:
    """State anew the digests of files that were rewritten on purpose, with the reason, in a chain
    line of its own. `digests` (hex) are those of files that are about to be rewritten; what is
    stated already is not stated again.
    """
    known, coming = _known_digests(folder), digests or {}
    now_stated = {
        file.relative_to(root).as_posix(): coming.get(file) or sha256_of(file) for file in changed
    }
    fresh = {name: digest for name, digest in now_stated.items() if known.get(name) != digest}
    if not fresh:
        return
    before = {name: known[name] for name in fresh if name in known}
    _append_to_chain(
        folder,
        {**known, **fresh},
        {"rewritten": fresh, "before": before, "reason": reason},
        now,
        key,
    )


def digests_ever_stated(folder: Path, name: str) -> set[str]:
    """Every digest that the chain or the manifest states of a file, by its name relative to the
    collection: of one rewritten on purpose it is more than one.
    """
    stated = {read_manifest(folder).get(name)}
    try:
        for raw in _chain_lines(folder / CHAIN):
            line = json.loads(raw)
            stated |= {line.get(kind, {}).get(name) for kind in ("added", "rewritten")}
    except (OSError, ValueError, TypeError, AttributeError):
        pass  # what is wrong with the chain is `check_chain`'s to say
    return {digest for digest in stated if digest}


def _known_digests(folder: Path) -> dict[str, str]:
    """The digest of each file: by the chain if it can be read to its end, else by the manifest."""
    chained: dict[str, str] = {}
    line: dict[str, Any] = {}
    try:
        for raw in _chain_lines(folder / CHAIN):
            line = json.loads(raw)
            chained |= line.get("added", {}) | line.get("rewritten", {})
    except (OSError, ValueError, TypeError, AttributeError):
        return read_manifest(folder)
    is_whole = line.get("manifest") == hashlib.sha256(_manifest_text(chained).encode()).hexdigest()
    return chained if is_whole else read_manifest(folder)


def _manifest_text(manifest: dict[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(manifest.items()))


def _append_to_chain(
    folder: Path, manifest: dict[str, str], change: dict[str, Any], now: datetime, key: Path | None
) -> None:
    text = _manifest_text(manifest)
    chain = folder / CHAIN
    try:
        make_folder(folder)
        _cut_to_whole_lines(chain)
        line: dict[str, Any] = {
            "at": iso_utc(now),
            "manifest": hashlib.sha256(text.encode()).hexdigest(),
            **change,
            "previous": _last_digest(chain),
        }
        if key is not None:
            line |= _sign_line(line, key)
        line["digest"] = hashlib.sha256(_canonical_json(line)).hexdigest()
        # The chain first: a manifest without its line is seen as tampering, a line ahead of it is
        # only finished later.
        with open_private(chain, "ab") as file:
            file.write(_canonical_json(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _storage_error(folder, error) from error
    _write_manifest(folder, text)


def _write_manifest(folder: Path, text: str) -> None:
    fresh = folder / (MANIFEST + ".new")
    try:
        with open_private(fresh, "wb") as file:
            file.write(text.encode())
        fresh.replace(folder / MANIFEST)
    except OSError as error:
        raise _storage_error(folder, error) from error


def _storage_error(folder: Path, error: OSError) -> StorageError:
    return StorageError(f"{error.filename or folder}: cannot be written: {error.strerror}")


def _cut_to_whole_lines(chain: Path) -> None:
    """Remove an incomplete last line, which a kill left, so that the next one starts a new line."""
    if chain.exists() and not (data := chain.read_bytes()).endswith(b"\n"):
        os.truncate(chain, data.rfind(b"\n") + 1)


def _canonical_json(line: dict[str, Any]) -> bytes:
    return json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _last_digest(chain: Path) -> str:
    last = deque(_chain_lines(chain), maxlen=1) if chain.exists() else None
    return hashlib.sha256(last[0]).hexdigest() if last else _NO_LINE_BEFORE


def _chain_lines(chain: Path) -> Iterator[bytes]:
    with chain.open("rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")


def _sign_line(line: dict[str, Any], key: Path) -> dict[str, str]:
    try:
        private = load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{key}: not a readable Ed25519 private key in PEM: {error}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ConfigError(
            f"{key}: an Ed25519 private key is needed (openssl genpkey -algorithm ed25519)"
        )
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    unsigned = {**line, "public_key": public}
    return {"public_key": public, "signature": private.sign(_canonical_json(unsigned)).hex()}


# ----------------------------------------------------------------------------------------- checking


def check_fixity(folder: Path, root: Path) -> Iterator[Finding]:
    """Read every file of the manifest again and check the chain; yields each difference."""
    manifest = read_manifest(folder)
    for name, digest in sorted(manifest.items()):
        path = root / name
        if not path.is_file():
            yield Finding(
                file=name, rule="fixity", detail="stands in the fixity manifest and is missing"
            )
        elif sha256_of(path) != digest:
            yield Finding(
                file=name,
                rule="fixity",
                detail="its bytes are not those the fixity manifest states",
            )
    yield from check_chain(folder)


def is_chain_end(chain: Path, manifest: Path) -> bool:
    """Whether a manifest is the one that a chain ends in; False where the chain cannot be read."""
    try:
        last = deque(_chain_lines(chain), maxlen=1)
        stated = json.loads(last[0])["manifest"] if last else None
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(stated == sha256_of(manifest))


def files_without_checksum(folder: Path, root: Path, files: Iterable[Path]) -> list[str]:
    """The names, relative to `root`, of those `files` that the manifest does not list.

    A manifest from which lines were removed shows by them.
    """
    known = read_manifest(folder)
    return [name for file in files if (name := file.relative_to(root).as_posix()) not in known]


def check_chain(folder: Path) -> Iterator[Finding]:
    """Walk the chain from its first line to the manifest it ends in; yields each break, bad line
    and bad signature.
    """
    chain, manifest = folder / CHAIN, folder / MANIFEST
    name = f"{folder.name}/{CHAIN}"
    if not chain.exists():
        if manifest.exists():
            yield Finding(file=name, rule="fixity", detail="is missing, though there is a manifest")
        return
    previous, digests = _NO_LINE_BEFORE, [""]  # of the manifests that the lines state
    known: dict[str, str] = {}
    for number, raw in enumerate(_chain_lines(chain), 1):
        where = f"line {number}"
        try:
            line = json.loads(raw)
            problem = None if _canonical_json(line) == raw else "was changed after it was written"
            problem = problem or _line_problem(line, previous) or _restatement_problem(line, known)
        except (ValueError, KeyError, TypeError, AttributeError):
            line, problem = {}, "cannot be read"
        if problem:
            yield Finding(file=name, rule="fixity", detail=f"{where}: {problem}")
        previous = hashlib.sha256(raw).hexdigest()
        digests = [digests[-1], line.get("manifest")]
    found = sha256_of(manifest) if manifest.exists() else ""
    if found != digests[-1]:
        detail = "is not the manifest the chain ends in"
        if found == digests[0]:
            detail = (
                "lacks what the chain stated last, as where a kill or a full disk came between;"
                " run: warraq index"
            )
        yield Finding(file=f"{folder.name}/{MANIFEST}", rule="fixity", detail=detail)


def _restatement_problem(line: dict[str, Any], known: dict[str, str]) -> str | None:
    """What is wrong with a line that changes a digest of `known`, the lines before it, without
    being a rewrite; adds the line's digests to `known`.
    """
    added, rewritten = line.get("added", {}), line.get("rewritten", {})
    twice = sorted(name for name, digest in added.items() if known.get(name, digest) != digest)
    known |= added | rewritten
    return f"states {twice[0]} anew without a reason" if twice else None


def _line_problem(line: dict[str, Any], previous: str) -> str | None:
    declared = line.pop("digest")
    if hashlib.sha256(_canonical_json(line)).hexdigest() != declared:
        return "was changed after it was written"
    if line["previous"] != previous:
        return "does not follow from the line before: the chain was changed"
    if "signature" in line or "public_key" in line:
        unsigned = {name: value for name, value in line.items() if name != "signature"}
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(line["public_key"]))
            public.verify(bytes.fromhex(line.get("signature", "")), _canonical_json(unsigned))
        except (InvalidSignature, ValueError):
            return "its signature does not fit"
    return None
