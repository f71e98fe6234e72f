"""Keys in the forms that people have them in, and signatures that openssl checks."""

import base64
import subprocess
from pathlib import Path

import fixity_kit
import pytest
from stamping_authority import openssl

from archive.errors import ConfigError
from archive.fixity.signatures import (
    fits_signature,
    load_signing_key,
    parse_public_key,
    read_public_key,
)


def test_every_form_of_a_public_key(tmp_path: Path) -> None:
    """What openssl prints of one key, in PEM, in hexadecimal with and without colons, is one
    key.
    """
    key = fixity_kit.make_key(tmp_path / "key.pem")
    wanted = fixity_kit.public(key)
    pem = subprocess.run(
        ["openssl", "pkey", "-in", key, "-pubout"], capture_output=True, check=True
    )
    text = pem.stdout.decode()
    (tmp_path / "public.pem").write_text(text)
    colons = ":".join(wanted[at : at + 2] for at in range(0, 64, 2)).upper()
    raw = base64.b64encode(bytes.fromhex(wanted)).decode()
    for form in (wanted, wanted.upper(), colons, text, text.splitlines()[1], raw, "public.pem"):
        assert read_public_key(form, tmp_path, "x") == wanted


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("3d40", "nor is there such a file"),
        ("nowhere.pem", "nor is there such a file"),
        ("wrong.pem", "neither 64 hexadecimal digits nor PEM"),
        ("rsa.pem", "no Ed25519 public key"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, value: str, said: str) -> None:
    """One line with where it was named, and what to do."""
    (tmp_path / "wrong.pem").write_bytes(b"\xff\n")
    (tmp_path / "wrong.pem").write_text("not a key!")
    (tmp_path / "rsa.pem").write_text(
        "-----BEGIN PUBLIC KEY-----\nMFwwDQYJ\n-----END PUBLIC KEY-----"
    )
    with pytest.raises(ConfigError, match=rf"^--public-key: .*{said}"):
        read_public_key(value, tmp_path, "--public-key")


def test_openssl_checks_a_signature(tmp_path: Path) -> None:
    """The signature and the key that we hold are those of `openssl pkeyutl`."""
    key = fixity_kit.make_key(tmp_path / "key.pem")
    signature = load_signing_key(key).sign(b"a statement")
    public = fixity_kit.public(key)
    assert fits_signature(public, signature.hex(), b"a statement")
    assert not fits_signature(public, signature.hex(), b"another")
    assert not fits_signature(public, "no signature", b"a statement")
    (tmp_path / "in").write_bytes(b"a statement")
    (tmp_path / "sig").write_bytes(signature)
    openssl(tmp_path, "pkey", "-in", "key.pem", "-pubout", "-out", "pub")
    openssl(
        tmp_path,
        *("pkeyutl", "-verify", "-pubin", "-inkey", "pub"),
        *("-rawin", "-in", "in", "-sigfile", "sig"),
    )
    with pytest.raises(ValueError, match="no Ed25519 public key"):
        parse_public_key("AAAA")
