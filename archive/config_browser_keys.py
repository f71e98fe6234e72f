"""The keys of a site's table that say which pages a browser shows, and what it does there. Part of
`archive.config_keys`.
"""

from __future__ import annotations

from typing import Final

from archive.config_key import SITE, Key
from archive.config_parsers import parse_browser_use, parse_count, parse_selector, parse_view

BROWSER_KEYS: Final = (
    Key(
        table=SITE,
        name="browser",
        parse=parse_browser_use,
        default="never",
        expects='"never", "empty" or "always"',
        meaning="Which pages a browser shows before they are read: none, those without text until"
        " their scripts run, or all. Needs `pip install 'warraq[browser]'` and a Chromium.",
        example='"empty"',
    ),
    Key(
        table=SITE,
        name="browser_clicks",
        parse=parse_selector,
        many=True,
        default=(),
        expects="a CSS selector or a list of them",
        meaning="What is clicked in the browser once the page stands, each if it shows: consent.",
        example='["#accept-all"]',
    ),
    Key(
        table=SITE,
        name="browser_more",
        parse=parse_selector,
        default=None,
        expects="a CSS selector",
        meaning='What is clicked each time the browser has scrolled to the end: "load more".',
        example='"button.more"',
    ),
    Key(
        table=SITE,
        name="browser_scrolls",
        parse=parse_count,
        default=0,
        unit="times",
        expects="a whole number from 1 up",
        meaning="How often at most the browser scrolls to the end of a page that goes on growing.",
        example="5",
    ),
    Key(
        table=SITE,
        name="browser_views",
        parse=parse_view,
        many=True,
        default=(),
        expects='"screenshot", "pdf" or a list of them',
        meaning="Pictures of each page in the browser that are kept in the WARC beside it.",
        example='["screenshot"]',
    ),
)
