"""Where records begin and end in a file: whether it is packed, what may follow a record, and where
the next one is after damage.

Shared by all readers, as `archive.warc.parsing.record_header` is.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from archive.warc.file_names import is_gzip_name
from archive.warc.gzip_members import MAGIC, begins_record

START = b"WARC/"
_LINE_ENDS = b"\r\n"
_AHEAD = 64
_WINDOW = 1024 * 1024
_PROBE = 4096
_PLAIN_START = re.compile(rb"(?<=\n)WARC/[0-9]\.[0-9]+[ \t]*\r?\n")
_LONGEST_START = 32


def is_packed(path: Path, descriptor: int) -> bool:
    """Whether a file is gzip members: by how it begins, else by its name."""
    first = os.pread(descriptor, _AHEAD, 0)
    if first.startswith(MAGIC):
        return True
    return not first.lstrip(_LINE_ENDS).startswith(START) and is_gzip_name(path)


def ends_at(descriptor: int, offset: int) -> bool:
    """Whether a record that is not packed can end at `offset`: the two line ends that belong there
    follow, or at least another record, or nothing more.
    """
    data = os.pread(descriptor, _AHEAD, offset)
    if data.startswith(b"\r\n\r\n"):
        return True
    rest = data.lstrip(_LINE_ENDS)
    return rest.startswith(MAGIC) or START.startswith(rest[: len(START)])


def find_next_record(descriptor: int, position: int, *, packed: bool) -> int:
    """The offset from `position` on at which the next record may begin; the end of the file if
    there is none.
    """
    return (_find_member if packed else _find_plain)(descriptor, position)


def _find_member(descriptor: int, position: int) -> int:
    while window := os.pread(descriptor, _WINDOW, position):
        start = window.find(MAGIC)
        while start >= 0:
            if begins_record(os.pread(descriptor, _PROBE, position + start)):
                return position + start
            start = window.find(MAGIC, start + 1)
        if len(window) < _WINDOW:
            return position + len(window)
        position += len(window) - len(MAGIC) + 1
    return position


def _find_plain(descriptor: int, position: int) -> int:
    position = max(0, position - 1)  # the line end before it may be the last byte passed over
    while window := os.pread(descriptor, _WINDOW, position):
        if match := _PLAIN_START.search(window):
            return position + match.start()
        if len(window) < _WINDOW:
            return position + len(window)
        position += len(window) - _LONGEST_START
    return position
