"""The turns of a host, which other processes may ask at the same time: for another site that lies
on it, or a back-fill beside the daily crawl.

They stand in a small file, as numbers of the monotonic clock, which all processes of a machine
share until it is started anew.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from archive.locks.file_modes import FILE_MODE, make_folder
from crawler.politeness.host_pacing import MAX_HELD, HostState

_NUMBERS = struct.Struct("=dd")  # when the next turn is, and until when to leave the host alone


@dataclass(slots=True, kw_only=True)
class SharedHostState(HostState):
    """The state of a host in the file at `path`, as every process sees it.

    A disk that refuses leaves each process with its own.
    """

    path: Path

    def reserve(self, now: float) -> float:
        """Take the next turn of all processes; when it is."""
        with self._loaded(now):
            return HostState.reserve(self, now)

    def hold(self, until: float, now: float) -> None:
        """Have all processes leave the host alone until then."""
        with self._loaded(now):
            HostState.hold(self, until, now)

    def held(self, now: float) -> float:
        """For how many seconds the host is to be left alone, whoever said so."""
        with self._loaded(now):
            return HostState.held(self, now)

    @contextmanager
    def _loaded(self, now: float) -> Iterator[None]:
        """Have what the file says while the block runs, and write what came of it."""
        descriptor = None
        with suppress(OSError):
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._load(os.pread(descriptor, _NUMBERS.size, 0), now)
        try:
            yield
        finally:
            if descriptor is not None:
                with suppress(OSError):
                    os.pwrite(descriptor, _NUMBERS.pack(self.next_at, self.held_until), 0)
                os.close(descriptor)

    def _load(self, data: bytes, now: float) -> None:
        if len(data) == _NUMBERS.size:
            # What lies further ahead is of a clock before the machine was started anew.
            next_at, held_until = (
                each if each <= now + MAX_HELD else 0.0 for each in _NUMBERS.unpack(data)
            )
            self.next_at = max(self.next_at, next_at)
            self.held_until = max(self.held_until, held_until)


class SharedHosts(dict[str, HostState]):
    """The state of each host (and port), made when it is asked for, in files in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, host: str) -> HostState:
        if not self:
            with suppress(OSError):
                make_folder(self._folder)
        state = self[host] = SharedHostState(delay=0.0, path=self._folder / quote(host, safe=""))
        return state
