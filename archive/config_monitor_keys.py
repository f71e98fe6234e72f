"""The keys of `[collection]` that say who is told of runs and of alarms, and the channels that
`alarms` names. Part of `archive.config_keys`; `crawler.monitor` and `crawler.alarms` send.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from archive.config_key import COLLECTION, Key
from archive.config_parsers import nearest_word, parse_text, parse_url
from archive.credentials import Header, Secret, parse_headers, parse_secret

_URL = 'a URL such as "https://hc-ping.com/UUID"'

MONITOR_KEYS: Final = (
    Key(
        table=COLLECTION,
        name="ping_start",
        parse=parse_url,
        default=None,
        expects=_URL,
        meaning="Is sent a POST when a run begins (Healthchecks: the check's URL with `/start`).",
        example='"https://hc-ping.com/UUID/start"',
    ),
    Key(
        table=COLLECTION,
        name="ping_success",
        parse=parse_url,
        default=None,
        expects=_URL,
        meaning="Is sent a POST with the run's report as text when a run ends with exit code 0.",
        example='"https://hc-ping.com/UUID"',
    ),
    Key(
        table=COLLECTION,
        name="ping_fail",
        parse=parse_url,
        default=None,
        expects=_URL,
        meaning="The same when it ends with another exit code (Healthchecks: with `/fail`).",
        example='"https://hc-ping.com/UUID/fail"',
    ),
    Key(
        table=COLLECTION,
        name="metrics_file",
        parse=parse_text,
        default=None,
        expects="the path of a file",
        meaning="Written after each run for the textfile collector of Prometheus' node_exporter;"
        " relative to the collection's folder. Needs `pip install 'warraq[monitor]'`.",
        example='"/var/lib/node_exporter/warraq.prom"',
    ),
)

_MAIL_SCHEMES = {"smtp": 25, "smtps": 465, "submission": 587}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandChannel:
    """A program that is started for each notice, as its arguments: no shell reads them."""

    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. `scheme`: smtp (TLS where the server offers it), submission (TLS
    required), smtps (TLS from the first byte).
    """

    scheme: str = "smtp"
    host: str = "localhost"
    port: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChannel:
    """Addresses that get each notice as mail, from `sender` (without it, the first of them)."""

    recipients: tuple[str, ...]
    server: MailServer = field(default_factory=MailServer)
    sender: str | None = None
    username: str | None = None
    password: Secret | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebChannel:
    """An address that each notice is sent to by POST: as JSON, or (`is_topic`) as plain text with a
    title, as ntfy takes it. The address may be a secret itself.
    """

    url: Secret
    is_topic: bool = False
    headers: tuple[Header, ...] = ()
    token: Secret | None = None


Channel = CommandChannel | MailChannel | WebChannel


def parse_channel(value: object) -> Channel:
    """A table with one of `command`, `mail`, `webhook` and `topic`, and what belongs to it."""
    if not isinstance(value, dict):
        raise ValueError("not a value that is no table")  # noqa: TRY004 - parsers raise ValueError
    kinds = [kind for kind in _PARSERS if kind in value]
    if len(kinds) != 1:
        near = next((nearest_word(str(name), list(_PARSERS)) for name in value), None)
        hint = f"; did you mean `{near}`?" if not kinds and near else ""
        count = "two" if kinds else "none"
        raise ValueError(f"not {count} of `command`, `mail`, `webhook` and `topic`{hint}")
    parse, known = _PARSERS[kinds[0]]
    for name in value:
        if name != kinds[0] and name not in known:
            near = nearest_word(str(name), list(known))
            hint = f"; did you mean `{near}`?" if near else ""
            raise ValueError(f"not {name!r} beside `{kinds[0]}`{hint}")
    channel: Channel = parse(value)
    return channel


def _parse_command(table: Mapping[str, Any]) -> CommandChannel:
    value = table["command"]
    words = shlex.split(parse_text(value)) if isinstance(value, str) else value
    if not isinstance(words, list) or not words or not all(isinstance(x, str) for x in words):
        raise ValueError("not a `command` without a program: write it as text or a list of texts")
    return CommandChannel(arguments=tuple(words))


def _parse_mail(table: Mapping[str, Any]) -> MailChannel:
    named = table["mail"] if isinstance(table["mail"], list) else [table["mail"]]
    recipients = tuple(_address(each) for each in named)
    if not recipients:
        raise ValueError("not `mail` without an address")
    if ("username" in table) != ("password" in table):
        raise ValueError("not one of `username` and `password` without the other")
    return MailChannel(
        recipients=recipients,
        server=_mail_server(parse_text(table.get("server", "smtp://localhost"))),
        sender=_address(table["sender"]) if "sender" in table else None,
        username=parse_text(table["username"]) if "username" in table else None,
        password=parse_secret(table["password"]) if "password" in table else None,
    )


def _address(value: object) -> str:
    text = parse_text(value)
    name, at, host = text.rpartition("@")
    if not (name and at and host) or " " in text or "," in text:
        raise ValueError(f"not {text!r}, which is no mail address")
    return text


def _mail_server(text: str) -> MailServer:
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = None
        parts = parts._replace(scheme="")
    if parts.scheme not in _MAIL_SCHEMES or not parts.hostname or parts.username is not None:
        raise ValueError('not a `server` other than as "smtp://HOST:PORT", submission:// or smtps')
    return MailServer(
        scheme=parts.scheme, host=parts.hostname, port=port or _MAIL_SCHEMES[parts.scheme]
    )


def _parse_web(table: Mapping[str, Any]) -> WebChannel:
    is_topic = "topic" in table
    return WebChannel(
        url=_secret_or_url(table["topic" if is_topic else "webhook"]),
        is_topic=is_topic,
        headers=parse_headers(table.get("headers", {})),
        token=parse_secret(table["token"]) if "token" in table else None,
    )


def _secret_or_url(value: object) -> Secret:
    if isinstance(value, str) and value.strip().startswith(("env:", "file:")):
        return parse_secret(value)
    return Secret(name=parse_url(value))


_PARSERS: Final[Mapping[str, tuple[Any, tuple[str, ...]]]] = {
    "command": (_parse_command, ()),
    "mail": (_parse_mail, ("server", "sender", "username", "password")),
    "webhook": (_parse_web, ("headers", "token")),
    "topic": (_parse_web, ("headers", "token")),
}

ALARM_KEYS: Final = (
    Key(
        table=COLLECTION,
        name="alarms",
        parse=parse_channel,
        many=True,
        default=(),
        expects="a table with one of command, mail, webhook and topic, or a list of such tables",
        meaning="Whom to tell when an alarm begins and when it is over: a program (JSON on standard"
        " input), mail, a webhook (JSON) or a topic as of ntfy (docs/alarms.md).",
        example='[{ mail = "ops@library.example", server = "smtp://mail.library.example" },'
        ' { topic = "https://ntfy.example/warraq", token = "env:NTFY_TOKEN" }]',
    ),
)
