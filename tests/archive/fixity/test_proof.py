"""Proofs of captures, checked as a stranger does: with the page of Python in docs/fixity.md and
openssl, without the collection.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import fixity_kit
import foreign_files
import malformed_warcs
import pytest
import warc_kit
from stamping_authority import StampingAuthority

from archive.errors import DamagedRecordError, UsageError
from archive.fixity.manifest import restate_fixity, sign_chain, state_trees
from archive.fixity.proof import Proof, build_proof
from archive.fixity.time_stamps import keep_stamp, read_certificates, request_stamp
from archive.model import Capture
from archive.model.withdrawal import Withdrawal
from archive.warc.capture_reader import read_captures
from archive.warc.tombstones import replace_with_tombstones

DOCS = Path(__file__).resolve().parents[3] / "docs" / "fixity.md"
ABOUT = {"url": "http://news.example/", "captured": "2026-03-04T10:30:00Z"}


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program of the documentation."""
    (code,) = re.findall(r"(?ms)^```python\n(.*?)^```", DOCS.read_text("utf-8"))
    path = tmp_path_factory.mktemp("stranger") / "check_proof.py"
    path.write_text(code)
    return path


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampingAuthority:
    return StampingAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return fixity_kit.make_key(tmp_path / "key.pem")


def captures(path: Path) -> list[Capture]:
    return [item for item in read_captures(path) if isinstance(item, Capture)]


def prove(root: Path, *chosen: Capture) -> Proof:
    places = [(capture.warc, capture.offset) for capture in chosen]
    return build_proof(root / "fixity", root / "archive", places, ABOUT)


def stamp(root: Path, authority: StampingAuthority) -> None:
    (root / "q.tsq").write_bytes(request_stamp(root / "fixity"))
    response = authority.answer(root / "q.tsq", root / "r.tsr")
    keep_stamp(root / "fixity", response, read_certificates(authority.root))


def check(program: Path, proof: Proof, *more: object) -> subprocess.CompletedProcess[str]:
    """The stranger's own run, in a folder with nothing but proof and program."""
    (program.parent / "proof.zip").write_bytes(proof.data)
    command = [sys.executable, "-I", program.name, "proof.zip", *map(str, more)]
    return subprocess.run(
        command, cwd=program.parent, capture_output=True, text=True, check=False, timeout=60
    )


def purge(root: Path, capture: Capture) -> None:
    """Take a capture out of its file for good."""
    path = root / "archive" / capture.warc
    withdrawal = Withdrawal(
        article_id="a",
        site="s",
        url=capture.url,
        at=datetime(2026, 5, 6, tzinfo=UTC),
        reason="asked",
    )

    def restate(fresh: Path) -> None:
        restate_fixity(
            root / "fixity",
            root,
            [path],
            now=fixity_kit.NOW,
            reason="withdrawn",
            key=root / "key.pem",
            coming={path: fresh},
        )

    places = {capture.offset: capture.record_id}
    assert replace_with_tombstones(path, places, withdrawal, before_rename=restate)


def test_a_stranger_checks_a_proof(
    program: Path, tmp_path: Path, key: Path, authority: StampingAuthority
) -> None:
    """With the key and the authority that he knows, and nothing of ours: who stated it, and before
    when; the proof is small, and its records are a WARC file.
    """
    path = fixity_kit.add_warc(tmp_path, "one", captures=40)
    fixity_kit.state(tmp_path, key)
    stamp(tmp_path, authority)
    proof = prove(tmp_path, captures(path)[17])
    assert len(proof.data) < 15_000
    shutil.rmtree(tmp_path / "archive")
    done = check(program, proof, fixity_kit.public(key), authority.root)
    assert done.returncode == 0, done.stderr
    printed = subprocess.run(
        ["openssl", "pkey", "-in", key, "-pubout", "-out", program.parent / "public.pem"],
        check=True,
    )
    assert printed.returncode == 0
    body = (program.parent / "public.pem").read_text().splitlines()[1]
    for form in ("public.pem", body, fixity_kit.public(key).upper()):
        assert check(program, proof, form).returncode == 0, form
    assert f"statements/1.json is signed with {fixity_kit.public(key)}" in done.stdout
    assert "statements/1.json existed: Time stamp: " in done.stdout
    assert "not checked" not in done.stdout
    assert "'response' 'http://news.example/one/17' '2026-" in done.stdout
    with zipfile.ZipFile(program.parent / "proof.zip") as package:
        package.extract("records.warc.gz", tmp_path)
    (shown,) = captures(tmp_path / "records.warc.gz")
    assert shown.url == "http://news.example/one/17"


