"""The CDXJ after crashes and rebuilds: lines of what is not there any more, and lines that are
missing. The lines of a crawl's own captures are `pipelines.ingest.preserve`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archive.cdx.cdxj import CdxjFile
from archive.cdx.other_records import is_hidden
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import Capture
from archive.warc.capture_reader import OtherRecord, read_captures
from archive.warc.recovery import RecoveredFile


def mend_lines(
    layout: CollectionFolder, cdxj: CdxjFile, recovered: Sequence[RecoveredFile]
) -> None:
    """Have the CDXJ say of recovered files what they hold: a power cut may have taken lines, or
    records whose lines stand.
    """
    for file in recovered:
        cdxj.drop_beyond(file.name, file.kept_bytes)
        if file.damaged:
            cdxj.drop_within(file.name, [(gap.offset, gap.end) for gap in file.damaged])
        if file.warc is not None:
            for item in read_captures(layout.archive / file.warc):
                if isinstance(item, Capture | OtherRecord):
                    cdxj.add(item)


def lacks_lines(layout: CollectionFolder) -> bool:
    """True if the CDXJ has fewer lines of exchanges than the index has that are not withdrawn."""
    with Index(layout.index_db) as index:
        expected = index.exchange_count() - len(index.hidden_from_replay().places)
    # Counted last: a line is there before its capture is in the index.
    return CdxjFile(layout.cdxj).count_exchanges() < expected


def rebuild_cdxj(layout: CollectionFolder, files: Sequence[Path]) -> None:
    """Write `index.cdxj` anew from the WARC files, without what the index says is withdrawn."""
    with Index(layout.index_db) as index:
        hidden = index.hidden_from_replay()
    found = (
        item
        for file in files
        for item in read_captures(file)
        if isinstance(item, Capture | OtherRecord)
    )
    CdxjFile(layout.cdxj).rebuild(item for item in found if not is_hidden(item, hidden))
