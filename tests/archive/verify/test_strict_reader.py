"""The strict reader gives every record of a WARC file as written, and a finding for each damage."""

from __future__ import annotations

from pathlib import Path

import malformed_warcs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.cdx.cdxj import cdxj_line
from archive.model import Capture
from archive.verify.cross_record_rules import RecordLedger
from archive.verify.header_rules import RecordOrigin
from archive.verify.strict_reader import raw_records
from archive.warc.capture_reader import read_captures
from archive.warc.record import Record
from archive.warc.record_reader import read_records


def test_each_of_several_damaged_records_is_named_and_those_between_are_read(tmp_path: Path):
    """After damage the walk goes on at the next record, however many are damaged."""
    members = [malformed_warcs.member(malformed_warcs.INFO)]
    for number in range(9):
        identifier = f"<urn:uuid:00000000-0000-4000-8000-0000000001{number:02d}>"
        members.append(
            malformed_warcs.member(
                malformed_warcs.response(
                    identifier=identifier, url=f"{malformed_warcs.URL}{number}"
                )
            )
        )
    for number in (2, 5, 6):
        members[number] = malformed_warcs.flipped(members[number], len(members[number]) - 6)
    path = tmp_path / malformed_warcs.NAME
    path.write_bytes(b"".join(members))
    records = list(raw_records(path))
    damaged = [finding.record_id for record in records for finding in record.findings]
    assert damaged == [f"<urn:uuid:00000000-0000-4000-8000-0000000001{n:02d}>" for n in (1, 4, 5)]
    assert sum(1 for record in records if record.whole) == 7


def test_a_plain_file_is_read_record_by_record(tmp_path: Path):
    """Offsets and lengths lead to each record of a file that is not packed; fields are as
    written.
    """
    records = (malformed_warcs.INFO, malformed_warcs.REQUEST, malformed_warcs.RESPONSE)
    path = tmp_path / "case.warc.open"
    path.write_bytes(b"".join(records))
    read = list(raw_records(path))
    assert [record.offset for record in read] == [0, len(records[0]), len(records[0] + records[1])]
    assert [record.length + 4 for record in read] == [len(record) for record in records]
    assert [record.first("warc-record-id") for record in read] == [
        malformed_warcs.INFO_ID,
        malformed_warcs.REQUEST_ID,
        malformed_warcs.RESPONSE_ID,
    ]
    assert {record.file for record in read} == {"case.warc"}
    assert not [finding for record in read for finding in record.findings]


def test_a_piece_that_is_no_record_has_its_place(tmp_path: Path):
    """Bytes between two members are one finding with their offset, and both records are read."""
    first, second = (
        malformed_warcs.member(malformed_warcs.INFO),
        malformed_warcs.member(malformed_warcs.REQUEST),
    )
    path = tmp_path / malformed_warcs.NAME
    path.write_bytes(first + bytes(100) + second)
    info, gap, request = raw_records(path)
    assert (info.whole, request.whole) == (True, True)
    assert [(finding.rule, finding.offset) for finding in gap.findings] == [
        ("nul-bytes", len(first))
    ]
    assert gap.length == 100


def test_the_block_can_be_read_while_its_record_is_current(tmp_path: Path):
    """The block is positioned at its start and is as long as the header says."""
    path = tmp_path / malformed_warcs.NAME
    path.write_bytes(malformed_warcs.BASE)
    blocks = [record.block.read() for record in raw_records(path)]
    assert blocks[1:] == [malformed_warcs.HTTP_REQUEST, malformed_warcs.HTTP]


def disagreements(path: Path) -> list[str]:
    """In what the two readers of a file differ: the records, the captures, and their CDXJ lines."""
    with RecordLedger() as ledger:
        strict = []
        for record in raw_records(path):
            ledger.add(path.name, record, RecordOrigin.IMPORTED)
            if record.readable:
                place = (record.offset, record.length, record.block_length)
                strict.append((*place, record.version, record.fields))
        expected = {(row.offset, row.length, row.url, row.kind): row for row in ledger.captures()}
    read = [each for each in read_records(path) if isinstance(each, Record)]
    tolerant = [
        (each.offset, each.length, each.content_length, each.version, each.headers) for each in read
    ]
    found = {
        (each.offset, each.length, each.url, str(each.record_type)): each
        for each in read_captures(path)
        if isinstance(each, Capture)
    }
    told = [
        f"record {each!r}"
        for each in [*strict, *tolerant]
        if (each in strict) != (each in tolerant)
    ]
    told += [f"capture {place}" for place in set(expected) ^ set(found)]
    told += [
        f"line {row.cdxj}"
        for place, row in expected.items()
        if row.cdxj and place in found and cdxj_line(found[place]) != row.cdxj
    ]
    return told


@pytest.mark.parametrize("name", malformed_warcs.ALL)
def test_both_readers_of_a_file_agree(tmp_path: Path, name: str) -> None:
    """Whatever is wrong with a file: what `verify` says that CDXJ and index must have is what the
    reader that fills them gives, record for record.
    """
    path = tmp_path / malformed_warcs.NAME
    path.write_bytes(malformed_warcs.ALL[name])
    assert disagreements(path) == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_both_readers_agree_wherever_a_byte_is_changed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes changed, taken out, doubled or cut off, in packed files and in plain ones."""
    packed = data.draw(st.booleans())
    records = (
        malformed_warcs.INFO,
        malformed_warcs.REQUEST,
        malformed_warcs.RESPONSE,
        malformed_warcs.OTHER,
        malformed_warcs.METADATA,
    )
    content = malformed_warcs.packed(*records) if packed else b"".join(records)
    place = data.draw(st.integers(0, len(content) - 1))
    size = data.draw(st.integers(0, 40))
    new = data.draw(st.one_of(st.binary(max_size=4), st.just(content[place : place + size] * 2)))
    path = tmp_path_factory.mktemp("changed") / malformed_warcs.NAME
    path.write_bytes(content[:place] + new + content[place + size :])
    assert disagreements(path) == []
