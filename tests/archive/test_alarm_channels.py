"""Whom alarms are sent to, as `[collection] alarms` names them."""

from __future__ import annotations

from typing import Any

import pytest

from archive.config import parse_config
from archive.config_key import COLLECTION
from archive.config_keys import KEYS
from archive.config_monitor_keys import (
    ALARM_KEYS,
    CommandChannel,
    MailChannel,
    MailServer,
    WebChannel,
    parse_channel,
)
from archive.credentials import Secret
from archive.errors import ConfigError


def test_nobody_is_told_unless_the_file_says_so() -> None:
    """The key is one of the collection's, in the one table of all keys."""
    (key,) = ALARM_KEYS
    assert (key.table, key.name, key.default) == (COLLECTION, "alarms", ())
    assert key in KEYS


def test_channels_are_read_from_the_file() -> None:
    """One table or a list of them, with what each kind needs and no more."""
    config = parse_config(
        '[collection]\nname = "n"\nalarms = ['
        '{ command = "notify --text \'an alarm\'" }, { command = ["a", "b c"] },'
        '{ mail = "ops@library.example" }, { webhook = "https://hooks.example/x?y=1" },'
        '{ topic = "env:TOPIC", token = "env:TOKEN" }]'
    )
    assert config.alarms == (
        CommandChannel(arguments=("notify", "--text", "an alarm")),
        CommandChannel(arguments=("a", "b c")),
        MailChannel(recipients=("ops@library.example",)),
        WebChannel(url=Secret(name="https://hooks.example/x?y=1")),
        WebChannel(
            url=Secret(source="env", name="TOPIC"),
            is_topic=True,
            token=Secret(source="env", name="TOKEN"),
        ),
    )
    assert parse_config('[collection]\nname = "n"\nalarms = {command = "x"}').alarms == (
        CommandChannel(arguments=("x",)),
    )


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("smtp://mail.example", MailServer(host="mail.example")),
        ("smtp://mail.example:2525", MailServer(host="mail.example", port=2525)),
        ("smtps://mail.example", MailServer(scheme="smtps", host="mail.example", port=465)),
        ("submission://m.example", MailServer(scheme="submission", host="m.example", port=587)),
    ],
)
def test_mail_servers_have_the_ports_of_their_protocols(server: str, expected: MailServer) -> None:
    """Unless another is named."""
    channel = parse_channel({"mail": ["a@b.example", "c@d.example"], "server": server})
    assert isinstance(channel, MailChannel)
    assert channel.server == expected
    assert channel.recipients == ("a@b.example", "c@d.example")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("ops@library.example", "no table"),
        ({}, "not none of `command`"),
        ({"webhok": "https://x.example"}, "did you mean `webhook`?"),
        ({"command": "x", "mail": "a@b.example"}, "not two of"),
        ({"command": "x", "token": "env:T"}, "not 'token' beside `command`"),
        ({"webhook": "https://x.example", "tokn": "env:T"}, "did you mean `token`?"),
        ({"command": []}, "without a program"),
        ({"command": 'a "b'}, "No closing quotation"),
        ({"mail": "nobody"}, "no mail address"),
        ({"mail": []}, "without an address"),
        ({"mail": "a@b.example", "server": "mail.example"}, "`server` other than"),
        ({"mail": "a@b.example", "server": "smtp://x:99999"}, "`server` other than"),
        ({"mail": "a@b.example", "username": "u"}, "without the other"),
        ({"mail": "a@b.example", "username": "u", "password": "p4ss"}, 'as "env:NAME"'),
        ({"webhook": "ftp://x.example"}, "not 'ftp://x.example'"),
    ],
)
def test_what_cannot_be_meant_is_refused(value: Any, told: str) -> None:
    """In words, with the nearest right key, and without repeating a password."""
    with pytest.raises(ValueError, match=r".") as refused:
        parse_channel(value)
    assert told in str(refused.value)
    assert "p4ss" not in str(refused.value)


def test_the_file_and_key_are_named() -> None:
    """Like any other fault of the configuration."""
    with pytest.raises(ConfigError, match=r"\[collection\] alarms: expected a table with one of"):
        parse_config('[collection]\nname = "n"\nalarms = "mail"')
