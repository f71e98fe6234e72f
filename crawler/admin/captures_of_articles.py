"""Which captures show some articles as a reader would see them: their pages, and what those need to
look as they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from archive.content_coding import decode_entity
from archive.errors import DamagedRecordError
from archive.model import Capture, NotAnArticle, RecordType
from archive.query.reader import IndexReader
from archive.warc.capture_reader import read_payload
from pipelines.page.decoding import decode_page
from pipelines.page.dom import parse_page
from pipelines.page.links import find_css_requisites, find_requisites
from pipelines.page.media_type import HTML, media_type

# A style sheet may call others: fonts at the third step are what real pages come to.
_STEPS = 4
_DECODED = 32 << 20


def gather_captures(reader: IndexReader, archive: Path, articles: Iterable[str]) -> list[Capture]:
    """The captures of these articles (ids), the records that revisits among them stand for, those
    that a browser was given, and the requisites of all.
    """
    captures: dict[str, Capture] = {}
    for article in articles:
        for row in reader.captures(article):
            capture = reader.capture(row["id"])
            if capture is not None:
                _add_with_requisites(reader, archive, capture, captures, _STEPS)
    return sorted(
        captures.values(), key=lambda capture: (capture.captured, capture.warc, capture.offset)
    )


def _add_with_requisites(
    reader: IndexReader, archive: Path, capture: Capture, captures: dict[str, Capture], steps: int
) -> None:
    if capture.id in captures or not steps:
        return
    captures[capture.id] = capture
    if capture.record_type is RecordType.REVISIT:
        reference = reader.revisit_target(capture)
        original = reader.capture_at(reference.warc, reference.offset) if reference else None
        if original is not None:
            captures[original.id] = original
    if capture.record_type is RecordType.CONVERSION:
        page = reader.shown_page(capture)
        if page is not None:
            _add_with_requisites(reader, archive, page, captures, steps)
    for url in _called_urls(reader, archive, capture):
        needed = reader.nearest_capture(url, capture.captured)
        if needed is not None:
            _add_with_requisites(reader, archive, needed, captures, steps - 1)


def _called_urls(reader: IndexReader, archive: Path, capture: Capture) -> Iterator[str]:
    """The addresses that a page or a style sheet calls; none for anything else, or where it cannot
    be read.
    """
    if (capture.mime or "").lower().startswith(("image/", "font/", "video/", "audio/")):
        return
    try:
        message = read_payload(archive, capture, reader.revisit_target)
    except DamagedRecordError:
        return
    content_type = message.content_type
    body = decode_entity(message.entity, message.entity_codings, _DECODED).body
    mime = media_type(content_type, body)
    if mime == "text/css":
        yield from find_css_requisites(decode_page(body, content_type).text, capture.url)
        return
    page = parse_page(body, capture.url, content_type) if mime in HTML else None
    if page is not None and not isinstance(page, NotAnArticle):
        yield from find_requisites(page)
