"""Small collections with statements of fixity, and the keys that sign them."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import warc_kit
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from archive.fixity.anchor import NO_ANCHOR, Anchor
from archive.fixity.chain import CHAIN, canonical_json
from archive.fixity.manifest import check_fixity, closed_files, state_fixity
from archive.fixity.signatures import load_signing_key, public_key_of
from archive.warc.writer import new_record_id

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def make_key(path: Path) -> Path:
    """A new Ed25519 private key in PEM."""
    private = Ed25519PrivateKey.generate()
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def public(key: Path) -> str:
    """Its public part, as 64 hexadecimal digits."""
    return public_key_of(load_signing_key(key))


def expecting(*keys: Path) -> Anchor:
    """What `--public-key` demands."""
    return Anchor(
        keys=frozenset(map(public, keys)), signed=True, throughout=True, source="--public-key"
    )


def add_warc(root: Path, name: str, captures: int = 3) -> Path:
    """A closed WARC file of so many captures, whose name begins so and whose
    URLs are made of it.
    """
    with warc_kit.writer(root / "making", prefix=name, new_id=new_record_id) as writer:
        for number in range(captures):
            url = f"http://news.example/{name}/{number}"
            writer.write_exchange(warc_kit.exchange(url, second=number), warc_kit.FACTS)
    (root / "archive").mkdir(exist_ok=True)
    made = warc_kit.only_file(root / "making")
    path = made.rename(root / "archive" / made.name)
    shutil.rmtree(root / "making")
    return path


def stated_name(path: Path) -> str:
    """What the manifest calls a file of `archive/`."""
    return f"archive/{path.name}"


def state(root: Path, key: Path | None = None, *, vouch: bool = False) -> list[str]:
    """State what is new in the collection."""
    files = closed_files(root / "archive")
    return state_fixity(root / "fixity", root, files, now=NOW, key=key, vouch=vouch)


def problems(root: Path, anchor: Anchor = NO_ANCHOR, *, note: Path | None = None) -> list[str]:
    """What is wrong with the collection's fixity, in words."""
    return [f.detail for f in check_fixity(root / "fixity", root, anchor, note=note)]


def lines(root: Path) -> list[bytes]:
    """The lines of the chain."""
    return (root / "fixity" / CHAIN).read_bytes().splitlines()


def rewrite_lines(root: Path, kept: list[bytes]) -> None:
    """Let the chain have these lines only, and the manifest what they state: as one does who takes
    files away together with their lines.
    """
    (root / "fixity" / CHAIN).write_bytes(b"".join(line + b"\n" for line in kept))
    stated: dict[str, str] = {}
    for line in map(json.loads, kept):
        stated |= line.get("added", {}) | line.get("rewritten", {})
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(stated.items()))
    (root / "fixity" / "manifest-sha256.txt").write_text(text)


def without_trees(root: Path) -> None:
    """Make the one unsigned line of the chain as earlier versions wrote it: no trees, no
    history.
    """
    (raw,) = lines(root)
    line = json.loads(raw)
    for name in ("trees", "history", "digest"):
        del line[name]
    line["digest"] = hashlib.sha256(canonical_json(line)).hexdigest()
    rewrite_lines(root, [canonical_json(line)])
