"""The keys that say who is told of runs."""

from __future__ import annotations

import pytest

from archive.config import parse_config
from archive.config_key import COLLECTION
from archive.config_keys import KEYS, default_of
from archive.config_monitor_keys import MONITOR_KEYS
from archive.errors import ConfigError

WHOLE = '[collection]\nname = "c"\n'


def test_nobody_is_told_unless_the_file_says_so() -> None:
    """No ping is sent and no file written without being asked for."""
    assert {default_of(COLLECTION, key.name) for key in MONITOR_KEYS} == {None}
    assert set(MONITOR_KEYS) <= set(KEYS)


def test_a_ping_goes_over_http_only() -> None:
    """Another scheme, which the sender would open as a file, is refused by name of its key."""
    text = WHOLE + 'ping_fail = "https://hc.example/1/fail"\n'
    assert parse_config(text).ping_fail == "https://hc.example/1/fail"
    with pytest.raises(ConfigError, match="ping_start"):
        parse_config(WHOLE + 'ping_start = "file:///etc/passwd"\n')
