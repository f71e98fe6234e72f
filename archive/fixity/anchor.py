"""What fixity's chain is held against that does not stand in the chain: the keys that its
statements must be signed with.

Whoever can rewrite the chain can make a new one that is whole in itself, unsigned or signed with a
key of his own; he cannot make one that is signed with a key whose public part somebody else keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.config import CollectionConfig
from archive.errors import ConfigError
from archive.fixity.signatures import load_signing_key, public_key_of, read_public_key

_PUBLIC_KEY = "warraq.toml: [collection] public_key"
_SIGNING_KEY = "warraq.toml: [collection] signing_key"
_HANDED_ON = ("archive", "indexes", "fixity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a chain's signatures must be.

    `keys` are the public keys (64 hexadecimal digits) that may have signed; none means any.
    `signed` demands a signature of the last line, `throughout` also that a line without one is
    vouched for by one with it. `source` says where the keys come from, for messages;
    `chain_alone` that what they were given for may be a copy that has no manifest. `head` is the
    SHA-256 of a line that must be there, `stamp_roots` the certificates (PEM) that time stamps are
    checked with, in place of those kept beside them.
    """

    keys: frozenset[str] = frozenset()
    signed: bool = False
    throughout: bool = False
    source: str = ""
    chain_alone: bool = False
    head: str | None = None
    stamp_roots: bytes = b""


NO_ANCHOR = Anchor()


def configured_anchor(root: Path, config: CollectionConfig) -> Anchor:
    """What `public_key` and `signing_key` of a collection in `root` demand; ConfigError where one
    of them is wrong. A signing key that cannot be read here, as in a copy, demands some signature.
    """
    keys = configured_public_keys(root, config)
    if keys:
        return Anchor(keys=keys, signed=True, throughout=True, source=_PUBLIC_KEY)
    path = signing_key_path(root, config)
    if path is None:
        return NO_ANCHOR
    if not path.exists():
        return Anchor(signed=True, source=_SIGNING_KEY)
    own = public_key_of(load_signing_key(path))
    return Anchor(keys=frozenset({own}), signed=True, source=_SIGNING_KEY)


def given_anchor(values: Sequence[str]) -> Anchor:
    """What keys demand that are given with `--public-key`, written out or as files; ConfigError."""
    keys = frozenset(read_public_key(value, Path(), "--public-key") for value in values)
    return Anchor(keys=keys, signed=True, throughout=True, source="--public-key", chain_alone=True)


def configured_public_keys(root: Path, config: CollectionConfig) -> frozenset[str]:
    """The keys of `public_key`, as 64 hexadecimal digits each; ConfigError for one that is none or
    lies among what is handed on, where whoever rewrites the chain would replace it.
    """
    for value in config.public_key:
        _refuse_handed_on(root / Path(value).expanduser(), root, _PUBLIC_KEY)
    return frozenset(read_public_key(value, root, _PUBLIC_KEY) for value in config.public_key)


def signing_key_path(root: Path, config: CollectionConfig) -> Path | None:
    """The file of the key that statements of fixity are signed with; ConfigError where it lies
    among what is handed on.
    """
    if config.signing_key is None:
        return None
    path = (root / Path(config.signing_key).expanduser()).resolve()
    _refuse_handed_on(path, root, _SIGNING_KEY)
    return path


def usable_signing_key(root: Path, config: CollectionConfig) -> Path | None:
    """The same for signing: ConfigError also where it is none of the keys that `public_key`
    expects, so that what is signed would be refused ever after.
    """
    path = signing_key_path(root, config)
    expected = configured_public_keys(root, config)
    if path is not None and expected:
        own = public_key_of(load_signing_key(path))
        if own not in expected:
            raise ConfigError(
                f"{_SIGNING_KEY}: {path} is not the private part of `public_key`; its public part"
                f" is {own}: name that too"
            )
    return path


def _refuse_handed_on(path: Path, root: Path, source: str) -> None:
    folders = [(root / name).resolve() for name in _HANDED_ON]
    if any(path.resolve().is_relative_to(folder) for folder in folders):
        raise ConfigError(f"{source}: {path} lies in a folder that is handed on; move it out")
