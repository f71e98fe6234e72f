"""Whether fixity's chain is whole, and signed as is expected of it.

What a whole chain proves depends on what it is held against: by itself that no line was changed
alone; with an expected key that its lines are of whoever has that key; with the note of the last
statement, or a line that somebody kept elsewhere, that none was taken off its end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.fixity.anchor import NO_ANCHOR, Anchor
from archive.fixity.chain import (
    CHAIN,
    NO_LINE_BEFORE,
    Line,
    canonical_json,
    read_lines,
    signed_bytes,
)
from archive.fixity.merkle import GrowingTree, hash_leaf
from archive.fixity.signatures import fits_signature
from archive.model.finding import Finding

SIGN_CHAIN = "warraq fixity sign"


@dataclass(slots=True)
class ChainWalk:
    """What a walk over the chain has seen so far: the digests of its lines (`heads`), the files as
    they are `stated` at its end, the digest of the manifest after the last line and the one before
    (`manifests`), and the key each line is signed with (None: not signed; '': it is broken).
    """

    heads: list[str] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    manifests: tuple[Any, Any] = ("", "")
    keys: list[str | None] = field(default_factory=list)
    vouched: int = 0  # lines up to here were looked at by whoever signed a later one
    at: str = ""
    _history: GrowingTree = field(default_factory=GrowingTree)

    def follow(self, raw: bytes) -> str | None:
        """Go on to the next line; returns what is wrong with it, or None."""
        line: Line = {}
        try:
            line = json.loads(raw)
            problem = None if canonical_json(line) == raw else "was changed after it was written"
            problem = problem or self._line_problem(line) or self._restatement_problem(line)
        except (ValueError, KeyError, TypeError, AttributeError):
            line, problem = {}, "cannot be read"
        self.heads.append(hashlib.sha256(raw).hexdigest())
        self._history.add_leaf(hash_leaf(raw))
        self.manifests = (self.manifests[1], line.get("manifest"))
        key = "" if problem else line.get("public_key")
        self.keys.append(key)
        if key and isinstance(vouched := line.get("vouches"), int):
            self.vouched = max(self.vouched, min(vouched, len(self.keys) - 1))
        self.at = str(line.get("at", ""))
        return problem

    def _line_problem(self, line: Line) -> str | None:
        declared = line["digest"]
        bare = {name: value for name, value in line.items() if name != "digest"}
        if hashlib.sha256(canonical_json(bare)).hexdigest() != declared:
            return "was changed after it was written"
        if line["previous"] != (self.heads[-1] if self.heads else NO_LINE_BEFORE):
            return "does not follow from the line before: the chain was changed"
        if line.get("history", (root := self._history.compute_root().hex())) != root:
            return "its history is not the lines before it: the chain was changed"
        if "signature" in line or "public_key" in line:
            key, signature = line["public_key"], line.get("signature", "")
            if not fits_signature(key, signature, signed_bytes(line)):
                return "its signature does not fit"
        return None

    def _restatement_problem(self, line: Line) -> str | None:
        """What is wrong with a line that changes a digest without being a rewrite."""
        added, rewritten = line.get("added", {}), line.get("rewritten", {})
        twice = sorted(name for name in added if self.stated.get(name, added[name]) != added[name])
        self.stated |= added | rewritten
        return f"states {twice[0]} anew without a reason" if twice else None


def check_walk(folder: Path, walk: ChainWalk, anchor: Anchor = NO_ANCHOR) -> Iterator[Finding]:
    """Walk the chain from its first line to its last; yields each break, bad line and bad
    signature, and where it is not signed as the anchor demands. What is seen on the way is in
    `walk`.
    """
    name = f"{folder.name}/{CHAIN}"
    for number, raw in enumerate(read_lines(folder), 1):
        if problem := walk.follow(raw):
            yield Finding(file=name, rule="fixity", detail=f"line {number}: {problem}")
    for detail in _signature_problems(walk.keys, walk.vouched, anchor):
        yield Finding(file=name, rule="fixity-signature", detail=detail)


def _signature_problems(keys: Sequence[str | None], vouched: int, anchor: Anchor) -> Iterator[str]:
    """What is wrong with who signed the lines (`keys` as in `ChainWalk`)."""
    first = next((number for number, key in enumerate(keys) if key), None)
    if first is None:
        if anchor.signed:
            yield (
                f"no line of it is signed, as {anchor.source} demands; if nothing was signed yet,"
                f" run: {SIGN_CHAIN}"
            )
        return
    expected = anchor.keys or {keys[first]}
    for number, key in enumerate(keys[first:], first + 1):
        if key is None:
            yield (
                f"line {number}: is not signed, though line {first + 1} is: a signature once used"
                " is demanded ever after"
            )
        elif key and key not in expected:
            whose = f"one of {anchor.source}" if anchor.keys else f"that of line {first + 1}"
            yield (
                f"line {number}: is signed with the key {key}, not with {whose}; name each key"
                " that was used in [collection] public_key"
            )
    if anchor.throughout and vouched < first:
        yield (
            f"lines {vouched + 1} to {first} are not signed, and no later one vouches for them; if"
            f" signing began there, run: {SIGN_CHAIN}"
        )
