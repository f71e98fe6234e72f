"""`warraq serve`: a collection's pages on one port of this machine, and the replay of its captures
on another.

Two ports are two origins: whatever an archived page might do, it could not reach the pages that
frame it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from archive.layout import CollectionFolder
from crawler.serve.loopback_http import listen_on_loopback
from crawler.serve.pages import Pages
from crawler.serve.replay import Replay

DEFAULT_PORT = 8460


@contextmanager
def serve_collection(
    layout: CollectionFolder, port: int = 0, replay_port: int = 0
) -> Iterator[tuple[str, str]]:
    """Serve a collection while the block runs; gives the origins of its pages and of the replay.
    Port 0: any free one.

    Only 127.0.0.1 is listened on; nothing is written, and a crawl may go on meanwhile. UsageError
    for a taken port.
    """
    with (
        listen_on_loopback(port) as (pages_origin, start_pages),
        listen_on_loopback(replay_port) as (replay_origin, start_replay),
    ):
        replay = Replay(index=layout.index_db, archive=layout.archive, pages_origin=pages_origin)
        start_replay(replay.answer)
        start_pages(Pages(layout=layout, replay_origin=replay_origin).answer)
        yield pages_origin, replay_origin
