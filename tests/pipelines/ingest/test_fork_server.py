"""Reading processes are forks of one that has loaded what they need."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import reading_processes
from reading_processes import readers, servers

from archive.config import SiteConfig
from archive.errors import NoReaderError
from archive.model import PayloadKind, Reading
from pipelines.ingest.fork_server import (
    ForkedProcess,
    ForkServer,
    _Current,
    fork_process,
    start_fork_server,
)
from pipelines.ingest.reading_process import ReadingLimits
from pipelines.payload_facts import PayloadFacts

LIMITS = ReadingLimits(seconds=60, memory=1 << 30)
SITE = SiteConfig(name="news", start=("http://news.example/",))
FACTS = PayloadFacts(
    url="http://news.example/a", captured=datetime(2026, 1, 2, tzinfo=UTC), status=200
)
TASK = (b"<html><body><p>x</p></body></html>", FACTS, SITE)


def answer(process: ForkedProcess) -> PayloadKind:
    reading = process.ask(TASK)
    assert isinstance(reading, Reading)
    return reading.kind


def test_each_reads_by_itself_and_loads_nothing() -> None:
    """Two of them answer, each from a process of its own; both come of one server, and a second
    costs next to nothing beside the loading of the first.
    """
    first = fork_process(LIMITS)
    (server,) = servers()
    assert answer(first) == PayloadKind.PAGE
    used = time.process_time()
    second = fork_process(LIMITS)
    assert time.process_time() - used < 0.1
    assert answer(second) == PayloadKind.PAGE
    assert len(readers()) == 2
    assert servers() == [server]
    assert (first.end(), second.end()) == (-signal.SIGKILL, -signal.SIGKILL)
    assert readers() == []


def test_it_comes_up_while_nothing_waits_for_it() -> None:
    """Who will need reading processes soon has them loaded meanwhile; a second call starts no
    second server.
    """
    started = time.monotonic()
    start_fork_server()
    start_fork_server()
    assert time.monotonic() - started < 5
    assert len(servers()) == 1


def test_how_a_process_ended_is_told() -> None:
    """One that somebody killed by that signal, one that a signal of its own ended by that; asked
    again, the same.
    """
    process = fork_process(LIMITS)
    assert process.is_alive()
    (pid,) = readers()
    os.kill(pid, signal.SIGSEGV)
    with pytest.raises((EOFError, ConnectionError)):
        process.ask(TASK)
    assert not process.is_alive()
    assert process.end() == -signal.SIGSEGV
    assert process.end() == -signal.SIGSEGV


def test_one_without_room_for_its_task_says_so() -> None:
    """Its exit status tells it from a process that was killed."""
    process = fork_process(ReadingLimits(seconds=60, memory=300 << 20))
    with pytest.raises((EOFError, ConnectionError)):
        process.ask((bytes(400 << 20), FACTS, SITE))
    assert process.end() == 70


def test_a_server_that_was_killed_is_started_anew() -> None:
    """By the kernel, short of memory: the next process is had all the same, those it had forked go
    on, and are ended like others.
    """
    orphan = fork_process(LIMITS)
    (killed,) = servers()
    (pid,) = readers()
    os.kill(killed, signal.SIGKILL)
    other = fork_process(LIMITS)
    assert answer(other) == PayloadKind.PAGE
    assert servers() != [killed]
    other.end()
    assert answer(orphan) == PayloadKind.PAGE
    assert orphan.end() == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(("end", "status"), [("sys.exit(3)", 3), ("os.kill(os.getpid(), 9)", -9)])
def test_none_outlives_who_started_it(end: str, status: int) -> None:
    """Whether it ends in order or is killed."""
    program = (
        "import os, sys; from pipelines.ingest.fork_server import fork_process as fork;"
        "from pipelines.ingest.reading_process import ReadingLimits;"
        "from reading_processes import readers, servers;"
        "process = fork(ReadingLimits(seconds=9, memory=1 << 30));"
        f"print(*servers(), *readers(), flush=True); {end}"
    )
    path = os.pathsep.join([str(Path(reading_processes.__file__).parent), *sys.path])
    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": path},
    )
    assert told.returncode == status
    pids = [int(pid) for pid in told.stdout.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(map(_runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_runs, pids))


def test_a_server_that_cannot_come_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation ends in an error that names the status, not in waiting."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    server = ForkServer()
    with pytest.raises(ConnectionError):
        server.fork(LIMITS)
    assert server.close() == 1


def test_a_machine_without_a_process_to_spare_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is the first that cannot be had, or a descriptor to speak to it: an error with
    what to do, and the next is had once there is room.
    """

    def none(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    process = fork_process(LIMITS)
    process.end()
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.ingest.fork_server.Pipe", none)
        with pytest.raises(NoReaderError, match="Resource temporarily unavailable; what was"):
            fork_process(LIMITS)
    again = fork_process(LIMITS)
    assert answer(again) == PayloadKind.PAGE
    again.end()
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.ingest.fork_server._CURRENT", _Current())
        patch.setattr(subprocess, "Popen", none)
        with pytest.raises(NoReaderError, match="Resource temporarily unavailable"):
            start_fork_server()
