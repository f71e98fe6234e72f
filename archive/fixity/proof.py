"""A proof of one capture that stands by itself: its records, the path from each to a statement of
fixity, and what seals that statement: a signature, time stamps, later statements.

It is a ZIP file of some kilobytes beside the records: `records.warc.gz` (or as the file was
packed), `proof.json` with the paths, `statements/N.json` with lines of the chain as they are there,
`stamps/N.tsr`. Whoever has it needs neither the collection nor Warraq: docs/fixity.md has the
program that checks it. It goes on to hold when other records of the file are purged, and can be
made then, too: the chain keeps the digests of those that went.
"""

from __future__ import annotations

import io
import json
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.errors import DamagedRecordError, UsageError
from archive.fixity.chain import Line, read_lines
from archive.fixity.chain_check import ChainWalk, check_walk
from archive.fixity.merkle import hash_leaf, inclusion_path, root_of_path
from archive.fixity.record_tree import RecordLeaf, read_leaves
from archive.fixity.time_stamps import TimeStamp, read_stamps
from archive.warc.capture_reader import locate_warc
from archive.warc.file_names import is_arc, is_open, split_suffix
from archive.warc.subset import select_records

FORMAT = "warraq-proof/1"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of all entries: the same proof has the same bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPart:
    """One record of a proof: its bytes, where it lies, and its way to the root that line `line`
    (from 0) of the chain states.
    """

    file: str
    data: bytes
    leaf: int
    leaves: int
    path: list[bytes]
    line: int


@dataclass(slots=True, kw_only=True)
class Proof:
    """A proof as the bytes of its file, and what it rests on: the keys that signed, the time stamps
    it holds.
    """

    data: bytes
    keys: set[str] = field(default_factory=set)
    stamps: list[TimeStamp] = field(default_factory=list)


def build_proof(
    folder: Path, archive: Path, places: Iterable[tuple[str, int]], about: Mapping[str, Any]
) -> Proof:
    """A proof of the captures at these places (WARC file and offset) with their companions;
    `folder` is the collection's `fixity/`, `about` is told in it for a person.

    UsageError where no statement has a record tree of the file, DamagedRecordError where the file
    or the chain is not what was stated.
    """
    broken = [each for each in check_walk(folder, ChainWalk()) if each.rule == "fixity"]
    if broken:
        raise DamagedRecordError(f"{broken[0]}; run: warraq verify")
    raw = list(read_lines(folder))
    lines = [json.loads(each) for each in raw]
    offsets: dict[str, set[int]] = {}
    for warc, offset in places:
        offsets.setdefault(warc, set()).add(offset)
    parts = [
        part
        for warc, wanted in offsets.items()
        for part in _prove_file(lines, locate_warc(archive, warc), wanted)
    ]
    return _pack(folder, raw, lines, parts, about)


# ------------------------------------------------------------------------- from record to statement


def _prove_file(lines: Sequence[Line], path: Path, offsets: set[int]) -> list[ProofPart]:
    """The records of one file, each with its path to the first statement that can be proved."""
    name = f"archive/{path.name}"
    stated = [number for number, line in enumerate(lines) if name in line.get("trees", ())]
    if is_open(path):
        raise UsageError(f"{path.name} is not closed yet; try again when the crawl is over")
    if not stated:
        raise UsageError(
            f"{path.name}: no statement has its record tree, as it was made by an earlier version;"
            " run: warraq fixity trees"
        )
    leaves = list(read_leaves(path))
    records = offsets if is_arc(path) else {each.offset for each in select_records(path, offsets)}
    starts = [leaf.offset for leaf in leaves]
    chosen = sorted({bisect_right(starts, offset) - 1 for offset in records})
    if not offsets <= records:
        raise DamagedRecordError(f"{path.name}: a record cannot be read; run: warraq verify")
    for number in stated:
        digests = _leaves_then(leaves, lines, name, number)
        root = bytes.fromhex(lines[number]["trees"][name]["root"])
        paths = {each: inclusion_path(digests, each) for each in chosen}
        if all(
            root_of_path(leaves[each].digest, each, len(leaves), paths[each]) == root
            for each in chosen
        ):
            return [
                ProofPart(
                    file=name,
                    data=_read(path, leaves[each]),
                    leaf=each,
                    leaves=len(leaves),
                    path=paths[each],
                    line=number,
                )
                for each in chosen
            ]
    raise DamagedRecordError(f"{path.name} is not what was stated of it; run: warraq verify")


