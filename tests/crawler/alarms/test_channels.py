"""Messages by program, mail, webhook and topic, to real servers on loopback."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.mail_server import MailServer as LoopbackMail
from loopback_site.server import Site, redirect, say

from archive.config_monitor_keys import parse_channel
from crawler.alarms.channels import ChannelError, Message, describe_channel, send_message

MESSAGE = Message(subject="news: new: paper silence", text="صمت\nthe paper\n", data={"opened": [1]})


@pytest.fixture
def web() -> Iterator[Site]:
    with Site({"/ok": say(""), "/broken": say("", status="500 No"), "/far": redirect("/ok")}) as up:
        yield up


@pytest.fixture
def mail() -> Iterator[LoopbackMail]:
    with LoopbackMail() as up:
        yield up


def test_a_program_gets_json_on_standard_input(tmp_path: Path) -> None:
    """And line and text in its environment; it is started in the collection's folder."""
    program = (
        "import json, os, sys; json.dump([json.load(sys.stdin), os.environ['WARRAQ_ALARM_SUBJECT'],"
        " os.environ['WARRAQ_ALARM_TEXT']], open('told', 'w'))"
    )
    send_message(parse_channel({"command": [sys.executable, "-c", program]}), MESSAGE, tmp_path)
    data, subject, text = json.loads((tmp_path / "told").read_text())
    assert data == {"opened": [1], "subject": MESSAGE.subject, "text": MESSAGE.text}
    assert (subject, text) == (MESSAGE.subject, MESSAGE.text)


def test_a_program_that_fails_or_is_missing_is_told(tmp_path: Path) -> None:
    """With its exit code and its last word; no shell reads the command."""
    fails = [sys.executable, "-c", "import sys; sys.exit('no such pager')"]
    with pytest.raises(ChannelError, match=r"exit code 1: no such pager"):
        send_message(parse_channel({"command": fails}), MESSAGE, tmp_path)
    with pytest.raises(ChannelError, match=r"command /no/such;: No such file"):
        send_message(parse_channel({"command": "/no/such; touch x"}), MESSAGE, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_mail_is_handed_in(
    mail: LoopbackMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To each recipient, with the login, as a message that says it comes from a program."""
    monkeypatch.setenv("MAIL_PASSWORD", "p4ss")
    channel = parse_channel(
        {
            "mail": ["ops@library.example", "dean@library.example"],
            "sender": "warraq@library.example",
            "server": f"smtp://127.0.0.1:{mail.port}",
            "username": "warraq",
            "password": "env:MAIL_PASSWORD",
        }
    )
    send_message(channel, MESSAGE, tmp_path)
    (message,) = mail.messages
    assert mail.recipients == ["ops@library.example", "dean@library.example"]
    assert mail.logins == [("warraq", "p4ss")]
    assert (message["Subject"], message["From"]) == (MESSAGE.subject, "warraq@library.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == MESSAGE.text


def test_mail_that_is_refused_is_told(tmp_path: Path) -> None:
    """Nothing listens, or nobody is known there."""
    with LoopbackMail(refuses=True) as refusing:
        server = f"smtp://127.0.0.1:{refusing.port}"
        channel = parse_channel({"mail": "a@b.example", "server": server})
        with pytest.raises(ChannelError, match=r"mail to a@b.example: .*no such mailbox"):
            send_message(channel, MESSAGE, tmp_path)
    with pytest.raises(ChannelError, match=r"mail to a@b.example: Connection refused"):
        send_message(channel, MESSAGE, tmp_path)


def test_a_server_without_tls_gets_no_mail_that_needs_it(
    mail: LoopbackMail, tmp_path: Path
) -> None:
    """`submission` hands nothing in over a line that anybody can read."""
    server = f"submission://127.0.0.1:{mail.port}"
    channel = parse_channel({"mail": "a@b.example", "server": server})
    with pytest.raises(ChannelError, match=r"STARTTLS"):
        send_message(channel, MESSAGE, tmp_path)
    assert mail.messages == []


def test_a_webhook_gets_json(web: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By POST, with the headers of the configuration and its secrets."""
    monkeypatch.setenv("HOOK_TOKEN", "t0ken")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    channel = parse_channel(
        {"webhook": web.url + "/ok?a=b", "token": "env:HOOK_TOKEN", "headers": {"X-Room": "7"}}
    )
    send_message(channel, MESSAGE, tmp_path)
    (exchange,) = web.wire.of("/ok?a=b")
    assert (exchange.method, exchange.header("Authorization")) == ("POST", "Bearer t0ken")
    assert (exchange.header("X-Room"), exchange.header("Content-Type")) == ("7", "application/json")
    body = exchange.request.partition(b"\r\n\r\n")[2]
    assert json.loads(body) == json.loads(MESSAGE.as_json())


def test_a_topic_gets_text_with_a_title(web: Site, tmp_path: Path) -> None:
    """As ntfy takes it; a title of other letters is encoded (RFC 2047)."""
    channel = parse_channel({"topic": web.url + "/ok"})
    send_message(channel, MESSAGE, tmp_path)
    arabic = Message(subject="أخبار: صمت", text="صمت", data={})
    send_message(channel, arabic, tmp_path)
    first, second = web.wire.of("/ok")
    assert first.header("Title") == MESSAGE.subject
    assert first.request.partition(b"\r\n\r\n")[2].decode() == MESSAGE.text
    assert str(second.header("Title")).startswith("=?utf-8?")


def test_what_a_server_does_not_take_is_told_without_its_address(
    web: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error, a redirect, or a secret that is missing; the path of a hook may be its password."""
    for path, told in (("/broken", "HTTP 500"), ("/far", "HTTP 302")):
        channel = parse_channel({"webhook": f"{web.url}{path}"})
        with pytest.raises(ChannelError) as refused:
            send_message(channel, MESSAGE, tmp_path)
        assert str(refused.value) == f"webhook {web.authority}: {told}"
    monkeypatch.delenv("HOOK", raising=False)
    missing = parse_channel({"webhook": "env:HOOK"})
    with pytest.raises(ChannelError, match=r"webhook HOOK: the environment variable HOOK"):
        send_message(missing, MESSAGE, tmp_path)


def test_channels_are_described_without_secrets() -> None:
    """By what tells them from each other."""
    assert describe_channel(parse_channel({"command": "notify x"})) == "command notify"
    assert describe_channel(parse_channel({"mail": ["a@b.c", "d@e.f"]})) == "mail to a@b.c, d@e.f"
    assert describe_channel(parse_channel({"topic": "https://n.example/s3cret"})) == (
        "topic n.example"
    )
