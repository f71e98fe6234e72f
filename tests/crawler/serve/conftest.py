"""One served collection for all tests of `serve`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import served_collection
from served_answers import PAGE, PAGES_ORIGIN, REPLAY_ORIGIN

from archive.layout import CollectionFolder
from archive.query.reader import IndexReader
from crawler.serve.both_origins import serve_collection
from crawler.serve.pages import Pages
from crawler.serve.replay import Replay


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> CollectionFolder:
    return served_collection.make(tmp_path_factory.mktemp("serve") / "collection")


@pytest.fixture(scope="module")
def origins(layout: CollectionFolder) -> Iterator[tuple[str, str]]:
    """Both servers running; the origins of pages and replay."""
    with serve_collection(layout) as running:
        yield running


@pytest.fixture
def pages(layout: CollectionFolder) -> Pages:
    return Pages(layout=layout, replay_origin=REPLAY_ORIGIN)


@pytest.fixture
def replay(layout: CollectionFolder) -> Replay:
    return Replay(index=layout.index_db, archive=layout.archive, pages_origin=PAGES_ORIGIN)


@pytest.fixture
def article(layout: CollectionFolder) -> str:
    with IndexReader(layout.index_db) as reader:
        return str(reader.require_article(PAGE)["id"])
