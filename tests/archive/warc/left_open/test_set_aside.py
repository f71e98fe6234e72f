"""What is set aside is kept to the byte, listed, and named in the WARC where it was."""

from __future__ import annotations

import gzip
from pathlib import Path

import warc_kit

from archive.warc.left_open.set_aside import list_set_aside, replace_gap, set_bytes_aside
from archive.warc.left_open.whole_exchanges import Gap, find_whole_exchanges
from archive.warc.record import Record
from archive.warc.record_reader import read_records

WARC = "a.warc.gz"
IDS = ("<urn:uuid:00000000-0000-4000-8000-000000000001>", "<urn:x:2>")
BAD = bytes(range(256)) * 6


def gap(size: int, *ids: str, offset: int = 100) -> Gap:
    return Gap(
        offset=offset,
        end=offset + size,
        problem="gzip data is damaged",
        record_ids=ids,
        date="2026-11-22T10:00:00Z",
        warcinfo_id="<urn:x:info>",
    )


def in_progress(folder: Path) -> Path:
    path = folder / f"{WARC}.open"
    path.write_bytes(b"#" * 100 + BAD + b"#" * 50)
    return path


def test_a_stretch_of_a_file_is_copied_to_the_byte(tmp_path: Path) -> None:
    """From the first byte to the one before the last named, into a file named after the place."""
    torn = set_bytes_aside(in_progress(tmp_path), 100, 100 + len(BAD))
    assert (torn.name, torn.read_bytes()) == (f"{WARC}.torn-100", BAD)


def test_records_of_the_same_length_stand_in_its_place(tmp_path: Path) -> None:
    """Each lost record that is known has one with its id, which names the file; the bytes around
    stay.
    """
    path = in_progress(tmp_path)
    torn = replace_gap(path, gap(len(BAD), *IDS))
    assert torn is not None
    assert torn.read_bytes() == BAD
    data = path.read_bytes()
    assert (data[:100], data[100 + len(BAD) :]) == (b"#" * 100, b"#" * 50)
    (tmp_path / "inside.warc.gz").write_bytes(data[100 : 100 + len(BAD)])
    records = list(read_records(tmp_path / "inside.warc.gz"))
    assert all(isinstance(each, Record) for each in records)
    assert [(each.type, each.id) for each in records if isinstance(each, Record)] == [
        ("metadata", IDS[0]),
        ("metadata", IDS[1]),
    ]
    assert torn.name in gzip.decompress(data[100 : 100 + len(BAD)]).decode()


def test_the_exchange_around_a_lost_record_stays_one(tmp_path: Path) -> None:
    """Read once more, after a kill, the file is whole to its end: the record that stands in for a
    lost one belongs to the exchange around it.
    """
    with warc_kit.writer(tmp_path) as writer:
        writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    path = warc_kit.only_file(tmp_path)
    places = [(each.offset, each.end) for each in read_records(path)]
    content = path.read_bytes()
    for offset, end in places[:-1]:
        path.write_bytes(content[:offset] + b"#" * (end - offset) + content[end:])
        for each in find_whole_exchanges(path).gaps:
            assert replace_gap(path, each) is not None
            (path.with_name(f"{path.name}.torn-{offset}")).unlink()
        again = find_whole_exchanges(path)
        assert (again.end, again.records, again.gaps) == (len(content), len(places), ())


def test_again_after_a_kill_the_first_copy_stays(tmp_path: Path) -> None:
    """Half of the place may have been written already; what was set aside is not that."""
    path = in_progress(tmp_path)
    set_bytes_aside(path, 100, 100 + len(BAD))
    path.write_bytes(b"#" * 100 + b"\x1f\x8b" + BAD[2:] + b"#" * 50)
    torn = replace_gap(path, gap(len(BAD)))
    assert torn is not None
    assert torn.read_bytes() == BAD


def test_a_stretch_too_short_for_a_record_stays(tmp_path: Path) -> None:
    """Nothing is changed and nothing is set aside: `verify` names it as in any file."""
    path = in_progress(tmp_path)
    before = path.read_bytes()
    assert replace_gap(path, gap(40)) is None
    assert path.read_bytes() == before
    assert list_set_aside(tmp_path) == []


def test_the_list_tells_damage_from_torn_tails(tmp_path: Path) -> None:
    """By whether the WARC goes on behind the place."""
    path = in_progress(tmp_path)
    set_bytes_aside(path, 100, 120)
    set_bytes_aside(path, 500, 510)
    (tmp_path / WARC).write_bytes(b"#" * 500)
    (tmp_path / "notes.torn-off").write_bytes(b"")
    listed = list_set_aside(tmp_path)
    assert [each.row() for each in listed] == [
        {"file": f"{WARC}.torn-{offset}", "warc": WARC, "offset": offset, "size": size}
        | {"is_damage": offset == 100}
        for offset, size in ((100, 20), (500, 10))
    ]
    assert [each.path.name in str(each) for each in listed] == [True, True]
