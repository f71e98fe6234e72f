"""ARC files of both versions, packed and not, whole and damaged."""

from __future__ import annotations

from pathlib import Path

import foreign_files
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import DamagedRecordError
from archive.model import Capture
from archive.warc.arc import read_arc_records
from archive.warc.capture_reader import (
    DamagedRecord,
    read_captures,
    read_payload,
    read_record,
    record_bytes,
)
from archive.warc.record import Damage, Record


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("packed", [True, False])
def test_captures_of_an_arc(tmp_path: Path, version: int, packed: bool) -> None:
    """Each http record of an ARC is a capture with URL, time, status and digest, and its payload is
    found by offset.
    """
    path = tmp_path / ("old.arc.gz" if packed else "old.arc")
    parts = foreign_files.arc(version)
    path.write_bytes(foreign_files.gz(parts) if packed else b"".join(parts))
    found = [each for each in read_captures(path) if isinstance(each, Capture)]
    assert [each.url for each in found] == [
        foreign_files.url(1),
        foreign_files.url(2),
        f"http://{foreign_files.HOST}/old%20file.txt",
    ]
    assert [each.captured.strftime("%Y%m%d%H%M%S") for each in found] == [
        "20060102030401",
        "20060102030402",
        "20060102030405",
    ]
    assert [each.status for each in found] == [200, 200, None]
    assert str(found[0].payload_digest) == foreign_files.digest(foreign_files.page(1))
    for number, capture in enumerate(found[:2], 1):
        assert read_payload(tmp_path, capture).entity == foreign_files.page(number)
        raw = record_bytes(tmp_path, capture)
        assert raw.rstrip(b"\n") == parts[number + 1].rstrip(b"\n")
    assert read_payload(tmp_path, found[2]).entity == b"plain words"


@pytest.mark.parametrize("packed", [True, False])
def test_reading_goes_on_from_an_offset(tmp_path: Path, packed: bool) -> None:
    """Started behind a record, reading gives exactly the records after it, with the same ids."""
    path = tmp_path / ("old.arc.gz" if packed else "old.arc")
    path.write_bytes(
        foreign_files.gz(foreign_files.arc()) if packed else b"".join(foreign_files.arc())
    )
    every = [each for each in read_arc_records(path) if isinstance(each, Record)]
    assert len(every) == 5
    for number, one in enumerate(every):
        assert list(read_arc_records(path, start=one.end)) == every[number + 1 :]
    with pytest.raises(DamagedRecordError, match="offset 30"):
        read_record(path, 30)


@pytest.mark.parametrize("packed", [True, False])
def test_a_damaged_record_is_named_and_the_others_stay(tmp_path: Path, packed: bool) -> None:
    """A record whose length or bytes are wrong is named with its offset; those after it are
    read.
    """
    path = tmp_path / ("old.arc.gz" if packed else "old.arc")
    parts = foreign_files.arc()
    if packed:
        members = [foreign_files.gz([part]) for part in parts]
        members[2] = members[2][:200] + b"\x00\x01\x02" + members[2][203:]
        path.write_bytes(b"".join(members))
        offset = len(members[0]) + len(members[1])
    else:
        parts[2] = foreign_files.arc_record(
            foreign_files.url(1), foreign_files.answer(foreign_files.page(1)), length=100
        )
        path.write_bytes(b"".join(parts))
        offset = len(parts[0]) + len(parts[1])
    found = list(read_captures(path))
    assert [(each.warc, each.offset) for each in found if isinstance(each, DamagedRecord)] == [
        (path.name, offset)
    ]
    assert [each.url for each in found if isinstance(each, Capture)] == [
        foreign_files.url(2),
        f"http://{foreign_files.HOST}/old%20file.txt",
    ]


def test_a_cut_arc(tmp_path: Path) -> None:
    """Cut anywhere, an ARC gives its whole records and at most one damaged one, and nothing
    raises.
    """
    data = foreign_files.gz(foreign_files.arc())
    whole = len(data)
    for size in range(0, whole, 37):
        path = tmp_path / "cut.arc.gz"
        path.write_bytes(data[:size])
        found = list(read_arc_records(path))
        assert sum(isinstance(each, Damage) for each in found) <= 1
        assert all(each.end <= size for each in found)


@given(st.binary(max_size=300), st.integers(0, 5), st.booleans())
def test_anything_may_stand_in_an_arc(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int, packed: bool
) -> None:
    """Whatever bytes stand between records, reading ends, and no offset goes backwards."""
    parts = foreign_files.arc()
    pieces = [foreign_files.gz([part]) for part in parts] if packed else parts
    pieces.insert(min(place, len(pieces)), junk)
    path = tmp_path_factory.mktemp("arc") / ("x.arc.gz" if packed else "x.arc")
    path.write_bytes(b"".join(pieces))
    end = 0
    for each in read_arc_records(path):
        assert each.offset >= end
        assert each.end > each.offset
        end = each.end
