"""The strict reader gives every record of a WARC file as written, and a finding for each damage."""

from __future__ import annotations

from pathlib import Path

import malformed_warcs

from archive.verify.strict_reader import raw_records


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
