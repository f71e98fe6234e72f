"""`state/fixity.head`: which line of the chain was the last when this collection was written to
last, kept apart from the chain.

Lines taken off the chain's end leave it whole in itself; so does a chain made anew. The note tells,
on the machine that wrote it. In a copy without `state/` nothing is claimed by it: there the digest
of a line that somebody kept elsewhere does (`warraq verify --head`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.fixity.chain import read_lines
from archive.locks.file_modes import open_private

HEAD_NOTE = "fixity.head"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedHead:
    """The line of the chain that was the last: its number (from 1) and its SHA-256 (hex)."""

    line: int
    digest: str

    def is_lost(self, heads: Sequence[str]) -> bool:
        """Whether a chain whose lines have these digests does not have it."""
        return heads[self.line - 1 : self.line] != [self.digest]


def write_head_note(folder: Path, note: Path) -> None:
    """Note the last line of the chain in the collection's `fixity/`; not where the line noted
    before is gone from the chain: the note goes on to say so then.

    What the disk refuses is left: the next statement notes it.
    """
    with suppress(OSError):
        heads = [hashlib.sha256(raw).hexdigest() for raw in read_lines(folder)]
        noted = read_head_note(note)
        last = NotedHead(line=len(heads), digest=heads[-1]) if heads else None
        if last is None or noted == last or (noted and noted.is_lost(heads)):
            return
        fresh = note.with_name(note.name + ".new")
        with open_private(fresh, "wb") as file:
            file.write(json.dumps({"line": last.line, "sha256": last.digest}).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(note)


def read_head_note(note: Path) -> NotedHead | None:
    """What is noted; None where there is no note, or it cannot be read: it claims nothing then."""
    try:
        noted = json.loads(note.read_bytes())
        return NotedHead(line=int(noted["line"]), digest=str(noted["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
