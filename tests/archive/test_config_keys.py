"""One table says which keys `warraq.toml` may have; the values that hold them follow it."""

import re
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from archive.config import CollectionConfig, Selectors, SiteConfig, parse_config
from archive.config_key import COLLECTION, REQUIRED, SELECTORS, SITE, Key
from archive.config_keys import KEYS, default_of, keys_of
from crawler.setup.site_survey import SiteSurvey, collection_text, site_text

HOLDERS = {COLLECTION: CollectionConfig, SITE: SiteConfig, SELECTORS: Selectors}
# What the values hold beside keys: a site's name is its table's, and tables lie in tables.
BESIDE = {COLLECTION: {"sites", "faulty", "files"}, SITE: {"name", "selectors"}, SELECTORS: set()}


@pytest.mark.parametrize("table", list(HOLDERS))
def test_each_key_has_a_field_and_each_field_a_key(table: str) -> None:
    """What can be written in the file is what the configuration holds, in the same order."""
    held = [field.name for field in fields(HOLDERS[table]) if field.name not in BESIDE[table]]
    assert list(keys_of(table)) == held


def test_a_file_without_a_key_holds_its_default() -> None:
    """The default that the documentation states is the one in force."""
    config = parse_config('[collection]\nname = "x"\n[sites.a]\nstart = "https://a.example/"\n')
    (site,) = config.sites
    holders = {COLLECTION: config, SITE: site, SELECTORS: site.selectors}
    for key in KEYS:
        if key.default is not REQUIRED:
            assert getattr(holders[key.table], key.name) == key.default, key.name


def test_a_required_key_has_no_default() -> None:
    """A table without it is refused with what was expected, and asking for its default is a bug."""
    assert {key.name for key in KEYS if key.default is REQUIRED} == {"name", "start"}
    with pytest.raises(LookupError, match="start"):
        default_of(SITE, "start")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.table}{key.name}")
def test_each_key_says_what_a_person_needs(key: Key) -> None:
    """A meaning with a full stop, what is expected, an example, a unit if it is a number."""
    assert key.meaning.endswith(".")
    assert key.expects
    assert key.example
    number = isinstance(key.default, int | float) and not isinstance(key.default, bool)
    assert not number or key.unit or key.name == "format"


def test_the_comments_of_a_new_file_are_keys_with_their_defaults() -> None:
    """Every key that `init` writes or suggests in a comment is in the table, and a commented delay
    is the default one.
    """
    survey = SiteSurvey(start="https://a.example/")
    written = collection_text("x") + site_text("a", survey, on=datetime(2026, 11, 28, tzinfo=UTC))
    suggested = re.sub(r"(?m)^# (?=\w+ = )", "", written)
    assert suggested.count("\n") == written.count("\n")
    assert parse_config(written).sites[0].exclude == ()
    config = parse_config(suggested)
    assert config.operator
    assert config.contact
    assert config.sites[0].exclude == ("/video/",)
    assert config.sites[0].delay == default_of(SITE, "delay")
