"""Records out of damaged and hostile files."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
import warc_kit
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import DamagedRecordError
from archive.model import (
    Capture,
)
from archive.warc.capture_reader import (
    DamagedRecord,
    read_captures,
    read_record,
)
from archive.warc.record_reader import MAX_HEADER


def test_empty_gzip_members_are_passed_over(tmp_path):
    """An empty member between or behind records is no record and no damage."""
    path = tmp_path / "x.warc.gz"
    empty = gzip.compress(b"")
    path.write_bytes(empty + warc_kit.packed([warc_kit.foreign_response()]) + empty)
    assert [type(item) for item in read_captures(path)] == [Capture]


GOOD = [warc_kit.foreign_response(f"http://a.example/{number}") for number in range(3)]


BAD_RECORDS = {
    "negative length": warc_kit.foreign_response(length="-5"),
    "hex length": warc_kit.foreign_response(length="0x10"),
    "arabic digits": warc_kit.foreign_response(length="١٢"),
    "huge length": warc_kit.foreign_response(length="9" * 30),
    "length too long": warc_kit.foreign_response(length=str(len(warc_kit.FOREIGN_HTTP) + 40)),
    "length too short": warc_kit.foreign_response(length=str(len(warc_kit.FOREIGN_HTTP) - 4)),
    "no length": b"WARC/1.0\r\nWARC-Type: response\r\n\r\n\r\n\r\n",
    "two lengths": warc_kit.foreign_response("http://a.example/", ("Content-Length", "3")),
    "not warc": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "endless header": b"WARC/1.0\r\nX: " + b"a" * (MAX_HEADER + 10) + b"\r\n\r\n",
    "header cut": b"WARC/1.0\r\nWARC-Type: resp",
    "bad date": warc_kit.record(
        "response",
        warc_kit.FOREIGN_HTTP,
        ("WARC-Target-URI", "http://a/"),
        ("WARC-Date", "yesterday"),
    ),
    "two records": warc_kit.foreign_response() + warc_kit.foreign_response(),
}


@pytest.mark.parametrize("name", BAD_RECORDS)
def test_a_bad_record_is_named_and_the_others_read(tmp_path, name):
    """A record that breaks the rules is reported with its offset, and those before and after it are
    read.
    """
    members = [
        gzip.compress(one, mtime=0) for one in (GOOD[0], BAD_RECORDS[name], GOOD[1], GOOD[2])
    ]
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(members))
    one, damage, two, three = read_captures(path)
    assert isinstance(damage, DamagedRecord)
    assert (damage.warc, damage.offset) == ("x.warc.gz", len(members[0]))
    assert damage.problem
    assert [item.url for item in (one, two, three) if isinstance(item, Capture)] == [
        f"http://a.example/{number}" for number in range(3)
    ]


@pytest.mark.parametrize("name", ["length too long", "not warc", "negative length", "no length"])
def test_damage_in_a_plain_file_is_stepped_over(tmp_path, name):
    """Without gzip, too, reading goes on at the next record."""
    path = tmp_path / "x.warc"
    path.write_bytes(GOOD[0] + BAD_RECORDS[name] + b"\r\n" + GOOD[1] + GOOD[2])
    items = list(read_captures(path))
    assert any(isinstance(item, DamagedRecord) for item in items)
    urls = [item.url for item in items if isinstance(item, Capture)]
    assert urls[0] == "http://a.example/0"
    assert urls[-1] == "http://a.example/2"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    with warc_kit.writer(folder) as writer:
        written = [
            writer.write_exchange(warc_kit.exchange(second=n), warc_kit.FACTS) for n in range(4)
        ]
    return warc_kit.only_file(folder).read_bytes(), written


@settings(max_examples=150)
@given(st.data())
def test_one_flipped_byte_costs_at_most_its_own_exchange(tmp_path_factory, sample, data):
    """Whichever byte is changed, every exchange that does not hold it is read, and nothing
    raises.
    """
    content, written = sample
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("flip") / written[0].warc
    path.write_bytes(changed)
    read = [item.record_id for item in read_captures(path) if isinstance(item, Capture)]
    ends = [0, *(one.offset + one.length for one in written)]
    hurt = next((n for n in range(len(written)) if ends[n] <= place < ends[n + 1]), -1)
    assert set(read) >= {one.record_id for number, one in enumerate(written) if number != hurt}


@settings(max_examples=60)
@given(st.data())
def test_a_file_cut_anywhere_gives_all_that_is_whole(tmp_path_factory, sample, data):
    """Every exchange before the cut is read, and the cut record is named as damaged."""
    content, written = sample
    cut = data.draw(st.integers(1, len(content) - 1))
    path = tmp_path_factory.mktemp("cut") / written[0].warc
    path.write_bytes(content[:cut])
    items = list(read_captures(path))
    assert [item for item in items if isinstance(item, Capture)] == [
        one for one in written if one.offset + one.length <= cut
    ]


def test_zeros_of_a_power_loss_are_damage(tmp_path, sample):
    """A tail of zeros, which gzip -t does not notice, is named."""
    content, written = sample
    path = tmp_path / written[0].warc
    path.write_bytes(content + b"\0" * 4096)
    *whole, damage = read_captures(path)
    assert whole == written
    assert isinstance(damage, DamagedRecord)
    assert damage.offset == len(content)
    assert "zeros" in damage.problem


def test_a_bomb_is_passed_over_in_little_memory(tmp_path):
    """A member that expands to 100 MB, as a block or as a header, costs a few MB to read past."""
    block = warc_kit.FOREIGN_HTTP + b"\0" * 100_000_000
    bomb = warc_kit.foreign_response(
        "http://bomb.example/", ("WARC-Payload-Digest", "sha1:" + "A" * 32), block=block
    )
    path = tmp_path / "b.warc.gz"
    path.write_bytes(
        gzip.compress(bomb, 1)
        + gzip.compress(b"WARC/1.0\r\n" + b"a" * 20_000_000, 1)
        + gzip.compress(GOOD[0])
    )
    del bomb, block
    tracemalloc.start()
    items = list(read_captures(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(item) for item in items] == [Capture, DamagedRecord, Capture]
    assert peak < 10_000_000
    assert isinstance(items[0], Capture)
    with pytest.raises(DamagedRecordError, match="not read"):
        read_record(path, items[0].offset, most=10_000_000)
