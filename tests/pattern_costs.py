"""What a regular expression costs on the texts that cost it the most, at 20 and at 40 kB.

All texts are tried short, where one that is read over and over already stands out; those that cost
the most are then tried at full length, by the time of the processor, which other programs do not
change.
"""

import re
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from types import FrameType
from typing import Any, NamedTuple

from adversarial_text import AdversarialText
from compiled_patterns import CompiledPattern

HALF, WHOLE = 20_000, 40_000  # characters
MOST = 3.0  # times the cost for twice the length: 2 is linear, 4 quadratic
FLOOR = 0.02  # seconds of the processor below which nothing is slow
_SHORT = 600
_STANDS_OUT = 0.00015  # seconds for a short text: a linear pattern takes a tenth
_GIVEN_UP = 0.5
_LOOKED_AT = 24  # of the texts that took longest, for the cost of the pattern and not of the moment
_TRIED = 3  # texts of each pattern that are tried at full length
_TICK = 0.004  # seconds: the processor's clock goes by steps of this
_MEASURED = 0.06  # seconds that are measured at least


class Trial(NamedTuple):
    """One text, by its parts, for one method, and what it cost when it was short."""

    cost: float
    method: str
    run: tuple[str, str, str]


def find_growing_cost(found: CompiledPattern) -> str | None:
    """Where the pattern stands, and the method and text for which twice the length costs more than
    thrice the time; None where none was found.
    """
    for trial in _worst_trials(found):
        # Three times, since what else the machine does costs a program some of its own time too.
        if all(_grows(found.pattern, trial) for _ in range(3)):
            return f"{found.place}: {trial.method} on {trial.run!r}"
    return None


def _grows(pattern: re.Pattern[Any], trial: Trial) -> bool:
    if _cpu_time(pattern, trial, WHOLE, FLOOR) < FLOOR:
        return False
    half = _cpu_time(pattern, trial, HALF, _GIVEN_UP)
    runs = max(1, round(_MEASURED / max(half, _TICK)))
    half = _cpu_time(pattern, trial, HALF, _GIVEN_UP, runs) if runs > 1 else half
    allowed = max(MOST * half, FLOOR)
    return half >= _GIVEN_UP or _cpu_time(pattern, trial, WHOLE, allowed, runs) >= allowed


def _worst_trials(found: CompiledPattern) -> list[Trial]:
    trials = []
    for run, method in product(AdversarialText(found.pattern).runs(), sorted(found.methods)):
        text = _text_of(found.pattern, run, _SHORT)
        trials.append(Trial(_wall_time(found.pattern, method, text), method, run))
        if trials[-1].cost >= _GIVEN_UP:
            return trials[-1:]
    trials.sort(reverse=True)
    trials = sorted(
        (_once_more(found.pattern, trial) for trial in trials[:_LOOKED_AT]), reverse=True
    )
    return [*trials[:1], *(one for one in trials[1:_TRIED] if one.cost > _STANDS_OUT)]


def _once_more(pattern: re.Pattern[Any], trial: Trial) -> Trial:
    """The trial with its least cost: another program may have had its turn meanwhile."""
    text = _text_of(pattern, trial.run, _SHORT)
    costs = (
        [_wall_time(pattern, trial.method, text) for _ in range(3)]
        if trial.cost > _STANDS_OUT
        else []
    )
    return trial._replace(cost=min([trial.cost, *costs]))


def _text_of(pattern: re.Pattern[Any], run: tuple[str, str, str], length: int) -> Any:
    way, repeated, end = run
    text = way + repeated * max(1, (length - len(way) - len(end)) // len(repeated)) + end
    return text.encode("latin-1") if isinstance(pattern.pattern, bytes) else text


def _wall_time(pattern: re.Pattern[Any], method: str, text: Any) -> float:
    with _interrupted(_GIVEN_UP):
        began = time.perf_counter()
        _run(pattern, method, text)
        return time.perf_counter() - began
    return _GIVEN_UP


def _cpu_time(
    pattern: re.Pattern[Any], trial: Trial, length: int, most: float, runs: int = 1
) -> float:
    """The seconds of one run, the mean of several; `most` where it takes longer."""
    text = _text_of(pattern, trial.run, length)
    with _interrupted(2 * most * runs + _TICK):  # the timer is coarser than the clock
        began = time.process_time()
        for _ in range(runs):
            _run(pattern, trial.method, text)
        return min((time.process_time() - began) / runs, most)
    return most


def _run(pattern: re.Pattern[Any], method: str, text: Any) -> None:
    if method in {"sub", "subn"}:
        getattr(pattern, method)(text[:0], text)
    elif method == "finditer":
        deque(pattern.finditer(text), maxlen=0)
    elif method == "scan":  # as a tokeniser does: match after match, where each ended
        position = -1
        while (match := pattern.match(text, max(position, 0))) and match.end() > position:
            position = match.end()
    else:
        getattr(pattern, method)(text)


class _TooSlowError(Exception):
    """The time is up."""


@contextmanager
def _interrupted(seconds: float) -> Iterator[None]:
    """Ends what runs within when it has used so much time of the processor."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise _TooSlowError

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    except _TooSlowError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