def test_another_key_or_authority_is_refused(
    program: Path, tmp_path: Path, key: Path, authority: StampingAuthority
) -> None:
    """A proof that a forger made of a chain of his own fails for who knows the key."""
    path = fixity_kit.add_warc(tmp_path, "one")
    fixity_kit.state(tmp_path, key)
    stamp(tmp_path, authority)
    proof = prove(tmp_path, captures(path)[0])
    other = StampingAuthority(tmp_path / "other", "Other")
    assert "expected key" in check(program, proof, "00" * 32).stderr
    assert "openssl ts" in check(program, proof, fixity_kit.public(key), other.root).stderr
    unsealed = tmp_path / "unsealed"
    path = fixity_kit.add_warc(unsealed, "one")
    fixity_kit.state(unsealed)
    proof = prove(unsealed, captures(path)[0])
    assert (proof.keys, proof.stamps) == (set(), [])
    assert check(program, proof).returncode == 0
    assert check(program, proof, fixity_kit.public(key)).returncode == 1


def test_every_changed_part_of_a_proof_is_found(program: Path, tmp_path: Path, key: Path) -> None:
    """A byte of the records, a digest of a path, a word of a statement, a part left out."""
    path = fixity_kit.add_warc(tmp_path, "one")
    fixity_kit.state(tmp_path, key)
    proof = prove(tmp_path, captures(path)[1])
    with zipfile.ZipFile(_saved(tmp_path, proof)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    statement, records = parts["statements/1.json"], parts["records.warc.gz"]
    told = json.loads(parts["proof.json"])
    told["records"][0]["path"][0] = "0" * 64
    fewer = json.loads(parts["proof.json"])
    del fewer["records"][-1]
    for name, changed in (
        ("records.warc.gz", records[:200] + bytes([records[200] ^ 1]) + records[201:]),
        ("statements/1.json", statement.replace(b'"closed"', b'"Closed"')),
        ("statements/1.json", statement.replace(b"2026", b"2025")),
        ("proof.json", json.dumps(told).encode()),
        ("proof.json", json.dumps(fewer).encode()),
    ):
        with zipfile.ZipFile(tmp_path / "forged.zip", "w") as package:
            for each, data in (parts | {name: changed}).items():
                package.writestr(each, data)
        forged = Proof(data=(tmp_path / "forged.zip").read_bytes())
        assert check(program, forged, fixity_kit.public(key)).returncode == 1, name


def _saved(folder: Path, proof: Proof) -> Path:
    path = folder / "saved.zip"
    path.write_bytes(proof.data)
    return path


def test_a_proof_outlives_the_purge_of_its_neighbours(
    program: Path, tmp_path: Path, key: Path, authority: StampingAuthority
) -> None:
    """One made before goes on to hold; one made after two purges leads to the statement and the
    time stamp from before them, and holds nothing of what is gone.
    """
    path = fixity_kit.add_warc(tmp_path, "one", captures=6)
    fixity_kit.state(tmp_path, key)
    stamp(tmp_path, authority)
    every = captures(path)
    before = prove(tmp_path, every[3])
    for gone in (every[2], every[4]):
        purge(tmp_path, gone)
    assert fixity_kit.problems(tmp_path) == []
    after = prove(tmp_path, captures(path)[2])
    assert after.data == before.data
    done = check(program, after, fixity_kit.public(key), authority.root)
    assert (done.returncode, "existed: Time stamp" in done.stdout) == (0, True), done.stderr


def test_what_was_signed_or_stamped_later(
    program: Path, tmp_path: Path, key: Path, authority: StampingAuthority
) -> None:
    """A statement without signature is sealed by the first later line that has one, and by stamps
    of later lines: the first and the last.
    """
    path = fixity_kit.add_warc(tmp_path, "one")
    fixity_kit.state(tmp_path)
    fixity_kit.add_warc(tmp_path, "two")
    fixity_kit.state(tmp_path)
    sign_chain(tmp_path / "fixity", now=fixity_kit.NOW, key=key)
    for name in ("three", "four"):
        fixity_kit.add_warc(tmp_path, name)
        fixity_kit.state(tmp_path, key)
        stamp(tmp_path, authority)
    proof = prove(tmp_path, captures(path)[0])
    done = check(program, proof, fixity_kit.public(key), authority.root)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"statements/(\d)\.json is signed", done.stdout) == ["3", "4", "5"]
    assert re.findall(r"statements/(\d)\.json existed.*all records", done.stdout) == ["4", "5"]


def test_statements_of_earlier_versions_have_no_trees(
    program: Path, tmp_path: Path, key: Path
) -> None:
    """Said plainly with what to do; after it a proof holds from the new statement on."""
    path = fixity_kit.add_warc(tmp_path, "one")
    fixity_kit.state(tmp_path)
    fixity_kit.without_trees(tmp_path)
    with pytest.raises(UsageError, match="no statement has its record tree"):
        prove(tmp_path, captures(path)[0])
    list(state_trees(tmp_path / "fixity", tmp_path, now=fixity_kit.NOW, key=key))
    done = check(program, prove(tmp_path, captures(path)[0]), fixity_kit.public(key))
    assert (done.returncode, "statements/2.json is signed" in done.stdout) == (0, True)


