"""An index that does not follow from the WARC files any more is known by what it holds. That it is
made anew then: `tests/faults/test_storage.py`, `tests/crawler/crawl/test_renamed_site.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_site import CONFIG, RESPONSES, Site

from archive.config import load_config
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.warc.file_names import list_warc_files
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.outdated_index import has_begun, is_outdated


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    site = Site(CollectionFolder.create(tmp_path / "c", CONFIG))
    site.write(RESPONSES)
    update_index(site.layout, load_config(site.layout.config))
    return site.layout


def test_an_index_that_knows_more_than_a_file_holds(layout: CollectionFolder) -> None:
    """Of a file that a killed process left."""
    config = load_config(layout.config)
    (path,) = list_warc_files(layout.archive)
    assert not is_outdated(layout, config, [path], [])
    path.write_bytes(path.read_bytes()[:-50])
    assert is_outdated(layout, config, [path], [])


def test_a_site_that_becomes_the_former_name_of_another(layout: CollectionFolder) -> None:
    """Its articles are that one's now."""
    text = layout.config.read_text("utf-8").replace("[sites.news]", "[sites.daily]")
    layout.config.write_text(text + 'aliases = ["former", "news"]\n', "utf-8")
    assert is_outdated(layout, load_config(layout.config), [], [])


def test_what_was_begun_may_be_gone_on_with(layout: CollectionFolder) -> None:
    """Where there is an index in the making, and it is not outdated."""
    config = load_config(layout.config)
    assert not has_begun(layout, config, [], [])
    Index(layout.index_in_making).close()
    assert has_begun(layout, config, [], [])
    layout.index_in_making.write_bytes(b"no database" * 1000)
    assert not has_begun(layout, config, [], [])
