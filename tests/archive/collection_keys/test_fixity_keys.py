"""The keys of `[collection]` about signatures."""

from archive.collection_keys.fixity_keys import FIXITY_KEYS
from archive.config import parse_config
from archive.config_keys import KEYS


def test_one_key_or_several() -> None:
    """They are keys of the file; one public key may stand alone, several in a list."""
    assert set(FIXITY_KEYS) <= set(KEYS)
    for value, wanted in (('"a"', ("a",)), ('["a", "b.pem"]', ("a", "b.pem"))):
        config = parse_config(f'[collection]\nname = "x"\npublic_key = {value}\n')
        assert config.public_key == wanted
