"""A run that gets nowhere, though it has work to do."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from faults.whole_collection import check_rebuilt
from loopback_site.server import Site
from loopback_site.small_paper import paper
from reading_processes import readers

from archive.layout import CollectionFolder
from crawler.cli import main
from crawler.engine import run
from crawler.monitor.watchdog import Watchdog
from pipelines.ingest import fork_server, worker_pool
from pipelines.ingest.fork_server import ForkedProcess
from pipelines.ingest.reading_process import ReadingLimits

PAGES = 6


def crawl(folder: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["-q", "-C", str(folder), "crawl"])
    return int(ended.value.code or 0)


def test_readers_that_never_answer_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says for how long nothing came and what was waited for; the site is free for the
    next run, which reads what was captured.
    """

    def stopped(limits: ReadingLimits) -> ForkedProcess:
        process = fork_server.fork_process(limits)
        for pid in readers():
            os.kill(pid, signal.SIGSTOP)
        return process

    with Site(paper(PAGES)) as site:
        layout = CollectionFolder.create(
            tmp_path / "c",
            f'[collection]\nname = "c"\n[sites.paper]\nstart = "{site.url}/"\ndelay = 0\n',
        )
        with monkeypatch.context() as patch:
            patch.setattr(run, "STALLED", 1.5)
            patch.setitem(Watchdog.__init__.__kwdefaults__, "step", 0.25)
            patch.setattr(worker_pool, "fork_process", stopped)
            assert crawl(layout.root) == 1
        (told,) = capsys.readouterr().err.splitlines()
        assert told.startswith("warraq: no progress for ")
        assert "responses wait to be read" in told
        assert readers() == []
        assert crawl(layout.root) == 0
    check_rebuilt(layout)