@pytest.mark.parametrize("tool", ["wget", "heritrix", "warcprox", "cc_news", "browsertrix", "arc"])
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_captures_in_foreign_files(program: Path, tmp_path: Path, tool: str, packed: bool) -> None:
    """Each capture of files of other tools can be proved, packed or not."""
    (tmp_path / "archive").mkdir()
    name = f"import-x.{'arc' if tool == 'arc' else 'warc'}{'.gz' if packed else ''}"
    records = getattr(foreign_files, tool)()
    path = tmp_path / "archive" / name
    path.write_bytes(foreign_files.gz(records) if packed else b"".join(records))
    fixity_kit.state(tmp_path)
    every = captures(path)
    assert every
    done = check(program, prove(tmp_path, *every))
    assert done.returncode == 0, done.stderr


def test_every_capture_that_can_be_read_can_be_proved(tmp_path: Path) -> None:
    """In malformed files of all kinds, packed and plain, which raise no false alarm in fixity
    either; blank lines before the first record are part of its leaf.
    """
    (tmp_path / "archive").mkdir()
    files = {**malformed_warcs.ALL, "blank": b"\r\n\r\n" + malformed_warcs.RESPONSE}
    for number, data in enumerate(files.values()):
        suffix = "warc.gz" if data.startswith(b"\x1f\x8b") else "warc"
        (tmp_path / "archive" / f"import-{number:03}.{suffix}").write_bytes(data)
    fixity_kit.state(tmp_path)
    assert fixity_kit.problems(tmp_path) == []
    proved = 0
    for path in sorted((tmp_path / "archive").iterdir()):
        for capture in captures(path):
            proof = prove(tmp_path, capture)
            with zipfile.ZipFile(_saved(tmp_path, proof)) as package:
                told = json.loads(package.read("proof.json"))
            assert told["records"], path
            proved += 1
    assert proved > 100


def test_what_cannot_be_proved_is_said(tmp_path: Path, key: Path) -> None:
    """A file that is open, was changed, or whose chain is damaged; a place where no record is."""
    path = fixity_kit.add_warc(tmp_path, "one")
    fixity_kit.state(tmp_path, key)
    capture, *_, last = captures(path)
    with pytest.raises(DamagedRecordError, match="cannot be read; run: warraq verify"):
        build_proof(tmp_path / "fixity", tmp_path / "archive", [(capture.warc, 7)], ABOUT)
    data = path.read_bytes()
    flipped = bytes([data[last.offset + 9] ^ 1])
    path.write_bytes(data[: last.offset + 9] + flipped + data[last.offset + 10 :])
    with pytest.raises(DamagedRecordError, match="is not what was stated of it"):
        prove(tmp_path, capture)
    path.write_bytes(data)
    chain = tmp_path / "fixity" / "chain.jsonl"
    whole = chain.read_bytes()
    chain.write_bytes(whole.replace(b'"closed"', b'"Closed"'))
    with pytest.raises(DamagedRecordError, match="line 1: was changed after it was written"):
        prove(tmp_path, capture)
    chain.write_bytes(b"{")
    with pytest.raises(DamagedRecordError, match="line 1: cannot be read; run: warraq verify"):
        prove(tmp_path, capture)
    chain.write_bytes(whole)
    path.rename(path.with_name(path.name + ".open"))
    with pytest.raises(UsageError, match="not closed yet"):
        prove(tmp_path, capture)


def test_a_page_of_usual_size_fits_into_fifty_kilobytes(tmp_path: Path, key: Path) -> None:
    """The frame around the records takes a few kilobytes, whatever else the collection holds."""
    (tmp_path / "archive").mkdir()
    for number in range(120):
        (tmp_path / "archive" / f"{number:03}-of-a-rather-long-name.torn").write_bytes(
            bytes([number])
        )
    with warc_kit.writer(tmp_path / "archive", prefix="middle") as writer:
        made = [
            writer.write_exchange(warc_kit.exchange(f"{warc_kit.URL}{number}"), warc_kit.FACTS)
            for number in range(200)
        ]
    fixity_kit.state(tmp_path, key)
    proof = prove(tmp_path, made[100])
    path = tmp_path / "archive" / made[100].warc
    records = sum(1 for _ in captures(path))
    assert records == 200
    with zipfile.ZipFile(_saved(tmp_path, proof)) as package:
        assert len(proof.data) - package.getinfo("records.warc.gz").compress_size < 8_000
