"""The keys that say what a browser does."""

from __future__ import annotations

from archive.config_browser_keys import BROWSER_KEYS
from archive.config_key import SITE
from archive.config_keys import KEYS, default_of


def test_no_page_is_shown_by_a_browser_unless_a_site_says_so() -> None:
    """A browser costs memory and time; nothing is clicked or drawn without being asked for."""
    assert default_of(SITE, "browser") == "never"
    assert {key.name for key in BROWSER_KEYS if key.default} == {"browser"}
    assert set(BROWSER_KEYS) <= set(KEYS)
