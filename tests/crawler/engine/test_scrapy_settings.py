"""The settings that a crawl runs under."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.settings import Settings, default_settings
from scrapy.utils.misc import load_object

from crawler.engine.addon import MIDDLEWARES, WarraqAddon
from crawler.engine.scrapy_settings import (
    REMOTE_CONTROL_ENABLED,
    TELNETCONSOLE_ENABLED,
    _current_collection,
    as_dict,
)
from crawler.engine.spider import NewsSpider
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.download_handler import RecordingHandler, build_client

OURS = {name for name in as_dict() if name.startswith("WARRAQ_")}


def dotted_paths(value: Any) -> Iterator[str]:
    """Every string in a setting that names a Python object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from dotted_paths(key)
            yield from dotted_paths(inner)
    elif isinstance(value, str) and value.startswith(("scrapy.", "crawler.", "twisted.")):
        yield value


PATHS = sorted(
    {
        path
        for name, value in as_dict().items()
        if not name.endswith(("_MODULES", "_MODULE"))
        for path in dotted_paths(value)
    }
)


@pytest.mark.parametrize("path", PATHS)
def test_every_dotted_path_can_be_loaded(path: str) -> None:
    """A component that is switched on or off by name exists under that name in the Scrapy that is
    installed.
    """
    assert load_object(path)


def test_every_setting_is_one_that_scrapy_knows() -> None:
    """No setting is misspelled: each is Scrapy's own or begins with WARRAQ_."""
    assert {name for name in as_dict() if not hasattr(default_settings, name)} == OURS


def effective(name: str) -> dict[Any, Any]:
    """A component setting as Scrapy puts it together for a site's spider: its own defaults, ours on
    top, what is off left out.
    """
    crawler = Crawler(NewsSpider, Settings(as_dict(), priority="project"))
    WarraqAddon.from_crawler(crawler).update_settings(crawler.settings)
    merged = crawler.settings.getwithbase(name)
    # what is named by its class takes the place of what is named by its path
    loaded = {load_object(key) if "." in str(key) else key: value for key, value in merged.items()}
    return {key: value for key, value in loaded.items() if value is not None}


def test_only_http_and_https_can_be_fetched() -> None:
    """No handler is left for files, FTP, S3 or data URLs."""
    handlers = effective("DOWNLOAD_HANDLERS")
    assert set(handlers) == {"http", "https"}
    assert set(handlers.values()) == {RecordingHandler}


def test_nothing_stands_between_wire_and_spider() -> None:
    """Of Scrapy's downloader middlewares only those remain that fill in request headers and count;
    the others are ours.
    """
    left = set(effective("DOWNLOADER_MIDDLEWARES")) - set(MIDDLEWARES)
    assert {each.__name__ for each in left} == {
        "DefaultHeadersMiddleware",
        "UserAgentMiddleware",
        "DownloaderStats",
    }


def test_only_harmless_extensions_are_left() -> None:
    """Whatever throttles or pickles by itself is off; what listens and executes is not
    even loaded.
    """
    left = {each.__name__ for each in effective("EXTENSIONS")}
    assert left == {
        *("CollectionExtension", "CoreStats", "LogCount", "LogStats", "LookAgain", "MemoryUsage"),
        *("MemoryDebugger", "CloseSpider", "FeedExporter"),
    }
    assert not TELNETCONSOLE_ENABLED
    assert not REMOTE_CONTROL_ENABLED


def test_limits_reach_the_wire() -> None:
    """Limits and time-outs of the settings are those that exchanges are made with."""
    changed = {"DOWNLOAD_MAXSIZE": 7, "DOWNLOAD_TIMEOUT": 8, "WARRAQ_IDLE_TIMEOUT": 9,
               "WARRAQ_CONNECT_TIMEOUT": 10,
               "WARRAQ_HEAD_LIMIT": 11, "WARRAQ_LINE_LIMIT": 12}  # fmt: skip
    made = build_client(Settings(as_dict() | changed), AddressGuard())
    assert (made.limits.body, made.limits.head, made.limits.line) == (7, 11, 12)
    assert (made.timeouts.total, made.timeouts.idle, made.timeouts.connect) == (8, 9, 10)


def test_the_collection_is_the_current_folder_or_that_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below a `scrapy.cfg`, its folder; a folder that was deleted is none, and no crash."""
    below = tmp_path / "c" / "archive"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    (tmp_path / "c" / "warraq.toml").touch()
    assert _current_collection() is None
    (tmp_path / "c" / "scrapy.cfg").touch()
    assert _current_collection() == str(tmp_path / "c")
    (below / "warraq.toml").touch()
    assert _current_collection() == str(below)
    (below / "warraq.toml").unlink()
    below.rmdir()
    assert _current_collection() is None
