"""A watch over a run: where work is under way and nothing comes of it for long, the run is ended.

Whatever the reason is (a process that does not answer, a bug), it would otherwise hold its sites
for ever, and nobody would know.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Self

from archive.errors import StalledError

_STEP = 5.0  # seconds between two looks
_TO_END = 60.0  # seconds that a run has to end in order


class Watchdog:
    """Watches while its block runs.

    `standing` gives what changes with any progress, or None while nothing is under way; `limit` for
    how many seconds it may stay as it is; `where` says in words where the run stands; `stop` is
    called with the error, in a thread of the watchdog's. Where the run does not end by that within
    `to_end` seconds, the process does, with exit code 1, the words on standard error, and where
    each thread is.

    Seconds are counted by its own looks: a machine that is suspended, or a process that is stopped,
    makes no progress and is no stall.
    """

    def __init__(
        self,
        standing: Callable[[], Hashable | None],
        where: Callable[[], str],
        stop: Callable[[StalledError], None],
        *,
        limit: Callable[[], float],
        step: float = _STEP,
        to_end: float = _TO_END,
    ) -> None:
        self._standing = standing
        self._where = where
        self._stop = stop
        self._limit = limit
        self._to_end = to_end
        self._step = step
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        before, still = self._standing(), 0.0
        while still < self._limit():
            if self._over.wait(self._step):
                return
            now = self._standing()
            still = still + self._step if now is not None and now == before else 0.0
            before = now
        told = f"no progress for {still / 60:.0f} minutes: {self._where()}; the run is ended"
        self._stop(StalledError(told))
        if not self._over.wait(self._to_end):
            sys.stderr.write(f"warraq: {told}, and the process with it\n")
            faulthandler.dump_traceback()
            os._exit(StalledError.exit_code)
