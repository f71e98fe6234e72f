"""The server: who may ask it, and for what."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served_answers import PAGE, WHEN, get

from archive.errors import UsageError
from archive.layout import CollectionFolder
from crawler.serve.both_origins import serve_collection
from crawler.serve.loopback_http import HttpReply, listen_on_loopback, plain_reply


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", "0.0.0.0", ""]
)
def test_other_names_for_this_machine_are_refused(
    origins: tuple[str, str], which: int, host: str
) -> None:
    """A name that was rebound to 127.0.0.1 (DNS rebinding) gets nothing, on either origin."""
    answer = get(origins[which], "/", Host=host)
    assert answer.status == 421
    assert "كرملين" not in answer.text
    assert get(origins[which], "/").status in (200, 404)


@pytest.mark.parametrize("which", [0, 1])
def test_other_websites_are_refused(origins: tuple[str, str], which: int) -> None:
    """What another website makes the browser ask for is not answered; what the person asks for
    is.
    """
    target = ("/", f"/{WHEN}/{PAGE}")[which]
    assert get(origins[which], target, Sec_Fetch_Site="cross-site").status == 403
    for site in ("none", "same-origin", "same-site"):
        assert get(origins[which], target, Sec_Fetch_Site=site).status == 200
    assert get(origins[which], target).headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_nothing_can_be_changed(origins: tuple[str, str], which: int, method: str) -> None:
    """Only GET and HEAD are answered, and refusals too come under a policy."""
    answer = get(origins[which], "/", method)
    assert answer.status in (405, 501)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_only_loopback_listens(layout: CollectionFolder) -> None:
    """Both servers listen on 127.0.0.1 and on no other address of this machine."""
    with serve_collection(layout) as origins:
        ports = {f"{urlsplit(origin).port:04X}" for origin in origins}
        listening = [
            line.split()[1].split(":")
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(table).read_text().splitlines()[1:]
            if line.split()[3] == "0A"
        ]
        found = [address for address, port in listening if port in ports]
        assert found == ["0100007F", "0100007F"]


def exchange_bytes(origin: str, request: str) -> bytes:
    """All that comes back for these bytes until the server hangs up; HOST stands for its own."""
    host = urlsplit(origin).netloc
    with socket.create_connection(("127.0.0.1", int(host.split(":")[1])), timeout=20) as raw:
        raw.sendall(request.replace("HOST", host).encode())
        received = b""
        while piece := raw.recv(65536):
            received += piece
    return received


INNER = "GET /style.css HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("field", ["Content-Length: 60", "Transfer-Encoding: chunked"])
def test_a_body_cannot_smuggle_a_second_request(origins: tuple[str, str], field: str) -> None:
    """What follows a request as its body is never taken for another request."""
    request = f"GET / HTTP/1.1\r\nHost: HOST\r\n{field}\r\n\r\n{INNER}"
    assert exchange_bytes(origins[0], request).count(b"HTTP/1.1 ") == 1


def test_a_second_host_is_refused(origins: tuple[str, str]) -> None:
    """A request that names our address and another one besides is not answered."""
    received = exchange_bytes(
        origins[0],
        "GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    )
    assert received.startswith(b"HTTP/1.1 421 ")


def test_head_has_no_body(origins: tuple[str, str]) -> None:
    """HEAD gets the length of the page, and not one byte of it."""
    received = exchange_bytes(
        origins[0], "HEAD / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
    )
    head, _, body = received.partition(b"\r\n\r\n")
    assert body == b""
    assert int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]) > 0


@pytest.mark.parametrize("which", [0, 1])
def test_every_answer_is_kept_from_others(origins: tuple[str, str], which: int) -> None:
    """No answer is kept by a cache, says where the reader came from, makes the browser look up
    names, or is read by another window; refusals neither.
    """
    for target in ("/", f"/{WHEN}/{PAGE}", "/nothing"):
        headers = get(origins[which], target).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-DNS-Prefetch-Control"] == "off"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_bug_in_a_page_is_told_and_ends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The reader is sent to the terminal, where the trace is, and the next request is answered."""

    def answer(target: str) -> HttpReply:
        if target == "/bad":
            raise ZeroDivisionError("a bug")
        return plain_reply(200, "fine")

    with listen_on_loopback(0) as (origin, start):
        start(answer)
        bad = get(origin, "/bad")
        assert (bad.status, "a bug" in bad.text) == (500, False)
        assert get(origin, "/good").status == 200
    assert "ZeroDivisionError: a bug" in capsys.readouterr().err


def test_a_port_that_cannot_be_had_is_a_users_error() -> None:
    """A port in use, or one that does not exist, is told with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in (taken.getsockname()[1], 99_999):
            with pytest.raises(UsageError, match="choose another"), listen_on_loopback(port):
                pass


def test_nothing_goes_on_after_the_block() -> None:
    """When serving ends, the port is free again and no thread is left waiting for requests."""
    before = threading.active_count()
    with listen_on_loopback(0) as (origin, start):
        start(lambda target: plain_reply(200, target))
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        get(origin)
