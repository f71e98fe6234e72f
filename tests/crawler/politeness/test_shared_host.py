"""One host, asked by several processes: no faster than by one."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from crawler.politeness.host_pacing import HostPacing
from crawler.politeness.shared_host import SharedHosts, SharedHostState

URL = "https://news.example/a"
TURNS = """
import sys, time
from pathlib import Path
from crawler.politeness.host_pacing import HostPacing
from crawler.politeness.shared_host import SharedHostState
pacing = HostPacing(1.0, {"news.example": SharedHostState(delay=0.0, path=Path(sys.argv[1]))})
for _ in range(20):
    print(time.monotonic() + pacing.reserve_turn("https://news.example/a"))
"""


def test_two_processes_share_the_turns_of_a_host(tmp_path: Path) -> None:
    """Whoever asks when: no two turns are closer than the delay."""
    command = [sys.executable, "-c", TURNS, str(tmp_path / "host")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    turns = sorted(float(line) for each in processes for line in each.communicate()[0].split())
    assert len(turns) == 40
    gaps = [after - before for before, after in pairwise(turns)]
    assert min(gaps) > 0.99


def test_a_host_that_wants_to_be_left_alone_is_left_by_all(tmp_path: Path) -> None:
    """What one was told by Retry-After holds for the other."""
    clock = time.monotonic
    first, second = (
        HostPacing(0.0, {"news.example": SharedHostState(delay=0.0, path=tmp_path / "host")})
        for _ in range(2)
    )
    second.reserve_turn(URL)
    first.hold_host(URL, 60)
    began = clock()
    assert 60 - (clock() - began) - 1 < second.seconds_held(URL) <= 60
    assert second.reserve_turn(URL) > 50


def test_what_was_before_the_machine_was_started_anew_is_not_believed(tmp_path: Path) -> None:
    """Its clock begins again: nobody waits for a turn of days ago."""
    state = SharedHostState(delay=1.0, path=tmp_path / "host")
    assert state.reserve(1_000_000.0) == 1_000_000.0
    again = SharedHostState(delay=1.0, path=tmp_path / "host")
    assert again.reserve(20.0) == 20.0


def test_every_host_has_its_file(tmp_path: Path) -> None:
    """With its port; two crawls of one process share its state, and two processes its turns."""
    folder = tmp_path / "hosts"
    hosts = SharedHosts(folder)
    pacing = [HostPacing(60.0, hosts), HostPacing(60.0, SharedHosts(folder))]
    assert pacing[0].reserve_turn(URL) == 0
    assert pacing[1].reserve_turn(URL) > 50
    assert pacing[0].reserve_turn("https://news.example:8443/a") == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "news.example",
        "news.example%3A8443",
    ]
    assert set(hosts) == {"news.example", "news.example:8443"}


def test_a_disk_that_refuses_leaves_each_to_itself(tmp_path: Path) -> None:
    """The crawl goes on at its own pace."""
    state = SharedHostState(delay=2.0, path=tmp_path / "no" / "host")
    assert [state.reserve(5.0), state.reserve(5.0)] == [5.0, 7.0]
