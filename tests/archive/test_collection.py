from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archive.collection import Collection
from archive.errors import UsageError
from archive.index.writer import Index
from archive.layout import CollectionFolder

CONFIG = '[collection]\nname = "test"\n\n[sites.news]\nstart = ["https://news.example/"]\n'


@pytest.fixture
def folder(kit: Any, tmp_path: Path) -> Path:
    """A collection with one article of two versions."""
    layout = CollectionFolder.create(tmp_path / "collection", CONFIG)
    with Index(layout.index_db) as index:
        index.apply_captures([kit.entry(), kit.entry(hour=1, title="عنوان ثان عن الكرملين")])
    return tmp_path / "collection"


def test_reading_a_collection(folder: Path) -> None:
    """Search, article, versions, captures and cluster answer with rows under the names of the
    tables.
    """
    with Collection(folder) as collection:
        [hit] = collection.search("كرملين", site="news")
        assert hit["title_marked"] == "عنوان ثان عن [الكرملين]"
        article = collection.article(hit["url"])
        assert article is not None
        assert article["id"] == hit["id"]
        assert [version["number"] for version in collection.versions(hit["id"])] == [1, 2]
        assert len(collection.captures(hit["url"])) == 2
        assert [row["url"] for row in collection.addresses(hit["id"])] == [hit["url"]]
        assert [row["id"] for row in collection.cluster(hit["id"])] == [hit["id"]]
        assert [row["id"] for row in collection.articles(site="news")] == [hit["id"]]
        assert collection.article("no such") is None
        for unknown in (
            collection.versions,
            collection.captures,
            collection.cluster,
            collection.record,
        ):
            with pytest.raises(UsageError):
                unknown("ffffffffffffffff")
