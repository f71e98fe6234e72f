"""Files of other tools taken in: byte for byte, once, and never by a path that they name."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import foreign_files as made
import pytest
from warc_kit import record

from archive.errors import StorageError, UsageError
from archive.model import Capture, RecordType
from archive.packaging import foreign_streams
from archive.packaging.foreign_files import find_sources, import_file
from archive.packaging.foreign_streams import DamagedSourceError, Imported, Refused
from archive.warc.capture_reader import DamagedRecord, read_captures, read_payload

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


class Desk:
    """A place where files are taken in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "archive"
        self.archive.mkdir()
        self.known: dict[str, str] = {}

    def take(self, data: bytes, name: str) -> list[Imported]:
        """Take in one file of these bytes, all of it."""
        taken = self.take_some(data, name)
        assert not [each for each in taken if isinstance(each, Refused)]
        return [each for each in taken if isinstance(each, Imported)]

    def take_some(self, data: bytes, name: str) -> list[Imported | Refused]:
        """Take in what can be of one file of these bytes."""
        source = self.folder / name
        source.write_bytes(data)
        return import_file(self.archive, source, known=self.known, now=NOW)

    def kept(self, imported: Imported) -> bytes:
        """The bytes as they are kept."""
        return (self.archive / imported.name).read_bytes()

    def captures(self, imported: Imported) -> list[Capture]:
        """The captures in it, all of them whole."""
        found = list(read_captures(self.archive / imported.name))
        assert not [each for each in found if isinstance(each, DamagedRecord)]
        return [each for each in found if isinstance(each, Capture)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


TOOLS = {
    "wget": (made.wget, [1, 2]),
    "heritrix": (made.heritrix, [3, 3, 3]),
    "warcprox": (made.warcprox, [4]),
    "browsertrix": (made.browsertrix, [8]),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("packed", [True, False])
def test_every_tool(desk: Desk, tool: str, packed: bool) -> None:
    """A file of each tool is kept byte for byte with a note of its origin, and its captures and
    payloads are read.
    """
    parts, numbers = TOOLS[tool][0](), TOOLS[tool][1]
    data = made.gz(parts) if packed else b"".join(parts)
    (imported,) = desk.take(data, f"{tool}.warc" + (".gz" if packed else ""))
    assert desk.kept(imported) == data
    note = json.loads((desk.archive / f"{imported.name}.origin.json").read_text("utf-8"))
    sha256 = hashlib.sha256(data).hexdigest()
    assert (note["file"], note["sha256"], note["imported"]) == (
        f"{tool}.warc" + (".gz" if packed else ""),
        sha256,
        "2026-03-04T10:00:00Z",
    )
    found = desk.captures(imported)
    assert [each.url for each in found] == [made.url(number) for number in numbers]
    for number, capture in zip(numbers, found, strict=True):
        assert read_payload(desk.archive, capture).entity == made.page(number)
        assert capture.payload_digest is not None
    if tool == "heritrix":
        assert [each.record_type for each in found] == [
            RecordType.RESPONSE,
            RecordType.REVISIT,
            RecordType.REVISIT,
        ]
        assert {each.profile for each in found[1:]} == {"identical-payload-digest"}
        assert (found[0].facts.via, found[0].facts.hops) == (f"http://{made.HOST}/", 2)


def test_a_day_of_many_sites(desk: Desk) -> None:
    """A CC-NEWS file gives a capture for each site in it."""
    (imported,) = desk.take(made.gz(made.cc_news()), "CC-NEWS-20190506000000-00001.warc.gz")
    hosts = [each.url.split("/")[2] for each in desk.captures(imported)]
    assert hosts == ["one.example", "www.two.example", "three.example"]


def test_a_wacz_of_several_warcs(desk: Desk) -> None:
    """Each WARC of a WACZ is taken in, with the member it was; other members are not."""
    members = {
        "archive/a.warc.gz": made.gz(made.browsertrix()),
        "archive/b.warc.gz": made.gz(made.wget()),
    }
    taken = desk.take(
        made.wacz(members, also={"pages/pages.jsonl": b"{}\n", "logs/x.warc.gz": b"no"}),
        "crawl.wacz",
    )
    assert [desk.kept(each) for each in taken] == list(members.values())
    note = json.loads((desk.archive / f"{taken[1].name}.origin.json").read_text("utf-8"))
    assert (note["file"], note["member"]) == ("crawl.wacz", "archive/b.warc.gz")


@pytest.mark.parametrize("version", [1, 2])
def test_an_arc(desk: Desk, version: int) -> None:
    """An ARC is taken in as it is, whatever its name says."""
    (imported,) = desk.take(made.gz(made.arc(version)), "old-file")
    assert imported.name.endswith(".arc.gz")
    assert len(desk.captures(imported)) == 3


def test_the_same_file_twice(desk: Desk) -> None:
    """The same bytes under another name, alone or in a WACZ, are no change."""
    data = made.gz(made.wget())
    (first,) = desk.take(data, "one.warc.gz")
    before = {path.name: path.read_bytes() for path in desk.archive.iterdir()}
    (again,) = desk.take(data, "two.warc.gz")
    (packed,) = desk.take(made.wacz({"archive/three.warc.gz": data}), "x.wacz")
    assert (again.known, again.name, packed.known, packed.name) == (
        True,
        first.name,
        True,
        first.name,
    )
    assert {path.name: path.read_bytes() for path in desk.archive.iterdir()} == before


@pytest.mark.parametrize("kind", ["warc", "arc"])
def test_one_gzip_stream(desk: Desk, kind: str) -> None:
    """A file packed as a whole, whose records cannot be sought, is kept unpacked, and its note says
    so.
    """
    parts = made.wget() if kind == "warc" else made.arc()
    (imported,) = desk.take(made.gz_whole(parts), f"whole.{kind}.gz")
    assert imported.unpacked
    assert imported.name.endswith(f".{kind}")
    assert desk.kept(imported) == b"".join(parts)
    assert read_payload(desk.archive, desk.captures(imported)[0]).entity == made.page(1)
    assert (
        "unpacked"
        in json.loads((desk.archive / f"{imported.name}.origin.json").read_text("utf-8"))["change"]
    )
    (again,) = desk.take(made.gz_whole(parts), "again.gz")
    assert again.known


def test_one_gzip_stream_cut_off(desk: Desk) -> None:
    """Of one that ends early all that can be unpacked is kept, and the record cut is named by its
    offset.
    """
    data = made.gz_whole(made.wget())
    (imported,) = desk.take(data[:-60], "whole.warc.gz")
    assert b"".join(made.wget()).startswith(desk.kept(imported))
    found = list(read_captures(desk.archive / imported.name))
    assert isinstance(found[0], Capture)
    assert isinstance(found[-1], DamagedRecord)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "neither"),
        (b"<html>", "neither"),
        (b"PK\x03\x04 no zip", "zip"),
        (gzip.compress(b"words"), "neither"),
        (b"\x1f\x8b\x08\x00\xff\xff\xff\xff", "neither"),
        (made.wacz({"data/x.txt": b"x"}), "no WACZ"),
        (made.wacz({"archive/x.warc.gz": b"words"}), "neither"),
    ],
)
def test_what_is_no_archive(desk: Desk, data: bytes, says: str) -> None:
    """Anything else is refused in one line that names the file, and leaves nothing behind."""
    with pytest.raises(UsageError, match=says) as caught:
        desk.take(data, "file.bin")
    assert "\n" not in str(caught.value)
    assert list(desk.archive.iterdir()) == []


