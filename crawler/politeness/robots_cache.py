"""What robots.txt means for each origin: fetched once a day, by whichever run, with what its
absence means (RFC 9309 §2.3.1).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from archive.content_coding import decode_entity
from archive.model.usage_signals import UsageSignal
from archive.urls import origin_of, redirect_target
from archive.warc.http_message import HttpMessage
from crawler.politeness.host_pacing import MAX_HELD, HostPacing, backoff_delay, retry_after
from crawler.politeness.robots_rules import PARSED_BYTES, RobotsRules
from pipelines.usage_signals.statements import robots_signals

ROBOTS_ATTEMPTS = 3


ROBOTS_LIFETIME = 24 * 3600.0  # RFC 9309 §2.4


ROBOTS_REDIRECTS = 5  # RFC 9309 §2.3.1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsResponse:
    """What a fetch brought, as far as politeness cares. `error` is set where there was no
    response; `record` is the WARC-Record-ID of its capture, where it was kept.
    """

    url: str
    status: int | None = None
    body: bytes = b""
    location: str | None = None
    retry_after: float | None = None
    error: str | None = None
    record: str | None = None

    @classmethod
    def from_message(
        cls, url: str, message: HttpMessage, record: str | None = None
    ) -> RobotsResponse:
        """What a response says; its body is decoded where it may be rules, and as far as they are
        read.
        """
        body = b""
        if message.status is not None and 200 <= message.status < 300:
            body = decode_entity(message.entity, message.entity_codings, PARSED_BYTES + 1).body
        return cls(
            url=url,
            status=message.status,
            body=body,
            location=message.location,
            retry_after=retry_after(message.header("Retry-After")),
            record=record,
        )


@dataclass(frozen=True, slots=True)
class RobotsPolicy:
    """What robots.txt means for one origin: its rules, or why nothing may be fetched there.

    `record` is the WARC-Record-ID of the capture that says so; `signals` are what the file states
    about the use of pages.
    """

    robots: RobotsRules = field(default_factory=RobotsRules)
    blocked: str | None = None
    record: str | None = None
    signals: tuple[UsageSignal, ...] = ()


class RobotsMemory(Protocol):
    """Where each origin's robots.txt outlives the process."""

    def recall(self, origin: str) -> tuple[RobotsResponse, float] | None:
        """The answer as it was kept last, and its age in seconds."""

    def keep(self, origin: str, answer: RobotsResponse) -> None:
        """Keep an answer of now."""


class RobotsCache:
    """Each origin's robots.txt, fetched once a day at most, before anything else of that origin.

    `fetch` fetches one URL without following redirects. RFC 9309 §2.3.1: 2xx gives rules, 4xx
    allows all, anything else forbids all. What a run before this one fetched within the day, and
    did not fail, is in `memory`.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[RobotsResponse]],
        hosts: HostPacing,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        memory: RobotsMemory | None = None,
    ) -> None:
        self._fetch = fetch
        self._hosts = hosts
        self._clock = clock
        self._sleep = sleep
        self.memory = memory
        self._kept: dict[str, tuple[float, RobotsPolicy]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def policy_for(self, url: str) -> RobotsPolicy:
        """What robots.txt of the URL's origin means; a host that asks to be left alone is not even
        asked for it.
        """
        place = origin_of(url)
        async with self._locks.setdefault(place, asyncio.Lock()):
            kept = self._kept.get(place) or self._recall(place)
            if kept is None or self._clock() - kept[0] >= ROBOTS_LIFETIME:
                if (away := self._hosts.seconds_away(url)) > 0:
                    return RobotsPolicy(blocked=away_reason(away))
                policy = await self._fetch_with_retries(place)
                kept = (self._clock(), policy)
            self._hosts.keep_crawl_delay(url, kept[1].robots.delay)
            self._kept[place] = kept
            return kept[1]

    def _recall(self, place: str) -> tuple[float, RobotsPolicy] | None:
        recalled = self.memory.recall(place) if self.memory is not None else None
        if recalled is None:
            return None
        answer, age = recalled
        return self._clock() - age, robots_policy(answer)

    async def _fetch_with_retries(self, place: str) -> RobotsPolicy:
        url, policy = f"{place}/robots.txt", RobotsPolicy()
        for attempt in range(ROBOTS_ATTEMPTS):
            answer = await follow_redirects(url, self._fetch)
            policy = robots_policy(answer)
            if policy.blocked is None:
                if self.memory is not None:
                    self.memory.keep(place, answer)
                break
            asked = answer.retry_after
            if asked is not None and asked > MAX_HELD:
                self._hosts.hold_host(answer.url, asked)
                break
            if attempt == ROBOTS_ATTEMPTS - 1:
                break
            await self._sleep(
                asked if asked is not None else backoff_delay(attempt, self._hosts.first_backoff)
            )
        return policy


async def follow_redirects(
    url: str, fetch: Callable[[str], Awaitable[RobotsResponse]]
) -> RobotsResponse:
    """The answer after at most five redirects, to other hosts too; more of them count as "not
    there".
    """
    for _ in range(ROBOTS_REDIRECTS + 1):
        answer = await fetch(url)
        redirect = answer.status is not None and 300 <= answer.status < 400 and answer.location
        target = redirect_target(answer.location or "", url) if redirect else None
        if target is None:
            return answer
        url = target
    return RobotsResponse(url=url, status=404, record=answer.record)


def away_reason(seconds: float) -> str:
    """Why nothing is asked of a host that is to be left alone for so long, for a person."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    return (
        f"the site asks to be left alone until {until:%Y-%m-%d %H:%M} UTC;"
        " a crawl after that goes on"
    )


def robots_policy(answer: RobotsResponse) -> RobotsPolicy:
    """What the answer to `/robots.txt`, its redirects followed, allows (RFC 9309 §2.3.1).

    2xx: the rules in its body. 4xx, and a redirect that leads nowhere: everything. 429, 5xx and no
    answer at all: nothing, with the reason in `blocked`.
    """
    if answer.error is not None:
        return RobotsPolicy(
            blocked=f"robots.txt could not be fetched ({answer.error}), "
            "so nothing may be (RFC 9309)"
        )
    status = answer.status or 0
    if 200 <= status < 300:
        return RobotsPolicy(
            RobotsRules(answer.body), record=answer.record, signals=robots_signals(answer.body)
        )
    if status == 429 or status >= 500 or status < 200:
        return RobotsPolicy(
            blocked=f"robots.txt answers {status}, so nothing may be fetched (RFC 9309)"
        )
    return RobotsPolicy(record=answer.record)
