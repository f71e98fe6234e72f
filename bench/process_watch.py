"""Memory and processor time of a process and all its descendants, sampled from /proc."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Watch:
    """Samples the peak resident size of a process and all its descendants while it runs."""

    root: int
    peaks: dict[int, tuple[str, float]] = field(default_factory=dict)
    cpu: dict[int, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.wait(0.1):
            self.sample()

    def sample(self) -> None:
        parents = dict(_processes())
        for pid in parents:
            if self._is_ours(pid, parents) and (peak := _peak(pid)):
                self.peaks[pid] = (_command(pid) or self.peaks.get(pid, ("", 0.0))[0], peak)
                self.cpu[pid] = _cpu(pid) or self.cpu.get(pid, 0.0)

    def stop(self) -> None:
        self._stop.set()

    def _is_ours(self, pid: int, parents: dict[int, int]) -> bool:
        while pid > 1:
            if pid == self.root:
                return True
            pid = parents.get(pid, 0)
        return False

    def crawler_mb(self) -> float:
        return max(
            (peak for command, peak in self.peaks.values() if not _is_worker(command)), default=0.0
        )

    def workers_cpu(self) -> float:
        return sum(self.cpu[pid] for pid, (command, _) in self.peaks.items() if _is_worker(command))

    def workers_mb(self) -> tuple[float, ...]:
        return tuple(
            sorted(
                (peak for command, peak in self.peaks.values() if _is_worker(command)), reverse=True
            )
        )


def _is_worker(command: str) -> bool:
    return any(
        mark in command
        for mark in (
            "pipelines.ingest.fork_server import serve",
            "spawn_main",
            "forkserver",
            "resource_tracker",
        )
    )


def _processes() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                yield (
                    int(folder.name),
                    int((folder / "stat").read_text().rpartition(")")[2].split()[1]),
                )
            except (OSError, IndexError, ValueError):
                continue


def _peak(pid: int) -> float | None:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None


def _cpu(pid: int) -> float | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _command(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except OSError:
        return ""
