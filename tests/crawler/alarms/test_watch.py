"""Crawls of a paper that is well, then turns the crawler away, then is well again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from loopback_site.server import say

from archive.config_monitor_keys import parse_channel
from archive.model.alarm import Alarm, AlarmKind
from crawler.alarms.book import TRIES, Notice, change_book, read_book
from crawler.alarms.watch import (
    current_alarms,
    describe_alarm,
    message_of,
    send_pending,
    watch_sites,
)

BEGAN = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_wall_is_told_once_with_its_name_and_closed_when_it_is_gone(watched: Any) -> None:
    """By a message when it begins and one when it is over; not by each run between. `status` sees
    it all the while, also where the state was deleted.
    """
    assert watched.look(BEGAN).opened == ()
    watched.paper.wall = True
    (alarm,) = watched.look(BEGAN + HOUR).opened
    assert alarm.kind is AlarmKind.WALL
    assert alarm.text.startswith("Cloudflare (cf-mitigated) turns the crawler away: ")
    again = watched.look(BEGAN + 2 * HOUR)
    assert (again.opened, again.closed, watched.sent) == ((), (), 1)
    now = BEGAN + 3 * HOUR
    (shown,) = current_alarms(watched.layout, watched.config, now)["paper"]
    assert shown.since == alarm.since
    (watched.layout.state / "alarms.json").unlink()
    (afresh,) = current_alarms(watched.layout, watched.config, now)["paper"]
    assert afresh.kind is AlarmKind.WALL
    watched.look(now)
    watched.paper.wall = False
    (over,) = watched.look(BEGAN + 4 * HOUR).closed
    assert over.kind is AlarmKind.WALL
    later = BEGAN + 5 * HOUR
    assert current_alarms(watched.layout, watched.config, later)["paper"] == []
    last = json.loads(watched.site.wire.of("/hook")[-1].request.partition(b"\r\n\r\n")[2])
    assert [each["kind"] for each in last["closed"]] == ["wall"]
    assert last["subject"] == "news: over: paper wall"


def test_a_collection_without_an_index_has_no_alarms(watched: Any) -> None:
    """Nothing was crawled, and nothing is written by asking."""
    assert current_alarms(watched.layout, watched.config, BEGAN) == {}
    assert watch_sites(watched.layout, watched.config, watched.config.sites, BEGAN).opened == ()
    assert not (watched.layout.state / "alarms.json").exists()


def test_what_cannot_be_sent_is_sent_by_a_later_run(watched: Any) -> None:
    """By the channel that refused it alone, and not for ever."""
    watched.site.routes["/broken"] = say("", status="500 No")
    broken = parse_channel({"webhook": watched.site.url.replace("127.0.0.1", "127.0.0.2")})
    works = watched.config.alarms[0]
    config = replace(watched.config, alarms=(works, broken))
    alarm = Alarm(kind=AlarmKind.SILENCE, site="paper", since=BEGAN, text="nothing")
    left = (f"webhook {watched.site.authority}", "webhook 127.0.0.2:" + str(watched.site.port))
    with change_book(watched.layout.state) as book:
        book.pending.append(Notice(at=BEGAN, opened=(alarm,), left=left))
    (problem,) = send_pending(watched.layout, config)
    assert problem == f"alarms could not be sent: {left[1]}: Connection refused"
    assert [notice.left for notice in read_book(watched.layout.state).pending] == [left[1:]]
    assert send_pending(watched.layout, config, again=False) == []
    for _ in range(TRIES - 1):
        assert send_pending(watched.layout, config)
    assert send_pending(watched.layout, config) == []
    assert watched.sent == 1


def test_what_could_not_be_sent_waits_for_the_end_of_the_run(watched: Any) -> None:
    """Crawls of it that end before do not use up the times it is tried."""
    watched.look(BEGAN)
    alarm = Alarm(kind=AlarmKind.SILENCE, site="paper", since=BEGAN, text="nothing")
    left = (f"webhook {watched.site.authority}",)
    with change_book(watched.layout.state) as book:
        book.pending.append(Notice(at=BEGAN, opened=(alarm,), left=left, tries=1))
    for is_whole, sent in ((False, 0), (False, 0), (True, 1)):
        watch_sites(watched.layout, watched.config, [], BEGAN, is_whole=is_whole)
        assert watched.sent == sent


def test_a_message_names_what_is_new_and_what_is_over() -> None:
    """In its first line, and each in full below; of many the first ones."""
    new = [
        Alarm(kind=AlarmKind.SILENCE, site=f"paper{n}", since=BEGAN, text="none") for n in range(7)
    ]
    disk = Alarm(kind=AlarmKind.DISK, since=BEGAN, text="full soon")
    notice = Notice(at=BEGAN, opened=tuple(new), closed=(disk,))
    message = message_of(notice, "news")
    assert message.subject.startswith("news: new: paper0 silence, paper1 silence, ")
    assert message.subject.endswith(" and 2 more; over: collection disk")
    assert "paper6: silence: none, since 2026-11-24T08:00:00Z\n" in message.text
    assert message.text.endswith(f"over: {describe_alarm(disk)}\n")
    assert message.data["opened"][6]["site"] == "paper6"


def test_no_alarm_forges_a_line_of_a_message() -> None:
    """What a server has put into its text stays in the alarm's line, and steers no terminal."""
    evil = Alarm(
        kind=AlarmKind.SILENCE, site="paper", since=BEGAN, text="no\x00ne\nall is well\x1b"
    )
    message = message_of(Notice(at=BEGAN, opened=(evil,)), "ne\nws")
    assert message.subject == "ne ws: new: paper silence"
    assert message.text == "paper: silence: no�ne all is well�, since 2026-11-24T08:00:00Z\n"


def test_what_cannot_be_written_makes_no_crawl_fail(watched: Any) -> None:
    """It is told, as a problem."""
    watched.look(BEGAN)
    (watched.layout.state / "alarms.json").unlink()
    (watched.layout.state / "alarms.new").mkdir()
    result = watch_sites(watched.layout, watched.config, watched.config.sites, BEGAN + HOUR)
    (problem,) = result.problems
    assert problem.startswith("alarms could not be looked after: ")
