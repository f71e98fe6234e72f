"""Of a file in progress every whole exchange is kept, wherever bytes of it are bad."""

from __future__ import annotations

from pathlib import Path

import pytest
import warc_kit

from archive.warc.left_open.whole_exchanges import WholeExchanges, find_whole_exchanges
from archive.warc.record import Record
from archive.warc.record_reader import read_records


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Record]]:
    """The bytes of a file of four exchanges (three records each behind a warcinfo), and its
    records.
    """
    folder = tmp_path_factory.mktemp("written")
    with warc_kit.writer(folder) as writer:
        for second in range(4):
            url = f"http://news.example/{second}"
            writer.write_exchange(warc_kit.exchange(url, second=second), warc_kit.FACTS)
    path = warc_kit.only_file(folder)
    records = [each for each in read_records(path) if isinstance(each, Record)]
    assert len(records) == 13
    return path.read_bytes(), records


def found(folder: Path, written: tuple[bytes, list[Record]], *bad: int, cut: int = 13):
    """What is found where a byte in each of these records is bad and the file ends before record
    `cut`.
    """
    content, records = bytearray(written[0]), written[1]
    for number in bad:
        content[records[number].offset + 20] ^= 0xFF
        content[records[number].end - 6] ^= 0xFF
    path = folder / "a.warc.gz.open"
    path.write_bytes(content[: records[cut].offset] if cut < 13 else content)
    return find_whole_exchanges(path)


def places(whole: WholeExchanges) -> list[tuple[int, tuple[str, ...]]]:
    return [(gap.offset, gap.record_ids) for gap in whole.gaps]


@pytest.mark.parametrize("number", range(12))
def test_a_bad_record_is_the_only_one_lost(tmp_path: Path, written, number: int) -> None:
    """Whichever record before the last is bad: all others are kept, and the id of the lost one is
    known where another names it.
    """
    records = written[1]
    whole = found(tmp_path, written, number)
    named = {name for each in records for name in each.headers_all("WARC-Concurrent-To")}
    lost = records[number]
    ids = (lost.id,) if lost.id in named else ()
    assert places(whole) == [(lost.offset, ids)]
    assert whole.gaps[0].end == lost.end
    assert (whole.end, whole.records, whole.problem) == (len(written[0]), 12, None)
    assert whole.gaps[0].warcinfo_id == records[0].id


def test_a_bad_last_record_is_a_torn_tail(tmp_path: Path, written) -> None:
    """With nothing behind it, nobody knows that it was written whole: its request goes with it."""
    whole = found(tmp_path, written, 12)
    assert (whole.end, whole.records, whole.gaps) == (written[1][10].offset, 10, ())
    assert whole.problem is not None


@pytest.mark.parametrize("bad", [(3, 4), (3, 6), (4, 6, 7), (1, 2, 3), (3, 4, 5, 6)])
def test_several_bad_records(tmp_path: Path, written, bad: tuple[int, ...]) -> None:
    """Each has its id, also where two exchanges lost one each, side by side."""
    records = written[1]
    whole = found(tmp_path, written, *bad)
    known = {one for _, ids in places(whole) for one in ids}
    left = [each for number, each in enumerate(records) if number not in bad]
    named = {name for each in left for name in each.headers_all("WARC-Concurrent-To")}
    assert known == named - {each.id for each in left}
    gone = {place for gap in whole.gaps for place in range(gap.offset, gap.end)}
    assert gone == {
        place for number in bad for place in range(records[number].offset, records[number].end)
    }
    assert (whole.end, whole.records) == (len(written[0]), 13 - len(bad))


@pytest.mark.parametrize(("bad", "cut", "kept"), [(2, 11, 10), (9, 11, 10), (8, 12, 10), (2, 3, 1)])
def test_a_cut_behind_a_bad_record(tmp_path: Path, written, bad: int, cut: int, kept: int) -> None:
    """What a kill left of the last exchange is torn off, though a record before it is bad."""
    whole = found(tmp_path, written, bad, cut=cut)
    assert whole.end == written[1][kept].offset
    assert len(whole.gaps) == (bad < kept)


def test_a_hole_over_two_exchanges(tmp_path: Path, written) -> None:
    """Zeros where a power loss lost some blocks: the ids of both exchanges' lost records are known,
    and the records beside them are kept.
    """
    content, records = written
    start, end = records[3].offset, records[5].offset
    path = tmp_path / "a.warc.gz.open"
    path.write_bytes(content[:start] + b"\0" * (end - start) + content[end:])
    whole = find_whole_exchanges(path)
    (gap,) = whole.gaps
    assert (gap.offset, gap.end, len(gap.record_ids)) == (start, end, 2)
    assert set(gap.record_ids) == {records[3].id, records[4].id}
    assert (whole.end, whole.records) == (len(content), 11)
