"""Every key of `warraq.toml` in one table: name, parser, default, unit and meaning.

`archive.config` reads the file by this table and takes its defaults from here; `docs/config.md` is
made from it. A new key is a row here and a field of the same name in `archive.config`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from archive.config_parsers import (
    parse_browser_use,
    parse_class_name,
    parse_contact,
    parse_count,
    parse_cron,
    parse_duration,
    parse_flag,
    parse_ip_family,
    parse_language,
    parse_regex,
    parse_selector,
    parse_share,
    parse_size,
    parse_text,
    parse_url,
    parse_view,
    parse_zone,
)

# The form of collection this version reads and writes; a larger number in a file means a newer
# Warraq made it.
FORMAT = 1

# The tables of the file, as messages and the documentation call them.
COLLECTION: Final = "[collection]"
SITE: Final = "[sites.NAME]"
SELECTORS: Final = "[sites.NAME.selectors]"

REQUIRED: Final = object()  # the default of a key that the file must have


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of `warraq.toml`.

    `parse` takes one value as TOML gives it (each value of a list if `many`) and returns it as the
    configuration holds it; it raises ValueError saying what is wrong. `default` is what the
    configuration holds if the file has no such key, or REQUIRED. `unit` is the unit of that value,
    if it has one. `expects` completes the message "expected ..."; `example` is TOML.
    """

    table: str
    name: str
    parse: Callable[[Any], object]
    many: bool = False
    default: object
    unit: str | None = None
    expects: str
    meaning: str
    example: str