@pytest.mark.parametrize(("tool", "name"), [(made.wget, "hurt.warc.gz"), (made.arc, "hurt.arc.gz")])
@pytest.mark.parametrize("place", [0, 1, 3, 12, 40])
def test_a_damaged_beginning_costs_one_record(
    desk: Desk, tool: Callable[[], list[bytes]], name: str, place: int
) -> None:
    """Where the first bytes do not tell what a file is, its name does: the first record is named,
    the others are read.
    """
    data = bytearray(made.gz(tool()))
    data[place] ^= 0xFF
    (imported,) = desk.take(bytes(data), name)
    found = list(read_captures(desk.archive / imported.name))
    assert [each.offset for each in found if isinstance(each, DamagedRecord)] == [0]
    assert {made.url(1), made.url(2)} <= {each.url for each in found if isinstance(each, Capture)}


def test_an_empty_member_in_front(desk: Desk) -> None:
    """A file that begins with an empty gzip member is one all the same; a name alone makes no
    archive.
    """
    (imported,) = desk.take(gzip.compress(b"") + made.gz(made.wget()), "x.warc.gz")
    assert next(
        each.url
        for each in read_captures(desk.archive / imported.name)
        if isinstance(each, Capture)
    ) == made.url(1)
    with pytest.raises(UsageError, match="neither"):
        desk.take(gzip.compress(b"words"), "words.warc.gz")


