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
from pathlib import Path

from archive.fixity.chain import read_lines
from archive.warc.open_file import open_private

HEAD_NOTE = "fixity.head"


def write_head_note(folder: Path, note: Path) -> None:
    """Note the last line of the chain in the collection's `fixity/`; not where the line noted
    before is gone from the chain: then `lost_head` goes on to say so.

    What the disk refuses is left: the next statement notes it.
    """
    with suppress(OSError):
        heads = [hashlib.sha256(raw).hexdigest() for raw in read_lines(folder)]
        if not heads or lost_head(heads, note):
            return
        fresh = note.with_name(note.name + ".new")
        with open_private(fresh, "wb") as file:
            file.write(json.dumps({"line": len(heads), "sha256": heads[-1]}).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(note)


def lost_head(heads: Sequence[str], note: Path) -> int | None:
    """The number of the line that is noted and is not in a chain whose lines have these digests;
    None where nothing is lost, or no note can be read.
    """
    try:
        noted = json.loads(note.read_bytes())
        line, digest = int(noted["line"]), str(noted["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if heads[line - 1 : line] == [digest] else line
