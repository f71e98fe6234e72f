"""What a chain of statements shows where nothing is wrong with it, in a few lines for a person: who
signed it as far as that is known, and what existed when by whose clock.

docs/fixity.md says what each of these proves. What is wrong is `archive.fixity.manifest`'s to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from archive.fixity.anchor import Anchor
from archive.fixity.chain_check import ChainWalk, check_walk
from archive.fixity.time_stamps import TimeStamp, read_stamps
from archive.model import iso_utc


def describe_trust(folder: Path, anchor: Anchor) -> Iterator[str]:
    """Lines about the chain in the collection's `fixity/`, held against `anchor`: none where there
    is none or something is wrong with it.
    """
    walk = ChainWalk()
    if any(check_walk(folder, walk, anchor)) or not walk.heads:
        return
    count = len(walk.heads)
    stated = f"{count} statement{'' if count == 1 else 's'}, the last of {walk.at}"
    keys = sorted({key for key in walk.keys if key})
    if not keys:
        yield f"{stated}, not signed: shown is only that nothing changed by itself"
    elif anchor.keys:
        yield f"{stated}, signed as {anchor.source} demands"
    else:
        yield f"{stated}, signed with {', '.join(keys)}: whose that is, --public-key KEY tells"
    stamps = read_stamps(folder, anchor.stamp_roots)
    kept = [stamp for stamp in stamps if isinstance(stamp, TimeStamp)]
    # Of the latest line that has any, the earliest.
    for stamp in sorted(kept, key=lambda stamp: (-stamp.line, stamp.at))[:1]:
        whose = "the authority whose certificates are kept beside its stamp"
        if anchor.stamp_roots or not stamp.roots:
            whose = "one of --tsa-ca" if anchor.stamp_roots else "an authority nobody named"
        yield f"line {stamp.line} and all before it existed at {iso_utc(stamp.at)}, by {whose}"
