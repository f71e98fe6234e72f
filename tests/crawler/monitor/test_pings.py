"""Pings, taken by a real server on loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from loopback_site.server import Site, Talk, say

from crawler.monitor import pings
from crawler.monitor.pings import MOST, TRIES, PingUnderWay, send_ping


@pytest.fixture
def service() -> Iterator[Site]:
    with Site({"/ok/1": say("OK")}) as running:
        yield running


def test_a_ping_carries_the_text(service: Site) -> None:
    """A POST in UTF-8, cut at what services take."""
    assert send_ping(f"{service.url}/ok/1", "تقرير " * 5000)
    (sent,) = service.wire.exchanges
    head, _, body = sent.request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ok/1 ")
    assert body.startswith("تقرير ".encode())
    assert len(body) == MOST


def test_a_service_that_stumbles_is_asked_again(service: Site) -> None:
    """What it answers with 500 and then takes has arrived; pauses lie between."""
    answers = iter(["500 Internal Server Error", "503 Service Unavailable", "200 OK"])

    async def stumble(talk: Talk) -> None:
        await talk.reply("", status=next(answers))

    service.routes["/ok/1"] = stumble
    pauses: list[float] = []
    assert send_ping(f"{service.url}/ok/1", sleep=pauses.append)
    assert len(pauses) == 2


def test_what_is_not_taken_is_a_warning_without_the_password(
    service: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """The path of a ping lets anyone send one: it stands in no log. An address that is wrong is
    not asked again.
    """
    assert not send_ping(f"{service.url}/wrong-secret", sleep=lambda _: None)
    assert len(service.wire.exchanges) == 1
    assert "HTTP 404" in caplog.text
    service.stop()
    pauses: list[float] = []
    assert not send_ping(f"{service.url}/gone-secret", sleep=pauses.append)
    assert len(pauses) == TRIES - 1
    assert "127.0.0.1" in caplog.text
    assert "secret" not in caplog.text


def test_a_service_that_hangs_delays_nobody(service: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ping is under way while its sender goes on, who waits for it at the end, not for ever."""

    async def hang(talk: Talk) -> None:
        await talk.wait(60)

    service.routes["/ok/1"] = hang
    monkeypatch.setattr(pings, "_LONGEST", 1.0)
    began = time.monotonic()
    ping = PingUnderWay(f"{service.url}/ok/1")
    assert time.monotonic() - began < 0.5
    ping.wait()
    assert 0.9 < time.monotonic() - began < 5
