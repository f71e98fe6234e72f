"""What the process logs on standard error, kept to one printable line a record."""

from __future__ import annotations

import logging
from copy import copy

from archive.render.printable import printable_text


class PrintableLines(logging.Formatter):
    """Another formatter's lines for standard error, in which no address, title or answer of a
    server makes a line of its own or steers the terminal. Tracebacks keep their lines.
    """

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """The record in a line, and its traceback in the lines after it."""
        shown = copy(record)
        shown.msg, shown.args = record.getMessage().replace("\n", " "), None
        return printable_text(self._inner.format(shown))


def keep_log_printable() -> None:
    """Have what this process logs on standard error pass through `PrintableLines`."""
    for handler in logging.getLogger().handlers:
        inner = handler.formatter or logging.Formatter()
        if type(handler) is logging.StreamHandler and not isinstance(inner, PrintableLines):
            handler.setFormatter(PrintableLines(inner))
