"""A labelled digest as a value: the same digest written in two ways compares equal."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Digest:
    """A labelled digest (ISO 28500 §5.8) with canonical equality: `sha1:` in any base and case
    compare alike.

    `str()` gives the canonical written form: sha1 in base32 (as the field's tools write it), all
    others in hex.
    """

    algorithm: str
    value: bytes

    @classmethod
    def compute(cls, data: bytes, algorithm: str = "sha256") -> Digest:
        """The digest of `data`; ValueError if the algorithm is unknown."""
        return cls(algorithm, hashlib.new(algorithm, data).digest())

    @classmethod
    def parse(cls, text: str) -> Digest:
        """Read `label:value` with the value in base16, base32 or base64; ValueError if it is none
        of these.
        """
        label, colon, value = text.strip().partition(":")
        algorithm = label.lower().replace("-", "")
        if not colon or algorithm not in hashlib.algorithms_available:
            raise ValueError(f"not a labelled digest: {text!r}")
        size = hashlib.new(algorithm).digest_size
        unpadded = value.rstrip("=")
        try:
            # The padded base32 of an MD5 is as long as its hex.
            if len(unpadded) == 2 * size:
                return cls(algorithm, bytes.fromhex(value))
            if len(unpadded) == -(-size * 8 // 5):
                padding = "=" * (-len(unpadded) % 8)
                return cls(algorithm, base64.b32decode(unpadded.upper() + padding))
            raw = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
        except (ValueError, binascii.Error) as error:
            raise ValueError(f"not a labelled digest: {text!r}") from error
        if len(raw) != size:
            raise ValueError(f"not a labelled digest: {text!r}")
        return cls(algorithm, raw)

    def __str__(self) -> str:
        if self.algorithm == "sha1":
            return "sha1:" + base64.b32encode(self.value).decode("ascii")
        return f"{self.algorithm}:{self.value.hex()}"
