"""Looks after each crawl at what is wrong with its sites, and tells what is new or over.

Detection is `archive.query.alarms`'s, what was told before `crawler.alarms.book`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from archive.config import CollectionConfig, SiteConfig
from archive.errors import WarraqError
from archive.layout import CollectionFolder
from archive.locks.file_locks import FileLock
from archive.model import iso_utc
from archive.model.alarm import Alarm
from archive.query.alarms.detection import detect_alarms
from archive.query.alarms.disk_forecast import find_full_disk, measure_growth
from archive.query.alarms.site_history import read_history
from archive.query.reader import IndexReader
from archive.query.reports import AHEAD
from archive.render.printable import printable_line
from archive.urls import normalise_url
from crawler.alarms.book import TRIES, AlarmBook, Notice, change_book, plain_alarm, read_book
from crawler.alarms.channels import (
    ChannelError,
    Message,
    describe_channel,
    send_message,
)
from crawler.alarms.evidence import count_entries, find_blocker
from crawler.monitor.events import log_event


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchResult:
    """What a run found: alarms that began and that are over, and what could not be sent."""

    opened: tuple[Alarm, ...] = ()
    closed: tuple[Alarm, ...] = ()
    problems: tuple[str, ...] = ()


def current_alarms(
    layout: CollectionFolder, config: CollectionConfig, now: datetime
) -> dict[str | None, list[Alarm]]:
    """The alarms as they stand, by site; under None those of the whole collection. Nothing is
    written and nothing sent.

    A site that was not crawled since it was looked at is as it was then.
    """
    if not layout.has_usable_index():
        return {}
    book = read_book(layout.state)
    alarms: dict[str | None, list[Alarm]] = {}
    with IndexReader(layout.index_db) as reader:
        alarms[None] = _disk_alarms(reader, layout, config, book, now)
        for site in config.sites:
            if site.paused:
                continue
            alarms[site.name] = (
                book.alarms_of(site.name)
                if _is_as_looked_at(reader, site.name, book, now)
                else _with_known_since(_site_alarms(reader, layout, site, book, now), book)
            )
    return alarms


def watch_sites(
    layout: CollectionFolder,
    config: CollectionConfig,
    sites: Sequence[SiteConfig],
    now: datetime,
    *,
    is_whole: bool = True,
) -> WatchResult:
    """Look at the sites that were crawled, remember what is wrong, and send what is new or over;
    with `is_whole` at the collection, too.

    What cannot be read or written is told as a problem: it makes no crawl fail.
    """
    try:
        if not layout.has_usable_index():  # an index that is being made knows no history yet
            return WatchResult()
        return _watch_sites(layout, config, sites, now, is_whole=is_whole)
    except (WarraqError, OSError) as error:
        return WatchResult(problems=(f"alarms could not be looked after: {error}",))


def _watch_sites(
    layout: CollectionFolder,
    config: CollectionConfig,
    sites: Sequence[SiteConfig],
    now: datetime,
    *,
    is_whole: bool,
) -> WatchResult:
    known = read_book(layout.state)
    with IndexReader(layout.index_db) as reader:
        seen: dict[str | None, list[Alarm]] = {
            site.name: _site_alarms(reader, layout, site, known, now) for site in sites
        }
        if is_whole:
            seen[None] = _disk_alarms(reader, layout, config, known, now)
    with change_book(layout.state) as book:
        notices = [book.enter(site, alarms, now) for site, alarms in seen.items()]
        opened = tuple(alarm for notice in notices for alarm in notice.opened)
        closed = tuple(alarm for notice in notices for alarm in notice.closed)
        for event, alarms in (("alarm began", opened), ("alarm ended", closed)):
            for alarm in alarms:
                log_event(event, alarm.text, plain_alarm(alarm))
        names = {site.name for site in config.sites} | {each.name for each in config.faulty}
        book.forget_others(names, now)
        if config.alarms and (opened or closed):
            left = tuple(describe_channel(channel) for channel in config.alarms)
            book.pending.append(Notice(at=now, opened=opened, closed=closed, left=left))
        waiting = bool(book.pending)
    problems = send_pending(layout, config, again=is_whole) if waiting else []
    return WatchResult(opened=opened, closed=closed, problems=tuple(problems))


def _site_alarms(
    reader: IndexReader, layout: CollectionFolder, site: SiteConfig, book: AlarmBook, now: datetime
) -> list[Alarm]:
    starts = tuple(normalise_url(url) or url for url in site.start)
    history = read_history(reader, site.name, now, zone=site.timezone, starts=starts)
    history = count_entries(history, reader, layout, site)
    blocker = find_blocker(history, reader, layout)
    return detect_alarms(history, now, open_since=book.open_since(site.name), blocker=blocker)


def _disk_alarms(
    reader: IndexReader,
    layout: CollectionFolder,
    config: CollectionConfig,
    book: AlarmBook,
    now: datetime,
) -> list[Alarm]:
    alarm = find_full_disk(measure_growth(reader, layout.root, config, now), now)
    return _with_known_since([alarm], book) if alarm else []


def _with_known_since(alarms: Iterable[Alarm], book: AlarmBook) -> list[Alarm]:
    """The alarms since when they are known, if that is longer."""
    return [
        replace(alarm, since=min(alarm.since, known[alarm.kind])) if alarm.kind in known else alarm
        for alarm in alarms
        if (known := book.open_since(alarm.site)) is not None
    ]


def _is_as_looked_at(reader: IndexReader, site: str, book: AlarmBook, now: datetime) -> bool:
    looked = book.looked.get(site)
    if looked is None or looked > now + AHEAD:
        return False
    last = reader.crawls(site, limit=1)
    return bool(last) and (last[0]["finished"] or last[0]["started"]) <= iso_utc(looked)


# ---------------------------------------------------------------------------------------- sending


def send_pending(
    layout: CollectionFolder, config: CollectionConfig, *, again: bool = True
) -> list[str]:
    """Send what is to be sent; what could not be, in words: it stays for the next run. Without
    `again` what could not be sent before is left alone: a run tries that at its end, not each time
    a crawl of it ends.

    Where another process is sending, it is left to that one.
    """
    lock = FileLock(layout.state / "alarms.sending")
    if not lock.acquire(wait=0.0):
        return []
    try:
        pending = [each for each in read_book(layout.state).pending if again or not each.tries]
        results = [_send(notice, config, layout.root) for notice in pending]
        with change_book(layout.state) as book:
            rest = [notice for notice, _ in results if notice.left and notice.tries < TRIES]
            book.pending = rest + [each for each in book.pending if each not in pending]
    finally:
        lock.release()
    return [problem for _, problems in results for problem in problems]


def _send(notice: Notice, config: CollectionConfig, folder: Path) -> tuple[Notice, list[str]]:
    """The notice as it is left, and what went wrong."""
    left, problems = [], []
    for channel in config.alarms:
        name = describe_channel(channel)
        if name not in notice.left:
            continue
        try:
            send_message(channel, message_of(notice, config.name), folder)
        except ChannelError as error:
            left.append(name)
            problems.append(f"alarms could not be sent: {error}")
    return replace(notice, left=tuple(left), tries=notice.tries + 1), problems


def message_of(notice: Notice, collection: str) -> Message:
    """A notice in words, and as data."""
    parts = []
    for word, alarms in (("new", notice.opened), ("over", notice.closed)):
        if alarms:
            kinds = ", ".join(f"{alarm.site or 'collection'} {alarm.kind}" for alarm in alarms[:5])
            more = f" and {len(alarms) - 5} more" if len(alarms) > 5 else ""
            parts.append(f"{word}: {kinds}{more}")
    lines = [
        *(f"{describe_alarm(alarm)}, since {iso_utc(alarm.since)}" for alarm in notice.opened),
        *(f"over: {describe_alarm(alarm)}" for alarm in notice.closed),
    ]
    return Message(
        subject=printable_line(f"{collection}: {'; '.join(parts)}"),
        text="\n".join(lines) + "\n",
        data={
            "collection": collection,
            "at": iso_utc(notice.at),
            "opened": [plain_alarm(alarm) for alarm in notice.opened],
            "closed": [plain_alarm(alarm) for alarm in notice.closed],
        },
    )


def describe_alarm(alarm: Alarm) -> str:
    """An alarm in one line: site, kind and what was seen."""
    return printable_line(f"{alarm.site or 'collection'}: {alarm.kind}: {alarm.text}")
