"""Lines that wait to be merged: appended by several processes, taken by one, lost by none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive.cdx.waiting_lines import WaitingLines

APPEND = """
import sys
from pathlib import Path
from archive.cdx.waiting_lines import WaitingLines
lines = WaitingLines(Path(sys.argv[1]))
for number in range(500):
    lines.append(f"{sys.argv[2]} {number}\\n".encode())
"""


def test_lines_of_several_processes_are_taken_once(tmp_path: Path) -> None:
    """While they append, another takes and drops: each line comes out whole and exactly once."""
    path = tmp_path / "index"
    command = [sys.executable, "-c", APPEND, str(path)]
    processes = [subprocess.Popen([*command, name]) for name in ("a", "b")]
    lines, taken = WaitingLines(path), list[bytes]()
    while any(process.poll() is None for process in processes):
        taken += lines.move_aside()
        lines.drop()
    taken += lines.move_aside()
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(taken) == sorted(
        f"{name} {number}\n".encode() for name in "ab" for number in range(500)
    )


def test_what_a_killed_merge_had_taken_comes_first(tmp_path: Path) -> None:
    """Lines that were taken and not dropped are taken again, before those that came since."""
    path = tmp_path / "index"
    lines = WaitingLines(path)
    lines.append(b"a\n")
    assert lines.move_aside() == [b"a\n"]
    lines.append(b"b\n")
    again = WaitingLines(path)
    assert (again.count, again.lines()) == (2, [b"a\n", b"b\n"])
    assert again.move_aside() == [b"a\n"]
    again.drop()
    assert again.move_aside() == [b"b\n"]
    again.drop()
    assert again.move_aside() == []
    again.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_does_not_fit_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk leaves the lines before it, and room for others behind them."""
    lines = WaitingLines(tmp_path / "index")
    lines.append(b"a\n")
    write = os.write

    def half(descriptor: int, data: bytes) -> int:
        if len(data) < 3:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:-2])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="No space"):
        lines.append(b"bbbb\n")
    monkeypatch.undo()
    lines.append(b"c\n")
    assert lines.lines() == [b"a\n", b"c\n"]


def test_a_half_line_of_a_killed_process_is_cut_off(tmp_path: Path) -> None:
    """Also for a process that had the file open before."""
    lines = WaitingLines(tmp_path / "index")
    lines.append(b"a\n")
    with lines.path.open("ab") as file:
        file.write(b"torn")
    lines.append(b"b\n")
    assert lines.lines() == [b"a\n", b"b\n"]


def test_nothing_but_a_half_line_is_no_line(tmp_path: Path) -> None:
    """And does not keep later ones from being taken."""
    lines = WaitingLines(tmp_path / "index")
    lines.path.write_bytes(b"torn")
    assert lines.move_aside() == []
    lines.append(b"a\n")
    assert lines.move_aside() == [b"a\n"]
