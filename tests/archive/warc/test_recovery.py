"""What a kill or a power loss leaves is repaired without losing an exchange."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import warc_kit
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import StorageError
from archive.model import Capture
from archive.verify.collection import verify_warc
from archive.verify.cross_record_rules import RecordLedger
from archive.warc.capture_reader import read_captures, read_payload
from archive.warc.recovery import recover_open_files

NAME = "warraq-20260304103000123-00000-host.warc.gz"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The bytes of a good file of three exchanges, and its captures as they would be under NAME."""
    folder = tmp_path_factory.mktemp("sample")
    with warc_kit.writer(folder) as writer:
        for second in range(3):
            writer.write_exchange(warc_kit.exchange(second=second), warc_kit.FACTS)
    path = warc_kit.only_file(folder)
    return path.read_bytes(), list(read_captures(path, name=NAME))


def left_open(folder: Path, content: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / (NAME + ".open")
    path.write_bytes(content)
    return path


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_whole_file_is_only_closed(tmp_path, sample):
    """A file that was killed between two exchanges gets its name and loses nothing."""
    left_open(tmp_path, sample[0])
    (done,) = recover_open_files(tmp_path)
    assert (done.warc, done.records, done.torn, done.problem) == (NAME, 10, None, None)
    assert state(tmp_path) == {NAME: sample[0]}
    assert recover_open_files(tmp_path) == []


@settings(max_examples=80)
@given(st.data())
def test_cut_anywhere_the_whole_exchanges_stay_and_the_rest_is_set_aside(
    tmp_path_factory, sample, data
):
    """Wherever a write was cut: every exchange before it is kept, the tail is set aside, nothing is
    lost.
    """
    content, made = sample
    cut = data.draw(st.integers(1, len(content)))
    folder = tmp_path_factory.mktemp("cut")
    left_open(folder, content[:cut])
    (done,) = recover_open_files(folder)
    whole = [one for one in made if one.offset + one.length <= cut]
    kept = (folder / NAME).read_bytes() if done.warc else b""
    aside = done.torn.read_bytes() if done.torn else b""
    assert kept + aside == content[:cut]
    assert (f"{len(aside)} bytes" in str(done)) == bool(aside)
    if done.warc:
        assert list(read_captures(folder / NAME)) == whole
        assert done.kept_bytes == len(kept)
        ids = [
            line
            for line in gzip.decompress(kept).splitlines()
            if line.startswith(b"WARC-Record-ID: ")
        ]
        named = {
            line[20:]
            for line in gzip.decompress(kept).splitlines()
            if line.startswith(b"WARC-Concurrent-To: ")
        }
        assert named <= {line[16:] for line in ids}
    else:
        assert not whole
    assert not list(folder.glob("*.open"))


def test_zeros_of_a_power_loss_are_trimmed(tmp_path, sample):
    """Zeros behind the last record hold nothing and are cut off; zeros with something behind them
    are set aside.
    """
    left_open(tmp_path, sample[0] + b"\0" * 9000)
    (done,) = recover_open_files(tmp_path)
    assert (done.torn, done.torn_bytes) == (None, 9000)
    assert str(done) == f"{NAME}: closed with 10 records"
    assert state(tmp_path) == {NAME: sample[0]}
    other = tmp_path / "other"
    left_open(other, sample[0] + b"\0" * 9000 + b"x")
    (done,) = recover_open_files(other)
    assert done.torn is not None
    assert done.torn.name == f"{NAME}.torn-{len(sample[0])}"
    assert state(other) == {NAME: sample[0], done.torn.name: b"\0" * 9000 + b"x"}


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"\x1f\x8b\x08", b"garbage" * 10])
def test_a_file_without_a_record_is_not_closed_as_one(tmp_path, content):
    """Nothing readable gives no WARC; what there was is set aside."""
    left_open(tmp_path, content)
    (done,) = recover_open_files(tmp_path)
    assert (done.warc, done.records) == (None, 0)
    assert state(tmp_path) == ({f"{NAME}.torn-0": content} if content.strip(b"\0") else {})


def test_a_bad_checksum_is_torn_too(tmp_path, sample):
    """A last record whose bytes are all there but not right does not stay."""
    content = bytearray(sample[0])
    content[-6] ^= 1
    left_open(tmp_path, bytes(content))
    (done,) = recover_open_files(tmp_path)
    assert list(read_captures(tmp_path / NAME)) == sample[1][:2]
    assert done.torn is not None
    assert done.problem is not None
    assert "gzip" in done.problem


