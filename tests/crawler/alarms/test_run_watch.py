"""Sites of a run that are looked at while others are still crawled."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loopback_site.server import Site, Talk, say
from loopback_site.small_paper import article, listing

from archive.config import load_config
from archive.layout import CollectionFolder
from archive.model.alarm import AlarmKind
from crawler.alarms import run_watch
from crawler.alarms.book import read_book
from crawler.alarms.run_watch import RunWatch
from crawler.alarms.watch import WatchResult
from crawler.engine.run import RunListener, crawl_sites

PATIENCE = 1000  # looks, fifty a second, for what comes within a fraction of one
CONFIG = """\
[collection]
name = "two"
alarms = [{{ webhook = "{url}/hook" }}]
[sites.walled]
start = "{url}/"
delay = 0
[sites.slow]
start = "{slow}/"
delay = 0
"""


def run(folder: Path, *, slow_home: Callable[[Site], Any]) -> tuple[WatchResult, list[dict], Any]:
    """A run over a site that turns the crawler away and one with such a home page; what was found,
    what was sent, and the alarms in the state.
    """
    wall = say("no", status="403 Forbidden", cf_mitigated="challenge", Server="cloudflare")
    with Site({"/hook": say(""), "/": wall}) as walled, Site({"/a": say(article("/a"))}) as slow:
        slow.routes["/"] = slow_home(walled)
        layout = CollectionFolder.create(folder, CONFIG.format(url=walled.url, slow=slow.url))
        config = load_config(layout.config)
        with RunWatch(layout, config) as watch:
            crawl_sites(layout, config, config.sites, None, RunListener(ended=watch.note_end))
            found = watch.finish(config.sites)
        sent = [
            json.loads(each.request.partition(b"\r\n\r\n")[2]) for each in walled.wire.of("/hook")
        ]
    return found, sent, read_book(layout.state)


def test_an_alarm_is_sent_while_other_sites_are_crawled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And once; the run knows of it at its end."""
    monkeypatch.setattr(run_watch, "GATHERED", 0.05)
    waited: list[bool] = []

    def until_sent(walled: Site) -> Any:
        async def behave(talk: Talk) -> None:
            for _ in range(PATIENCE):
                if walled.wire.of("/hook"):
                    break
                await asyncio.sleep(0.02)
            waited.append(bool(walled.wire.of("/hook")))
            await talk.reply(listing("الجريدة", ["/a"]))

        return behave

    found, sent, _ = run(tmp_path / "c", slow_home=until_sent)
    assert waited[0]
    assert [alarm.kind for alarm in found.opened] == [AlarmKind.WALL]
    assert [[each["site"] for each in message["opened"]] for message in sent] == [["walled"]]


def test_what_a_short_run_finds_comes_in_one_message(tmp_path: Path) -> None:
    """Its sites are looked at together at its end."""
    refusing = say("no", status="403 Forbidden", cf_mitigated="challenge", Server="cloudflare")
    found, sent, _ = run(tmp_path / "c", slow_home=lambda _: refusing)
    assert {alarm.site for alarm in found.opened} == {"walled", "slow"}
    assert len(sent) == 1
    assert {each["site"] for each in sent[0]["opened"]} == {"walled", "slow"}


def test_a_fault_of_the_watch_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in its thread ends the run with its traceback."""
    monkeypatch.setattr(run_watch, "GATHERED", 0.01)
    looked = threading.Event()

    def fail(*_: object, is_whole: bool = True) -> WatchResult:
        looked.set()
        if is_whole:
            return WatchResult()
        raise ZeroDivisionError

    monkeypatch.setattr(run_watch, "watch_sites", fail)
    layout = CollectionFolder.create(tmp_path / "c", CONFIG.format(url="http://a", slow="http://b"))
    config = load_config(layout.config)
    with RunWatch(layout, config) as watch:
        watch.note_end(config.sites[0])
        assert looked.wait(20)
        with pytest.raises(ZeroDivisionError):
            watch.finish(config.sites)
