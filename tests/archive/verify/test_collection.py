"""`verify` finds every malformed record known to slip through, names it, and objects to nothing
that is good.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import foreign_files
import malformed_warcs as malformed
import pytest
import warc_kit

from archive.cdx.cdxj import CdxjFile
from archive.fixity.manifest import closed_files, state_fixity
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import Capture, CrawlSummary, PayloadKind, Reading
from archive.model.finding import Finding
from archive.verify.collection import verify_collection, verify_warc
from archive.verify.cross_record_rules import RecordLedger
from archive.verify.strict_reader import raw_records


def findings(path: Path) -> list[Finding]:
    """What there is to say of one file by itself."""
    with RecordLedger() as ledger:
        return [*verify_warc(path, ledger), *ledger.contradictions()]


def written(folder: Path, data: bytes, name: str = malformed.NAME) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("case", malformed.MALFORMED)
def test_each_malformed_file_is_found_and_its_record_named(case: str, tmp_path: Path):
    """The rule that the file breaks is named, with the record that breaks it and a place in the
    file.
    """
    data, rule, record_id = malformed.MALFORMED[case]
    found = findings(written(tmp_path, data))
    assert (rule, record_id) in [(finding.rule, finding.record_id) for finding in found]
    assert all(finding.offset is not None and 0 <= finding.offset <= len(data) for finding in found)


@pytest.mark.parametrize("case", malformed.GOOD)
def test_nothing_good_is_objected_to(case: str, tmp_path: Path):
    """Files that some validators refuse, and that the standard allows, are whole."""
    assert findings(written(tmp_path, malformed.GOOD[case])) == []


def test_the_habits_of_other_tools_are_not_held_against_imported_files(tmp_path: Path):
    """Brackets around addresses, digests over chunks, no warcinfo, empty members: known, harmless,
    imported.
    """
    bracketed = malformed.RESPONSE.replace(
        b"URI: http://127.0.0.1:8000/a", b"URI: <http://127.0.0.1:8000/a>"
    )
    chunks = malformed.response(
        malformed.CHUNKED,
        malformed.CHUNKED.partition(b"\r\n\r\n")[2],
        identifier=malformed.OTHER_ID,
    )
    upper = malformed.metadata().replace(b"Digest: sha1:", b"Digest: SHA-1:")
    data = malformed.packed(malformed.REQUEST, bracketed, chunks, upper) + malformed.member(b"")
    assert findings(written(tmp_path, data, "import-0123456789abcdef-wget.warc.gz")) == []
    assert findings(written(tmp_path, data)) != []


def test_a_revisit_of_wget_is_not_held_against_it(tmp_path: Path):
    """It states the digest of an empty block; of our own records, and of blocks that were changed,
    that is damage.
    """
    data = foreign_files.gz(foreign_files.wget_again())
    assert findings(written(tmp_path, data, "import-0123456789abcdef-wget.warc.gz")) == []
    assert "block-digest" in [finding.rule for finding in findings(written(tmp_path, data))]


def test_a_warc_made_of_an_arc_is_not_held_against_it(tmp_path: Path):
    """What converters do is harmless in imported files; a changed byte of such a record is found
    all the same.
    """
    records = foreign_files.from_arc()
    name = "import-0123456789abcdef-old.warc.gz"
    assert findings(written(tmp_path, foreign_files.gz(records), name)) == []
    for number in (1, 3):
        hurt = [*records]
        hurt[number] = (
            hurt[number].replace(b"192.0.2.9", b"192.0.2.8").replace(b"</article>", b"</articla>")
        )
        found = [
            finding.rule for finding in findings(written(tmp_path, foreign_files.gz(hurt), name))
        ]
        assert found == ["block-digest", "payload-digest"]


def test_damage_in_an_imported_file_is_found_all_the_same(tmp_path: Path):
    """Being somebody else's excuses no changed byte."""
    data = malformed.packed(malformed.REQUEST, malformed.RESPONSE.replace(b"hello", b"hullo"))
    found = findings(written(tmp_path, data, "import-0123456789abcdef-x.warc.gz"))
    assert [(finding.rule, finding.record_id) for finding in found] == [
        ("block-digest", malformed.RESPONSE_ID),
        ("payload-digest", malformed.RESPONSE_ID),
    ]


