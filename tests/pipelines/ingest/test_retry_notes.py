"""How often pages that were given up are tried again is noted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from pipelines.ingest.retry_notes import TRIES, GivenUpPage, RetryNotes

PAGE = GivenUpPage(
    capture_id="ab12",
    url="https://news.example/1",
    site="news",
    captured=datetime(2026, 3, 1, 8, 0, 0, 250_000, tzinfo=UTC),
)


def test_tries_are_counted_up_to_a_number(tmp_path: Path) -> None:
    """Each version of the program has so many of its own."""
    folder = tmp_path / "given-up"
    notes = RetryNotes(folder)
    for _ in range(TRIES):
        assert notes.may_be_tried(PAGE)
        notes.count_try(PAGE)
    assert not RetryNotes(folder).may_be_tried(PAGE)
    notes.note_given_up(PAGE)  # again, which is no new beginning
    assert not notes.may_be_tried(PAGE)
    (path,) = folder.iterdir()
    path.write_text(json.dumps(json.loads(path.read_text()) | {"program": "0.0"}))
    assert notes.may_be_tried(PAGE)
    assert path.stat().st_mode & 0o027 == 0


def test_a_page_that_was_read_is_forgotten(tmp_path: Path) -> None:
    """The notes of a site are its own; what is forgotten may be tried as if it were new."""
    notes = RetryNotes(tmp_path)
    notes.note_given_up(PAGE)
    assert list(notes.pages_of("news")) == [PAGE]
    assert list(notes.pages_of("other")) == []
    notes.forget(PAGE)
    notes.forget(PAGE)
    assert list(notes.pages_of("news")) == []


def test_a_torn_note_is_none(tmp_path: Path) -> None:
    """And no note can be written where the disk refuses: the index knows the page, too."""
    (tmp_path / "ab12.json").write_bytes(b'{"url": "https')
    notes = RetryNotes(tmp_path)
    assert list(notes.pages_of("news")) == []
    assert notes.may_be_tried(PAGE)
    (tmp_path / "file").touch()
    RetryNotes(tmp_path / "file").note_given_up(PAGE)
