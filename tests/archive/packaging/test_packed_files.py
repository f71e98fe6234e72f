"""Files packed with Zstandard, LZ4, bzip2, xz and gzip: all that can be unpacked is, and what is
damaged is named.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable

import lz4.frame
import pytest

from archive.packaging.packed_files import GZIP, packing_of, unpack, without_packing

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Pack = Callable[[bytes], bytes]

RECORDS = [b"WARC/1.1\r\nX: %d\r\n\r\n" % n + bytes(range(256)) * (20 + n) for n in range(4)]
PACKS: dict[str, Pack] = {
    "zst": lambda data: zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1}),
    "lz4": lambda data: lz4.frame.compress(data, content_checksum=True),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "gz": gzip.compress,
}


def unpacked(data: bytes) -> tuple[bytes, list[str]]:
    target = io.BytesIO()
    problems = unpack(io.BytesIO(data), target, packing_of(data) or GZIP, lambda _: None)
    return target.getvalue(), problems


def damaged(data: bytes) -> bytes:
    middle = len(data) * 2 // 3
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_frames_and_whole_files(pack: Pack) -> None:
    """A frame for each record, or one for all: every byte comes out, and nothing is damaged."""
    frames = b"".join(map(pack, RECORDS))
    for data in (frames, pack(b"".join(RECORDS)), frames + bytes(64)):
        assert unpacked(data) == (b"".join(RECORDS), [])


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_a_damaged_frame_costs_itself(pack: Pack) -> None:
    """One bad byte in the frame of a record costs that record, which is named by its offset in the
    file; those behind it come out.
    """
    frames = list(map(pack, RECORDS))
    where = len(frames[0])
    frames[1] = damaged(frames[1])
    content, problems = unpacked(b"".join(frames))
    assert content == RECORDS[0] + RECORDS[2] + RECORDS[3]
    assert len(problems) == 1
    assert f"frame at byte {where} cannot be read" in problems[0]


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_a_torn_file(pack: Pack) -> None:
    """Of a file that ends inside a frame all before it is kept, and the frame named."""
    frames = list(map(pack, RECORDS))
    content, problems = unpacked(b"".join(frames)[:-20])
    assert content.startswith(b"".join(RECORDS[:3]))
    assert f"frame at byte {sum(map(len, frames[:3]))} cannot be read" in problems[0]
    assert "the file ends inside it" in problems[0]


def test_the_beginning_of_one_great_frame_is_kept() -> None:
    """Where no other frame follows, what came before the damage is kept, though bytes of it look
    like the start of a frame.
    """
    whole = b"WARC/1.1\r\n" + b"".join(b"%d " % (n * n) for n in range(400_000)) + GZIP.magic * 9
    data = gzip.compress(whole, 1)
    content, problems = unpacked(damaged(data))
    assert len(content) > len(whole) // 3
    assert whole.startswith(content[: len(whole) // 3])
    assert len(problems) == 1


def test_other_bytes_between_frames() -> None:
    """They are named; skippable frames and zeros are no damage."""
    first, second = (zstd.compress(record) for record in RECORDS[:2])
    skipped = b"\x53\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    assert unpacked(skipped + first + skipped + bytes(9) + second) == (b"".join(RECORDS[:2]), [])
    content, problems = unpacked(first + b"words" + second + b"more")
    assert content == b"".join(RECORDS[:2])
    assert [problem.split()[2] for problem in problems] == [
        str(len(first)),
        str(len(first + second) + 5),
    ]


@pytest.mark.parametrize("packed", [True, False])
def test_a_dictionary_at_the_beginning(packed: bool) -> None:
    """`.warc.zst` files as crawlers write them hold their dictionary, packed or not; a damaged one
    is named.
    """
    samples = [b"WARC/1.1\r\nWARC-Type: response %d\r\n" % n * 3 for n in range(2000)]
    known = zstd.train_dict(samples, 4000)
    dictionary = zstd.compress(known.dict_content) if packed else known.dict_content
    frames = b"".join(zstd.compress(record, zstd_dict=known) for record in RECORDS)
    head = b"\x5d\x2a\x4d\x18" + len(dictionary).to_bytes(4, "little")
    assert unpacked(head + dictionary + frames) == (b"".join(RECORDS), [])
    content, problems = unpacked(head + bytes(len(dictionary)) + frames)
    assert not content
    assert problems


def test_a_bomb_is_stopped() -> None:
    """What grows is asked about as it grows, and a refusal ends the work."""

    def check(size: int) -> None:
        if size > 1 << 20:
            raise KeyError(size)

    target = io.BytesIO()
    data = zstd.compress(bytes(64 << 20))
    packing = packing_of(data)
    assert packing is not None
    with pytest.raises(KeyError):
        unpack(io.BytesIO(data), target, packing, check)
    assert len(target.getvalue()) < 2 << 20


def test_names() -> None:
    """Only the packing goes from a name; gzip and what is not packed are others' business."""
    assert without_packing("a.warc.zst") == "a.warc"
    assert without_packing("a.WARC.BZ2") == "a.WARC"
    assert without_packing("a.warc.gz") == "a.warc.gz"
    assert packing_of(b"WARC/1.1") is None
    assert packing_of(gzip.compress(b"x")) is None
