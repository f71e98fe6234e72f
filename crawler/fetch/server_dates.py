"""The clock of this machine against the `Date` that servers send (RFC 9110 §6.6.1).

A wrong clock dates captures wrongly for ever, and makes sites due too early or too late. Which of
the two clocks is wrong one server cannot say; where many agree with each other, it is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from statistics import median

from archive.warc.http_message import HttpMessage

# Seconds by which clocks may differ: servers are rarely a minute off, and a slow answer's Date may
# be of its beginning.
TOLERANCE = 300.0
# Answers of one server that are needed to say anything of its clock: a stored page may have the
# Date of the day it was stored.
_ANSWERS = 3


class ServerDates:
    """By how many seconds the clocks of servers are ahead of ours, by host (negative: behind)."""

    def __init__(self) -> None:
        self._ahead: dict[str, float] = {}
        self._answers: dict[str, int] = {}

    def note(self, host: str, message: HttpMessage, at: datetime) -> None:
        """Note the Date of an answer that was asked for at `at` (aware, by our clock).

        Caches send the Date of when they stored a page, so that of each host the answer with the
        latest Date for its time counts.
        """
        seconds = seconds_ahead(message, at)
        if seconds is not None:
            self._ahead[host] = max(seconds, self._ahead.get(host, seconds))
            self._answers[host] = self._answers.get(host, 0) + 1

    def warning(self) -> str | None:
        """What is wrong with our clock, or with a server's, in a sentence; None if they agree."""
        return clock_warning(
            {host: self._ahead[host] for host, count in self._answers.items() if count >= _ANSWERS}
        )


def seconds_ahead(message: HttpMessage, at: datetime) -> float | None:
    """By how much the Date of an answer, and its Age if a cache sent it, is later than `at`; None
    without a Date that can be read.
    """
    try:
        date = parsedate_to_datetime(message.header("date") or "")
        age = min(int(message.header("age") or "0"), 10**9)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return (date - at).total_seconds() + age


def clock_warning(ahead: Mapping[str, float]) -> str | None:
    """What the differences of some hosts say, in a sentence; None if most of them are tolerable."""
    if not ahead:
        return None
    middle = median(ahead.values())
    agreeing = [host for host, seconds in ahead.items() if abs(seconds - middle) <= TOLERANCE]
    if abs(middle) <= TOLERANCE or 2 * len(agreeing) <= len(ahead):
        return None
    ours = "behind" if middle > 0 else "ahead of"
    if len(agreeing) == 1:
        whose = f"the one of {agreeing[0]}: one of the two is wrong"
    else:
        whose = (
            f"the clocks of {len(agreeing)} servers: set it right, or dates in the archive are not"
        )
    return f"this machine's clock is {_length(abs(middle))} {ours} {whose}"


def _length(seconds: float) -> str:
    """A length of time in its largest unit."""
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"