@settings(max_examples=60)
@given(st.data())
def test_a_bad_byte_anywhere_costs_one_record(tmp_path_factory, sample, data):
    """What is before and behind it keeps its place, the file is sound again for every reader, and
    the record's bytes are set aside.
    """
    content, made = sample
    place = data.draw(st.integers(0, made[-1].offset - 1))
    bad = bytearray(content)
    bad[place] ^= data.draw(st.integers(1, 255))
    folder = tmp_path_factory.mktemp("bad")
    left_open(folder, bytes(bad))
    (done,) = recover_open_files(folder)
    path = folder / NAME
    assert done.torn is None
    captures = [item for item in read_captures(path) if isinstance(item, Capture)]
    if not done.damaged:  # bits that no reader looks at
        assert (path.read_bytes(), done.is_whole) == (bytes(bad), True)
        return
    (lost,) = done.damaged
    assert lost.offset <= place < lost.end
    assert lost.torn is not None
    assert lost.torn.read_bytes() == bad[lost.offset : lost.end]
    assert f"{lost.end - lost.offset} damaged bytes" in str(done)
    now = path.read_bytes()
    assert now[: lost.offset] + now[lost.end :] == content[: lost.offset] + content[lost.end :]
    assert gzip.decompress(now)
    whole = [each.record_id for each in made if not lost.offset <= each.offset < lost.end]
    assert [each.record_id for each in captures] == whole
    assert len(whole) >= len(made) - 1
    with RecordLedger() as ledger:
        # The sample was made under another name.
        named = {finding.rule for finding in verify_warc(path, ledger)} - {"warcinfo-filename"}
        assert named == set()
        assert list(ledger.contradictions()) == []


@pytest.mark.parametrize("bad", [None, 2500])
@pytest.mark.parametrize("step", range(1, 16))
def test_recovery_that_is_killed_itself_is_harmless(tmp_path, sample, monkeypatch, step, bad):
    """Stopped before any of its steps, recovery run again ends in the same state, also where a
    byte before the torn tail is bad.
    """
    content = bytearray(sample[0][:-40])
    if bad:
        content[bad] ^= 1
    expected = tmp_path / "expected"
    left_open(expected, content)
    recover_open_files(expected)
    folder = tmp_path / "archive"
    left_open(folder, content)
    steps = 0

    class Killed(BaseException):
        pass

    def counted(name, owner):
        really = getattr(owner, name)

        def call(*args, **more):
            nonlocal steps
            steps += 1
            if steps == step:
                raise Killed
            return really(*args, **more)

        monkeypatch.setattr(owner, name, call)

    counted("fsync", os)
    for name in ("replace", "rename", "unlink", "open"):
        counted(name, Path)
    try:
        recover_open_files(folder)
    except Killed:
        monkeypatch.undo()
        recover_open_files(folder)
    monkeypatch.undo()
    left = state(folder)
    assert {name: data for name, data in left.items() if not name.endswith(".tmp")} == state(
        expected
    )


def test_a_finished_file_is_never_overwritten(tmp_path, sample):
    """Where a file of the final name is there already, recovery says so and touches neither."""
    left_open(tmp_path, sample[0])
    (tmp_path / NAME).write_bytes(b"somebody else's")
    with pytest.raises(StorageError, match="exists"):
        recover_open_files(tmp_path)
    assert state(tmp_path) == {NAME: b"somebody else's", NAME + ".open": sample[0]}


WRITE_FOR_EVER = """
import os, sys
from pathlib import Path
import warc_kit
from archive.warc.writer import WarcWriter
writer = WarcWriter(Path(sys.argv[1]), info=warc_kit.INFO)
n = 0
while True:
    body = os.urandom(200_000)
    answer = warc_kit.response(body, kind="image/png")
    made = warc_kit.exchange(f"http://news.example/{n}", answer, second=n)
    capture = writer.write_exchange(made, warc_kit.FACTS)
    print(capture.warc, capture.offset, flush=True)
    n += 1
"""


@pytest.mark.parametrize("wait", [0.0, 0.013, 0.031, 0.05])
def test_kill_minus_nine_loses_no_exchange_that_was_acknowledged(tmp_path, wait):
    """Killed while writing at full speed, the archive opens with every capture whose place was
    told.
    """
    command = [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path)]
    here = Path(__file__).parents[3]
    environment = os.environ | {"PYTHONPATH": f"{here}:{here / 'tests'}"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(5)]
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.stdout.close()
    process.wait()
    (done,) = recover_open_files(tmp_path)
    assert done.warc
    path = tmp_path / done.warc
    read = [item for item in read_captures(path) if isinstance(item, Capture)]
    assert len(read) == len(list(read_captures(path)))
    assert {line.strip() for line in told if line.endswith("\n")} <= {
        f"{one.warc} {one.offset}" for one in read
    }
    assert len(read_payload(tmp_path, read[-1]).entity) == 200_000
    assert subprocess.run(["gzip", "-t", str(path)], check=False).returncode == 0
