"""Independent readers of a collection: pywb as a server, ReplayWeb.page and pywb's pages in
headless Chromium.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from needed_parts import PEERS, need_node, need_peers

PYWB = PEERS / "pywb" / "bin" / "wayback"


@dataclass(frozen=True)
class Seen:
    """What a reader sees of a replayed page."""

    text: str
    images: list[tuple[str, int]]
    outside: list[str]


@pytest.fixture(scope="session")
def in_chromium() -> Callable[..., Seen]:
    """Run one of the scripts beside this file and return what the page shows."""
    node = need_node()
    need_peers(
        Path("/usr/bin/chromium"),
        PEERS / "node_modules" / "playwright-core",
        PEERS / "node_modules" / "replaywebpage",
    )

    def look(script: str, *arguments: str) -> Seen:
        command = [node, str(Path(__file__).parent / script), str(PEERS), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        return Seen(told["text"], [(src, width) for src, width in told["images"]], told["outside"])

    return look


@pytest.fixture
def pywb(tmp_path: Path) -> Iterator[Callable[[Path], str]]:
    """Serve a collection, as it stands, by pywb; gives the address under which its pages replay."""
    need_peers(PYWB)
    servers: list[subprocess.Popen[bytes]] = []

    def serve(collection: Path) -> str:
        (tmp_path / "pywb" / "collections").mkdir(parents=True)
        (tmp_path / "pywb" / "collections" / "news").symlink_to(collection)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [str(PYWB), "-d", str(tmp_path / "pywb"), "-b", "127.0.0.1", "-p", str(port)]
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        servers.append(
            subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
            )
        )
        address = f"http://127.0.0.1:{port}/news/"
        for _ in range(150):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
        else:
            pytest.fail("pywb did not start")
        return address

    yield serve
    for server in servers:
        server.terminate()
        server.wait()
