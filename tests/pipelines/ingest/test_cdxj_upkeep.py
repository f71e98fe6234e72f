"""The CDXJ after crashes: equal to the one that the crawl kept, whatever was lost of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from recorded_site import CONFIG, RESPONSES, Site

from archive.cdx.cdxj import CdxjFile
from archive.config import load_config
from archive.layout import CollectionFolder
from archive.warc.file_names import list_warc_files
from archive.warc.recovery import RecoveredFile
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.cdxj_upkeep import lacks_lines, mend_lines, rebuild_cdxj


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    site = Site(CollectionFolder.create(tmp_path / "c", CONFIG))
    site.write(RESPONSES)
    update_index(site.layout, load_config(site.layout.config))
    return site.layout


def test_missing_lines_are_seen_and_made(layout: CollectionFolder) -> None:
    """By their number, against the captures of the index."""
    kept = layout.cdxj.read_bytes()
    assert not lacks_lines(layout)
    layout.cdxj.write_bytes(kept[: kept.rindex(b"\n", 0, -1) + 1])
    assert lacks_lines(layout)
    rebuild_cdxj(layout, list_warc_files(layout.archive))
    assert layout.cdxj.read_bytes() == kept


def test_a_recovered_file_has_the_lines_of_what_it_holds(layout: CollectionFolder) -> None:
    """Lines beyond its end go, those that a power cut took come."""
    kept = layout.cdxj.read_bytes()
    (path,) = list_warc_files(layout.archive)
    lines = kept.splitlines(keepends=True)
    beyond = lines[0].replace(b'"offset": "', b'"offset": "99')
    layout.cdxj.write_bytes(b"".join(sorted([beyond, *lines[2:]])))
    size = path.stat().st_size
    recovered = RecoveredFile(name=path.name, warc=path.name, records=9, kept_bytes=size)
    with closing(CdxjFile(layout.cdxj)) as cdxj:
        mend_lines(layout, cdxj, [recovered])
    with closing(CdxjFile(layout.cdxj)) as cdxj:
        assert cdxj.count_exchanges() == len(lines)
    assert not lacks_lines(layout)
