"""Runs a program where only loopback can be reached: in a network namespace of its own.

    done = run_closed([sys.executable, script, ...], input="...")

Where the machine does not permit namespaces the program runs as it is, and a note says so.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from collections.abc import Sequence

_UP = 'ip link set lo up && exec "$@"'


@functools.cache
def closed() -> tuple[str, ...]:
    """What to put before a command; nothing where namespaces are not permitted."""
    prefix = ("unshare", "--net", "--map-root-user", "sh", "-c", _UP, "closed")
    if shutil.which("unshare") and shutil.which("ip"):
        tried = subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=20)
        if tried.returncode == 0:
            return prefix
    print(
        "note: no network namespace here, so the network is not closed to what runs now",
        file=sys.stderr,
    )
    return ()


def run_closed(
    command: Sequence[object], *, timeout: float = 200, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The finished program, with what it said."""
    return subprocess.run(
        [*closed(), *map(str, command)],
        input=text,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )
