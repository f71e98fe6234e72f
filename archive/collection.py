"""A collection as Python users read it: search, articles, versions, captures, and the records'
bytes.

    with Collection("news") as collection:
        for article in collection.search("كرملين", site="erem"):
            print(article["title"], collection.record(collection.captures(article["id"])[0]))

Rows are dicts with the columns of `docs/tables.md`. Nothing is written, and a crawl may go on
meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive.errors import UsageError
from archive.layout import CollectionFolder
from archive.model import Capture
from archive.query.filters import Filters, Sort
from archive.query.reader import IndexReader, Row


class Collection:
    """The collection in a folder (or the one that holds it), open for reading."""

    def __init__(self, path: str | Path) -> None:
        self._folder = CollectionFolder.locate(Path(path))
        self._reader = IndexReader(self._folder.index_db)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self._reader.close()

    def search(  # noqa: PLR0913 -- filters by name are what a notebook wants
        self,
        query: str = "",
        *,
        site: str | None = None,
        section: str | None = None,
        author: str | None = None,
        since: str | None = None,
        until: str | None = None,
        sort: str = "relevance",
        limit: int = 20,
    ) -> list[Row]:
        """Articles that answer `query`, best first (or newest, `sort="date"`); without one, the
        newest.

        Each is a row of `articles` with `rank`, `title_marked` and `excerpt` (matches in `[` and
        `]`). `since` and `until` are ISO dates, both included.
        """
        filters = Filters(site=site, section=section, author=author, since=since, until=until)
        return self._reader.search(query, filters, sort=Sort(sort), limit=limit)

    def articles(self, **filters: str | None) -> Iterator[Row]:
        """Every article that passes the filters of `search`, newest first, one at a time."""
        return self._reader.select(Filters(**filters))

    def article(self, name: str) -> Row | None:
        """The article of that id, or found under that URL; None if there is no such article."""
        return self._reader.article(name)

    def versions(self, name: str) -> list[Row]:
        """The versions of an article (id or URL), first to last. UsageError where there is no such
        article.
        """
        return self._reader.versions(self._reader.require_article(name)["id"])

    def captures(self, name: str) -> list[Row]:
        """The captures an article (id or URL) was seen in, in their order. UsageError where there
        is no such article.
        """
        return self._reader.captures(self._reader.require_article(name)["id"])

    def addresses(self, name: str) -> list[Row]:
        """The addresses of an article (id or URL). UsageError where there is no such article."""
        return self._reader.addresses(self._reader.require_article(name)["id"])

    def cluster(self, name: str) -> list[Row]:
        """The near-duplicates of an article (id or URL), itself among them. UsageError where there
        is no such article.
        """
        return self._reader.cluster(self._reader.require_article(name)["id"])

    def record(self, capture: Mapping[str, Any] | Capture | str) -> bytes:
        """The WARC record of a capture (a row of `captures`, its id, or a Capture), decompressed:
        header, block, ends.

        UsageError for an id that is not there, DamagedRecordError where the bytes cannot be read.
        """
        from archive.warc.capture_reader import record_bytes

        if not isinstance(capture, Capture):
            identity = capture if isinstance(capture, str) else str(capture["id"])
            indexed = self._reader.capture(identity)
            if indexed is None:
                raise UsageError(f"{identity}: no capture of that id")
            capture = indexed
        return record_bytes(self._folder.archive, capture)
