"""Captures that are in the index are read after all. What crawls and `index` make of it:
`tests/faults/test_given_up_pages.py`; revisits: `test_queue.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from recorded_site import CONFIG, RESPONSES, Site, tables

from archive.config import load_config
from archive.fixity.own_files import OwnFiles
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import NotArticleReason, PayloadKind, Reading, RecordType
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.late_readings import is_given_up, reading_for_index, refers_elsewhere
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.reading_process import unread_payload
from pipelines.ingest.retry_notes import GivenUpPage, RetryNotes
from pipelines.ingest.worker_pool import WorkerPool


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = Site(CollectionFolder.create(tmp_path / "c", CONFIG))
    site.write(RESPONSES)
    return site


@pytest.mark.parametrize("reason", [NotArticleReason.TIMEOUT, NotArticleReason.MEMORY])
def test_what_was_given_up_leaves_no_trace_once_it_is_read(
    site: Site, reason: NotArticleReason
) -> None:
    """Row by row what a rebuild gives, facts of how the page was found included; the tries are
    noted.
    """
    config = load_config(site.layout.config)
    update_index(site.layout, config, workers=1)
    good = tables(site.layout.index_db)
    given_up = [capture for capture, _ in site.taken if capture.url.endswith("/a")]
    with Index(site.layout.index_db) as index, WorkerPool(workers=1) as pool:
        index.apply_late([(each, unread_payload(each.url, reason, "x")) for each in given_up])
        found = index.given_up_captures()
        assert {each.id for each in found} >= {each.id for each in given_up}
        assert all(index.is_given_up(each) for each in given_up)
        ingest = IngestQueue(index, pool, config.sites, site.layout.archive)
        late = ingest.late_readings(OwnFiles(site.layout.fixity))
        notes = RetryNotes(site.layout.given_up)
        first = given_up[0]
        late.apply_reading(first, ingest.read_again(first).result())
        assert not index.is_given_up(first)
        rest = index.given_up_captures()
        assert late.read_given_up(rest, notes) == len(rest)
        assert index.given_up_captures() == []
        noted = {page.capture_id for page in notes.pages_of("news")}
        assert noted == {GivenUpPage.of_capture(each).capture_id for each in rest}
    assert tables(site.layout.index_db) == good


def test_a_page_that_is_given_up_again_stays_as_it_was(site: Site) -> None:
    """With its failure, as a rebuild would have it that gives it up, too."""
    config = load_config(site.layout.config)
    update_index(site.layout, config, workers=1)
    capture = site.taken[1][0]
    unread = unread_payload(capture.url, NotArticleReason.TIMEOUT, "x")
    with Index(site.layout.index_db) as index, WorkerPool(workers=1, seconds=0.001) as pool:
        index.apply_late([(capture, unread)])
        before = tables(site.layout.index_db)
        ingest = IngestQueue(index, pool, config.sites, site.layout.archive)
        late = ingest.late_readings(OwnFiles(site.layout.fixity))
        assert late.read_given_up([capture], RetryNotes(site.layout.given_up)) == 0
        assert index.is_given_up(capture)
    assert tables(site.layout.index_db) == before


def test_what_a_capture_is_indexed_as(site: Site) -> None:
    """A revisit of its own URL says that nothing has changed, whatever its payload was read as."""
    capture = site.taken[1][0]
    read = Reading(kind=PayloadKind.PAGE)
    assert reading_for_index(capture, read) is read
    revisit = replace(capture, record_type=RecordType.REVISIT, refers_to_url=capture.url)
    assert reading_for_index(revisit, read).kind is PayloadKind.NOT_MODIFIED
    assert not refers_elsewhere(revisit)
    elsewhere = replace(revisit, refers_to_url="http://news.example/b")
    assert refers_elsewhere(elsewhere)
    assert reading_for_index(elsewhere, read) is read
    assert is_given_up(unread_payload("http://news.example/a", NotArticleReason.TIMEOUT, "x"))
    assert not is_given_up(read)
