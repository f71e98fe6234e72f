"""Sites that are renamed: which names are one site's, and whether the index can follow."""

from __future__ import annotations

from typing import Any

from archive.config import SiteConfig
from archive.index.site_names import SiteNames


def site(name: str, *aliases: str) -> SiteConfig:
    return SiteConfig(name=name, start=(f"https://{name}.example/",), aliases=aliases)


def test_every_name_leads_to_the_first_and_the_present_one() -> None:
    """A name that no site was ever called otherwise is both."""
    names = SiteNames.of_sites([site("c", "a", "b"), site("d")])
    assert {name: names.identity_of(name) for name in "abcd"} == dict(
        zip("abcd", "aaad", strict=True)
    )
    assert {name: names.shown_as(name) for name in "abcd"} == dict(zip("abcd", "cccd", strict=True))
    assert names.by_name.keys() == {"a", "b", "c"}


def test_a_site_that_has_no_table_any_more_keeps_its_names() -> None:
    """What was stored of it stays, since its captures do; what the configuration says of any of
    the names, or no longer says, wins.
    """
    stored = SiteNames.of_sites([site("b", "a")])
    assert SiteNames.of_sites([site("x")], stored) == stored
    assert SiteNames.of_sites([site("b")], stored) == SiteNames()
    assert SiteNames.of_sites([site("a")], stored) == SiteNames()
    assert SiteNames.of_sites([site("c", "a", "b")], stored).shown_as("a") == "c"


def test_an_index_follows_new_names_but_not_new_identities(kit: Any) -> None:
    """A name that has captures of its own cannot become another site's without a rebuild."""
    with kit.index() as index:
        index.apply_captures([kit.entry(site="a")])
        assert not index.needs_rebuild(SiteNames.of_sites([site("b", "a")]))
        assert index.needs_rebuild(SiteNames.of_sites([site("a", "b")]))
        index.rename_sites(SiteNames.of_sites([site("b", "a")]))
        assert not index.needs_rebuild(SiteNames.of_sites([site("c", "a", "b")]))
        assert index.needs_rebuild(SiteNames.of_sites([site("c", "b", "a")]))
        assert index.needs_rebuild(SiteNames.of_sites([site("b")]))
    assert kit.rows("SELECT site FROM articles") == [("b",)]
    assert kit.rows("SELECT DISTINCT site FROM _readings") == [("a",)]


def test_nothing_is_converted_where_no_site_was_renamed(kit: Any) -> None:
    """The way of every capture pays nothing for it."""
    capture, reading = kit.entry(site="a")
    assert SiteNames().as_identified(capture, reading)[1] is reading
    named = SiteNames.of_sites([site("b", "a")])
    capture, reading = named.as_identified(*kit.entry(site="b"))
    assert "a" in {capture.facts.site, reading.article.site}
