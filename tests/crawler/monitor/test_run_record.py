"""What a run leaves behind, in a collection whose index tells of crawls, with pings taken on
loopback.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback_site.server import Site, say

from archive.config import CollectionConfig, FaultySite
from archive.errors import ConfigError, CrawlInterruptedError
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import CrawlSummary, crawl_id, run_id
from crawler.monitor.report_files import reported_runs
from crawler.monitor.run_log import log_rows
from crawler.monitor.run_record import RunRecord

BEGAN = datetime(2026, 11, 28, 18, 30, tzinfo=UTC)
RUN = run_id(crawl_id(BEGAN, "a"))


@pytest.fixture
def service() -> Iterator[Site]:
    with Site({f"/{name}": say("OK") for name in ("start", "success", "fail")}) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path) -> CollectionFolder:
    made = CollectionFolder.create(tmp_path / "c", "")
    end_crawl(made, BEGAN)
    return made


def end_crawl(layout: CollectionFolder, began: datetime) -> None:
    with Index(layout.index_db) as index:
        index.end_crawl(
            CrawlSummary(
                id=crawl_id(began, "a"),
                site="a",
                started=began,
                finished=began + timedelta(minutes=1),
                outcome="finished",
            )
        )


def record_of(layout: CollectionFolder, service: Site, **more: object) -> RunRecord:
    pings = {f"ping_{name}": f"{service.url}/{name}" for name in ("start", "success", "fail")}
    return RunRecord(
        layout=layout,
        config=CollectionConfig(name="c", **pings),
        command="warraq crawl",
        **more,  # type: ignore[arg-type]
    )


def told(layout: CollectionFolder) -> dict[str, object]:
    return json.loads((layout.reports / f"{RUN}.json").read_text("utf-8"))


def test_a_run_that_went_well(layout: CollectionFolder, service: Site) -> None:
    """A ping at the start, while the crawl goes on, one at the end with the report, the log, the
    report, and what is measured is written behind it.
    """
    order: list[list[str]] = []
    record = record_of(
        layout,
        service,
        write_metrics=lambda: order.append(sorted(path.name for path in layout.reports.iterdir())),
    )
    with record:
        record.begin(RUN)
        until = time.monotonic() + 10
        while not service.wire.targets and time.monotonic() < until:
            time.sleep(0.02)
        assert service.wire.targets == ["/start"]
    assert service.wire.targets == ["/start", "/success"]
    body = service.wire.of("/success")[0].request.partition(b"\r\n\r\n")[2]
    assert body == (layout.reports / f"{RUN}.txt").read_bytes()
    assert order == [[f"{RUN}.html", f"{RUN}.json", f"{RUN}.txt"]]
    assert (told(layout)["exit_code"], told(layout)["command"]) == (0, "warraq crawl")
    events = [row["event"] for row in log_rows(layout.logs, RUN)]
    assert events == ["run began", "run ended"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(CrawlInterruptedError("stopped"), 130), (KeyboardInterrupt(), 130), (OSError("bug"), 1)],
)
def test_a_run_that_breaks_off(
    layout: CollectionFolder, service: Site, error: BaseException, code: int
) -> None:
    """Whatever ends it, it is told as failed with the exit code that the process will have; the
    error goes on.
    """

    def break_off() -> None:
        with record_of(layout, service) as record:
            record.begin(RUN)
            raise error

    with pytest.raises(type(error)):
        break_off()
    assert service.wire.targets == ["/start", "/fail"]
    assert told(layout)["exit_code"] == code
    assert told(layout)["error"]
    assert log_rows(layout.logs, RUN)[-1]["exit_code"] == code


def test_a_run_that_is_done_but_not_well(layout: CollectionFolder, service: Site) -> None:
    """Exit code 3 is no success; the sites passed over are named."""
    faults = [FaultySite(name="b", problem="delay: wrong")]
    with record_of(layout, service, faults=faults) as record:
        record.begin(RUN)
        record.exit_code = 3
    assert service.wire.targets == ["/start", "/fail"]
    assert told(layout)["not_crawled"] == [{"site": "b", "problem": "delay: wrong"}]


def test_no_run_leaves_nothing(layout: CollectionFolder, service: Site) -> None:
    """Where another process holds the collection, or nothing is crawled, nobody is told."""
    with record_of(layout, service):
        pass
    assert service.wire.targets == []
    assert not layout.reports.exists()
    assert not layout.logs.exists()


def test_a_killed_run_is_reported_by_the_next(layout: CollectionFolder, service: Site) -> None:
    """It could not write its own; what only it knew is null."""
    later = BEGAN + timedelta(hours=1)
    end_crawl(layout, later)
    with record_of(layout, service) as record:
        record.begin(run_id(crawl_id(later, "a")))
    assert reported_runs(layout.reports) == {RUN, run_id(crawl_id(later, "a"))}
    assert told(layout)["exit_code"] is None


def test_what_cannot_be_written_or_sent_is_a_warning(
    layout: CollectionFolder, service: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """A run is no failure because a monitor is, and one thing that fails keeps no other back."""
    layout.reports.write_text("in the way")

    def refuse() -> None:
        raise ConfigError("metrics: no")

    del service.routes["/start"]
    with record_of(layout, service, write_metrics=refuse) as record:
        record.begin(RUN)
    assert service.wire.targets == ["/start", "/success"]
    for problem in ("HTTP 404", "metrics: no", "reports"):
        assert problem in caplog.text
