"""Ed25519 signatures (RFC 8032) of fixity's statements, and the keys in the forms that people have
them in.

A public key is known by its 32 bytes as 64 hexadecimal digits. Which keys are expected is
`archive.fixity.anchor`'s, what is signed `archive.fixity.chain`'s.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import TYPE_CHECKING

from archive.errors import ConfigError

if TYPE_CHECKING:  # commands that look at no signature need not wait for it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# What stands before the 32 bytes of a key in SubjectPublicKeyInfo (RFC 8410 §4).
_SPKI = bytes.fromhex("302a300506032b6570032100")
_HEX = re.compile(r"[0-9a-f]{64}")
_PEM_LINES = re.compile(r"-----[A-Z ]*-----|\s")
_LONGEST = 10_000  # bytes of a file with a key


def load_signing_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file; ConfigError naming the file where there is none."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{path}: not a readable Ed25519 private key in PEM: {error}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ConfigError(
            f"{path}: an Ed25519 private key is needed (openssl genpkey -algorithm ed25519)"
        )
    return private


def public_key_of(private: Ed25519PrivateKey) -> str:
    """The public key of a private one, as 64 hexadecimal digits."""
    return private.public_key().public_bytes_raw().hex()


def parse_public_key(text: str) -> str:
    """A public key as 64 hexadecimal digits, from these, from PEM, or from base64 of either;
    ValueError if it is none of an Ed25519 key.
    """
    plain = text.strip().replace(":", "").lower()
    if _HEX.fullmatch(plain):
        return plain
    try:
        data = base64.b64decode(_PEM_LINES.sub("", text), validate=True)
    except binascii.Error as error:
        raise ValueError("it is neither 64 hexadecimal digits nor PEM") from error
    if len(data) == 32:
        return data.hex()
    if len(data) != len(_SPKI) + 32 or not data.startswith(_SPKI):
        raise ValueError("it is no Ed25519 public key (openssl pkey -in KEY.pem -pubout)")
    return data[len(_SPKI) :].hex()


def read_public_key(value: str, root: Path, source: str) -> str:
    """A public key that is written out, or stands in the file that `value` names relative to
    `root`, as 64 hexadecimal digits. ConfigError, which begins with `source`, if it is neither.
    """
    try:
        return parse_public_key(value)
    except ValueError as error:
        problem = str(error)
    path = root / Path(value).expanduser()
    try:
        if len(value) < 1000 and "\n" not in value and path.is_file():
            with path.open("rb") as file:
                return parse_public_key(file.read(_LONGEST).decode("ascii"))
        problem = f"{problem}, nor is there such a file"
    except (OSError, ValueError) as error:
        problem = str(error)
    raise ConfigError(f"{source}: {value.strip()[:80]!r} is no Ed25519 public key: {problem}")


def fits_signature(key: str, signature: str, data: bytes) -> bool:
    """Whether a signature (hex) of these bytes was made with the key (64 hexadecimal digits)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(signature), data
        )
    except (InvalidSignature, ValueError):
        return False
    return True