def test_a_large_block_does_not_stay_in_memory(tmp_path: Path):
    """A block of 64 MB is checked with a few MB of memory."""
    block = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(64 << 20)
    path = written(
        tmp_path,
        malformed.packed(malformed.INFO, malformed.REQUEST, malformed.response(block, block[19:])),
    )
    del block
    tracemalloc.start()
    try:
        assert findings(path) == []
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


# --------------------------------------------------------------------------------- files of our own


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that Warraq wrote: plain, gzipped and chunked bodies, a revisit, a failure of a
    server.
    """
    folder = tmp_path_factory.mktemp("ours")
    gzipped = malformed._GZIPPED
    with warc_kit.writer(folder) as writer:
        writer.write_exchange(warc_kit.exchange(), warc_kit.FACTS)
        writer.write_exchange(
            warc_kit.exchange(
                "http://news.example/2", warc_kit.response(gzipped, ("Content-Encoding", "gzip"))
            ),
            warc_kit.FACTS,
        )
        chunked = warc_kit.response(warc_kit.chunked(b"x" * 2000), ("Transfer-Encoding", "chunked"))
        writer.write_exchange(warc_kit.exchange("http://news.example/3", chunked), warc_kit.FACTS)
        writer.write_exchange(
            warc_kit.exchange(
                "http://news.example/4",
                warc_kit.response(status="503 Busy")[:-9],
                truncated="disconnect",
            ),
            warc_kit.FACTS,
        )
    return warc_kit.only_file(folder)


def test_what_warraq_writes_is_whole(ours: Path):
    """Nothing is objected to in a file of our own writer."""
    assert findings(ours) == []


def test_any_changed_byte_is_found(ours: Path, tmp_path: Path):
    """A byte turned over anywhere in a file of ours is found, and in the record that it lies in."""
    data = ours.read_bytes()
    starts = [record.offset for record in raw_records(ours)]
    rng = random.Random(20261122)  # noqa: S311
    places = sorted(
        {
            *starts,
            *(start + n for start in starts for n in range(1, 10)),
            *rng.sample(range(len(data)), 250),
        }
    )
    for place in places:
        found = findings(written(tmp_path, malformed.flipped(data, place), ours.name))
        at = max(start for start in starts if start <= place)
        assert at in [finding.offset for finding in found], place


def test_any_cut_within_a_record_is_found(ours: Path, tmp_path: Path):
    """A file that ends anywhere but behind an exchange is not whole."""
    data = ours.read_bytes()
    whole = {record.offset for record in raw_records(ours)} | {len(data)}
    for cut in random.Random(3).sample(range(1, len(data)), 120):  # noqa: S311
        assert cut in whole or findings(written(tmp_path, data[:cut], ours.name)), cut


# -------------------------------------------------------------------------------- whole collections


@pytest.fixture
def collection(tmp_path: Path) -> CollectionFolder:
    """A small collection whose WARC, CDXJ and index agree."""
    layout = CollectionFolder.create(tmp_path / "collection", '[collection]\nname = "x"\n')
    captures: list[Capture] = []
    with warc_kit.writer(layout.archive) as writer:
        captures.extend(
            writer.write_exchange(
                warc_kit.exchange(f"http://news.example/{number}", second=number), warc_kit.FACTS
            )
            for number in range(4)
        )
    cdxj = CdxjFile(layout.cdxj)
    for capture in captures:
        cdxj.add(capture)
    cdxj.close()
    with Index(layout.index_db) as index:
        index.apply_captures([(capture, Reading(kind=PayloadKind.OTHER)) for capture in captures])
    state_fixity(layout.fixity, layout.root, closed_files(layout.archive), now=warc_kit.START)
    return layout


def rules(layout: CollectionFolder) -> list[str]:
    return [finding.rule for finding in verify_collection(layout)]


def test_a_collection_that_agrees_with_itself_is_whole(collection: CollectionFolder):
    """WARC, CDXJ and index that say the same give no finding, and checking changes no file."""
    before = {path: path.read_bytes() for path in collection.root.rglob("*") if path.is_file()}
    assert list(verify_collection(collection)) == []
    assert {path: data for path in before if (data := path.read_bytes())} == {
        path: data for path, data in before.items() if data
    }


def edited_lines(
    edit: Callable[[list[bytes]], Iterable[bytes]],
) -> Callable[[CollectionFolder], None]:
    def change(layout: CollectionFolder) -> None:
        layout.cdxj.write_bytes(b"".join(edit(layout.cdxj.read_bytes().splitlines(keepends=True))))

    return change


def sql(statement: str) -> Callable[[CollectionFolder], None]:
    def change(layout: CollectionFolder) -> None:
        connection = sqlite3.connect(layout.index_db)
        with connection:
            connection.execute(statement)
        connection.close()

    return change


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (edited_lines(lambda lines: lines[1:]), "cdxj-missing"),
        (edited_lines(lambda lines: [lines[1], lines[0], *lines[2:]]), "cdxj-order"),
        (edited_lines(lambda lines: [lines[0], *lines]), "cdxj-repeated"),
        (
            edited_lines(
                lambda lines: [lines[0].replace(b'"offset": "', b'"offset": "1'), *lines[1:]]
            ),
            "cdxj-dangling",
        ),
        (
            edited_lines(lambda lines: [lines[0].replace(b'"200"', b'"404"'), *lines[1:]]),
            "cdxj-differs",
        ),
        (edited_lines(lambda lines: [lines[0].replace(b"{", b"[", 1), *lines[1:]]), "cdxj-line"),
        (lambda layout: layout.cdxj.unlink(), "cdxj-missing"),
        (sql("DELETE FROM captures WHERE url LIKE '%/2'"), "index-missing"),
        (sql("UPDATE captures SET offset = offset + 1 WHERE url LIKE '%/2'"), "index-dangling"),
        (sql("UPDATE captures SET length = length + 1 WHERE url LIKE '%/2'"), "index-differs"),
        (
            sql("UPDATE captures SET payload_digest = 'sha1:X' WHERE url LIKE '%/2'"),
            "index-differs",
        ),
        (lambda layout: layout.index_db.unlink(), "index-absent"),
        (lambda layout: layout.index_db.write_bytes(b"no database at all" * 1000), "index-damaged"),
        (lambda layout: layout.index_db.write_bytes(b""), "index-damaged"),
        (sql("PRAGMA application_id = 1"), "index-damaged"),
        (sql("PRAGMA user_version = 77"), "index-damaged"),
        (
            sql("INSERT INTO versions VALUES ('a', 'b', 1, '', '', 't', 'b', 'x', 'e')"),
            "index-text",
        ),
        (
            sql("INSERT INTO versions VALUES ('a', x'00ff', 1, '', '', x'00', x'00', 'x', 'e')"),
            "index-text",
        ),
        (
            sql("INSERT INTO versions VALUES ('a', 'b', 1, '', '', 't', 'b', 'x', 'e')"),
            "index-article",
        ),
        (sql("DELETE FROM articles_fts_data"), "index-search"),
        (lambda layout: shutil.rmtree(layout.fixity), "fixity-unstated"),
        (
            lambda layout: shutil.copy(
                next(layout.archive.iterdir()), layout.archive / "copy.warc.gz"
            ),
            "duplicate-id",
        ),
    ],
)
def test_projections_that_disagree_with_the_warcs_are_found(
    change: Callable[[CollectionFolder], None], rule: str, collection: CollectionFolder
):
    """Each way in which CDXJ or index can differ from the WARCs, or be broken, has its finding."""
    change(collection)
    assert rule in rules(collection)


def test_a_manifest_cut_back_with_its_chain_is_found(collection: CollectionFolder):
    """Manifest and chain of an earlier day agree with each other, and say nothing of the files that
    came since.
    """
    earlier = {path: path.read_bytes() for path in collection.fixity.iterdir()}
    with warc_kit.writer(
        collection.archive, clock=lambda: warc_kit.START + timedelta(days=1)
    ) as writer:
        writer.write_crawl(CrawlSummary(id="1", site="news", started=warc_kit.START))
    state_fixity(
        collection.fixity, collection.root, closed_files(collection.archive), now=warc_kit.START
    )
    assert not [rule for rule in rules(collection) if rule.startswith("fixity")]
    for path, data in earlier.items():
        path.write_bytes(data)
    named = [
        finding.file
        for finding in verify_collection(collection)
        if finding.rule == "fixity-unstated"
    ]
    assert named == [max(collection.archive.iterdir()).relative_to(collection.root).as_posix()]


def test_what_cannot_be_asked_is_not_read_again(collection: CollectionFolder):
    """An index that is damaged is a finding; nothing that needs a whole one is begun."""
    with sqlite3.connect(collection.index_db) as connection:
        connection.execute("PRAGMA application_id = 1")
    assert [
        finding.rule
        for finding in verify_collection(collection, reread=lambda _: pytest.fail("asked"))
    ] == ["index-damaged"]


@pytest.mark.parametrize("over", [False, True])
def test_a_crawl_that_begins_while_verify_reads_is_no_damage(
    over: bool, collection: CollectionFolder
):
    """What a crawl adds after the files were walked, be it still running or over, is not held
    against the collection.
    """
    (first,) = closed_files(collection.archive)
    walk = verify_collection(collection)
    first.write_bytes(
        malformed.flipped(first.read_bytes(), 700)
    )  # something to say, before the projections are asked
    said = [next(walk).rule]
    with collection.write_lock():
        with warc_kit.writer(
            collection.archive, clock=lambda: warc_kit.START + timedelta(days=1)
        ) as writer:
            capture = writer.write_exchange(
                warc_kit.exchange("http://news.example/late"), warc_kit.FACTS
            )
        with Index(collection.index_db) as index:
            index.apply_captures([(capture, Reading(kind=PayloadKind.OTHER))])
        said += [] if over else [finding.rule for finding in walk]
    said += [finding.rule for finding in walk]
    assert not {rule for rule in said if rule.startswith(("index", "cdxj"))}


@pytest.mark.parametrize("mask", [0x01, 0x10, 0x80])
def test_a_single_bit_is_found_by_fixity_and_its_record_named(
    mask: int, collection: CollectionFolder
):
    """Bits that gzip itself does not look at are covered by the manifest, and the record is named
    even so.
    """
    path = warc_kit.only_file(collection.archive)
    state_fixity(collection.fixity, collection.root, [path], now=warc_kit.START)
    data = path.read_bytes()
    records = [(record.offset, record.length) for record in raw_records(path)]
    for place in [
        start + length - 9 for start, length in records
    ]:  # the last byte of the deflate stream: partly padding
        path.write_bytes(data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :])
        found = list(verify_collection(collection))
        offset = max(start for start, _ in records if start <= place)
        assert "fixity" in [finding.rule for finding in found]
        assert offset in [finding.offset for finding in found if finding.file == path.name], (
            place,
            found,
        )


def test_an_imported_arc_file_is_checked_too(collection: CollectionFolder):
    """An ARC file's captures must be known to the projections, and damage in it is found."""
    head = (
        b"filedesc://x.arc 0.0.0.0 19970101000000 text/plain 76\n1 0 InternetArchive\n"
        b"URL IP-address Archive-date Content-type Archive-length\n\n"
    )
    message = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>old</p>"
    body = b"http://news.example/old 127.0.0.1 19970101000000 text/html %d\n%s\n" % (
        len(message),
        message,
    )
    path = collection.archive / "import-0123456789abcdef-x.arc.gz"
    path.write_bytes(malformed.packed(head, body))
    assert rules(collection) == ["cdxj-missing", "index-missing", "fixity-unstated"]
    path.write_bytes(malformed.packed(head, body)[:-12])
    assert "arc-record" in rules(collection)


def test_a_running_crawl_is_no_damage(collection: CollectionFolder):
    """While another process holds the lock, the file in progress and what follows from it is left
    alone.
    """
    (collection.archive / "half.warc.gz.open").write_bytes(b"\x1f\x8b\x08")
    assert rules(collection) == ["gzip-truncated"]
    with collection.write_lock():
        assert rules(collection) == []
