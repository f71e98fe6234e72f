"""What is remembered of alarms: each is told when it begins and when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.model.alarm import Alarm, AlarmKind
from crawler.alarms.book import AlarmBook, Notice, change_book, plain_alarm, read_book

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def silence(text: str = "nothing", since: datetime = NOW) -> Alarm:
    return Alarm(kind=AlarmKind.SILENCE, site="paper", since=since, text=text)


def told(notice: Notice) -> tuple[list[str], list[str]]:
    return [each.text for each in notice.opened], [each.text for each in notice.closed]


def test_an_alarm_is_told_once_and_closed_once() -> None:
    """Each look in between keeps it open with the words of the day, since when it began."""
    book = AlarmBook()
    assert told(book.enter("paper", [silence("first")], NOW)) == (["first"], [])
    later = silence("second", NOW + HOUR)
    assert told(book.enter("paper", [later], NOW + HOUR)) == ([], [])
    (alarm,) = book.alarms_of("paper")
    assert (alarm.text, alarm.since) == ("second", NOW)
    assert told(book.enter("paper", [], NOW + 2 * HOUR)) == ([], ["second"])
    assert told(book.enter("paper", [], NOW + 3 * HOUR)) == ([], [])


def test_sites_and_kinds_are_kept_apart() -> None:
    """What is looked at of one site says nothing of another, or of the disk."""
    book = AlarmBook()
    disk = Alarm(kind=AlarmKind.DISK, since=NOW, text="full")
    book.enter("paper", [silence()], NOW)
    book.enter(None, [disk], NOW)
    assert told(book.enter("other", [], NOW)) == ([], [])
    assert book.open_since("paper") == {AlarmKind.SILENCE: NOW}
    assert book.alarms_of(None) == [disk]


def test_an_alarm_that_comes_and_goes_is_not_told_each_time() -> None:
    """Back within hours it is open, but told only if it stays; days later it is a new one."""
    book = AlarmBook()
    book.enter("paper", [silence()], NOW)
    book.enter("paper", [], NOW + HOUR)
    assert told(book.enter("paper", [silence()], NOW + 2 * HOUR)) == ([], [])
    assert book.alarms_of("paper") == [silence()]
    assert told(book.enter("paper", [], NOW + 3 * HOUR)) == ([], [])
    book.enter("paper", [silence()], NOW + 4 * HOUR)
    assert told(book.enter("paper", [silence()], NOW + 11 * HOUR)) == (["nothing"], [])
    assert told(book.enter("paper", [], NOW + 12 * HOUR)) == ([], ["nothing"])
    assert told(book.enter("paper", [silence()], NOW + 60 * HOUR)) == (["nothing"], [])


def test_sites_that_are_no_more_are_forgotten() -> None:
    """And what was over long ago."""
    book = AlarmBook()
    book.enter("paper", [silence()], NOW)
    book.enter("paper", [], NOW)
    lost = Alarm(kind=AlarmKind.SILENCE, site="gone", since=NOW, text="nothing")
    book.enter("gone", [lost], NOW)
    book.forget_others(["paper"], NOW + 20 * HOUR)
    assert (set(book.looked), book.recent, book.open) == ({"paper"}, {}, {})


def test_the_book_is_kept_in_a_file(tmp_path: Path) -> None:
    """As it was; one that is missing or spoilt is an empty one, and is written anew."""
    state = tmp_path / "state"
    notice = Notice(at=NOW, opened=(silence("عطل"),), left=("mail",), tries=2)
    with change_book(state) as book:
        book.enter("paper", [silence("عطل")], NOW)
        book.enter(None, [Alarm(kind=AlarmKind.DISK, since=NOW, text="full")], NOW)
        book.enter(None, [], NOW)
        book.pending.append(notice)
    read = read_book(state)
    assert (read.open, read.recent, read.looked) == (book.open, book.recent, book.looked)
    assert read.pending == [notice]
    assert (state / "alarms.json").stat().st_mode & 0o007 == 0
    for spoilt in ("", "[]", '{"open": 3}', '{"open": [{"kind": "?"}]}'):
        (state / "alarms.json").write_text(spoilt)
        assert read_book(state) == AlarmBook()
    assert read_book(tmp_path) == AlarmBook()


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The file is written whole, behind the change."""

    def fail() -> None:
        with change_book(tmp_path) as book:
            book.enter("paper", [silence()], NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert read_book(tmp_path) == AlarmBook()


def test_an_alarm_is_plain_words_in_json() -> None:
    """With the names that `status --json` and messages have."""
    assert plain_alarm(silence()) == {
        "site": "paper",
        "kind": "silence",
        "since": "2026-03-02T08:00:00Z",
        "text": "nothing",
    }
