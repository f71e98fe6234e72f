"""Captures that are in the index and are read after all: revisits that came before what they refer
to, and pages whose reading was given up for what it took.

What such a capture is read as takes the place of what the index has of it, so that the index equals
one made anew. How often a page that was given up is tried again: `pipelines.ingest.retry_notes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from itertools import islice
from pathlib import Path

from archive.fixity.own_files import OwnFiles
from archive.index.writer import Index
from archive.model import GIVEN_UP_REASONS, Capture, PayloadKind, Reading, RecordType
from archive.warc.capture_reader import read_capture_groups
from pipelines.ingest.retry_notes import GivenUpPage, RetryNotes
from pipelines.usage_signals.statements import header_signals

ReadAgain = Callable[[Capture], Future[Reading]]
_BATCH = 50  # captures a transaction


def reading_for_index(capture: Capture, reading: Reading) -> Reading:
    """The reading to index, with what the capture's own headers state about its use: NOT_MODIFIED
    for a revisit of its own URL, else `reading` itself.
    """
    signals = header_signals(capture.rights_headers)
    if capture.record_type == RecordType.REVISIT and not refers_elsewhere(capture):
        return Reading(kind=PayloadKind.NOT_MODIFIED, signals=signals)
    return replace(reading, signals=signals + reading.signals) if signals else reading


def refers_elsewhere(capture: Capture) -> bool:
    """Whether a capture repeats the payload of another URL."""
    return capture.refers_to_url is not None and capture.refers_to_url != capture.url


def is_given_up(reading: Reading) -> bool:
    """Whether reading a page was given up, for the time or the memory that it took."""
    return reading.not_article is not None and reading.not_article.reason in GIVEN_UP_REASONS


class LateReadings:
    """Reads captures of `folder` late. `own` are the collection's own files, `read_again` reads a
    capture's payload from its file.
    """

    def __init__(self, index: Index, folder: Path, own: OwnFiles, read_again: ReadAgain) -> None:
        self._index = index
        self._folder = folder
        self._own = own
        self._read_again = read_again

    def read_revisits(self) -> None:
        """Read the revisits that came before what they refer to, so that the order of files makes
        no difference.
        """
        for batch in self._batches(self._index.unread_revisits()):
            self._index.apply_late(batch)

    def read_given_up(self, captures: Iterable[Capture], notes: RetryNotes) -> int:
        """Read captures that were given up once more, which `notes` count; how many could be read.

        The notes stay: what they lead to is not followed yet.
        """
        chosen = list(captures)
        for capture in chosen:
            notes.count_try(GivenUpPage.of_capture(capture))
        read = 0
        for batch in self._batches(chosen):
            whole = [entry for entry in batch if not is_given_up(entry[1])]
            self._index.apply_late(whole)
            read += len(whole)
        return read

    def apply_reading(self, capture: Capture, reading: Reading) -> None:
        """Index what a capture, of which the index has only a row, was read as."""
        for whole in self._stored([capture]):
            self._index.apply_late([(whole, reading_for_index(whole, reading))])

    def _batches(self, captures: Iterable[Capture]) -> Iterator[list[tuple[Capture, Reading]]]:
        stored = self._stored(captures)
        while batch := list(islice(stored, _BATCH)):
            futures = [self._read_again(capture) for capture in batch]
            yield [
                (each, reading_for_index(each, future.result()))
                for each, future in zip(batch, futures, strict=True)
            ]

    def _stored(self, captures: Iterable[Capture]) -> Iterator[Capture]:
        """The captures as their files have them: the index has not all facts."""
        wanted: dict[str, dict[str, Capture]] = {}
        for capture in captures:
            wanted.setdefault(capture.warc, {})[capture.id] = capture
        for warc, by_id in wanted.items():
            path = self._folder / warc
            if not path.is_file():
                continue
            first = min(capture.offset for capture in by_id.values())
            start = self._index.offset_before(warc, first)
            for group in read_capture_groups(path, start=start, foreign=self._own.is_foreign(path)):
                if isinstance(group.item, Capture) and by_id.pop(group.item.id, None) is not None:
                    yield group.item
                if not by_id:
                    break
