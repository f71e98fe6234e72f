"""A machine that has no process to spare for reading: before a crawl, or in the middle of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt
from loopback_site.server import Site
from loopback_site.small_paper import paper

from archive.errors import NoReaderError
from archive.layout import CollectionFolder
from archive.query.reader import IndexReader
from crawler.cli import main
from pipelines.ingest import fork_server, worker_pool
from pipelines.ingest.fork_server import ForkedProcess
from pipelines.ingest.reading_process import ReadingLimits

PAGES = 12


def crawl(folder: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["-q", "-C", str(folder), "crawl"])
    return int(ended.value.code or 0)


@pytest.mark.parametrize("allowed", [0, 1])
def test_the_crawl_ends_in_a_line_and_the_next_goes_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    allowed: int,
) -> None:
    """Where none can be had at all, or none in place of one that was killed: exit code 1, with what
    is missing and what to do. What was captured is read by the next crawl, which asks for it no
    second time.
    """
    had: list[ForkedProcess] = []

    def scarce(limits: ReadingLimits) -> ForkedProcess:
        if len(had) >= allowed:
            message = "no process can be started to read pages: none to spare"
            raise NoReaderError(message)
        had.append(fork_server.fork_process(limits))
        return had[-1]

    with Site(paper(PAGES)) as site:
        layout = CollectionFolder.create(
            tmp_path / "c",
            f'[collection]\nname = "c"\n[sites.paper]\nstart = "{site.url}/"\ndelay = 0\n',
        )
        with monkeypatch.context() as patch:
            patch.setattr(worker_pool, "PAYLOADS_PER_WORKER", 3)
            patch.setattr(worker_pool, "fork_process", scarce)
            assert crawl(layout.root) == 1
        told = capsys.readouterr().err.splitlines()
        assert told == ["warraq: no process can be started to read pages: none to spare"]
        stories = {target for target in site.wire.targets if target.startswith("/news/")}
        site.wire.clear()
        assert crawl(layout.root) == 0
        assert stories & set(site.wire.targets) == set()
    with IndexReader(layout.index_db) as reader:
        assert [row["n"] for row in reader.rows("SELECT count(*) AS n FROM articles")] == [PAGES]
    check_rebuilt(layout)
