"""At what pace each host was asked, by the times that the WARC files state: what a site that asks
can be shown.

The times are the WARC-Dates of the exchanges, as the index repeats them; what hosts asked for
(Crawl-delay, Retry-After) is read from the records of their answers. Files of other tools are left
out: their pace is not ours.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from archive.config import CollectionConfig
from archive.errors import DamagedRecordError
from archive.layout import CollectionFolder
from archive.model import Capture, iso_utc
from archive.query.reader import IndexReader
from archive.query.reports import requests_made
from archive.warc.capture_reader import read_payload
from archive.warc.http_message import HttpMessage
from crawler.frontier.host_memory import holds
from crawler.politeness.host_pacing import MAX_AWAY, MAX_DELAY, retry_after
from crawler.politeness.robots_cache import RobotsResponse, robots_policy

PACE_COLUMNS = (
    *("host", "sites", "requests", "first", "last", "delay", "shortest", "median"),
    *("sooner", "asked_for_time", "asked_meanwhile", "robots", "held_until"),
)
# Seconds by which a request may lie closer to the one before it than the delay, and the delay is
# kept: a turn is taken before its connection stands, whose time varies. (0.02 s on a busy machine.)
TOLERANCE = 0.1
_UNDER_WAY = 5.0  # seconds, at most, in which what was under way before the answer is not counted
_ASKS_FOR_TIME = frozenset({403, 408, 425, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class _Host:
    """What the index says of one host: times in seconds since 1970."""

    times: array[float] = field(default_factory=lambda: array("d"))
    sites: set[str] = field(default_factory=set)
    robots: list[str] = field(default_factory=list)  # ids of captures
    refusals: list[str] = field(default_factory=list)


def pace_rows(
    layout: CollectionFolder, config: CollectionConfig, now: datetime
) -> list[dict[str, object]]:
    """One row (`PACE_COLUMNS`) a host that crawls asked for something, the most asked one first.

    `delay` is the pause that was to be kept last, in seconds: that of the site, or a longer
    Crawl-delay; `shortest` and `median` are the pauses that were kept; `sooner` counts those that
    were shorter than the delay of their time. `asked_for_time` counts answers with Retry-After,
    `asked_meanwhile` the requests before that time was over, `robots` those of robots.txt.
    """
    held = holds(layout.frontier, now.timestamp())
    delays = {site.name: site.delay for site in config.sites}
    with IndexReader(layout.index_db) as reader:
        hosts = _hosts(reader)
        rows = [_row(name, host, delays, _Answers(reader, layout)) for name, host in hosts.items()]
    for row in rows:
        until = held.get(str(row["host"]), 0.0)
        row["held_until"] = _text(until) if until > now.timestamp() else None
    return sorted(rows, key=lambda row: (-int(str(row["requests"])), str(row["host"])))


def _hosts(reader: IndexReader) -> dict[str, _Host]:
    hosts: dict[str, _Host] = {}
    for row in requests_made(reader):
        host = hosts.setdefault(urlsplit(row["url"]).netloc, _Host())
        host.times.append(datetime.fromisoformat(row["warc_date"]).timestamp())
        if row["site"]:
            host.sites.add(row["site"])
        if urlsplit(row["url"]).path == "/robots.txt":
            host.robots.append(row["id"])
        if row["status"] in _ASKS_FOR_TIME:
            host.refusals.append(row["id"])
    return hosts


@dataclass(frozen=True, slots=True)
class _Answers:
    """The answers of captures, from the WARC files; those that cannot be read are passed over."""

    reader: IndexReader
    layout: CollectionFolder

    def of(self, ids: list[str]) -> Iterator[tuple[Capture, HttpMessage]]:
        for identity in ids:
            capture = self.reader.capture(identity)
            if capture is None:
                continue
            try:
                yield (
                    capture,
                    read_payload(self.layout.archive, capture, self.reader.revisit_target),
                )
            except DamagedRecordError:
                continue


def _row(name: str, host: _Host, delays: dict[str, float], answers: _Answers) -> dict[str, object]:
    times = sorted(host.times)
    configured = max((delays.get(site, 0.0) for site in host.sites), default=0.0)
    changes = _delays(host, configured, answers)
    starts = [time for time, _ in changes]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    kept_to = [changes[bisect_right(starts, time) - 1][1] for time in times[:-1]]
    asked = list(_requested_pauses(host, answers))
    return {
        "host": name,
        "sites": ", ".join(sorted(host.sites)),
        "requests": len(times),
        "first": _text(times[0]),
        "last": _text(times[-1]),
        "delay": changes[-1][1],
        "shortest": round(min(pauses), 3) if pauses else None,
        "median": round(median(pauses), 3) if pauses else None,
        "sooner": sum(
            pause < delay - TOLERANCE for pause, delay in zip(pauses, kept_to, strict=True)
        ),
        "asked_for_time": len(asked),
        "asked_meanwhile": sum(
            any(begun < time < until - TOLERANCE for begun, until in asked) for time in times
        ),
        "robots": len(host.robots),
    }


def _delays(host: _Host, configured: float, answers: _Answers) -> list[tuple[float, float]]:
    """From when on which pause was to be kept: as configured, or a longer Crawl-delay."""
    changes = [(float("-inf"), configured)]
    for capture, message in answers.of(host.robots):
        said = robots_policy(RobotsResponse.from_message(capture.url, message)).robots.delay
        delay = max(configured, min(said or 0.0, MAX_DELAY))
        changes.append((capture.captured.timestamp(), delay))
    return sorted(changes)


def _requested_pauses(host: _Host, answers: _Answers) -> Iterator[tuple[float, float]]:
    """From when until when the host asked to be left alone."""
    for capture, message in answers.of(host.refusals):
        seconds = retry_after(message.header("Retry-After"), capture.captured)
        if seconds:
            asked = capture.captured.timestamp()
            under_way = max(TOLERANCE, min(_UNDER_WAY, seconds / 10))
            yield asked + under_way, asked + min(seconds, MAX_AWAY)


def _text(time: float) -> str:
    return iso_utc(datetime.fromtimestamp(time, UTC))
