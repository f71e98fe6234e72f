"""Sends a message by the channels of `[collection] alarms`: a program, mail, a webhook, a topic.

No proxy of the environment is used, no redirect followed, and no message here repeats a secret.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import smtplib
import socket
import ssl
import subprocess
from dataclasses import dataclass
from email.header import Header as EncodedHeader
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.config_monitor_keys import Channel, CommandChannel, MailChannel, WebChannel
from archive.errors import WarraqError

TIMEOUT = 15.0  # seconds for a connection or one answer
COMMAND_TIME = 60.0  # seconds that a program may take


class ChannelError(WarraqError):
    """A message could not be sent; it is tried again after the next crawl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: a line, a text of some lines, and the same as data for programs."""

    subject: str
    text: str
    data: dict[str, Any]

    def as_json(self) -> bytes:
        """Data, line and text as one JSON object."""
        whole = {**self.data, "subject": self.subject, "text": self.text}
        return json.dumps(whole, ensure_ascii=False).encode()


def describe_channel(channel: Channel) -> str:
    """A channel in words, without its secrets; what tells it from the others of a collection."""
    if isinstance(channel, CommandChannel):
        return f"command {channel.arguments[0]}"
    if isinstance(channel, MailChannel):
        return f"mail to {', '.join(channel.recipients)}"
    kind = "topic" if channel.is_topic else "webhook"
    return f"{kind} {channel.url.name if channel.url.source else urlsplit(channel.url.name).netloc}"


def send_message(channel: Channel, message: Message, folder: Path) -> None:
    """Send a message; ChannelError in words where that fails. `folder` is the collection's: what
    the paths of secrets are relative to, and where a program is started.
    """
    try:
        if isinstance(channel, CommandChannel):
            _start_program(channel, message, folder)
        elif isinstance(channel, MailChannel):
            _send_mail(channel, message, folder)
        else:
            _post(channel, message, folder)
    except (OSError, ValueError, http.client.HTTPException, smtplib.SMTPException) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise ChannelError(f"{describe_channel(channel)}: {reason}") from error
    except subprocess.TimeoutExpired as error:
        raise ChannelError(
            f"{describe_channel(channel)}: not done after {COMMAND_TIME:.0f} s"
        ) from error


def _start_program(channel: CommandChannel, message: Message, folder: Path) -> None:
    told = {"WARRAQ_ALARM_SUBJECT": message.subject, "WARRAQ_ALARM_TEXT": message.text}
    done = subprocess.run(  # noqa: S603 - what the operator wrote, read by no shell
        channel.arguments,
        input=message.as_json(),
        capture_output=True,
        cwd=folder,
        env={**os.environ, **told},
        timeout=COMMAND_TIME,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ValueError(f"exit code {done.returncode}" + (f": {said[-1]}" if said else ""))


# ------------------------------------------------------------------------------------------- mail


def _send_mail(channel: MailChannel, message: Message, folder: Path) -> None:
    sender = channel.sender or channel.recipients[0]
    password = channel.password.read_secret(folder) if channel.password else None
    with _open_smtp(channel, secret=password is not None) as smtp:
        if channel.username is not None and password is not None:
            smtp.login(channel.username, password)
        smtp.send_message(_mail_of(message, sender, channel.recipients), sender)


def _mail_of(message: Message, sender: str, recipients: tuple[str, ...]) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = ", ".join(recipients)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no reply by a program
    mail.set_content(message.text)
    return mail


def _open_smtp(channel: MailChannel, *, secret: bool) -> smtplib.SMTP:
    """A connection to the mail server. A password goes over TLS only, with a certificate that is
    valid, or to this machine itself; without one TLS is taken where it is offered (RFC 7435).
    """
    server, name = channel.server, socket.gethostname()
    verified = ssl.create_default_context()
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=TIMEOUT, context=verified)
    smtp = smtplib.SMTP(server.host, server.port, name, timeout=TIMEOUT)
    try:
        smtp.ehlo()
        needed = server.scheme == "submission" or (secret and not _is_this_machine(server.host))
        if needed:
            smtp.starttls(context=verified)
        elif smtp.has_extn("starttls"):
            smtp.starttls(context=ssl._create_unverified_context())  # noqa: S323, SLF001
        smtp.ehlo()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# -------------------------------------------------------------------------------------------- web


def _post(channel: WebChannel, message: Message, folder: Path) -> None:
    url = channel.url.read_secret(folder)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("its address is no http or https URL")
    body = message.text.encode() if channel.is_topic else message.as_json()
    connection = (
        http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT)
    )
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, _headers(channel, message, folder))
        answer = connection.getresponse()
        if not 200 <= answer.status < 300:
            raise ValueError(f"HTTP {answer.status}")
    finally:
        connection.close()


def _headers(channel: WebChannel, message: Message, folder: Path) -> dict[str, str]:
    headers = {"User-Agent": "warraq", "Content-Type": "application/json"}
    if channel.is_topic:
        title = message.subject
        headers["Content-Type"] = "text/plain; charset=utf-8"
        headers["Title"] = title if title.isascii() else EncodedHeader(title, "utf-8", 998).encode()
        headers["Tags"] = "warning"
    if channel.token is not None:
        headers["Authorization"] = f"Bearer {channel.token.read_secret(folder)}"
    own = {header.name: header.value.read_secret(folder) for header in channel.headers}
    return headers | own
