"""What is logged on standard error."""

import io
import logging
from collections.abc import Iterator

import pytest

from crawler.monitor.printable_log import PrintableLines, keep_log_printable


@pytest.fixture
def shown() -> Iterator[io.StringIO]:
    """What the root logger writes to a stream, in lines that cannot be forged."""
    root, stream = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    root.addHandler(handler)
    keep_log_printable()
    keep_log_printable()  # the second time changes nothing
    yield stream
    root.removeHandler(handler)


def test_a_page_forges_no_line_of_the_log(shown: io.StringIO) -> None:
    """A line feed or an escape sequence in what is logged stays within its line."""
    logging.getLogger("x").warning("asked for %s", "a\nERROR: forged\x1b[1A\u202e")
    assert shown.getvalue() == "WARNING: asked for a ERROR: forged�[1A�\n"


def test_a_traceback_keeps_its_lines(shown: io.StringIO) -> None:
    """It is read by a person who mends the program."""
    try:
        raise ValueError("bad \x07 bell")
    except ValueError:
        logging.getLogger("x").exception("it broke")
    lines = shown.getvalue().splitlines()
    assert lines[0] == "ERROR: it broke"
    assert lines[1].startswith("Traceback")
    assert lines[-1] == "ValueError: bad � bell"


def test_the_record_stays_as_it_was() -> None:
    """Other handlers, the run's own log, get it with its line feed and its arguments."""
    record = logging.LogRecord("x", logging.INFO, "p", 1, "%s", ("a\nb",), None)
    assert PrintableLines(logging.Formatter()).format(record) == "a b"
    assert (record.msg, record.args, record.getMessage()) == ("%s", ("a\nb",), "a\nb")
