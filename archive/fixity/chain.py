"""`fixity/chain.jsonl`: the statements of fixity, one JSON line each, that hold one another.

Each line states the digest of the manifest as it was then, what came or was rewritten, the record
tree of each of these files, the digest of the line before (`previous`) and the root of a Merkle
tree over all lines before (`history`, RFC 6962): no earlier line can be changed unseen, and a short
path leads from any line to a later one. A line can carry an Ed25519 signature, which covers all of
it but `signature` and `digest`, as JSON with sorted keys and no spaces. Whether a chain is right is
`archive.fixity.chain_check`'s to say.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.errors import StorageError
from archive.fixity.merkle import GrowingTree, hash_leaf
from archive.fixity.signatures import load_signing_key, public_key_of
from archive.locks.file_modes import make_folder, open_private
from archive.model import iso_utc

CHAIN = "chain.jsonl"
NO_LINE_BEFORE = "0" * 64

Line = dict[str, Any]


def read_lines(folder: Path) -> Iterator[bytes]:
    """Each line of the chain in the collection's `fixity/`, as its bytes without the line end; none
    where there is no chain. OSError if it cannot be read.
    """
    path = folder / CHAIN
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")


def canonical_json(line: Line) -> bytes:
    """A line as the bytes that are digested, signed and written."""
    return json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def signed_bytes(line: Line) -> bytes:
    """What the signature of a line covers."""
    return canonical_json({k: v for k, v in line.items() if k not in {"signature", "digest"}})


class ChainWriter:
    """Adds lines to the chain in the collection's `fixity/`; `key` is the PEM file of the private
    key that signs them. An incomplete last line, which a kill left, is removed first.

    Raises StorageError where the disk refuses, ConfigError for an unusable key.
    """

    def __init__(self, folder: Path, *, now: datetime, key: Path | None = None) -> None:
        self._folder, self._now = folder, now
        self._private = load_signing_key(key) if key is not None else None
        self._history = GrowingTree()
        self._previous = NO_LINE_BEFORE
        self._last: bytes = b""
        try:
            make_folder(folder)
            _cut_to_whole_lines(folder / CHAIN)
            for raw in read_lines(folder):
                self._follow(raw)
        except OSError as error:
            raise storage_error(folder, error) from error

    @property
    def size(self) -> int:
        """How many lines the chain has."""
        return self._history.size

    @property
    def begins_signing(self) -> bool:
        """Whether the next line is signed and the one before it is not."""
        return self._private is not None and self.size > 0 and b'"signature":"' not in self._last

    def append(self, change: Line) -> None:
        """Write one line that states a `change` and the digest of the manifest (`manifest`) as it
        is then, and bring it to the disk.
        """
        line: Line = {
            "at": iso_utc(self._now),
            **change,
            "previous": self._previous,
            "history": self._history.compute_root().hex(),
        }
        if self._private is not None:
            line["public_key"] = public_key_of(self._private)
            line["signature"] = self._private.sign(signed_bytes(line)).hex()
        line["digest"] = hashlib.sha256(canonical_json(line)).hexdigest()
        raw = canonical_json(line)
        try:
            with open_private(self._folder / CHAIN, "ab") as file:
                file.write(raw + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise storage_error(self._folder, error) from error
        self._follow(raw)

    def _follow(self, raw: bytes) -> None:
        self._history.add_leaf(hash_leaf(raw))
        self._previous = hashlib.sha256(raw).hexdigest()
        self._last = raw


def storage_error(folder: Path, error: OSError) -> StorageError:
    """What the disk refused in `fixity/`, in one line."""
    return StorageError(f"{error.filename or folder}: cannot be written: {error.strerror}")


def _cut_to_whole_lines(chain: Path) -> None:
    if chain.exists() and not (data := chain.read_bytes()).endswith(b"\n"):
        os.truncate(chain, data.rfind(b"\n") + 1)
