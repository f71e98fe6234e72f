"""How hosts are treated: pauses, Retry-After, and robots.txt by RFC 9309."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.host_pacing import (
    MAX_AWAY,
    MAX_HELD,
    MAX_REFUSED_AWAY,
    HostPacing,
    backoff_delay,
    retry_after,
)

HOST = "https://news.example"
PAGE = f"{HOST}/a/b?c=1"


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


@dataclass
class Kept:
    held: float = 0.0
    refused_runs: int = 0
    answer_time: float = 0.0


@dataclass
class Memory:
    """What one run keeps and the next recalls, no time between them."""

    hosts: dict[str, Kept] = field(default_factory=dict)

    def recall_host(self, host: str) -> Kept:
        return self.hosts.get(host, Kept())

    def keep_host(self, host: str, *, held: float, refused_runs: int, answer_time: float) -> None:
        self.hosts[host] = Kept(held, refused_runs, answer_time)

    def next_run(self) -> HostPacing:
        return HostPacing(1.0, clock=lambda: 100.0, memory=self)


def test_a_host_that_asks_for_a_day_gets_it_in_every_run():
    """It is away, for this process and the next ones; a month is the most."""
    memory = Memory()
    hosts = memory.next_run()
    hosts.hold_host(PAGE, 86400.0)
    for run in (hosts, memory.next_run()):
        assert run.seconds_away(PAGE) == 86400.0
        assert run.seconds_away("https://cdn.example/") == 0.0
    hosts.hold_host(PAGE, 1e12)
    assert memory.next_run().seconds_away(PAGE) == MAX_AWAY


def test_what_a_crawl_can_wait_for_is_waited_for_by_the_next_one():
    """A pause of seconds outlives the process, too, and does not send the crawl away."""
    memory = Memory()
    memory.next_run().hold_host(PAGE, 40.0)
    hosts = memory.next_run()
    assert hosts.seconds_away(PAGE) == 0.0
    assert hosts.reserve_turn(PAGE) == 40.0


def test_what_another_process_is_told_is_kept_to_within_seconds():
    """A host that asks one to go away is left by those that run already."""
    memory, now = Memory(), [100.0]
    hosts = HostPacing(1.0, clock=lambda: now[0], memory=memory)
    assert hosts.seconds_away(PAGE) == 0.0
    memory.next_run().hold_host(PAGE, 86400.0)
    now[0] += 10.0
    assert hosts.seconds_away(PAGE) == 86400.0


def refused_run(memory: Memory) -> float:
    """The wait that the first refusal of a run brings."""
    hosts = memory.next_run()
    wait = hosts.note_refusal(PAGE, 5.0)
    hosts.hold_host(PAGE, wait)
    memory.hosts["news.example"].held = 0.0  # it is over
    return wait


def test_a_host_that_refuses_run_after_run_is_asked_ever_more_rarely():
    """Up to once an hour; the first good answer ends it."""
    memory = Memory()
    waits = [refused_run(memory) for _ in range(7)]
    assert waits == [5.0, 600.0, 1200.0, 2400.0, *[MAX_REFUSED_AWAY] * 3]
    memory.next_run().note_answer(PAGE)
    assert [refused_run(memory) for _ in range(2)] == [5.0, 600.0]


def test_a_run_with_a_good_answer_is_no_refused_run():
    """One page that always answers 503 does not send the next run away from all others."""
    memory = Memory()
    for answered_first in (True, False):
        hosts = memory.next_run()
        if answered_first:
            hosts.note_answer(PAGE)
        hosts.hold_host(PAGE, hosts.note_refusal(PAGE, 5.0))
        hosts.note_answer(PAGE)
        memory.hosts["news.example"].held = 0.0
        assert memory.next_run().note_refusal(PAGE, 5.0) == 5.0


def pauses(hosts: HostPacing, answer_time: float) -> float:
    """The pause that a host is left at when its answers take so long."""
    for _ in range(20):
        hosts.note_answer(PAGE, answer_time)
    before, after = hosts.reserve_turn(PAGE), hosts.reserve_turn(PAGE)
    return round(after - before, 2)


def test_a_host_that_answers_slowly_is_asked_more_slowly():
    """Twice as long a rest as it works, up to half a minute; never below the configured delay."""
    paces = [pauses(HostPacing(1.0, clock=lambda: 100.0), time) for time in (0.1, 0.5, 3.0, 90.0)]
    assert paces == [1.0, 1.0, 6.0, 30.0]
    assert pauses(HostPacing(10.0, clock=lambda: 100.0), 3.0) == 10.0
    assert pauses(HostPacing(0.0, clock=lambda: 100.0), 0.1) == 0.0


def test_one_slow_answer_is_not_a_slow_host():
    """The pace follows the latest answers, and comes back when they are quick again."""
    hosts = HostPacing(1.0, clock=lambda: 100.0)
    assert pauses(hosts, 0.1) == 1.0
    hosts.note_answer(PAGE, 1.2)
    assert pauses(hosts, 0.1) == 1.0
    assert pauses(hosts, 2.0) == 4.0
    assert pauses(hosts, 0.1) == 1.0


def test_the_next_run_begins_at_the_pace_of_the_last():
    """What was slow an hour ago is not asked quickly first."""
    memory = Memory()
    hosts = memory.next_run()
    assert pauses(hosts, 3.0) == 6.0
    hosts.keep_all()
    later = memory.next_run()
    assert [later.reserve_turn(PAGE) for _ in range(2)] == [0.0, 6.0]
