"""What records say of each other must hold across all files of the collection."""

from __future__ import annotations

from pathlib import Path

import malformed_warcs
import pytest

from archive.verify.cross_record_rules import RecordLedger
from archive.verify.header_rules import RecordOrigin
from archive.verify.strict_reader import raw_records


def filled(folder: Path, origin: RecordOrigin, *files: bytes) -> RecordLedger:
    """A ledger of the records of files called 0, 1, ..."""
    ledger = RecordLedger()
    for number, data in enumerate(files):
        path = folder / f"{number}.warc.gz"
        path.write_bytes(data)
        for record in raw_records(path):
            ledger.add(path.name, record, origin)
    return ledger


def rules(folder: Path, *files: bytes, origin: RecordOrigin = RecordOrigin.STANDARD) -> list[str]:
    with filled(folder, origin, *files) as ledger:
        return [f"{finding.file} {finding.rule}" for finding in ledger.contradictions()]


BASE, REVISIT = malformed_warcs.BASE, malformed_warcs.packed(malformed_warcs.revisit())


def test_a_revisit_may_refer_to_another_file(tmp_path: Path):
    """A revisit whose target is in the collection is right; without it it dangles, in files that
    were not imported.
    """
    assert rules(tmp_path, BASE, REVISIT) == []
    assert rules(tmp_path, REVISIT) == ["0.warc.gz revisit-dangling"]
    assert rules(tmp_path, REVISIT, origin=RecordOrigin.IMPORTED) == []


def test_an_id_is_used_once(tmp_path: Path):
    """The later of two records with one id is named; the very same record in an imported file is
    no contradiction.
    """
    response = malformed_warcs.packed(malformed_warcs.RESPONSE)
    assert rules(tmp_path, BASE, response) == ["1.warc.gz duplicate-id"]
    assert rules(tmp_path, BASE, response, origin=RecordOrigin.IMPORTED) == []


def test_a_revisit_has_the_payload_of_its_target(tmp_path: Path):
    """An identical-payload revisit with another digest than its target's is found."""
    other = malformed_warcs.packed(
        malformed_warcs.revisit().replace(
            malformed_warcs.sha1(b"hello").encode(), malformed_warcs.sha1(b"other").encode()
        )
    )
    assert rules(tmp_path, BASE, other) == ["1.warc.gz revisit-payload"]


def test_a_request_without_its_response_is_found(tmp_path: Path):
    """A request names what it was answered by; that must be there."""
    alone = malformed_warcs.packed(malformed_warcs.INFO, malformed_warcs.REQUEST)
    assert "0.warc.gz concurrent-missing" in rules(tmp_path, alone)


def test_captures_are_given_until_they_are_named(tmp_path: Path):
    """Every response is a capture; one that the CDXJ named is not given again, and a place is new
    only once.
    """
    with filled(tmp_path, RecordOrigin.STANDARD, BASE) as ledger:
        (capture,) = ledger.captures()
        assert (capture.url, capture.kind) == (malformed_warcs.URL, "response")
        assert ledger.record_at(capture.warc, capture.offset) == capture
        assert ledger.record_at(capture.warc, capture.offset + 1) is None
        assert list(ledger.lines_missing()) == [capture]
        assert ledger.mark_named(capture.warc, capture.offset)
        assert not ledger.mark_named(capture.warc, capture.offset)
        assert list(ledger.lines_missing()) == []


@pytest.mark.parametrize("kind", ["request", "metadata"])
def test_what_is_no_capture_is_in_no_index(kind: str, tmp_path: Path):
    """Requests and metadata are recorded for their references only."""
    data = {"request": malformed_warcs.REQUEST, "metadata": malformed_warcs.METADATA}[kind]
    with filled(tmp_path, RecordOrigin.STANDARD, malformed_warcs.packed(data)) as ledger:
        assert list(ledger.captures()) == []


def test_a_record_without_an_id_is_no_record_that_a_revisit_refers_to(tmp_path: Path):
    """Where a revisit names its original by address and date alone, other records that lack an id
    (a warcinfo, the original itself) are no contradiction.
    """
    by_address = malformed_warcs.revisit(
        ("WARC-Refers-To-Target-URI", malformed_warcs.URL),
        ("WARC-Refers-To-Date", malformed_warcs.DATE),
        refers=None,
    )
    nameless = [
        data.replace(f"WARC-Record-ID: {name}\r\n".encode(), b"", 1)
        for data, name in (
            (malformed_warcs.INFO, malformed_warcs.INFO_ID),
            (malformed_warcs.REQUEST, malformed_warcs.REQUEST_ID),
            (malformed_warcs.RESPONSE, malformed_warcs.RESPONSE_ID),
        )
    ]
    data = malformed_warcs.packed(*nameless, by_address)
    assert rules(tmp_path, data, origin=RecordOrigin.IMPORTED) == []


def test_of_records_with_one_id_a_revisit_means_the_one_with_a_payload(tmp_path: Path):
    """A warcinfo that has the id of a response is a repeated id, not a revisit without payload."""
    info = malformed_warcs.INFO.replace(
        malformed_warcs.INFO_ID.encode(), malformed_warcs.RESPONSE_ID.encode()
    )
    data = malformed_warcs.packed(
        info, malformed_warcs.REQUEST, malformed_warcs.RESPONSE, malformed_warcs.revisit()
    )
    assert rules(tmp_path, data) == ["0.warc.gz duplicate-id"]
