"""How hosts are treated: pauses, Retry-After, and robots.txt by RFC 9309."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.host_pacing import MAX_HELD, HostPacing, backoff_delay, retry_after
from crawler.politeness.refusals import RefusalCounter
from crawler.politeness.robots_cache import RobotsCache, RobotsResponse
from crawler.politeness.robots_rules import PARSED_BYTES, RobotsRules

HOST = "https://news.example"
PAGE = f"{HOST}/a/b?c=1"


def allows(text: str | bytes, path: str = "/x", agent: str = "warraq") -> bool:
    data = text.encode() if isinstance(text, str) else text
    return RobotsRules(data, agent).allows(HOST + path)


# ---------------------------------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/x", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow: /", "/private/robots.txt", False),
        ("User-agent: *\nDisallow:\nUser-agent: warraq bot\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow:", "/x", True),
        ("", "/x", True),
        ("<html>not found</html>", "/x", True),
        ("User-agent: *\nDisallow: /\nUser-agent: Warraq\nAllow: /", "/x", True),
        ("User-agent: warraq\nDisallow: /\nUser-agent: *\nAllow: /", "/x", False),
        ("User-agent: warraq/1.0\nDisallow: /", "/x", False),
        ("User-agent: warraqbot\nDisallow: /", "/x", True),
        ("User-agent: war\nDisallow: /", "/x", True),
        ("User-agent: Warraq Bot\nDisallow: /", "/x", False),
        ("User-agent: other\nUser-agent: warraq\nDisallow: /", "/x", False),
        ("User-agent: warraq\nDisallow: /a\nUser-agent: warraq\nDisallow: /x", "/x", False),
        ("user-agent:warraq\ndisallow:/x", "/x", False),
        ("Disallow: /x\nUser-agent: *\nAllow: /", "/x", True),
        ("User-agent: *\nDisallow: /x\nAllow: /x/y", "/x/y", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x", True),
        ("User-agent: *\nDisallow: /أخبار", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", False),
        ("User-agent: *\rDisallow: /x\r", "/x", False),
        ("\ufeffUser-agent: *\nDisallow: /x", "/x", False),
        ("User-agent: * # all\nDisallow: /x # not this", "/x", False),
    ],
)
def test_rules_are_read_as_the_rfc_says(text: str, path: str, allowed: bool):
    """Groups, tokens, longest match, wildcards, escapes, comments, line ends (RFC 9309 §2.2)."""
    assert allows(text, path) is allowed


@pytest.mark.parametrize(
    "between",
    ["Crawl-delay: 5", "Unknown: x", "Sitemap: https://news.example/s.xml", "Noindex: /", ""],
)
def test_other_lines_do_not_end_a_group_of_agents(between: str):
    """Only rules end the list of agents (RFC 9309 §2.2.4)."""
    text = f"User-agent: warraq\n{between}\nUser-agent: other\nDisallow: /x"
    assert not allows(text)


def test_a_utf16_file_is_read():
    """A robots.txt saved by a Windows editor still binds."""
    assert not allows("User-agent: *\nDisallow: /x".encode("utf-16"))


def test_a_latin1_comment_does_no_harm():
    """Bytes that are not UTF-8 spoil their own line at most."""
    assert not allows("# r\xe9serv\xe9\nUser-agent: *\nDisallow: /x".encode("latin-1"))


def test_only_the_first_500_kib_are_parsed():
    """An endless file costs a bounded time, and a rule cut in half is no rule."""
    head = b"User-agent: *\nDisallow: /x\n"
    filler = b"Disallow: /y\n" * 60_000
    assert len(head + filler) > PARSED_BYTES
    robots = RobotsRules(head + filler + b"Disallow: /z\n")
    assert not robots.allows(f"{HOST}/x")
    assert robots.allows(f"{HOST}/z")


def test_delay_and_sitemaps_are_found():
    """Crawl-delay of our group, sitemaps of the whole file."""
    robots = RobotsRules(
        b"Sitemap: /s1.xml\nUser-agent: *\nCrawl-delay: 2,5\nDisallow: /x\nSitemap: https://cdn.example/s2.xml"
    )
    assert robots.delay == 2.5
    assert robots.sitemaps == ["/s1.xml", "https://cdn.example/s2.xml"]


@given(st.binary(max_size=400))
def test_any_bytes_are_a_robots_txt(data: bytes):
    """Nothing a server sends raises."""
    RobotsRules(data).allows(PAGE)


# ------------------------------------------------------------------------------ fetching robots.txt


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


# ----------------------------------------------------------------------------------------- the pace


def test_retry_after_is_seconds_or_a_date():
    """Both forms of RFC 9110 §10.2.3, and nonsense is none."""
    now = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    assert retry_after(" 120 ") == 120.0
    assert retry_after("Sun, 22 Nov 2026 12:01:30 GMT", now) == 90.0
    assert retry_after("Sun, 22 Nov 2026 11:00:00 GMT", now) == 0.0
    assert retry_after("soon") is None
    assert retry_after("-5") is None
    assert retry_after(None) is None


@given(st.text(max_size=40))
def test_no_retry_after_raises(text: str):
    """Whatever a server sends, it is a number of seconds or nothing."""
    seconds = retry_after(text)
    assert seconds is None or seconds >= 0


def test_backoff_doubles_and_is_bounded():
    """1, 2, 4 … times the first, within a quarter, at most the longest a crawl waits."""
    assert [backoff_delay(n, 4.0, lambda: 0.5) for n in range(3)] == [4.0, 8.0, 16.0]
    assert backoff_delay(0, 4.0, lambda: 0.0) == 3.0
    assert backoff_delay(30, 4.0) == MAX_HELD


def test_each_host_has_its_own_turns():
    """Two requests to one host lie `delay` apart; another host does not wait for it; Crawl-delay is
    the larger.
    """
    hosts = HostPacing(2.0, clock=lambda: 100.0)
    assert [hosts.reserve_turn(PAGE) for _ in range(3)] == [0.0, 2.0, 4.0]
    assert hosts.reserve_turn("https://cdn.example/") == 0.0
    hosts.keep_crawl_delay("https://cdn.example/", 10.0)
    hosts.keep_crawl_delay("https://cdn.example/", 1.0)
    assert [hosts.reserve_turn("https://cdn.example/") for _ in range(2)] == [2.0, 12.0]


def test_a_host_that_asks_for_a_pause_gets_it():
    """Retry-After holds back what was reserved before it, too."""
    hosts = HostPacing(0.0, clock=lambda: 100.0)
    assert hosts.reserve_turn(PAGE) == 0.0
    hosts.hold_host(PAGE, 30.0)
    assert hosts.seconds_held(PAGE) == 30.0
    assert hosts.reserve_turn(PAGE) == 30.0
    hosts.hold_host(PAGE, 1e9)
    assert hosts.seconds_held(PAGE) == MAX_HELD


def test_a_site_that_refuses_ten_times_in_a_row_is_left():
    """Single refusals are forgotten at the next page; a row of them is a block."""
    patience = RefusalCounter(limit=3)
    for _ in range(5):
        patience.refused("403")
        patience.refused("403")
        patience.welcomed()
    assert patience.lost is None
    for _ in range(3):
        patience.refused("403")
    assert patience.lost is not None


def test_pages_read_late_do_not_break_a_row_of_silence():
    """A page fetched before the server died may be read after it: it says nothing of the server
    now.
    """
    patience = RefusalCounter(limit=3)
    for _ in range(3):
        patience.welcomed()
        patience.silent("reset")
    assert patience.lost is not None


def test_a_response_ends_a_row_of_silence():
    """Only an answer on the wire shows that the server is there again."""
    patience = RefusalCounter(limit=3)
    for _ in range(5):
        patience.silent("reset")
        patience.silent("reset")
        patience.answered()
    assert patience.lost is None


def test_ten_refusals_among_many_welcomes_do_not_close_a_site():
    """What counts is also how much of what the site says lately is a refusal."""
    patience = RefusalCounter()
    for _ in range(25):
        patience.welcomed()
    for _ in range(12):
        patience.refused("403")
    assert patience.lost is None
    for _ in range(10):
        patience.refused("403")
    assert patience.lost is not None
