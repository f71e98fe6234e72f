"""The one path: whatever way captures come, the index is the same, and it follows the order of
their records.
"""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest
from recorded_site import CONFIG, RESPONSES, Site, ok, page, tables

from archive.config import SiteConfig, load_config
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import PayloadKind, Reading, Reference
from archive.warc.capture_reader import record_bytes
from archive.warc.http_message import parse_response
from pipelines.ingest.catch_up import update_index
from pipelines.ingest.queue import IngestQueue
from pipelines.ingest.worker_pool import WorkerPool
from pipelines.payload_facts import PayloadFacts


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(CollectionFolder.create(tmp_path / "collection", CONFIG))


def test_a_revisit_may_come_before_what_it_refers_to(site: Site) -> None:
    """Files of other tools lie in any order: a revisit of another address's record is read once
    that record is there.
    """
    config = load_config(site.layout.config)
    same = ok(page("ترميم السوق القديم يبدأ الشهر المقبل"))
    site.write([("http://news.example/a?utm_source=x", same)])
    (first,) = site.layout.archive.glob("*.warc.gz")
    (capture, _) = site.taken[0]
    reference = Reference(
        url=capture.url,
        captured=capture.captured,
        warc=capture.warc,
        offset=capture.offset,
        length=capture.length,
        record_id=capture.record_id,
        payload_digest=capture.payload_digest,
    )
    away = first.rename(site.layout.root / first.name)
    site.write([("http://news.example/a", same), ("http://news.example/b", same)], known=reference)
    index = site.layout.index_db

    def addresses() -> list[tuple[str, str]]:
        with closing(sqlite3.connect(index)) as db:
            return db.execute("SELECT url, kind FROM addresses ORDER BY url").fetchall()

    update_index(site.layout, config, workers=1)
    assert addresses() == []
    away.rename(site.layout.archive / "later.warc.gz")
    update_index(site.layout, config, workers=1)
    assert addresses() == [
        ("http://news.example/a", "canonical"),
        ("http://news.example/a?utm_source=x", "tracking"),
        ("http://news.example/b", "duplicate"),
    ]
    late = tables(index)
    update_index(site.layout, config, rebuild=True, workers=1)
    assert tables(index) == late


class Held(WorkerPool):
    """A pool whose answers come in the order a test wants."""

    def __init__(self) -> None:
        self.asked: list[tuple[PayloadFacts, Future[Reading]]] = []

    def submit(self, payload: bytes, facts: PayloadFacts, site: SiteConfig) -> Future[Reading]:  # noqa: ARG002
        future: Future[Reading] = Future()
        self.asked.append((facts, future))
        return future


def test_readings_are_applied_in_the_order_of_their_records(site: Site) -> None:
    """A page read quickly waits for the slow one captured before it, so no kill can leave a gap
    behind the index.
    """
    site.write(RESPONSES)
    synced: Iterator[None] | list[int] = []
    with Index(site.layout.index_db) as index:
        pool = Held()
        ingest = IngestQueue(index, pool, (), site.layout.archive, sync=lambda: synced.append(1))
        for capture, response in site.taken[:3]:
            ingest.submit(capture, parse_response(response))
        answers = [future for _, future in pool.asked]
        answers[1].set_result(Reading(kind=PayloadKind.OTHER))
        answers[2].set_result(Reading(kind=PayloadKind.OTHER))
        assert ingest.apply_ready(force=True) == []
        assert synced == []
        answers[0].set_result(Reading(kind=PayloadKind.ROBOTS))
        applied = ingest.apply_ready(force=True)
        assert [each.capture for each in applied] == [capture for capture, _ in site.taken[:3]]
        assert synced == [1], "the WARC is made durable before the transaction"


def test_each_row_leads_back_to_its_bytes(site: Site) -> None:
    """File, offset and length of every capture give exactly that record."""
    site.write(RESPONSES)
    update_index(site.layout, load_config(site.layout.config))
    for capture, response in site.taken:
        record = record_bytes(site.layout.archive, capture)
        assert capture.record_id.encode() in record
        if capture.record_type == "response":
            assert record.endswith(response + b"\r\n\r\n")
