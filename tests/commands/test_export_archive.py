"""export of captures: WACZ that other validators accept, and bags."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from loopback_site.server import Site, say
from loopback_site.small_paper import article, paper

Run = Callable[..., "subprocess.CompletedProcess[str]"]
TOOLS = Path(sys.executable).parent


def validated(wacz: Path) -> int:
    """What `wacz validate` ends with."""
    command = [TOOLS / "wacz", "validate", "-f", wacz]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


def articles(folder: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(folder / "index.db")
    try:
        return connection.execute("SELECT url, title FROM articles ORDER BY url").fetchall()
    finally:
        connection.close()


def test_a_wacz_of_everything(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """`wacz validate` accepts the WACZ; its WARCs are the collection's, stored; each article is a
    page.
    """
    target = tmp_path / "all.wacz"
    assert warraq("-C", crawled, "export", "--to", target).returncode == 0
    assert validated(target) == 0
    with zipfile.ZipFile(target) as package:
        for warc in (crawled / "archive").glob("*.warc.gz"):
            assert package.read(f"archive/{warc.name}") == warc.read_bytes()
            assert package.getinfo(f"archive/{warc.name}").compress_type == zipfile.ZIP_STORED
        pages = [
            json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()[1:]
        ]
    assert {page["title"] for page in pages} == {title for _, title in articles(crawled)}
    assert warraq("-C", crawled, "export", "--to", target).returncode == 2  # nothing is overwritten


def test_each_version_is_a_page_with_its_text(warraq: Run, tmp_path: Path) -> None:
    """What was said before an edit is found in the WACZ's pages as what is said now, each at the
    time it was captured.
    """
    with Site(paper(2)) as site:
        (tmp_path / "warraq.toml").write_text(
            f'[collection]\nname = "n"\n[sites.paper]\nstart = "{site.url}/"\ndelay = 0\n'
        )
        assert warraq("-C", tmp_path, "-q", "crawl").returncode == 0
        site.routes["/news/0"] = say(article("/news/0").replace("<p>", "<p>Corrected: ", 1))
        assert warraq("-C", tmp_path, "-q", "crawl", "--force").returncode == 0
    assert warraq("-C", tmp_path, "export", "--to", tmp_path / "x.wacz").returncode == 0
    with zipfile.ZipFile(tmp_path / "x.wacz") as package:
        lines = package.read("pages/pages.jsonl").decode().splitlines()[1:]
    pages = [page for page in map(json.loads, lines) if page["url"].endswith("/news/0")]
    assert ["Corrected:" in page["text"] for page in pages] == [False, True]
    assert len(lines) == 3
    assert all(json.loads(line)["text"] for line in lines)


@pytest.mark.parametrize(
    "member", ["archive/", "indexes/index.cdx.gz", "pages/pages.jsonl", "datapackage.json"]
)
def test_one_altered_byte(warraq: Run, crawled: Path, tmp_path: Path, member: str) -> None:
    """One altered byte in any member is refused by `wacz validate`; `import` tells of a damaged
    WARC, and refuses the whole where what it states of itself is not to be believed.
    """
    target, altered = tmp_path / "all.wacz", tmp_path / "altered.wacz"
    assert warraq("-C", crawled, "export", "--to", target).returncode == 0
    with zipfile.ZipFile(target) as package, zipfile.ZipFile(altered, "w") as other:
        for info in package.infolist():
            data = bytearray(package.read(info))
            if info.filename.startswith(member):
                data[len(data) // 2] ^= 1
            other.writestr(info, bytes(data))
    assert validated(altered) != 0
    if member in {"archive/", "datapackage.json"}:
        warraq("init", tmp_path / "other")
        done = warraq("-C", tmp_path / "other", "import", altered)
        assert done.returncode == (4 if member == "archive/" else 2)
        assert not list((tmp_path / "other" / "archive").glob("*.warc.gz"))


def test_a_wacz_of_some(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """Of some articles a WACZ holds their records byte for byte, in a WARC that every checker
    accepts.
    """
    target = tmp_path / "some.wacz"
    done = warraq("-C", crawled, "export", "مخطوطات", "--to", target)
    assert done.returncode == 0, done.stderr
    assert validated(target) == 0
    with zipfile.ZipFile(target) as package:
        pages = [
            json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()[1:]
        ]
        (name,) = [name for name in package.namelist() if name.startswith("archive/")]
        warc = Path(package.extract(name, tmp_path))
    assert sorted(page["url"].rsplit("/", 1)[1] for page in pages) == ["1001", "3001"]
    checked = subprocess.run(
        [TOOLS / "warcio", "check", warc], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    from archive.warc.record import Record
    from archive.warc.record_reader import read_records

    whole = b"".join(path.read_bytes() for path in sorted((crawled / "archive").glob("*.warc.gz")))
    data = warc.read_bytes()
    found = [each for each in read_records(warc) if isinstance(each, Record)]
    assert found[0].header("WARC-Filename") == warc.name
    for each in found[1:]:
        assert data[each.offset : each.end] in whole
    types = [each.type for each in found]
    assert types.count("request") == types.count("response") + types.count("revisit")
    warraq("init", tmp_path / "other")
    taken = warraq("-C", tmp_path / "other", "import", target)
    assert taken.returncode == 0, taken.stderr
    assert {url for url, _ in articles(tmp_path / "other")} == {page["url"] for page in pages}
    assert warraq("-C", tmp_path / "other", "verify").returncode == 0


def test_a_bag(warraq: Run, crawled: Path, tmp_path: Path) -> None:
    """A bag is valid for bagit and sha256sum, opens as a collection, and holds no key and nothing
    of state/.
    """
    folder = Path(shutil.copytree(crawled, tmp_path / "copy"))
    key = folder / "signing.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", key],
        check=True,
        capture_output=True,
    )
    config = (folder / "warraq.toml").read_text("utf-8")
    (folder / "warraq.toml").write_text(
        config.replace("[collection]\n", '[collection]\nsigning_key = "signing.pem"\n', 1)
    )
    (folder / "archive" / "x.warc.gz.torn-9").write_bytes(b"torn")
    (folder / "fixity" / "x.pem").write_text("certificates of a time stamp")
    assert warraq("-C", folder, "index").returncode == 0
    bag = tmp_path / "bag"
    assert warraq("-C", folder, "export", "--bag", bag).returncode == 0
    assert bagit.Bag(str(bag)).is_valid()
    subprocess.run(["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=bag, check=True)
    names = {path.name for path in bag.rglob("*")}
    assert not {"signing.pem", "lock", "frontier.db"} & names
    assert {
        "index.db",
        "index.cdxj",
        "chain.jsonl",
        "warraq.toml",
        "x.warc.gz.torn-9",
        "x.pem",
    } <= names
    assert '"signature"' in (bag / "data" / "fixity" / "chain.jsonl").read_text("utf-8")
    assert articles(bag / "data") == articles(crawled)
    assert warraq("-C", bag / "data", "verify").returncode == 0
    warc = next((bag / "data" / "archive").glob("*.warc.gz"))
    warc.write_bytes(warc.read_bytes()[:-1] + b"\x01")
    assert not bagit.Bag(str(bag)).is_valid()
    assert warraq("-C", folder, "export", "--bag", bag).returncode == 2


@pytest.mark.parametrize("form", [("--to", "x.wacz"), ("--bag", "bag")])
def test_damage_is_told_at_the_transfer(
    warraq: Run, collection: Path, tmp_path: Path, form: tuple[str, str]
) -> None:
    """A WARC that is not what the manifest states is copied as it is, named, and the exit code is
    4.
    """
    warc = min((collection / "archive").glob("*.warc.gz"))
    data = bytearray(warc.read_bytes())
    data[len(data) // 2] ^= 0x40
    warc.write_bytes(data)
    done = warraq("-C", collection, "export", form[0], tmp_path / form[1])
    assert done.returncode == 4, done.stderr
    assert [line.split(": ")[:2] for line in done.stdout.splitlines()] == [
        ["damaged", f"archive/{warc.name}"]
    ]
    assert (tmp_path / form[1]).exists()


@pytest.mark.parametrize("line", [b"\n", b"com,example)/ 20260101000000 [1]\n", b"\xff\x00\n"])
def test_a_damaged_cdxj_is_one_clear_line(
    warraq: Run, collection: Path, tmp_path: Path, line: bytes
) -> None:
    """A WACZ cannot be made with it: one line that says what to do, and no half a file."""
    cdxj = collection / "indexes" / "index.cdxj"
    cdxj.write_bytes(line + cdxj.read_bytes())
    done = warraq("-C", collection, "export", "--to", tmp_path / "x.wacz")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "index.cdxj" in done.stderr
    assert "index --rebuild" in done.stderr
    assert list(tmp_path.glob("x.wacz*")) == []
