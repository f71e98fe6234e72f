"""What the answer to `/robots.txt` means for everything that fetches (RFC 9309 §2.3.1)."""

from __future__ import annotations

import asyncio

import pytest

from crawler.politeness.host_pacing import HostPacing
from crawler.politeness.robots_cache import RobotsCache, RobotsResponse, robots_policy

URL = "https://news.example/robots.txt"


@pytest.mark.parametrize("status", [200, 204, 299])
def test_success_gives_the_rules_in_the_body(status: int) -> None:
    """Only what the rules forbid is forbidden."""
    policy = robots_policy(
        RobotsResponse(url=URL, status=status, body=b"User-agent: *\nDisallow: /private")
    )
    assert policy.blocked is None
    assert policy.robots.allows("https://news.example/a")
    assert not policy.robots.allows("https://news.example/private/a")


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 451])
def test_a_file_that_is_not_there_allows_all(status: int) -> None:
    """Whatever the body of the error page says."""
    policy = robots_policy(
        RobotsResponse(url=URL, status=status, body=b"User-agent: *\nDisallow: /")
    )
    assert policy.blocked is None
    assert policy.robots.allows("https://news.example/private/a")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 599])
def test_a_server_that_fails_forbids_all(status: int) -> None:
    """Nothing may be fetched, and the reason names the status."""
    policy = robots_policy(RobotsResponse(url=URL, status=status))
    assert policy.blocked is not None
    assert str(status) in policy.blocked


def test_no_answer_forbids_all() -> None:
    """A server that cannot be reached is not a server without rules."""
    policy = robots_policy(RobotsResponse(url=URL, error="refused"))
    assert policy.blocked is not None
    assert "refused" in policy.blocked


HOST = "https://news.example"


PAGE = f"{HOST}/a/b?c=1"


class Server:
    """Answers as scripted: the last answer of a URL repeats."""

    def __init__(self, **answers: list[RobotsResponse]) -> None:
        self.answers = {f"{HOST}/{name}": list(each) for name, each in answers.items()}
        self.asked: list[str] = []
        self.slept: list[float] = []
        self.now = 0.0

    async def fetch(self, url: str) -> RobotsResponse:
        self.asked.append(url)
        await asyncio.sleep(0)
        answers = self.answers[url.replace("robots.txt", "robots")]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def keeper(self) -> RobotsCache:
        return RobotsCache(self.fetch, HostPacing(1.0), clock=lambda: self.now, sleep=self.sleep)


def answer(status: int | None = None, body: bytes = b"", **rest) -> RobotsResponse:
    return RobotsResponse(url=HOST, status=status, body=body, **rest)


FORBIDDING = b"User-agent: *\nDisallow: /"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_4xx_allows_all_and_its_body_is_no_rule(status: int):
    """An unavailable robots.txt lets everything be crawled (RFC 9309 §2.3.1.3)."""
    standing = asyncio.run(Server(robots=[answer(status, FORBIDDING)]).keeper().policy_for(PAGE))
    assert standing.blocked is None
    assert standing.robots.allows(PAGE)


@pytest.mark.parametrize(
    "failing", [answer(500), answer(503), answer(429), answer(error="timeout")]
)
def test_a_failing_robots_txt_blocks_the_host(failing: RobotsResponse):
    """An unreachable robots.txt forbids everything, after a few tries (RFC 9309 §2.3.1.4)."""
    server = Server(robots=[failing])
    standing = asyncio.run(server.keeper().policy_for(PAGE))
    assert standing.blocked is not None
    assert len(server.asked) == 3


def test_a_robots_txt_that_recovers_counts():
    """A 503 with Retry-After is asked again after that time."""
    server = Server(robots=[answer(503, retry_after=7.0), answer(200, FORBIDDING)])
    standing = asyncio.run(server.keeper().policy_for(PAGE))
    assert standing.blocked is None
    assert not standing.robots.allows(PAGE)
    assert server.slept == [7.0]


def test_five_redirects_are_followed():
    """Rules behind five redirects bind; a sixth counts as no robots.txt."""
    chain = {f"r{n}": [answer(301, location=f"/r{n + 1}")] for n in range(1, 7)}
    chain["r5"] = [answer(200, FORBIDDING)]
    server = Server(robots=[answer(301, location="/r1")], **chain)
    assert not asyncio.run(server.keeper().policy_for(PAGE)).robots.allows(PAGE)
    chain["r5"], chain["r6"] = [answer(301, location="/r6")], [answer(200, FORBIDDING)]
    server = Server(robots=[answer(301, location="/r1")], **chain)
    assert asyncio.run(server.keeper().policy_for(PAGE)).robots.allows(PAGE)


