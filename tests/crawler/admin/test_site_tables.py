"""The sites of a configuration as rows, and what is wrong with which."""

import pytest

from archive.config import CollectionConfig, FaultySite, SiteConfig
from archive.errors import ConfigError
from crawler.admin.site_tables import SITE_COLUMNS, faulty_sites, site_rows

GOOD = SiteConfig(name="good", start=("https://a.example/", "https://b.example/"), aliases=("old",))
OWN = SiteConfig(name="own", start=("https://c.example/",), spider="no.such:Spider", paused=True)
CONFIG = CollectionConfig(
    name="c", sites=(GOOD, OWN), faulty=(FaultySite(name="bad", problem="why"),)
)


def load(site: SiteConfig) -> None:
    if site.spider:
        raise ConfigError(f"[sites.{site.name}] spider: cannot be loaded")


def test_each_site_is_a_row() -> None:
    """With all its addresses and names; a faulty one with its problem."""
    rows = {row["site"]: row for row in site_rows(CONFIG)}
    assert all(tuple(row) == SITE_COLUMNS for row in rows.values())
    assert rows["good"]["start"] == "https://a.example/ https://b.example/"
    assert (rows["good"]["aliases"], rows["own"]["paused"]) == ("old", True)
    assert (rows["bad"]["problem"], rows["bad"]["start"]) == ("why", None)


def test_a_spider_that_cannot_be_loaded_is_a_fault_of_its_site() -> None:
    """Tables and spiders are checked, of all sites or of those named."""
    assert [fault.name for fault in faulty_sites(CONFIG, (), load)] == ["bad", "own"]
    assert faulty_sites(CONFIG, ("good",), load) == []
    assert [fault.name for fault in faulty_sites(CONFIG, ("bad", "good"), load)] == ["bad"]
    with pytest.raises(ConfigError, match="no site 'x'"):
        faulty_sites(CONFIG, ("x",), load)
