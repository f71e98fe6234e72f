"""Whether what a site states reserves a use that the operator has said to keep to.

Pure. Which uses these are is a site's `obey_signals`; by default there are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from archive.model.usage_signals import UsageSignal
from pipelines.usage_signals.path_patterns import covers

# What reserves a use, for each word of `obey_signals`: names with the value they must have.
_RESERVES: dict[str, tuple[tuple[str, frozenset[str | None]], ...]] = {
    "noarchive": (("noarchive", frozenset({None})),),
    "noindex": (("noindex", frozenset({None})), ("none", frozenset({None}))),
    "nofollow": (("nofollow", frozenset({None})), ("none", frozenset({None}))),
    "tdm": (("tdm-reservation", frozenset({"1"})),),
    "ai-train": (
        ("ai-train", frozenset({"no", "n"})),
        ("train-ai", frozenset({"no", "n"})),
        ("noai", frozenset({None})),
    ),
    "ai-input": (("ai-input", frozenset({"no", "n"})),),
    "search": (("search", frozenset({"no", "n"})),),
    "rsl": (),  # of licences as a whole: `pipelines.usage_signals.rsl`
}
NOFOLLOW = "nofollow"  # of links, not of the page itself
RSL = "rsl"
_AGENT = "warraq"


def find_reservation(
    signals: Iterable[UsageSignal], obeyed: Collection[str], url: str
) -> str | None:
    """The first of the signals that reserves one of the uses `obeyed`, as text (`ai-train=no, in
    robots.txt`), for the page at `url`; None if none does.

    What is said to `warraq` counts instead of what is said to all by the same source; of a
    tdmrep.json the first rule that matches.
    """
    if not obeyed:
        return None
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    for signal in _applying(list(signals), path):
        for use in obeyed:
            if any(
                signal.name == name and signal.value in values for name, values in _RESERVES[use]
            ):
                value = "" if signal.value is None else f"={signal.value}"
                return f"{signal.name}{value}, in {signal.source}"
    return None


def _applying(signals: list[UsageSignal], path: str) -> Iterator[UsageSignal]:
    """The signals that are about the path and said to us."""
    to_us = {signal.source for signal in signals if signal.agent == _AGENT}
    location: str | None = None
    for signal in signals:
        if signal.agent != (_AGENT if signal.source in to_us else "*"):
            continue
        if signal.path and not covers(signal.path, path):
            continue
        if signal.source == "tdmrep.json":
            location = signal.path if location is None else location
            if signal.path != location:
                continue
        yield signal
