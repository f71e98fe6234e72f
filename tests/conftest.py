"""What all tests share: stable names for cases that are bytes, and an order that keeps all
processes busy.
"""

import signal
from pathlib import Path

import pytest

# Where tests wait for crawls, servers and browsers: a file of them can take minutes.
_LONG = {"faults", "replay", "years", "engine", "crawl", "commands"}


def pytest_configure() -> None:
    """Have programs that tests start hear signals: what a shell starts in the background ignores
    them, and so do its children.
    """
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            heard = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, heard)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that none is left over at the end."""
    here = Path(__file__).parent

    def is_short(item: pytest.Item) -> bool:
        parts = item.path.relative_to(here).parts
        return len(parts) > 1 and not _LONG.intersection(parts)

    items.sort(key=is_short)  # stable: files stay together


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:  # noqa: ARG001
    """Name a case of bytes by its argument: packed data differs from process to process, and reads
    badly.
    """
    if isinstance(val, bytes) and (len(val) > 40 or not val.isascii() or b"\x00" in val):
        return f"{argname}-{len(val)}"
    return None
