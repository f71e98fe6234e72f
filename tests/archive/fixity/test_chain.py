"""The lines of the chain: each holds all before it."""

import hashlib
import json
from pathlib import Path

import fixity_kit

from archive.fixity.chain import ChainWriter, read_lines
from archive.fixity.merkle import GrowingTree, hash_leaf


def test_a_line_holds_all_before_it(tmp_path: Path) -> None:
    """`previous` is the digest of the line before, `history` the root over all of them."""
    for number in range(3):
        (tmp_path / "archive").mkdir(exist_ok=True)
        (tmp_path / "archive" / f"{number}.torn").write_bytes(b"x")
        fixity_kit.state(tmp_path)
    raw = list(read_lines(tmp_path / "fixity"))
    for number, line in enumerate(map(json.loads, raw)):
        before = hashlib.sha256(raw[number - 1]).hexdigest() if number else "0" * 64
        history = GrowingTree(map(hash_leaf, raw[:number])).compute_root().hex()
        assert (line["previous"], line["history"]) == (before, history)


def test_what_a_kill_cut_short_is_written_anew(tmp_path: Path) -> None:
    """An incomplete last line goes before the next is written, which follows the whole one."""
    folder = tmp_path / "fixity"
    writer = ChainWriter(folder, now=fixity_kit.NOW)
    writer.append({"manifest": "a"})
    (one,) = fixity_kit.lines(tmp_path)
    with (folder / "chain.jsonl").open("ab") as file:
        file.write(b'{"at":')
    ChainWriter(folder, now=fixity_kit.NOW).append({"manifest": "b"})
    assert fixity_kit.lines(tmp_path)[0] == one
    assert json.loads(fixity_kit.lines(tmp_path)[1])["previous"] == hashlib.sha256(one).hexdigest()
