"""The processes that this one has started to read pages: the fork server, and its forks."""

from __future__ import annotations

import os
from pathlib import Path


def servers() -> list[int]:
    """The fork server of this process, if it runs."""
    return [pid for pid in _children(os.getpid()) if "fork_server" in _command(pid)]


def readers() -> list[int]:
    """The reading processes that run."""
    return [pid for server in servers() for pid in _children(server)]


def _children(parent: int) -> list[int]:
    return [
        int(child)
        for path in Path(f"/proc/{parent}/task").glob("*/children")
        for child in path.read_text().split()
    ]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()