KEYS: Final = (
    Key(
        table=COLLECTION,
        name="name",
        parse=parse_text,
        default=REQUIRED,
        expects="one line of text",
        meaning="What the collection is called. Required.",
        example='"Gulf news"',
    ),
    Key(
        table=COLLECTION,
        name="operator",
        parse=parse_text,
        default=None,
        expects="one line of text",
        meaning="Who runs the crawl; written into every WARC's `warcinfo`.",
        example='"Library of Example"',
    ),
    Key(
        table=COLLECTION,
        name="contact",
        parse=parse_contact,
        default=None,
        expects="an e-mail address or a URL",
        meaning="Where a publisher can reach you; sent in the User-Agent of every request.",
        example='"https://library.example/crawler"',
    ),
    Key(
        table=COLLECTION,
        name="rotate_bytes",
        parse=parse_size,
        default=1_000_000_000,
        unit="bytes",
        expects='a size such as "1 GB"',
        meaning="A WARC file is closed and a new one begun at this size.",
        example='"1 GB"',
    ),
    Key(
        table=COLLECTION,
        name="failed_share",
        parse=parse_share,
        default=0.1,
        unit="share of 1",
        expects="a number from 0 to 1",
        meaning="A crawl ends with exit code 3 when more than this share of its fetches failed.",
        example="0.1",
    ),
    Key(
        table=COLLECTION,
        name="signing_key",
        parse=parse_text,
        default=None,
        expects="the path of a file",
        meaning="An Ed25519 private key in PEM (`openssl genpkey -algorithm ed25519 -out "
        "FILE`) that statements of fixity are signed with; relative to the "
        "collection's folder. Keep it outside of what you hand on.",
        example='"/etc/warraq/signing.pem"',
    ),
    Key(
        table=COLLECTION,
        name="format",
        parse=parse_count,
        default=FORMAT,
        expects="a whole number",
        meaning="The form of the collection; written by `init`, not to be changed.",
        example="1",
    ),
    Key(
        table=SITE,
        name="start",
        parse=parse_url,
        many=True,
        default=REQUIRED,
        expects='a URL such as "https://news.example/" or a list of them',
        meaning="Where the crawl begins, and by its host what the site is. Naming a host here "
        "is also the only way to allow a loopback or private address. Required.",
        example='["https://news.example/"]',
    ),
    Key(
        table=SITE,
        name="timezone",
        parse=parse_zone,
        default="UTC",
        expects='an IANA time zone such as "Asia/Dubai"',
        meaning="The zone of dates the site publishes without one, and of `schedule`.",
        example='"Asia/Dubai"',
    ),
    Key(
        table=SITE,
        name="language",
        parse=parse_language,
        default=None,
        expects='a language tag such as "ar"',
        meaning="The language of articles that do not state theirs.",
        example='"ar"',
    ),
    Key(
        table=SITE,
        name="schedule",
        parse=parse_cron,
        default=None,
        expects='a cron expression of five fields such as "*/30 * * * *"',
        meaning="When `warraq run-due` crawls the site; without it only `warraq crawl` does.",
        example='"*/30 * * * *"',
    ),
    Key(
        table=SITE,
        name="delay",
        parse=parse_duration,
        default=1.0,
        unit="seconds",
        expects='a number of seconds, or text such as "500ms"',
        meaning="Pause between two requests to one host. A longer Crawl-delay in the site's "
        "robots.txt wins. Where every `start` is on this machine itself (loopback) the "
        "default is 0.",
        example="1.0",
    ),
    Key(
        table=SITE,
        name="concurrency",
        parse=parse_count,
        default=2,
        unit="requests",
        expects="a whole number from 1 up",
        meaning="Requests to one host under way at once.",
        example="2",
    ),
    Key(
        table=SITE,
        name="include",
        parse=parse_regex,
        many=True,
        default=(),
        expects="a regular expression or a list of them",
        meaning="Only URLs in which one of these is found are fetched (besides `start`, "
        "robots.txt, sitemaps and feeds).",
        example='["/news/"]',
    ),
    Key(
        table=SITE,
        name="exclude",
        parse=parse_regex,
        many=True,
        default=(),
        expects="a regular expression or a list of them",
        meaning="URLs in which one of these is found are never fetched; wins over `include`.",
        example='["/video/", "[?&]print="]',
    ),
    Key(
        table=SITE,
        name="requisites",
        parse=parse_flag,
        default=False,
        expects="true or false",
        meaning="Also fetch what a page needs to look right: images, style sheets, fonts, from "
        "other hosts too.",
        example="false",
    ),
    Key(
        table=SITE,
        name="obey_robots",
        parse=parse_flag,
        default=True,
        expects="true or false",
        meaning="Keep to the site's robots.txt (RFC 9309). `false` only where you have the "
        "publisher's word for it; the choice is written into every WARC.",
        example="true",
    ),
    Key(
        table=SITE,
        name="max_pages",
        parse=parse_count,
        default=None,
        unit="pages",
        expects="a whole number from 1 up",
        meaning="The most a single crawl of the site fetches; no bound without it.",
        example="5000",
    ),
    Key(
        table=SITE,
        name="max_depth",
        parse=parse_count,
        default=20,
        unit="links",
        expects="a whole number from 1 up",
        meaning="The most links followed one after another from `start`.",
        example="20",
    ),
    Key(
        table=SITE,
        name="fold_tracking",
        parse=parse_flag,
        default=True,
        expects="true or false",
        meaning="Ask only once for linked addresses that differ in tracking parameters (utm_ and"
        " those of advertising services). Announced addresses are asked for as they are announced.",
        example="false",
    ),
    Key(
        table=SITE,
        name="spider",
        parse=parse_class_name,
        default=None,
        expects='a class as "package.module:Class"',
        meaning="A subclass of NewsSpider on the Python path that crawls the site instead of it.",
        example='"myspiders.paper:PaperSpider"',
    ),
    Key(
        table=SITE,
        name="user_agent",
        parse=parse_text,
        default=None,
        expects="one line of text",
        meaning="The User-Agent of every request to the site, instead of Warraq's own with "
        "`contact`; archived with each request. robots.txt is read for `warraq` all the same.",
        example='"LibraryBot/1.0 (+https://library.example/crawler)"',
    ),
    Key(
        table=SITE,
        name="ip_family",
        parse=parse_ip_family,
        default=None,
        expects="4 or 6",
        meaning="Connect by this version of IP only; by either without it.",
        example="4",
    ),
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
    Key(
        table=SELECTORS,
        name="title",
        parse=parse_selector,
        default=None,
        expects="a CSS selector",
        meaning="Where the headline stands.",
        example='"h1.headline"',
    ),
    Key(
        table=SELECTORS,
        name="body",
        parse=parse_selector,
        default=None,
        expects="a CSS selector",
        meaning="The element that holds the article's paragraphs.",
        example='"div.story"',
    ),
    Key(
        table=SELECTORS,
        name="date",
        parse=parse_selector,
        default=None,
        expects="a CSS selector",
        meaning="Where the time of publication stands.",
        example='"span.published"',
    ),
    Key(
        table=SELECTORS,
        name="drop",
        parse=parse_selector,
        many=True,
        default=(),
        expects="a CSS selector or a list of them",
        meaning="What is not the article although it stands inside it.",
        example='[".newsletter", ".share"]',
    ),
)


def keys_of(table: str) -> dict[str, Key]:
    """The keys of one table (COLLECTION, SITE or SELECTORS) by name, in their order."""
    return {key.name: key for key in KEYS if key.table == table}


def default_of(table: str, name: str) -> Any:
    """The default of a key; raises LookupError if there is no such key or it has none."""
    key = keys_of(table)[name]
    if key.default is REQUIRED:
        raise LookupError(f"{table} {name} has no default")
    return key.default