def _leaves_then(
    leaves: Sequence[RecordLeaf], lines: Sequence[Line], name: str, number: int
) -> list[bytes]:
    """The digests of a file's records as they were when a line was written: those that were
    rewritten later from the lines that kept them.
    """
    digests = [leaf.digest for leaf in leaves]
    for line in reversed(lines[number + 1 :]):
        for index, digest in line.get("leaves", {}).get(name, {}).items():
            digests[int(index)] = bytes.fromhex(digest)
    return digests


def _read(path: Path, leaf: RecordLeaf) -> bytes:
    with path.open("rb") as file:
        file.seek(leaf.offset)
        return file.read(leaf.length)


# ------------------------------------------------------------------- from statement to its seals


def _pack(
    folder: Path,
    raw: Sequence[bytes],
    lines: Sequence[Line],
    parts: Sequence[ProofPart],
    about: Mapping[str, Any],
) -> Proof:
    """The proof of these records with all that seals their statements."""
    proof = Proof(data=b"")
    links: list[dict[str, Any]] = []
    used = {part.line for part in parts}
    for number in sorted(used):
        signer = _first_signed(lines, number)
        stamps = _stamps_of(folder, lines, number)
        proof.stamps += [stamp for stamp in stamps if stamp not in proof.stamps]
        sealing = {stamp.line - 1 for stamp in stamps}
        if signer is not None:
            proof.keys.add(lines[signer]["public_key"])
            sealing.add(signer)
        links += [_link(raw, number, later) for later in sorted(sealing - {number})]
        used |= sealing
    told = {
        "format": FORMAT,
        "about": dict(about),
        "records": [_told(part) for part in parts],
        "history": links,
        "stamps": [
            {"stamp": f"stamps/{number}.tsr", "statement": _entry(stamp.line - 1)}
            for number, stamp in enumerate(proof.stamps, 1)
        ],
    }
    suffix = split_suffix(parts[0].file)[1]
    files = {"proof.json": json.dumps(told, ensure_ascii=False, indent=1).encode()}
    files[f"records{suffix}"] = b"".join(part.data for part in parts)
    files |= {_entry(number): raw[number] for number in sorted(used)}
    for number, stamp in enumerate(proof.stamps, 1):
        files[f"stamps/{number}.tsr"] = stamp.path.read_bytes()
        if stamp.roots:
            files[f"stamps/{number}.pem"] = stamp.roots
    proof.data = _zipped(files)
    return proof


def _told(part: ProofPart) -> dict[str, Any]:
    return {
        "file": part.file,
        "bytes": len(part.data),
        "leaf": part.leaf,
        "leaves": part.leaves,
        "path": [digest.hex() for digest in part.path],
        "statement": _entry(part.line),
    }


def _entry(number: int) -> str:
    """What a line of the chain (from 0) is called in the proof: by its number from 1."""
    return f"statements/{number + 1}.json"


def _link(raw: Sequence[bytes], number: int, later: int) -> dict[str, Any]:
    """The path from a line to the history that a later one states."""
    leaves = [hash_leaf(each) for each in raw[:later]]
    return {
        "statement": _entry(number),
        "leaf": number,
        "leaves": later,
        "path": [digest.hex() for digest in inclusion_path(leaves, number)],
        "in": _entry(later),
    }


def _first_signed(lines: Sequence[Line], number: int) -> int | None:
    """The first line from `number` on that is signed and holds it."""
    for each in range(number, len(lines)):
        if "signature" in lines[each] and (each == number or "history" in lines[each]):
            return each
    return None


def _stamps_of(folder: Path, lines: Sequence[Line], number: int) -> list[TimeStamp]:
    """The first and the last time stamp of a line or of one that holds it."""
    stamps = [
        stamp
        for stamp in read_stamps(folder)
        if isinstance(stamp, TimeStamp)
        and stamp.line - 1 >= number
        and (stamp.line - 1 == number or "history" in lines[stamp.line - 1])
    ]
    stamps.sort(key=lambda stamp: stamp.at)
    return stamps[:1] + stamps[1:][-1:]


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
