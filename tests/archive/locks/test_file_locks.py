"""Locks on files: alone or shared, gone with their process, and who holds them."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from archive.locks.file_locks import FileLock, holder_of, is_locked, is_same_file, locked_folder

HOLD = """
import sys, time
from pathlib import Path
from archive.locks.file_locks import FileLock
assert FileLock(Path(sys.argv[1])).acquire(shared=sys.argv[2] == "shared")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def test_a_lock_is_held_by_one_or_shared_by_many(path: Path) -> None:
    """Who wants it alone is refused while it is shared, and the other way round."""
    first, second, alone = FileLock(path), FileLock(path), FileLock(path)
    assert first.acquire(shared=True)
    assert second.acquire(shared=True)
    assert not alone.acquire(wait=0)
    assert is_locked(path)
    assert not is_locked(path, alone=True)
    first.release()
    second.release()
    assert alone.acquire()
    assert is_locked(path, alone=True)
    assert not first.acquire(shared=True, wait=0)
    alone.release()
    assert not is_locked(path)


def test_a_lock_ends_with_a_killed_process(path: Path) -> None:
    """What it left in the file harms nobody, and names nobody who asks whether it is held."""
    command = [sys.executable, "-c", HOLD, str(path), "alone"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert f"process {process.pid} (-c" in holder_of(path)
        process.kill()
    assert not is_locked(path)
    assert FileLock(path).acquire(wait=0)


def test_who_holds_it_is_told_while_it_is_held(path: Path) -> None:
    """By its file; a torn or missing one is no trouble."""
    assert holder_of(path) == "another process"
    lock = FileLock(path)
    assert lock.acquire()
    assert "process " in holder_of(path)
    assert holder_of(path) != "another process"
    path.write_bytes(b"\xff{")
    assert holder_of(path) == "another process"
    lock.release()
    assert path.read_bytes() == b""


def test_a_shared_lock_becomes_exclusive_when_no_other_shares_it(path: Path) -> None:
    """Else it stays shared; and it can be shared again."""
    first, second = FileLock(path), FileLock(path)
    assert first.acquire(shared=True)
    assert second.acquire(shared=True)
    assert not first.become_exclusive()
    assert not second.become_exclusive()
    second.release()
    assert first.become_exclusive()
    assert holder_of(path) != "another process"
    assert not second.acquire(shared=True, wait=0)
    first.become_shared()
    assert second.acquire(shared=True, wait=0)


def test_a_lock_is_waited_for(path: Path) -> None:
    """For as long as was said, and taken when it is free."""
    first, second = FileLock(path), FileLock(path)
    assert first.acquire()
    threading.Timer(0.1, first.release).start()
    assert second.acquire(wait=20)


def test_asking_does_not_make_a_lock(path: Path) -> None:
    """Where there is no file nobody holds it, and none is made."""
    assert not is_locked(path)
    assert not path.exists()


def test_a_file_that_was_replaced_is_another(path: Path) -> None:
    """What was opened may have been removed, or another put in its place."""
    path.write_text("a")
    with path.open() as file:
        assert is_same_file(file.fileno(), path)
        path.unlink()
        assert not is_same_file(file.fileno(), path)
        path.write_text("b")
        assert not is_same_file(file.fileno(), path)


def test_a_folder_is_locked_for_one_at_a_time(tmp_path: Path) -> None:
    """The second waits until the first is done."""
    order: list[str] = []

    def second() -> None:
        with locked_folder(tmp_path):
            order.append("second")

    thread = threading.Thread(target=second)
    with locked_folder(tmp_path):
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join(20)
    assert order == ["first", "second"]
