"""CDXJ and index against the records: each difference has its finding and says how to repair it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import recrawled_page
import warc_kit

from archive.cdx.cdxj import CdxjFile
from archive.index.writer import Index
from archive.model import Capture, PayloadKind, Reading
from archive.model.withdrawal import HiddenFromReplay
from archive.verify.cross_record_rules import RecordLedger
from archive.verify.header_rules import RecordOrigin
from archive.verify.index_rules import check_cdxj, check_index, read_hidden
from archive.verify.strict_reader import raw_records


@pytest.fixture
def captures(tmp_path: Path) -> list[Capture]:
    """Three captures written to a WARC file in `tmp_path`."""
    with warc_kit.writer(tmp_path) as writer:
        return [
            writer.write_exchange(
                warc_kit.exchange(f"http://news.example/{number}", second=number), warc_kit.FACTS
            )
            for number in range(3)
        ]


@pytest.fixture
def ledger(tmp_path: Path, captures: list[Capture]) -> Iterator[RecordLedger]:
    path = tmp_path / captures[0].warc
    with RecordLedger() as ledger:
        for record in raw_records(path):
            ledger.add(path.name, record, RecordOrigin.OURS)
        yield ledger


def write_cdxj(path: Path, captures: list[Capture]) -> None:
    cdxj = CdxjFile(path)
    for capture in captures:
        cdxj.add(capture)
    cdxj.close()


def test_a_capture_without_its_line_is_named(
    tmp_path: Path, captures: list[Capture], ledger: RecordLedger
):
    """The finding names the record that the CDXJ lacks, and the command that repairs it."""
    write_cdxj(tmp_path / "index.cdxj", captures[:2])
    (finding,) = check_cdxj(tmp_path / "index.cdxj", ledger)
    assert (finding.rule, finding.record_id) == ("cdxj-missing", captures[2].record_id)
    assert (finding.file, finding.offset) == (captures[2].warc, captures[2].offset)
    assert finding.detail.endswith("run: warraq index --rebuild")


def test_a_withdrawn_article_has_no_line(
    tmp_path: Path, captures: list[Capture], ledger: RecordLedger
):
    """A line for a capture of a withdrawn article is a finding; a missing one is as it should
    be.
    """
    write_cdxj(tmp_path / "index.cdxj", captures[:2])
    places = frozenset((capture.warc, capture.offset) for capture in captures[1:])
    hidden = HiddenFromReplay(places=places)
    (finding,) = check_cdxj(tmp_path / "index.cdxj", ledger, hidden)
    assert (finding.rule, finding.offset) == ("cdxj-withdrawn", captures[1].offset)


def test_rows_and_records_are_compared_both_ways(
    tmp_path: Path, captures: list[Capture], ledger: RecordLedger
):
    """A record without its row is found, and a row where no record begins."""
    moved = replace(captures[1], offset=captures[1].offset + 1)
    path = tmp_path / "index.db"
    with Index(path) as index:
        index.apply_captures(
            [(capture, Reading(kind=PayloadKind.OTHER)) for capture in (captures[0], moved)]
        )
    findings = list(check_index(path, ledger))
    assert [(finding.rule, finding.offset) for finding in findings] == [
        ("index-missing", captures[1].offset),
        ("index-dangling", moved.offset),
        ("index-missing", captures[2].offset),
    ]


def test_an_index_that_is_not_there_withdraws_nothing(tmp_path: Path, ledger: RecordLedger):
    """Without an index there are no withdrawals, and captures that wait for one are a finding."""
    path = tmp_path / "index.db"
    assert read_hidden(path) == HiddenFromReplay()
    assert [finding.rule for finding in check_index(path, ledger)] == ["index-absent"]
    path.write_bytes(b"no database at all" * 100)
    assert read_hidden(path) == HiddenFromReplay()
    assert [finding.rule for finding in check_index(path, ledger)] == ["index-damaged"]


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        (None, None),
        (("offset", "1"), "cdxj-differs"),
        (("digest", "sha1:X"), "cdxj-differs"),
        (("revisit.offset", "1"), "cdxj-dangling"),
        (("revisit.digest", "sha1:X"), "cdxj-differs"),
        (("revisit.length", None), "cdxj-differs"),
    ],
)
def test_a_line_that_leads_to_what_a_304_confirms(
    tmp_path: Path, changed: tuple[str, str | None] | None, rule: str | None
) -> None:
    """Where it leads, and which revisit it is of, must both be as the records say."""
    layout = recrawled_page.make(tmp_path / "c")
    lines = layout.cdxj.read_bytes().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if b"revisit.offset" in line)
    key, time, fields = lines[place].split(b" ", 2)
    said = json.loads(fields)
    if changed is not None:
        said[changed[0]] = changed[1]
    known = {name: value for name, value in said.items() if value is not None}
    lines[place] = b" ".join((key, time, json.dumps(known).encode() + b"\n"))
    (tmp_path / "index.cdxj").write_bytes(b"".join(lines))
    with RecordLedger() as ledger:
        for path in sorted(layout.archive.glob("*.warc.gz")):
            for record in raw_records(path):
                ledger.add(path.name, record, RecordOrigin.OURS)
        found = [finding.rule for finding in check_cdxj(tmp_path / "index.cdxj", ledger)]
    assert [each for each in found if each != "cdxj-missing"] == ([rule] if rule else [])