def test_a_full_disk_leaves_neither_file_nor_note(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk refuses at the last step, nothing of the import stays behind."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StorageError, match="No space left"):
        desk.take(made.gz(made.wget()), "x.warc.gz")
    assert list(desk.archive.iterdir()) == []


def test_files_that_are_not_there(desk: Desk) -> None:
    """A missing file and a folder are wrong usage."""
    for source in (desk.folder / "nothing.warc", desk.folder):
        with pytest.raises(UsageError, match=r"no such file|cannot be read"):
            import_file(desk.archive, source, known={}, now=NOW)


def test_members_cannot_choose_their_place(desk: Desk) -> None:
    """Zip members that name a way out are not written there: nothing lies outside archive/
    afterwards.
    """
    data = made.gz(made.wget())
    evil = {
        "archive/../../escaped.warc.gz": data,
        "/archive/rooted.warc.gz": data,
        "archive/..\\..\\windows.warc.gz": data,
        "archive/\x01\u202e.warc.gz": made.gz(made.warcprox()),
    }
    before = set(desk.folder.rglob("*")) | {desk.folder / "x.wacz"}
    taken = desk.take(made.wacz(evil, digests=False), "x.wacz")
    fresh = set(desk.folder.rglob("*")) - before
    assert {path.parent for path in fresh} == {desk.archive}
    assert all(
        each.name.startswith("import-") and "/" not in each.name and ".." not in each.name
        for each in taken
    )


def test_a_changed_wacz(desk: Desk) -> None:
    """A WACZ whose members or description are not what their digests say is refused."""
    good = made.wacz({"archive/a.warc.gz": made.gz(made.wget())})
    with (
        zipfile.ZipFile(desk.folder / "bad.wacz", "w") as bad,
        zipfile.ZipFile(_saved(desk, good)) as package,
    ):
        for name in package.namelist():
            data = package.read(name)
            bad.writestr(
                name, data[:-1] + bytes([data[-1] ^ 1]) if name.endswith("warc.gz") else data
            )
    with pytest.raises(UsageError, match=r"not what datapackage\.json states"):
        import_file(desk.archive, desk.folder / "bad.wacz", known={}, now=NOW)
    with (
        zipfile.ZipFile(desk.folder / "worse.wacz", "w") as bad,
        zipfile.ZipFile(_saved(desk, good)) as package,
    ):
        for name in package.namelist():
            bad.writestr(name, package.read(name) + (b" " if name == "datapackage.json" else b""))
    with pytest.raises(UsageError, match="changed after it was written"):
        import_file(desk.archive, desk.folder / "worse.wacz", known={}, now=NOW)
    assert list(desk.archive.iterdir()) == []


@pytest.mark.parametrize("hurt", ["bytes", "digest", "words", "encrypted", "name"])
def test_a_bad_member_costs_itself(desk: Desk, hurt: str) -> None:
    """Of a WACZ with one damaged, changed or foreign member the others are taken in, and it is
    named.
    """
    good = {f"archive/{n}.warc.gz": made.gz(made.browsertrix()[:n]) for n in (2, 3, 4)}
    bad = "archive/3.warc.gz"
    members = good | ({bad: b"words"} if hurt == "words" else {})
    data = bytearray(made.wacz(members))
    where = data.find(members[bad])
    if hurt == "bytes":
        data[where + 30] ^= 8
    elif hurt == "digest":
        listed = [{"path": bad, "hash": "sha256:" + "0" * 64}]
        also = {"datapackage.json": json.dumps({"resources": listed}).encode()}
        data = bytearray(made.wacz(members, also=also, digests=False))
    elif hurt == "encrypted":
        for at, sign, flags in ((data.find, b"PK\x03\x04", 6), (data.rfind, b"PK\x01\x02", 8)):
            data[data.rfind(sign, 0, at(bad.encode())) + flags] |= 1
    elif hurt == "name":
        data[data.find(bad.encode())] ^= 8  # the two places where a zip names it differ
    taken = desk.take_some(bytes(data), "x.wacz")
    kept = [desk.kept(each) for each in taken if isinstance(each, Imported)]
    assert kept == [good["archive/2.warc.gz"], good["archive/4.warc.gz"]]
    (refused,) = (each for each in taken if isinstance(each, Refused))
    assert "3.warc.gz" in refused.problem
    assert "x.wacz" in refused.problem
    assert refused.damaged == (hurt in {"bytes", "digest", "name"})
    assert len(list(desk.archive.iterdir())) == 4


def _saved(desk: Desk, data: bytes) -> Path:
    path = desk.folder / "good.zip"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("hurt", ["bytes", "json"])
def test_a_bad_description_costs_itself(desk: Desk, hurt: str) -> None:
    """Where datapackage.json cannot be read the WARC files are taken in, and it is named."""
    also = {
        "datapackage.json": b'{"resources": [' + b" " * 50 + (b"]}" if hurt == "bytes" else b"")
    }
    data = bytearray(
        made.wacz({"archive/a.warc.gz": made.gz(made.wget())}, also=also, digests=False)
    )
    if hurt == "bytes":
        data[data.find(b" " * 50) + 9] ^= 8
    refused, taken = desk.take_some(bytes(data), "x.wacz")
    assert isinstance(taken, Imported)
    assert isinstance(refused, Refused)
    assert refused.damaged
    assert "datapackage.json" in refused.problem


def test_a_torn_wacz_is_damaged(desk: Desk) -> None:
    """A zip file without its end is named as damaged, and leaves nothing behind."""
    data = made.wacz({"archive/a.warc.gz": made.gz(made.wget())})
    with pytest.raises(DamagedSourceError, match="damaged zip file"):
        desk.take(data[:-50], "x.wacz")
    assert list(desk.archive.iterdir()) == []


def test_files_folders_and_wildcards(tmp_path: Path) -> None:
    """A folder means the web archives in it and below, by name or by their first bytes; a name with
    wildcards that no file has, those that fit it. Each file comes once, in order of names.
    """
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "a" / "notes.txt").write_text("words")
    (tmp_path / "a" / "unnamed").write_bytes(made.gz(made.wget()))
    for name in ("2.warc.zst", "1.WARC.GZ", "3.wacz"):
        (below / name).write_bytes(b"")
    (tmp_path / "[x].warc").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    meant = ["a/unnamed", "a/b/1.WARC.GZ", "a/b/2.warc.zst", "a/b/3.wacz"]
    found = list(find_sources([tmp_path / "a", below / "3.wacz", tmp_path / "*" / "*" / "*.wacz"]))
    assert found == [tmp_path / name for name in meant]
    assert list(find_sources([tmp_path / "**" / "*.zst"])) == [below / "2.warc.zst"]
    assert list(find_sources([tmp_path / "[x].warc"])) == [tmp_path / "[x].warc"]
    assert list(find_sources([tmp_path / "none"])) == [tmp_path / "none"]
    for nothing in (tmp_path / "empty", tmp_path / "*.wacz"):
        (refused,) = find_sources([nothing])
        assert isinstance(refused, Refused)
        assert str(nothing) in refused.problem


