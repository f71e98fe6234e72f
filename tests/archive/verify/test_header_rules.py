"""The table of header fields: what each record must have, may have, and how values are written."""

from __future__ import annotations

from pathlib import Path

import malformed_warcs
import pytest

from archive.verify.header_rules import RecordOrigin, check_fields
from archive.verify.strict_reader import raw_records


def rules(folder: Path, data: bytes, origin: RecordOrigin) -> list[str]:
    """The rules that the one record in `data` breaks."""
    path = folder / malformed_warcs.NAME
    path.write_bytes(malformed_warcs.member(data))
    return [
        finding.rule for record in raw_records(path) for finding in check_fields(record, origin)
    ]


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("WARC-Date", "field-missing"),
        ("WARC-Target-URI", "field-missing"),
        ("WARC-Payload-Digest", "promise"),
    ],
)
def test_a_missing_field_is_found(field: str, rule: str, tmp_path: Path):
    """A field that the standard asks for is missed in every file, one that only Warraq promises in
    files of ours.
    """
    data = malformed_warcs.response(drop=field)
    assert rule in rules(tmp_path, data, RecordOrigin.OURS)
    assert (rule in rules(tmp_path, data, RecordOrigin.STANDARD)) == (rule == "field-missing")


def test_a_record_by_the_standard_has_no_finding(tmp_path: Path):
    """A response, a request and a revisit as the standard has them break no rule."""
    for data in (malformed_warcs.RESPONSE, malformed_warcs.REQUEST, malformed_warcs.revisit()):
        assert rules(tmp_path, data, RecordOrigin.STANDARD) == []


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://me:secret@127.0.0.1/", "field-value:warc-target-uri"),
        ("http://127.0.0.1/a b", "field-value:warc-target-uri"),
    ],
)
def test_urls_of_other_tools_are_judged_less_strictly(url: str, rule: str, tmp_path: Path):
    """What is no URI by RFC 3986, or names a user, is objected to unless the file was imported."""
    data = malformed_warcs.response(url=url)
    assert rules(tmp_path, data, RecordOrigin.STANDARD) == [rule]
    assert rules(tmp_path, data, RecordOrigin.IMPORTED) == []


def test_a_field_on_the_wrong_type_or_twice_is_found(tmp_path: Path):
    """A field may stand on the types that the standard names, and once unless it may repeat."""
    profile = ("WARC-Profile", malformed_warcs.IDENTICAL)
    assert rules(tmp_path, malformed_warcs.request(profile), RecordOrigin.STANDARD) == [
        "field-forbidden"
    ]
    date = ("WARC-Date", malformed_warcs.DATE)
    assert rules(tmp_path, malformed_warcs.request(date), RecordOrigin.STANDARD) == [
        "field-repeated"
    ]
