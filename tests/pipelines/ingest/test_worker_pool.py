"""Worker processes: whatever a payload does to its reader, the crawler gets a value and the next
payload is read.
"""

import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.config import SiteConfig
from archive.model import NotArticleReason, PayloadKind, Reading
from pipelines.ingest.worker_pool import WorkerPool
from pipelines.payload_facts import PayloadFacts

SITE = SiteConfig(name="news", start=("http://news.example/",))
PARAGRAPH = (
    "وصل الوفد إلى المدينة صباح اليوم وبدأ سلسلة من "
    "اللقاءات مع ممثلي السكان والجمعيات المحلية هناك."
)
GOOD = (
    f"<html lang=ar><h1>وصول الوفد إلى "
    f"المدينة</h1><article>{f'<p>{PARAGRAPH}</p>' * 6}</article></html>"
).encode()
# libxml2 checks each attribute against all before it: time grows with the square of their number.
SLOW = (
    b"<html><body><p "
    + b" ".join(b"a%d=1" % number for number in range(120_000))
    + b">x</p></body></html>"
)


def facts(url: str = "http://news.example/a") -> PayloadFacts:
    return PayloadFacts(
        url=url, captured=datetime(2026, 1, 2, tzinfo=UTC), status=200, mime="text/html"
    )


def reason(reading: Reading) -> NotArticleReason | None:
    return reading.not_article.reason if reading.not_article is not None else None


def test_a_page_is_read_elsewhere() -> None:
    """An ordinary page comes back as its article."""
    with WorkerPool(workers=1) as pool:
        reading = pool.submit(GOOD, facts(), SITE).result(30)
    assert reading.kind == PayloadKind.ARTICLE
    assert reading.article is not None
    assert reading.article.title == "وصول الوفد إلى المدينة"


def test_a_page_without_end_is_given_up_and_the_next_is_read() -> None:
    """A page that takes too long costs its time and nothing else: the one after it is read as
    ever.
    """
    with WorkerPool(workers=1, seconds=1.5) as pool:
        pool.submit(GOOD, facts(), SITE).result(
            30
        )  # imports done: what is measured below is reading
        slow, good = (
            pool.submit(SLOW, facts("http://news.example/slow"), SITE),
            pool.submit(GOOD, facts(), SITE),
        )
        started = time.monotonic()
        assert reason(slow.result(30)) == NotArticleReason.TIMEOUT
        assert time.monotonic() - started < 10
        assert (
            good.result(30).article is not None or reason(good.result()) == NotArticleReason.TIMEOUT
        )
        assert pool.submit(GOOD, facts(), SITE).result(30).kind == PayloadKind.ARTICLE


def test_memory_is_bounded() -> None:
    """A page that wants more memory than a worker has is given up; the pool goes on."""
    huge = b"<html><body>" + b"<p>x</p>" * 1_500_000 + b"</body></html>"
    with WorkerPool(workers=1, memory=400 << 20) as pool:
        given_up = pool.submit(huge, facts("http://news.example/huge"), SITE).result(60)
        assert given_up.article is None
        assert reason(given_up) in (NotArticleReason.MEMORY, NotArticleReason.TIMEOUT)
        assert pool.submit(GOOD, facts(), SITE).result(30).kind == PayloadKind.ARTICLE


def test_a_killed_worker_is_replaced() -> None:
    """A worker that dies (the kernel's out-of-memory killer) loses at most the page it held."""
    with WorkerPool(workers=1) as pool:
        pool.submit(GOOD, facts(), SITE).result(30)
        (worker,) = children()
        os.kill(worker, signal.SIGKILL)
        assert pool.submit(GOOD, facts(), SITE).result(30).kind in (
            PayloadKind.ARTICLE,
            PayloadKind.PAGE,
        )
        assert pool.submit(GOOD, facts(), SITE).result(30).kind == PayloadKind.ARTICLE


def test_no_worker_outlives_the_pool() -> None:
    """Closing the pool leaves no process behind."""
    with WorkerPool(workers=2) as pool:
        pool.submit(GOOD, facts(), SITE).result(30)
        assert children()
    assert children() == []


def test_a_bug_in_reading_is_told_and_ends_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A bug costs one page, which says so, with a traceback on standard error; the pool goes on."""
    with WorkerPool(workers=1) as pool:
        broken = pool.submit(None, facts(), SITE).result(30)  # type: ignore[arg-type]
        assert reason(broken) == NotArticleReason.BUG
        assert broken.not_article is not None
        assert "Error" in broken.not_article.detail
        assert pool.submit(GOOD, facts(), SITE).result(30).kind == PayloadKind.ARTICLE
    assert "Traceback" in capfd.readouterr().err


def children() -> list[int]:
    told = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "pid=,args="],
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        int(line.split()[0])
        for line in told.stdout.splitlines()
        if "pipelines.ingest.worker_pool" in line
    ]


def test_workers_come_up_while_nothing_waits_for_them() -> None:
    """A crawl's first page does not wait for the start of the process that reads it; a worker that
    nobody needed is gone with its pool.
    """

    def readers() -> int:
        children = [
            child
            for path in Path("/proc/self/task").glob("*/children")
            for child in path.read_text().split()
        ]
        return sum("worker_pool" in Path(f"/proc/{pid}/cmdline").read_text() for pid in children)

    assert readers() == 0
    with WorkerPool(workers=2, at_once=True):
        deadline = time.monotonic() + 20
        while readers() < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert readers() == 2
    assert readers() == 0
