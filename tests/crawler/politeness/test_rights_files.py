"""The files in which a site states how its pages may be used."""

from __future__ import annotations

import asyncio

import pytest

from crawler.politeness.rights_files import AGAIN, RightsFiles
from crawler.politeness.robots_cache import ROBOTS_LIFETIME, RobotsResponse

URL = "https://news.example/license.xml"


class Host:
    """Answers in turn, and the clock of those who ask."""

    def __init__(self, *answers: RobotsResponse) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.now = 0.0
        self.kept: dict[str, tuple[RobotsResponse, float]] = {}

    async def fetch(self, url: str) -> RobotsResponse:
        self.asked.append(url)
        return self.answers.pop(0)

    def recall(self, origin: str) -> tuple[RobotsResponse, float] | None:
        return self.kept.get(origin)

    def keep(self, origin: str, answer: RobotsResponse) -> None:
        self.kept[origin] = (answer, 0.0)


def answer(status: int | None, body: bytes = b"", **rest) -> RobotsResponse:
    return RobotsResponse(url=URL, status=status, body=body, **rest)


def reading(host: Host) -> RightsFiles:
    return RightsFiles(host.fetch, memory=host, clock=lambda: host.now)


def test_a_file_is_asked_for_once_a_day() -> None:
    """Also by those who wait for it at the same time."""
    host = Host(answer(200, b"one"), answer(200, b"two"))
    files = reading(host)

    async def read() -> None:
        await asyncio.gather(*(files.refresh(URL) for _ in range(3)))
        host.now = ROBOTS_LIFETIME - 1
        await files.refresh(URL)
        assert (files.body(URL), len(host.asked)) == (b"one", 1)
        host.now = ROBOTS_LIFETIME
        await files.refresh(URL)

    asyncio.run(read())
    assert (files.body(URL), len(host.asked)) == (b"two", 2)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_states_nothing(status: int) -> None:
    """Any more."""
    host = Host(answer(200, b"one"), answer(status))
    files = reading(host)
    asyncio.run(files.refresh(URL))
    host.now = ROBOTS_LIFETIME
    asyncio.run(files.refresh(URL))
    assert files.body(URL) == b""


@pytest.mark.parametrize(
    "failing", [answer(503), answer(403), answer(429), answer(None, error="x")]
)
def test_what_does_not_answer_is_asked_again_later(failing: RobotsResponse) -> None:
    """What was known before counts until then, from an earlier run, too."""
    host = Host(failing, answer(200, b"new"))
    host.kept[URL] = (answer(200, b"old"), 2 * ROBOTS_LIFETIME)
    files = reading(host)
    asyncio.run(files.refresh(URL))
    asyncio.run(files.refresh(URL))
    assert (files.body(URL), len(host.asked)) == (b"old", 1)
    host.now = AGAIN
    asyncio.run(files.refresh(URL))
    assert files.body(URL) == b"new"


def test_the_next_run_knows_what_was_fetched_within_the_day() -> None:
    """And redirects lead to it."""
    host = Host(answer(301, location="/terms.xml"), answer(200, b"one"))
    asyncio.run(reading(host).refresh(URL))
    assert host.asked == [URL, "https://news.example/terms.xml"]
    files = reading(host)
    assert files.body(URL) is None
    asyncio.run(files.refresh(URL))
    assert (files.body(URL), len(host.asked)) == (b"one", 2)
