"""Two origins: what the pages show and what is archived never meet."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

from served_answers import PAGE, WHEN, get

from archive.layout import CollectionFolder
from crawler.serve.both_origins import serve_collection


def test_replay_lies_on_another_origin(origins: tuple[str, str], article: str) -> None:
    """Nothing archived is served from the origin of our pages, and none of our pages from that of
    the replay.
    """
    pages, replay = origins
    assert urlsplit(pages).port != urlsplit(replay).port
    assert get(pages, f"/{WHEN}/{PAGE}").status == 404
    assert get(replay, f"/article/{article}").status == 404
    assert get(replay, "/").status == 404


def test_each_origin_knows_the_other(origins: tuple[str, str]) -> None:
    """Only our pages may frame what is replayed, and they frame nothing but the replay."""
    pages, replay = origins
    archived = get(replay, f"/{WHEN}/{PAGE}").headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {pages};" in archived
    assert f"frame-src {replay};" in get(pages, "/").headers["Content-Security-Policy"]


def test_the_ports_asked_for_are_served(layout: CollectionFolder) -> None:
    """The pages are where the person was told to look, and the replay on the other port."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = one.getsockname()[1], other.getsockname()[1]
    with serve_collection(layout, *ports) as (pages, replay):
        assert (urlsplit(pages).port, urlsplit(replay).port) == ports
        assert get(pages, "/").status == 200
        assert get(replay, f"/{WHEN}/{PAGE}").status == 200


def test_archived_headers_are_not_passed_on(origins: tuple[str, str]) -> None:
    """Cookies, policies, refreshes, links and grants of the archived answer stay in the archive."""
    answer = get(origins[1], f"/{WHEN}/{PAGE}")
    assert answer.status == 200
    for name in ("Set-Cookie", "Refresh", "Link", "Access-Control-Allow-Origin"):
        assert answer.headers[name] is None
    assert "script-src *" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_serving_writes_nothing_and_waits_for_nobody(
    layout: CollectionFolder, article: str
) -> None:
    """While a writer holds the index and the lock pages answer at once, and every file stays as it
    was.
    """
    with (
        serve_collection(layout) as (pages, replay),
        layout.write_lock(),
        closing(sqlite3.connect(layout.index_db)) as writer,
    ):
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE articles SET words = 0")
        before = {path: path.stat().st_mtime_ns for path in layout.archive.iterdir()}
        assert get(pages, f"/article/{article}").status == 200
        assert get(replay, f"/{WHEN}/{PAGE}").status == 200
        assert {path: path.stat().st_mtime_ns for path in layout.archive.iterdir()} == before
        writer.rollback()
