"""The server: who may ask it, and for what."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served_answers import PAGE, WHEN, get

from archive.layout import CollectionFolder
from crawler.serve.both_origins import serve_collection


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


def test_a_body_cannot_smuggle_a_second_request(origins: tuple[str, str]) -> None:
    """What follows a request as its body is never taken for another request."""
    host = urlsplit(origins[0]).netloc
    inner = f"GET /style.css HTTP/1.1\r\nHost: {host}\r\n\r\n"
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(inner)}\r\n\r\n{inner}"
    with socket.create_connection(("127.0.0.1", int(host.split(":")[1])), timeout=20) as raw:
        raw.sendall(request.encode())
        received = b""
        while piece := raw.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 ") == 1
