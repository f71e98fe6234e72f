"""Which pages an exported WACZ lists (`pages.jsonl`): every version of every article, with its
text, and what imported WACZ files listed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import datetime
from pathlib import Path

from archive.model import Capture, iso_utc
from archive.packaging.foreign_pages import read_imported_pages
from archive.packaging.wacz import PageEntry
from archive.query.reader import IndexReader
from archive.urls import normalise_url


def list_pages(
    reader: IndexReader,
    archive: Path,
    *,
    articles: Container[str] | None = None,
    holds: Callable[[Capture], bool],
) -> Iterator[PageEntry]:
    """Each version of each article (of those wanted, by id) once, at its first capture; then the
    pages that imported files listed, as they listed them.

    Of these one is left out if the export does not hold (`holds`) the capture that shows it, if a
    version is listed at that capture, or if it was withdrawn.
    """
    listed: set[tuple[str, str]] = set()
    for row in reader.first_captures():
        if articles is None or row["id"] in articles:
            listed.add((row["url"], row["captured"]))
            yield PageEntry(
                url=row["url"],
                captured=datetime.fromisoformat(row["captured"]),
                title=row["title"],
                text=row["body"],
            )
    hidden = reader.hidden_from_replay().pages
    for page in read_imported_pages(archive):
        capture = reader.nearest_capture(normalise_url(page.url) or page.url, page.captured)
        place = (page.url, iso_utc(page.captured))
        if (
            capture is not None
            and holds(capture)
            and page.url not in hidden
            and capture.url not in hidden
            and not {place, (capture.url, iso_utc(capture.captured))} & listed
        ):
            listed.add(place)
            yield page
