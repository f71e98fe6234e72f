"""A run that gets nowhere is ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Hashable

from archive.errors import StalledError
from crawler.monitor.watchdog import Watchdog

STEP = 0.02


class Run:
    """What a watchdog sees of a run, and how it was stopped."""

    def __init__(self) -> None:
        self.standing: Hashable | None = 1
        self.limit = 3 * STEP
        self.ended = threading.Event()
        self.error: StalledError | None = None

    def stop(self, error: StalledError) -> None:
        self.error = error
        self.ended.set()

    def watched(self) -> Watchdog:
        return Watchdog(
            lambda: self.standing,
            lambda: "3 responses wait to be read",
            self.stop,
            limit=lambda: self.limit,
            step=STEP,
        )


def test_no_progress_ends_it_with_where_it_stood() -> None:
    """The error says for how long nothing came, and of what."""
    run = Run()
    with run.watched():
        assert run.ended.wait(10)
    assert "no progress for 0 minutes: 3 responses wait to be read" in str(run.error)


def test_progress_and_rest_are_no_stall() -> None:
    """While something changes, or nothing is under way, it goes on; where waiting is meant to take
    longer, it may.
    """
    run = Run()
    with run.watched():
        for number in range(12):
            run.standing = number
            assert not run.ended.wait(STEP)
        run.standing = None
        assert not run.ended.wait(10 * STEP)
        run.standing, run.limit = 1, 60.0
        assert not run.ended.wait(10 * STEP)
        run.limit = 3 * STEP
        assert run.ended.wait(10)


def test_a_run_that_does_not_end_by_that_is_ended_with_its_process() -> None:
    """Code 1, the reason in one line, and where each thread is."""
    program = (
        "import time; from crawler.monitor.watchdog import Watchdog\n"
        "with Watchdog(lambda: 1, lambda: 'it hangs', print, limit=lambda: 0.1, step=0.05,"
        " to_end=0.1): time.sleep(60)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert "warraq: no progress for 0 minutes: it hangs; the run is ended" in done.stderr
    assert "Thread" in done.stderr