def test_robots_txt_is_fetched_once_a_day():
    """Many pages at once ask one time; after 24 hours the file is asked for again."""
    server = Server(robots=[answer(200)])
    keeper = server.keeper()

    async def pages() -> None:
        await asyncio.gather(*(keeper.policy_for(f"{HOST}/{n}") for n in range(9)))

    asyncio.run(pages())
    assert len(server.asked) == 1
    server.now = 24 * 3600 + 1
    asyncio.run(keeper.policy_for(PAGE))
    assert len(server.asked) == 2


def test_each_scheme_and_port_has_a_robots_txt_of_its_own():
    """What http forbids, https may allow: one name may be several sites (RFC 9309 §2.3)."""
    plain, other = HOST.replace("https", "http"), HOST + ":8443"
    rules = {f"{place}/robots.txt": answer(200) for place in (HOST, other)} | {
        f"{plain}/robots.txt": answer(200, FORBIDDING)
    }

    async def fetch(url: str) -> RobotsResponse:
        return rules[url]

    keeper = RobotsCache(fetch, HostPacing(1.0))
    allowed = {
        place: asyncio.run(keeper.policy_for(f"{place}/x")).robots.allows(f"{place}/x")
        for place in (HOST, plain, other)
    }
    assert allowed == {HOST: True, plain: False, other: True}


class Memory:
    """What earlier runs have kept."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[RobotsResponse, float]] = {}

    def recall(self, origin: str) -> tuple[RobotsResponse, float] | None:
        return self.kept.get(origin)

    def keep(self, origin: str, answer: RobotsResponse) -> None:
        self.kept[origin] = (answer, 0.0)

    def next_run(self, server: Server, hosts: HostPacing | None = None) -> RobotsCache:
        return RobotsCache(
            server.fetch,
            hosts or HostPacing(1.0),
            clock=lambda: server.now,
            sleep=server.sleep,
            memory=self,
        )


RULES = FORBIDDING + b"\nCrawl-delay: 7"


def test_the_next_run_knows_what_was_fetched_within_the_day():
    """Rules, Crawl-delay and the record of the capture; a day after the fetch it is asked again."""
    memory, server = Memory(), Server(robots=[answer(200, RULES, record="<urn:uuid:1>")])
    asyncio.run(memory.next_run(server).policy_for(PAGE))
    memory.kept[HOST] = (memory.kept[HOST][0], 23 * 3600.0)
    hosts = HostPacing(1.0, clock=lambda: 0.0)
    later = memory.next_run(server, hosts)
    policy = asyncio.run(later.policy_for(PAGE))
    assert (policy.robots.allows(PAGE), policy.record) == (False, "<urn:uuid:1>")
    assert [hosts.reserve_turn(PAGE) for _ in range(2)] == [0.0, 7.0]
    assert len(server.asked) == 1
    server.now += 3601.0
    asyncio.run(later.policy_for(PAGE))
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "failing", [answer(500), answer(503, retry_after=9.0), answer(error="timeout")]
)
def test_a_robots_txt_that_failed_is_asked_for_by_the_next_run(failing: RobotsResponse):
    """The site may be back: what closes it is not kept."""
    memory, server = Memory(), Server(robots=[failing] * 3 + [answer(200)])
    assert asyncio.run(memory.next_run(server).policy_for(PAGE)).blocked
    assert not memory.kept
    assert asyncio.run(memory.next_run(server).policy_for(PAGE)).blocked is None


def test_a_robots_txt_that_asks_for_a_day_closes_the_host_for_a_day():
    """Nothing is asked for meanwhile, not even robots.txt, and the reason says until when."""
    server, hosts = Server(robots=[answer(503, retry_after=86400.0)]), HostPacing(1.0)
    server.answers[f"{HOST}/robots"] = [
        RobotsResponse(url=f"{HOST}/robots.txt", status=503, retry_after=86400.0)
    ]
    cache = Memory().next_run(server, hosts)
    asyncio.run(cache.policy_for(PAGE))
    assert hosts.seconds_away(PAGE) > 86000
    other = Memory().next_run(server, hosts)
    assert "left alone until" in (asyncio.run(other.policy_for(PAGE)).blocked or "")
    assert len(server.asked) == 1
