"""What the index knows of earlier crawls, for who asks without crawling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from archive.index.connection import open_reader
from archive.index.page_history import IndexHistory


@contextmanager
def open_history(path: Path) -> Iterator[IndexHistory | None]:
    """The history that `index.db` holds, read-only; None where there was no crawl yet. StorageError
    where it cannot be read.
    """
    if not path.is_file():
        yield None
        return
    with closing(open_reader(path)) as connection:
        yield IndexHistory(connection, path)
