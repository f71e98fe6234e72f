"""A collection is handed on and another takes it in."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import foreign_files
import pytest
import served_collection
from warcio.archiveiterator import ArchiveIterator

from archive.config import load_config
from archive.errors import UsageError
from archive.layout import CollectionFolder
from archive.query.filters import Filters
from archive.query.reader import IndexReader
from archive.verify.collection import verify_collection
from archive.warc.record import Record
from archive.warc.record_reader import read_records
from crawler.admin.import_export import export_bag, export_selection, export_wacz, import_files
from crawler.admin.withdraw import withdraw_article
from pipelines.ingest.catch_up import update_index


def test_what_is_exported_can_be_imported(tmp_path: Path) -> None:
    """The articles of a WACZ are those of the collection; a second import changes nothing."""
    layout = served_collection.make(tmp_path / "c")
    config = load_config(layout.config)
    target = tmp_path / "all.wacz"
    result = export_wacz(layout, config, target)
    assert result.amount == target.stat().st_size
    assert result.damaged == ()
    other = CollectionFolder.create(tmp_path / "d", served_collection.CONFIG)
    done = import_files(other, load_config(other.config), [target])
    again = import_files(other, load_config(other.config), [target])
    assert [file.known for file in done.files] == [False] * len(done.files)
    assert all(file.known for file in again.files)
    with IndexReader(layout.index_db) as ours, IndexReader(other.index_db) as theirs:
        wanted = ours.require_article(served_collection.PAGE)
        assert theirs.require_article(served_collection.PAGE)["id"] == wanted["id"]


def test_an_altered_file_is_named_in_a_bag(tmp_path: Path) -> None:
    """What is not as the fixity manifest states is copied, but not without a word."""
    layout = served_collection.make(tmp_path / "c")
    config = load_config(layout.config)
    warc = next(iter(sorted(layout.archive.glob("*.warc.gz"))))
    warc.write_bytes(warc.read_bytes() + b"\n")
    result = export_bag(layout, config, tmp_path / "bag")
    assert result.damaged == (f"archive/{warc.name}",)


def test_a_selection_of_nothing_is_refused(tmp_path: Path) -> None:
    """No empty package is written."""
    layout = served_collection.make(tmp_path / "c")
    target = tmp_path / "some.wacz"
    with pytest.raises(UsageError, match="nothing was written"):
        export_selection(layout, load_config(layout.config), target, Filters(), "غيرموجودة")
    assert not target.exists()


def test_a_bag_holds_the_files_that_the_configuration_includes(tmp_path: Path) -> None:
    """Or the collection in it would have lost its sites."""
    layout = served_collection.make(tmp_path / "c")
    (layout.root / "sites.d").mkdir()
    (layout.root / "sites.d" / "more.toml").write_text(
        "[sites.more]\nstart = 'https://x.example'\n"
    )
    text = layout.config.read_text("utf-8")
    layout.config.write_text(f'include = "sites.d/*.toml"\n{text}', "utf-8")
    export_bag(layout, load_config(layout.config), tmp_path / "bag")
    bagged = load_config(tmp_path / "bag" / "data" / "warraq.toml")
    assert bagged.site("more").start == ("https://x.example",)


def test_records_that_are_no_exchange_are_counted_and_stay_findable(tmp_path: Path) -> None:
    """DNS answers, screenshots and notes are counted by kind, found in the CDXJ, however it was
    made, and known to verify, which misses a line. What was made of a withdrawn page is hidden.
    """
    source = tmp_path / "odd.warc"
    source.write_bytes(b"".join([*foreign_files.warcprox(), *foreign_files.beside_pages()]))
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "x"\n')
    config = load_config(layout.config)

    def rules() -> set[str]:
        return {finding.rule for finding in verify_collection(layout)}

    counts = {
        "conversion of a page": 1,
        "metadata metadata:": 1,
        "resource urn:": 2,
        "response dns:": 1,
    }
    done = import_files(layout, config, [source])
    assert (done.summary()["other_records"], done.index_update.new) == (counts, 1)
    kept = layout.cdxj.read_bytes()
    for uri in (f"dns:{foreign_files.HOST}", "urn:view:http", "urn:text:http", "//x.example/log"):
        assert uri.encode() in kept
    assert rules() == set()
    assert import_files(layout, config, [source]).summary()["other_records"] == {}
    layout.cdxj.unlink()
    update_index(layout, config)
    assert layout.cdxj.read_bytes() == kept
    lines = kept.splitlines(keepends=True)
    layout.cdxj.write_bytes(b"".join(line for line in lines if b"dns:" not in line))
    assert rules() == {"cdxj-missing"}
    withdraw_article(layout, config, foreign_files.url(4), reason="x")
    layout.cdxj.unlink()
    update_index(layout, config)
    assert rules() == set()
    assert b"urn:view:" not in layout.cdxj.read_bytes()
    assert b"urn:text:" in layout.cdxj.read_bytes()
    layout.cdxj.write_bytes(b"".join(lines))
    assert rules() == {"cdxj-withdrawn"}
    update_index(layout, config)
    assert rules() == set()


@pytest.mark.parametrize("name", ["some.warc.gz", "Arabic خبر 1.warc.gz"])
def test_a_warc_of_a_query_stands_alone(tmp_path: Path, name: str) -> None:
    """It begins with a warcinfo record of its name, and holds the captures of what was found, with
    the requests and what revisits refer to: another collection reads the same article, and verify
    finds nothing. warcio reads it, too. A file that is there is not overwritten.
    """
    layout = served_collection.make(tmp_path / "c")
    target = tmp_path / name
    result = export_selection(layout, load_config(layout.config), target, Filters(), "ترميم السوق")
    assert (result.size, result.left_out) == (target.stat().st_size, 0)
    records = [record for record in read_records(target) if isinstance(record, Record)]
    assert records[0].type == "warcinfo"
    assert f"{records[0].header('WARC-Filename')}" == name
    kinds = Counter(record.type for record in records)
    assert kinds["revisit"] > 0
    assert kinds["request"] == kinds["response"] + kinds["revisit"]
    ids = {record.id for record in records}
    assert {record.header("WARC-Refers-To") for record in records if record.type == "revisit"} < ids
    other = CollectionFolder.create(tmp_path / "d", served_collection.CONFIG)
    import_files(other, load_config(other.config), [target])
    with IndexReader(layout.index_db) as ours, IndexReader(other.index_db) as theirs:
        wanted = ours.require_article(served_collection.PAGE)
        found = theirs.require_article(served_collection.PAGE)
        assert found["id"] == wanted["id"]
        assert theirs.versions(found["id"]) == ours.versions(wanted["id"])
    assert list(verify_collection(other)) == []
    with target.open("rb") as file:
        assert sum(1 for _ in ArchiveIterator(file)) == len(records)
    with pytest.raises(UsageError, match="exists"):
        export_selection(layout, load_config(layout.config), target, Filters(), "")
    assert {path.name for path in tmp_path.iterdir()} == {"c", "d", name}


def test_captures_of_arc_files_are_told(tmp_path: Path) -> None:
    """Their records cannot be copied into a WARC: what is left out is counted."""
    source = tmp_path / "old.arc.gz"
    source.write_bytes(foreign_files.gz(foreign_files.arc()))
    layout = CollectionFolder.create(tmp_path / "c", '[collection]\nname = "x"\n')
    config = load_config(layout.config)
    import_files(layout, config, [source])
    result = export_selection(layout, config, tmp_path / "x.warc.gz", Filters(), "")
    assert result.left_out == 2


_VALIDATE = """
import sys
from wacz.main import main
sys.exit(any([main(["validate", "-f", path]) for path in sys.argv[1:]]))
"""


def test_every_form_is_valid(tmp_path: Path) -> None:
    """`wacz validate` accepts the export of a collection, of a query, of what was imported again,
    and of a collection that holds nothing, whatever they are called.
    """
    layout = served_collection.make(tmp_path / "c")
    config = load_config(layout.config)
    targets = [tmp_path / f"{name}.wacz" for name in ("All", "a query", "ثانية", "empty")]
    export_wacz(layout, config, targets[0])
    export_selection(layout, config, targets[1], Filters(), "")
    export_selection(layout, config, tmp_path / "Part.warc.gz", Filters(), "")
    other = CollectionFolder.create(tmp_path / "d", '[collection]\nname = "مجموعة Ä"\n')
    import_files(other, load_config(other.config), [targets[0], tmp_path / "Part.warc.gz"])
    export_wacz(other, load_config(other.config), targets[2])
    empty = CollectionFolder.create(tmp_path / "e", '[collection]\nname = "x"\n')
    update_index(empty, load_config(empty.config))
    export_wacz(empty, load_config(empty.config), targets[3])
    command = [sys.executable, "-c", _VALIDATE, *map(str, targets)]  # one start of it for all
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Validation succeeded") == len(targets)
    assert "invalid" not in done.stdout
