"""Worker processes: whatever a payload does to its reader, the crawler gets a value and the next
payload is read.
"""

import os
import signal
import threading
import time
from datetime import UTC, datetime

import pytest
from reading_processes import readers

from archive.config import SiteConfig
from archive.errors import NoReaderError
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

SLOWER = SLOW.replace(b">x<", b" " + b" ".join(b"b%d=1" % n for n in range(280_000)) + b">x<")


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


def test_a_reader_that_gets_no_processor_loses_nothing() -> None:
    """What counts is the time a page takes, not the time that passes: a machine that is suspended
    or busy with other work gives no page up.
    """
    with WorkerPool(workers=1, seconds=0.5) as pool:
        pool.submit(GOOD, facts(), SITE).result(30)
        (worker,) = readers()
        os.kill(worker, signal.SIGSTOP)
        waiting = pool.submit(GOOD, facts(), SITE)
        time.sleep(1.5)
        os.kill(worker, signal.SIGCONT)
        assert waiting.result(30).kind == PayloadKind.ARTICLE


def test_a_site_whose_pages_cost_much_delays_no_other() -> None:
    """Its own pages wait for each other; those of another site are read meanwhile."""
    other = SiteConfig(name="other", start=("http://other.example/",))
    with WorkerPool(workers=2, seconds=1.0) as pool:
        pool.submit(GOOD, facts(), SITE).result(30)
        slow = [pool.submit(SLOW, facts("http://news.example/slow"), SITE) for _ in range(6)]
        good = [pool.submit(GOOD, facts(), other) for _ in range(12)]
        assert all(each.result(30).kind == PayloadKind.ARTICLE for each in good)
        assert sum(each.done() for each in slow) < 3
        for each in slow:
            each.cancel()


def test_a_site_that_comes_late_is_read_while_all_readers_are_busy() -> None:
    """When all are at pages of another site that take their whole time, one more reader reads."""
    other = SiteConfig(name="other", start=("http://other.example/",))
    with WorkerPool(workers=1, seconds=20.0) as pool:
        pool.submit(GOOD, facts(), SITE).result(30)
        slow = pool.submit(SLOWER, facts("http://news.example/slow"), SITE)
        while not slow.running():
            time.sleep(0.02)
        good = [pool.submit(GOOD, facts(), other) for _ in range(3)]
        assert all(each.result(15).kind == PayloadKind.ARTICLE for each in good)
        assert not slow.done()
        pool.break_off()
        with pytest.raises(NoReaderError, match="broken off"):
            slow.result(10)


def test_no_thread_to_read_pages_with_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has none to spare ends the command with one line."""

    def none(_: object) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(threading.Thread, "start", none)
    with pytest.raises(NoReaderError, match="can't start new thread"):
        WorkerPool(workers=1)


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
        (worker,) = readers()
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
        assert readers()
    assert readers() == []


def test_a_bug_in_reading_is_told_and_ends_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A bug costs one page, which says so, with a traceback on standard error; the pool goes on."""
    with WorkerPool(workers=1) as pool:
        broken = pool.submit(None, facts(), SITE).result(30)  # type: ignore[arg-type]
        assert reason(broken) == NotArticleReason.BUG
        assert broken.not_article is not None
        assert "Error" in broken.not_article.detail
        assert pool.submit(GOOD, facts(), SITE).result(30).kind == PayloadKind.ARTICLE
    assert "Traceback" in capfd.readouterr().err
