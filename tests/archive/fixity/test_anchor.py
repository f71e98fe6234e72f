"""Which keys a collection's statements are held against, and where these may not lie."""

import subprocess
from pathlib import Path

import fixity_kit
import pytest

from archive.config import CollectionConfig, parse_config
from archive.errors import ConfigError
from archive.fixity.anchor import NO_ANCHOR, configured_anchor, given_anchor, usable_signing_key


def config(**keys: str) -> CollectionConfig:
    lines = "".join(f"{name} = {value}\n" for name, value in keys.items())
    return parse_config(f'[collection]\nname = "x"\n{lines}')


def test_what_a_configuration_demands(tmp_path: Path) -> None:
    """Nothing without a key; with `signing_key` its own signature, or any where it is not at hand;
    with `public_key` that of each line.
    """
    key = fixity_kit.make_key(tmp_path / "key.pem")
    public = fixity_kit.public(key)
    assert configured_anchor(tmp_path, config()) == NO_ANCHOR
    own = configured_anchor(tmp_path, config(signing_key='"key.pem"'))
    assert (own.keys, own.signed, own.throughout) == ({public}, True, False)
    away = configured_anchor(tmp_path, config(signing_key='"away.pem"'))
    assert (away.keys, away.signed) == (frozenset(), True)
    for value in (f'"{public}"', f'["{public}"]'):
        named = configured_anchor(tmp_path, config(public_key=value))
        assert (named.keys, named.signed, named.throughout) == ({public}, True, True)
    assert given_anchor([public]).keys == {public}


def test_keys_do_not_lie_among_what_is_handed_on(tmp_path: Path) -> None:
    """A key in a folder that the forger of a chain rewrites anyway anchors nothing."""
    (tmp_path / "fixity").mkdir()
    key = fixity_kit.make_key(tmp_path / "fixity" / "key.pem")
    subprocess.run(
        ["openssl", "pkey", "-in", key, "-pubout", "-out", tmp_path / "fixity" / "pub.pem"],
        check=True,
        capture_output=True,
    )
    for name, value in {"signing_key": "key.pem", "public_key": "pub.pem"}.items():
        with pytest.raises(ConfigError, match=rf"{name}: .* handed on; move it out"):
            configured_anchor(tmp_path, config(**{name: f'"fixity/{value}"'}))


def test_a_signing_key_is_one_that_is_expected(tmp_path: Path) -> None:
    """What is signed with another than `public_key` would be refused ever after: said at once."""
    key = fixity_kit.make_key(tmp_path / "key.pem")
    other = fixity_kit.make_key(tmp_path / "other.pem")
    public = f'["{fixity_kit.public(key)}"]'
    good = config(signing_key='"key.pem"', public_key=public)
    assert usable_signing_key(tmp_path, good) == key.resolve()
    assert usable_signing_key(tmp_path, config(public_key=public)) is None
    bad = config(signing_key='"other.pem"', public_key=public)
    with pytest.raises(ConfigError, match=f"its public part is {fixity_kit.public(other)}"):
        usable_signing_key(tmp_path, bad)
