"""`serve` in headless Chromium: a reader sees the article and its image, and nothing archived runs
in either origin.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import served_collection

from archive.query.reader import IndexReader
from crawler.serve.both_origins import serve_collection


@pytest.mark.parametrize("framed", [True, False], ids=["in its frame", "by itself"])
def test_archived_page_is_seen_and_does_nothing(
    in_chromium: Callable[..., Any], tmp_path: Path, framed: bool
) -> None:
    """The headline and every image of the hostile page are seen; its scripts, handlers and refresh
    did nothing.
    """
    layout = served_collection.make(tmp_path / "collection")
    with IndexReader(layout.index_db) as reader:
        capture = reader.captures(reader.require_article(served_collection.PAGE)["id"])[0]["id"]
    with serve_collection(layout) as (pages, replay):
        address = (
            f"{pages}/replay/{capture}"
            if framed
            else f"{replay}/{capture}/{served_collection.PAGE}"
        )
        seen = in_chromium("page.mjs", address)
    assert "ترميم السوق القديم" in seen.text
    assert ("Scripts do not run here" in seen.text) == framed
    assert "SCRIPT RAN" not in seen.text
    assert seen.outside == []
    shown = {src.partition("news.example")[2]: width for src, width in seen.images}
    assert shown["/img/a.png?w=1&h=2"] == 5
    assert shown["/img/lazy.png"] == 9


@pytest.mark.parametrize(
    "target", ["/?q=script", "/article/{article}", "/article/{article}/compare"]
)
def test_archived_markup_does_nothing_on_our_pages(
    in_chromium: Callable[..., Any], tmp_path: Path, target: str
) -> None:
    """On our own pages the literal tags of the headline are read as text, and no image or request
    comes of them.
    """
    layout = served_collection.make(tmp_path / "collection")
    with IndexReader(layout.index_db) as reader:
        article = reader.require_article(served_collection.PAGE)["id"]
    with serve_collection(layout) as (pages, _):
        seen = in_chromium("page.mjs", pages + target.format(article=article))
    assert "<script>document.title='ran'</script>" in seen.text
    assert seen.images == []
    assert seen.outside == []


class Listener:
    """A port that counts who connects, and who says something."""

    def __init__(self) -> None:
        self.connections = self.requests = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                with connection, suppress(OSError):
                    connection.settimeout(1)
                    self.requests += bool(connection.recv(10))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def test_nothing_gets_out(
    in_chromium: Callable[..., Any], tmp_path: Path, listener: Listener
) -> None:
    """A beacon, a plug-in, a refresh, a hint to connect: nobody hears of the page being looked
    at.
    """
    layout = served_collection.make(tmp_path / "collection", evil=listener.address)
    with serve_collection(layout) as (_, replay):
        seen = in_chromium("page.mjs", f"{replay}/20260301080000/{served_collection.PAGE}")
    assert "ترميم السوق القديم" in seen.text
    assert listener.connections == 0


def test_headers_alone_stop_scripts_and_requests(
    in_chromium: Callable[..., Any],
    tmp_path: Path,
    listener: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Even where nothing is rewritten, no archived script runs and nothing is asked of another
    origin.
    """

    def unchanged(body: bytes, content_type: str, _: object) -> tuple[bytes, str, tuple[()]]:
        # Frames that were refused have no document that could be asked what it shows.
        return body.replace(b"<iframe", b"<div").replace(b"<object", b"<div"), content_type, ()

    monkeypatch.setattr("crawler.serve.replay._presented", unchanged)
    layout = served_collection.make(tmp_path / "collection", evil=listener.address)
    with serve_collection(layout) as (_, replay):
        for url in (served_collection.PAGE, "http://news.example/img/s.svg"):
            seen = in_chromium("page.mjs", f"{replay}/20260301080000/{url}")
            assert "SCRIPT RAN" not in seen.text
    assert listener.requests == 0
