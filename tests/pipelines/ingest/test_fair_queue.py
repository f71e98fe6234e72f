"""A queue of which no party takes the others' share."""

from __future__ import annotations

import threading

import pytest

from pipelines.ingest import fair_queue
from pipelines.ingest.fair_queue import FairQueue


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test sets."""
    now = [100.0]
    monkeypatch.setattr(fair_queue.time, "monotonic", lambda: now[0])
    return now


def queue_of(**parties: int) -> FairQueue[str]:
    queue: FairQueue[str] = FairQueue()
    for party, count in parties.items():
        for number in range(count):
            queue.put(party, f"{party}{number}")
    return queue


def take(queue: FairQueue[str]) -> tuple[str, float, str]:
    taken = queue.take_next()
    assert taken is not None
    party, begun, task = taken
    return str(party), begun, task


def test_a_party_is_served_in_order(clock: list[float]) -> None:
    """Alone, it has all there is."""
    del clock
    queue = queue_of(a=3)
    assert [take(queue)[2] for _ in range(3)] == ["a0", "a1", "a2"]


def test_who_has_used_least_is_next(clock: list[float]) -> None:
    """One task of ten seconds is worth ten of one second."""
    queue = queue_of(slow=2, quick=12)
    served = []
    for _ in range(12):
        party, begun, task = take(queue)
        clock[0] += 10 if party == "slow" else 1
        queue.done(party, begun)
        served.append(task)
    assert served == ["slow0", *(f"quick{number}" for number in range(10)), "slow1"]


def test_what_is_still_served_counts(clock: list[float]) -> None:
    """While a task without end is under way, its party waits for its own."""
    queue = queue_of(slow=3, quick=3)
    assert take(queue)[2] == "slow0"
    for number in range(3):
        clock[0] += 1
        party, begun, task = take(queue)
        assert task == f"quick{number}"
        queue.done(party, begun)


def test_who_comes_later_neither_waits_nor_takes_over(clock: list[float]) -> None:
    """It does not make up for the time in which it had nothing to be served."""
    queue = queue_of(old=9)
    for _ in range(3):
        party, begun, _ = take(queue)
        clock[0] += 5
        queue.done(party, begun)
    queue.put("new", "new0")
    queue.put("new", "new1")
    served = []
    for _ in range(4):
        party, begun, task = take(queue)
        clock[0] += 1
        queue.done(party, begun)
        served.append(task)
    assert served == ["old3", "new0", "old4", "new1"]


def test_a_closed_queue_gives_what_is_left() -> None:
    """And then tells all that wait that there is no more."""
    queue = queue_of(a=1)
    found: list[object] = []

    def serve() -> None:
        while (taken := queue.take_next()) is not None:
            found.append(taken[2])
        found.append(None)

    threads = [threading.Thread(target=serve) for _ in range(2)]
    for thread in threads:
        thread.start()
    queue.put("b", "b0")
    queue.close()
    for thread in threads:
        thread.join(10)
    assert sorted(map(str, found)) == ["None", "None", "a0", "b0"]


def test_who_starves_is_known_and_served_apart(clock: list[float]) -> None:
    """While all that is served has taken long, a party of which none is served can be taken, one
    task after the other; those of whom one is served cannot.
    """
    queue = queue_of(slow=3)
    taken = [take(queue), take(queue)]
    queue.put("quick", "quick0")
    queue.put("quick", "quick1")
    clock[0] += 0.5
    assert not queue.is_starved(1.0)
    clock[0] += 0.5
    assert queue.is_starved(1.0)
    found = queue.take_unserved()
    assert found is not None
    assert found[2] == "quick0"
    assert queue.take_unserved() is None
    queue.done(found[0], found[1])
    found = queue.take_unserved()
    assert found is not None
    assert found[2] == "quick1"
    queue.done(found[0], found[1])
    assert queue.take_unserved() is None
    assert not queue.is_starved(1.0)
    for party, begun, _ in taken:
        queue.done(party, begun)


def test_nothing_starves_where_nothing_is_served(clock: list[float]) -> None:
    """What was put in just now is about to be taken."""
    queue = queue_of(a=1)
    clock[0] += 60
    assert not queue.is_starved(1.0)
