"""The small newspaper that the crawls of these tests are made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from crawled_newsroom import Newsroom
from loopback_site.server import Site
from loopback_site.small_paper import paper
from loopback_site.traps import trap_home

from archive.layout import CollectionFolder


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with Site(paper(), homes=(trap_home,)) as site:
        yield Newsroom(site, CollectionFolder.create(tmp_path / "collection", ""))
