"""Which WARC files a collection wrote itself: only what these state of withdrawals, crawls,
failures and sites is believed.

A file is another's if it was imported, or if its `warcinfo` record names another tool. It follows
from the file and its note of origin alone, so that a catch-up, a rebuild and a collection that was
moved or restored say the same.
"""

from __future__ import annotations

from pathlib import Path

from archive.fixity.manifest import ORIGIN, read_manifest
from archive.warc import warc_fields
from archive.warc.file_names import final_name, is_arc
from archive.warc.record import Record
from archive.warc.record_reader import read_records

IMPORTED_PREFIX = "import-"
_SOFTWARE = "warraq"
_INFO_LIMIT = 64 * 1024


class OwnFiles:
    """Tells the files of one collection's `archive/` apart; `fixity` is its folder of manifests.

    The manifest is read once, when it is first asked: it remembers the note of an imported file
    that has lost it.
    """

    def __init__(self, fixity: Path) -> None:
        self._fixity = fixity
        self._stated: dict[str, str] | None = None

    def is_foreign(self, path: Path) -> bool:
        """True if the collection did not write this file of `archive/`; OSError if it cannot be
        read.
        """
        name = final_name(path)
        if name.startswith(IMPORTED_PREFIX) or is_arc(path):
            return True
        if path.with_name(name + ORIGIN).exists() or self._is_stated(name + ORIGIN):
            return True
        software = _software_of(path)
        if software is None:  # damage took the first record; no manifest, as in a part restored
            return bool(self._stated) and not self._is_stated(name)
        return not _is_ours(software)

    def _is_stated(self, name: str) -> bool:
        if self._stated is None:
            self._stated = read_manifest(self._fixity)
        return f"archive/{name}" in self._stated


def _is_ours(software: str) -> bool:
    return software.lower().partition("/")[0] == _SOFTWARE


def _software_of(path: Path) -> str | None:
    """The `software` of the warcinfo record that a file begins with, '' if it names none or begins
    with another record; None if its first record is damaged.
    """
    record = next(read_records(path, keep=lambda _: _INFO_LIMIT), None)
    if not isinstance(record, Record):
        return None
    if record.type != "warcinfo":
        return ""
    return dict(reversed(warc_fields.decode_fields(record.block))).get("software", "")
