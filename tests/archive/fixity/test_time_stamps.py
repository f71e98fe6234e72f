"""Time stamps of the chain's lines, from an authority of one's own, checked without any network."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import fixity_kit
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from stamping_authority import StampingAuthority, openssl

from archive.errors import UsageError
from archive.fixity.anchor import Anchor
from archive.fixity.time_stamps import (
    TimeStamp,
    keep_stamp,
    read_certificates,
    read_stamps,
    request_stamp,
)
from archive.model.finding import Finding


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> StampingAuthority:
    return StampingAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> StampingAuthority:
    return StampingAuthority(tmp_path_factory.mktemp("other"), "Other")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A collection of one statement."""
    add_line(tmp_path, "a")
    return tmp_path


def add_line(root: Path, name: str) -> None:
    (root / "archive").mkdir(exist_ok=True)
    (root / "archive" / f"{name}.torn").write_bytes(name.encode())
    fixity_kit.state(root)


def stamped(root: Path, authority: StampingAuthority) -> Path:
    """The response to a request for the chain's last line."""
    request = root / "line.tsq"
    request.write_bytes(request_stamp(root / "fixity"))
    return authority.answer(request, root / "line.tsr")


def test_a_stamp_is_kept_and_checked(root: Path, authority: StampingAuthority) -> None:
    """It says when which line was there, also when others have followed; openssl says the same of
    what is kept.
    """
    roots = read_certificates(authority.root)
    kept = keep_stamp(root / "fixity", stamped(root, authority), roots)
    assert (kept.line, abs((datetime.now(UTC) - kept.at).total_seconds()) < 60) == (1, True)
    add_line(root, "b")
    assert list(read_stamps(root / "fixity")) == [kept]
    assert fixity_kit.problems(root) == []
    (root / "line").write_bytes(fixity_kit.lines(root)[0])
    told = ("-data", "line", "-in", kept.path, "-CAfile", kept.path.with_suffix(".pem"))
    openssl(root, "ts", "-verify", *told)


def test_what_openssl_asks_for_by_hand_is_kept(root: Path, authority: StampingAuthority) -> None:
    """A request made of the last line with other tools, and another digest, does as well."""
    (root / "line").write_bytes(fixity_kit.lines(root)[0])
    query = ("-query", "-data", "line", "-sha512", "-cert", "-out", "own.tsq")
    openssl(root, "ts", *query)
    response = authority.answer(root / "own.tsq", root / "own.tsr")
    assert keep_stamp(root / "fixity", response, b"").line == 1


def test_who_stamped_is_checked(
    root: Path, authority: StampingAuthority, other: StampingAuthority
) -> None:
    """A stamp of another authority than is trusted is refused, and found where a stranger trusts
    another than the operator.
    """
    response = stamped(root, other)
    with pytest.raises(UsageError, match="its signature does not verify"):
        keep_stamp(root / "fixity", response, read_certificates(authority.root))
    keep_stamp(root / "fixity", response, b"")
    assert fixity_kit.problems(root) == []
    anchor = Anchor(stamp_roots=read_certificates(authority.root))
    (said,) = fixity_kit.problems(root, anchor)
    assert "its signature does not verify" in said


def test_a_stamp_finds_lines_taken_off(root: Path, authority: StampingAuthority) -> None:
    """A stamp of a line that is not there any more is told, as is one that was changed."""
    add_line(root, "b")
    kept = keep_stamp(root / "fixity", stamped(root, authority), b"")
    whole = kept.path.read_bytes()
    kept.path.write_bytes(whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:])
    (said,) = fixity_kit.problems(root)
    assert said.startswith("time stamp: ")
    kept.path.write_bytes(whole)
    (root / "archive" / "b.torn").unlink()
    fixity_kit.rewrite_lines(root, fixity_kit.lines(root)[:1])
    (said,) = fixity_kit.problems(root)
    assert "of something that is no line of the chain" in said


@pytest.mark.parametrize("content", [b"", b"0\x80", b"\x30\x03\x02\x01\x02", b"<html>"])
def test_what_is_no_stamp_is_refused(root: Path, content: bytes) -> None:
    """One line, and nothing is kept; damage to a kept one is a finding."""
    path = root / "x.tsr"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.tsr: not kept: no RFC 3161 response"):
        keep_stamp(root / "fixity", path, b"")
    assert not list((root / "fixity").glob("*.tsr"))
    path.rename(root / "fixity" / "stamp-000001-x.tsr")
    (found,) = read_stamps(root / "fixity")
    assert isinstance(found, Finding)


def test_certificates_in_any_order(root: Path, authority: StampingAuthority) -> None:
    """Authorities send theirs in an order that DER forbids: what is kept is what they sent."""
    response = stamped(root, authority)
    for order in ("signer first", "root first"):
        data = _swapped(response.read_bytes()) if order == "root first" else response.read_bytes()
        response.write_bytes(data)
        kept = keep_stamp(root / "fixity", response, read_certificates(authority.root))
        assert isinstance(kept, TimeStamp)
        assert kept.path.read_bytes() == data


def _swapped(data: bytes) -> bytes:
    """The response with its two certificates in the other order."""
    ders = []
    start = 0
    while (at := data.find(b"\x30\x82", start)) >= 0:
        length = int.from_bytes(data[at + 2 : at + 4], "big") + 4
        try:
            certificate = x509.load_der_x509_certificate(data[at : at + length])
        except ValueError:
            start = at + 1
            continue
        ders.append(certificate.public_bytes(Encoding.DER))
        start = at + length
    first, second = ders
    assert first + second in data
    return data.replace(first + second, second + first)


def test_nothing_to_stamp_and_no_certificates(tmp_path: Path) -> None:
    """Where no line is, and where a file holds no certificate: one line each."""
    with pytest.raises(UsageError, match="nothing is stated yet"):
        request_stamp(tmp_path / "fixity")
    (tmp_path / "x.pem").write_text("x")
    with pytest.raises(UsageError, match=r"x\.pem: no certificates in PEM"):
        read_certificates(tmp_path / "x.pem")
