"""Which pages were given up, and how often each was tried again: a page that never ends must not be
read for ever.

A small file for each, in the state of a collection. Without them no page is lost: the index knows
what was given up, and tries begin to be counted anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive.locks.file_modes import make_folder, open_private
from archive.model import Capture

# By each version of the program: what took a page its time may have been the machine.
TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUpPage:
    """A page whose reading was given up: its capture (id), the site it was crawled for, its time
    (aware).
    """

    capture_id: str
    url: str
    site: str | None
    captured: datetime

    @classmethod
    def of_capture(cls, capture: Capture) -> GivenUpPage:
        """The page of a capture."""
        return cls(
            capture_id=capture.id,
            url=capture.url,
            site=capture.facts.site,
            captured=capture.captured,
        )


class RetryNotes:
    """The notes in a folder, made where it is missing. OSError where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def note_given_up(self, page: GivenUpPage) -> None:
        """Note that the reading of a page was given up; not where there is no room for that: the
        index knows it, too.
        """
        with suppress(OSError):
            if not self._path(page.capture_id).exists():
                self._write(page, tries=0)

    def may_be_tried(self, page: GivenUpPage) -> bool:
        """Whether it had fewer than `TRIES` by this version."""
        return self._tries(page) < TRIES

    def count_try(self, page: GivenUpPage) -> None:
        """Count a further try, which begins now."""
        self._write(page, tries=self._tries(page) + 1)

    def forget(self, page: GivenUpPage) -> None:
        """The page has been read."""
        self._path(page.capture_id).unlink(missing_ok=True)

    def pages_of(self, site: str) -> Iterator[GivenUpPage]:
        """The pages of a site that are noted."""
        for path in sorted(self._folder.glob("*.json")):
            note = _parsed(path)
            if note.get("site") == site:
                with suppress(KeyError, TypeError, ValueError):
                    captured = datetime.fromisoformat(note["captured"])
                    yield GivenUpPage(
                        capture_id=path.stem, url=str(note["url"]), site=site, captured=captured
                    )

    def _tries(self, page: GivenUpPage) -> int:
        note = _parsed(self._path(page.capture_id))
        tries = note.get("tries") if note.get("program") == version("warraq") else 0
        return tries if isinstance(tries, int) else 0

    def _write(self, page: GivenUpPage, *, tries: int) -> None:
        make_folder(self._folder)
        path = self._path(page.capture_id)
        note = {
            "url": page.url,
            "site": page.site,
            "captured": page.captured.isoformat(),
            "program": version("warraq"),
            "tries": tries,
        }
        fresh = path.with_suffix(f".{os.getpid()}")
        with open_private(fresh, "wb") as file:
            file.write(json.dumps(note).encode())
        fresh.replace(path)

    def _path(self, capture_id: str) -> Path:
        return self._folder / f"{capture_id}.json"


def _parsed(path: Path) -> dict[str, Any]:
    """A note; nothing where there is none, or a kill or a full disk has torn it."""
    try:
        note = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}
