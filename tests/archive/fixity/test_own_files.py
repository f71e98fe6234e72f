"""Which files a collection wrote itself: it follows from the file; damage takes nothing away."""

from __future__ import annotations

from pathlib import Path

import pytest
import warc_kit

from archive.fixity.manifest import ORIGIN, state_fixity
from archive.fixity.own_files import OwnFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection with one file that it wrote."""
    with warc_kit.writer(tmp_path / "archive") as writer:
        writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
    return tmp_path


def is_foreign(path: Path) -> bool:
    return OwnFiles(path.parents[1] / "fixity").is_foreign(path)


def state(root: Path) -> None:
    files = (root / "archive").iterdir()
    state_fixity(root / "fixity", root, files, now=warc_kit.START)


def test_what_it_wrote_is_its_own(root: Path) -> None:
    """Stated or not, and wherever the collection lies."""
    path = warc_kit.only_file(root / "archive")
    assert not is_foreign(path)
    state(root)
    assert not is_foreign(path)
    assert not is_foreign(root.rename(root.with_name("moved")) / "archive" / path.name)


def test_what_was_imported_is_not(root: Path) -> None:
    """By its name, its note, or what the chain says of its note; ARC files are none of ours."""
    path = warc_kit.only_file(root / "archive")
    note = path.with_name(path.name + ORIGIN)
    note.write_text("{}")
    assert is_foreign(path)
    state(root)
    note.unlink()
    assert is_foreign(path)
    assert is_foreign(path.rename(path.with_name("import-0-a.warc.gz")))
    assert is_foreign(path.with_name("a.arc.gz"))


@pytest.mark.parametrize(
    "block", [b"software: Wget/1.21\r\n", b"software: Warraqish/1\r\n", b"isPartOf: x\r\n", b""]
)
def test_files_of_other_tools_put_there_by_hand(root: Path, block: bytes) -> None:
    """A file whose first record names another tool, or that has none, is not believed, though the
    chain may state it.
    """
    kind = "warcinfo" if block else "metadata"
    path = root / "archive" / "warraq-20260101000000000-00000.warc"
    path.write_bytes(warc_kit.record(kind, block, ("WARC-Record-ID", "<urn:uuid:1>")))
    assert is_foreign(path)
    state(root)
    assert is_foreign(path)


def test_a_damaged_first_record(root: Path) -> None:
    """One bad byte at the start of a stated file does not make it another's, nor where there is no
    manifest at all; one that stands in no line of a manifest is not believed.
    """
    path = warc_kit.only_file(root / "archive")
    state(root)
    hurt = bytearray(path.read_bytes())
    hurt[40] ^= 0xFF
    path.write_bytes(hurt)
    assert not is_foreign(path)
    manifest = root / "fixity" / "manifest-sha256.txt"
    manifest.write_text(manifest.read_text().replace(path.name, "another.warc.gz"))
    assert is_foreign(path)
    manifest.unlink()
    assert not is_foreign(path)