def test_bombs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to far more than it is, is refused before the disk is full, and nothing of it
    stays.
    """
    monkeypatch.setattr(foreign_streams, "_SMALL", 1 << 20)
    bomb = gzip.compress(record("warcinfo") + record("resource", bytes(8 << 20)))
    with pytest.raises(UsageError, match="unpacks to more than"):
        desk.take(bomb, "bomb.warc.gz")
    source = desk.folder / "bomb.wacz"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("archive/x.warc", record("resource", bytes(8 << 20)))
    with pytest.raises(UsageError, match="unpacks to more than"):
        import_file(desk.archive, source, known={}, now=NOW)
    assert list(desk.archive.iterdir()) == []


def test_addresses_that_are_files(desk: Desk) -> None:
    """Target URIs of files, of ways up and without a host are no captures."""
    base = (
        ("WARC-Date", "2019-05-06T10:00:00Z"),
        ("Content-Type", "application/http;msgtype=response"),
    )
    uris = (
        "file:///etc/passwd",
        "../../etc/passwd",
        "javascript:alert(1)",
        "urn:x:y",
        "/etc/passwd",
    )
    data = b"".join(
        record("response", made.answer(b"x"), ("WARC-Target-URI", uri), *base) for uri in uris
    )
    (imported,) = desk.take(data, "odd.warc")
    assert desk.captures(imported) == []


def test_damage_is_named_and_the_rest_read(desk: Desk) -> None:
    """A record damaged inside a file does not keep those after it from being read."""
    members = [made.gz([part]) for part in made.wget()]
    where = sum(map(len, members[:2]))
    members[2] = members[2][:300] + bytes([members[2][300] ^ 0xFF]) + members[2][301:]
    (imported,) = desk.take(b"".join(members), "hurt.warc.gz")
    found = list(read_captures(desk.archive / imported.name))
    assert [each.offset for each in found if isinstance(each, DamagedRecord)] == [where]
    assert [each.url for each in found if isinstance(each, Capture)] == [made.url(2)]
