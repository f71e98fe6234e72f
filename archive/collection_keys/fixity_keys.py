"""The keys of `[collection]` that say with which key statements of fixity are signed, and which
keys are expected. Part of `archive.config_keys`; `archive.fixity.anchor` reads the keys themselves.
"""

from __future__ import annotations

from typing import Final

from archive.config_key import COLLECTION, Key
from archive.config_parsers import parse_text

FIXITY_KEYS: Final = (
    Key(
        table=COLLECTION,
        name="signing_key",
        parse=parse_text,
        default=None,
        expects="the path of a file",
        meaning="An Ed25519 private key in PEM (`openssl genpkey -algorithm ed25519 -out "
        "FILE`) that statements of fixity are signed with; relative to the "
        "collection's folder. Keep it outside of what you hand on.",
        example='"/etc/warraq/signing.pem"',
    ),
    Key(
        table=COLLECTION,
        name="public_key",
        parse=parse_text,
        many=True,
        default=(),
        expects="an Ed25519 public key, or the path of a file with one",
        meaning="The public part of `signing_key`, which `warraq verify` then demands of every "
        "statement of fixity (docs/fixity.md): 64 hexadecimal digits, what stands between the "
        "lines of a PEM file, or such a file (`openssl pkey -in KEY.pem -pubout`). Where the key "
        "was changed, all that were used.",
        example='"3d40…"',
    ),
)
