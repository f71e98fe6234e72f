"""What a reading process answers, whatever a payload does to it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from multiprocessing import Pipe
from typing import NoReturn

import pytest

from archive.config import SiteConfig
from archive.model import NotArticleReason, PayloadKind, Reading
from pipelines.ingest import reading_process
from pipelines.ingest.reading_process import ReadingLimits, read_until_closed, unread_payload
from pipelines.payload_facts import PayloadFacts

LIMITS = ReadingLimits(seconds=60, memory=1 << 30)
URL = "http://news.example/a"
SITE = SiteConfig(name="news", start=("http://news.example/",))
FACTS = PayloadFacts(url=URL, captured=datetime(2026, 1, 2, tzinfo=UTC), status=200)


def read(payload: bytes, facts: PayloadFacts, site: SiteConfig) -> Reading:
    del facts, site
    if payload == b"page":
        return Reading(kind=PayloadKind.PAGE)
    raise {b"deep": RecursionError, b"big": MemoryError, b"odd": KeyError}[payload]


def answers(monkeypatch: pytest.MonkeyPatch, *payloads: bytes) -> list[Reading]:
    """What is answered to payloads, in a thread of this process: its limit of memory is not set."""
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(
        reading_process.resource, "setrlimit", lambda _, limit: limits.append(limit)
    )
    ours, theirs = Pipe()
    thread = threading.Thread(target=read_until_closed, args=(theirs, LIMITS, read))
    thread.start()
    with ours:
        for payload in payloads:
            ours.send((payload, FACTS, SITE))
        found = [ours.recv() for _ in payloads]
    thread.join(10)
    assert not thread.is_alive()
    assert limits == [(LIMITS.memory, LIMITS.memory)]
    return found


def test_one_after_the_other_until_the_crawler_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each task has its answer, in order, and the end of the channel is the end."""
    assert answers(monkeypatch, b"page", b"page") == [Reading(kind=PayloadKind.PAGE)] * 2


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"deep", NotArticleReason.MEMORY),
        (b"big", NotArticleReason.MEMORY),
        (b"odd", NotArticleReason.BUG),
    ],
)
def test_what_breaks_its_reader_has_a_reason(
    monkeypatch: pytest.MonkeyPatch, payload: bytes, reason: NotArticleReason
) -> None:
    """A page that cannot be read is a value, and the next is read."""
    broken, good = answers(monkeypatch, payload, b"page")
    assert broken.not_article is not None
    assert (broken.not_article.url, broken.not_article.reason) == (URL, reason)
    assert good.kind == PayloadKind.PAGE


def test_a_crawler_that_is_gone_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it reads: its answer is for nobody."""
    monkeypatch.setattr(reading_process.resource, "setrlimit", lambda *_: None)
    ours, theirs = Pipe()
    ours.send((b"page", FACTS, SITE))

    def hangs_up(*_: object) -> Reading:
        ours.close()
        return Reading(kind=PayloadKind.PAGE)

    read_until_closed(theirs, LIMITS, hangs_up)


def test_a_task_without_room_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What not even holds in memory is for whoever runs the process to tell."""
    monkeypatch.setattr(reading_process.resource, "setrlimit", lambda *_: None)
    _, theirs = Pipe()

    def full() -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(theirs, "recv_bytes", full)
    with pytest.raises(MemoryError):
        read_until_closed(theirs, LIMITS, read)


def test_a_payload_that_was_not_read() -> None:
    """Its kind is that of any page, its reason what its reader met."""
    reading = unread_payload(URL, NotArticleReason.TIMEOUT, "not read within 1 s")
    assert reading.kind == PayloadKind.PAGE
    assert reading.not_article is not None
    assert reading.not_article.detail == "not read within 1 s"
