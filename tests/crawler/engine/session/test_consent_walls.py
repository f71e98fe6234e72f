"""Pages that lead to one wall at the same time."""

from __future__ import annotations

from crawler.engine.session.consent_walls import ConsentWalls
from crawler.frontier.queued_url import QueuedUrl

WALL = 7


def entry(key: int) -> QueuedUrl:
    return QueuedUrl(url=f"https://news.example/{key}", key=key, leased=5.0, attempts=1)


def test_what_waits_behind_a_wall_is_asked_again_when_it_opens() -> None:
    """As if it had never been asked, and only what was led to this wall."""
    walls = ConsentWalls()
    assert walls.stop_at(WALL, entry(1)) == []
    assert walls.stop_at(WALL, entry(3)) == []
    assert walls.stop_at(8, entry(2)) == []
    (again,) = walls.open_wall(WALL, led_to=3)
    assert (again.key, again.leased, again.attempts, again.redirected) == (1, 0.0, 0, True)
    assert walls.open_wall(WALL) == []


def test_an_open_wall_stops_nobody_twice() -> None:
    """Who is led there later is asked again at once; who is led there again is not."""
    walls = ConsentWalls()
    walls.open_wall(WALL)
    assert [each.key for each in walls.stop_at(WALL, entry(1))] == [1]
    assert walls.stop_at(WALL, entry(1)) == []
