"""A record's block against its header: digests, HTTP framing, and who made the file."""

from __future__ import annotations

from pathlib import Path

import malformed_warcs
import pytest

from archive.verify.block_rules import check_block, software_of
from archive.verify.header_rules import RecordOrigin
from archive.verify.strict_reader import raw_records


def rules(folder: Path, data: bytes, origin: RecordOrigin = RecordOrigin.OURS) -> list[str]:
    """The rules that the block of the one record in `data` breaks."""
    path = folder / malformed_warcs.NAME
    path.write_bytes(malformed_warcs.member(data))
    return [finding.rule for record in raw_records(path) for finding in check_block(record, origin)]


def test_a_changed_payload_is_found_by_both_digests(tmp_path: Path):
    """A letter of the payload turned over agrees with neither digest."""
    data = malformed_warcs.RESPONSE.replace(b"hello", b"hullo")
    assert rules(tmp_path, malformed_warcs.RESPONSE) == []
    assert rules(tmp_path, data) == ["block-digest", "payload-digest"]


def test_the_payload_digest_is_over_the_entity(tmp_path: Path):
    """The digest is over the body without its chunks; over the chunks it is wrong, save in an
    imported file.
    """
    chunks = malformed_warcs.CHUNKED.partition(b"\r\n\r\n")[2]
    right = malformed_warcs.response(malformed_warcs.CHUNKED, b"hello")
    wrong = malformed_warcs.response(malformed_warcs.CHUNKED, chunks)
    assert rules(tmp_path, right) == []
    assert rules(tmp_path, wrong) == ["payload-digest"]
    assert rules(tmp_path, wrong, RecordOrigin.IMPORTED) == []


@pytest.mark.parametrize(("body", "rule"), [(b"hell", "http-short"), (b"hello!", "http-excess")])
def test_content_length_is_compared_with_the_body(body: bytes, rule: str, tmp_path: Path):
    """In files of ours the body is as long as its Content-Length, unless the record says it was
    cut.
    """
    block = malformed_warcs.HTTP.replace(b"hello", body)
    assert rules(tmp_path, malformed_warcs.response(block, body)) == [rule]
    cut = malformed_warcs.response(block, body, ("WARC-Truncated", "disconnect"))
    assert rules(tmp_path, cut) == []


def test_the_software_of_a_file_is_what_its_warcinfo_names(tmp_path: Path):
    """The field `software` in any case, or nothing where there is none."""
    path = tmp_path / malformed_warcs.NAME
    path.write_bytes(
        malformed_warcs.packed(
            malformed_warcs.info(block=b"Software: Warraq 1\r\n"),
            malformed_warcs.info(block=b"format: WARC\r\n"),
        )
    )
    assert [software_of(record) for record in raw_records(path)] == ["Warraq 1", ""]
