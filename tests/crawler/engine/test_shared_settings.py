"""Settings of which each site of a run has a copy."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.settings import Settings

from crawler.engine.run import SharedSettings
from crawler.engine.scrapy_settings import as_dict

VALUES = {"NAME": "news", "CODES": [500, 503], "PARTS": {"a": 1}, "DELAY": 1.0}


def plain(settings: Settings) -> dict[str, Any]:
    return settings.copy_to_dict()


def test_what_a_copy_changes_stays_its_own() -> None:
    """Whether it is set anew, changed in place, or deleted; the other way round, too."""
    one = SharedSettings(VALUES)
    before = plain(one)
    other = one.copy()
    assert plain(other) == before
    other.set("NAME", "sport")
    other["CODES"].append(429)
    other["PARTS"]["b"] = 2
    del other["DELAY"]
    assert plain(one) == before
    changed = plain(other)
    one.set("NAME", "weather")
    one["DOWNLOAD_HANDLERS_BASE"]["ftp"] = None
    assert plain(other) == changed


def test_priorities_are_copied() -> None:
    """A command line's value stands against a spider's in the copy as in the original."""
    one = SharedSettings(VALUES)
    one.set("NAME", "sport", priority="cmdline")
    other = one.copy()
    other.set("NAME", "news", priority="spider")
    assert (other["NAME"], other.getpriority("NAME")) == ("sport", one.getpriority("NAME"))


def test_a_frozen_one_is_not_changed() -> None:
    """Scrapy freezes the settings of a crawl that runs; a copy is frozen, too, as Scrapy's is."""
    one = SharedSettings(VALUES)
    one.freeze()
    with pytest.raises(TypeError):
        one.set("NAME", "sport")
    assert one["NAME"] == "news"
    assert one.copy().frozen


def test_most_of_a_copy_is_shared() -> None:
    """It is what a run of hundreds of sites needs memory for."""
    one = SharedSettings(as_dict())
    other = one.copy()
    shared = sum(other.attributes[name] is kept for name, kept in one.attributes.items())
    assert shared > 0.7 * len(one)
