"""Every key of `warraq.toml` in one table: name, parser, default, unit and meaning.

`archive.config` reads the file by this table and takes its defaults from here; `docs/config.md` is
made from it. A new key is a row here and a field of the same name in `archive.config`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from archive.collection_keys.fixity_keys import FIXITY_KEYS
from archive.config_browser_keys import BROWSER_KEYS
from archive.config_fetch_keys import FETCH_KEYS
from archive.config_key import COLLECTION, REQUIRED, SELECTORS, SITE, Key
from archive.config_monitor_keys import ALARM_KEYS, MONITOR_KEYS
from archive.config_parsers import (
    parse_concurrency,
    parse_contact,
    parse_count,
    parse_cron,
    parse_delay,
    parse_flag,
    parse_language,
    parse_regex,
    parse_selector,
    parse_share,
    parse_site_name,
    parse_size,
    parse_text,
    parse_time_limit,
    parse_url,
    parse_zone,
)

# The form of collection this version reads and writes; a larger number in a file means a newer
# Warraq made it.
FORMAT = 1

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
        name="max_time",
        parse=parse_time_limit,
        default=None,
        unit="seconds",
        expects='a number of seconds, or text such as "2h"',
        meaning="How long a crawl of a site goes on at most; the next one goes on where it was.",
        example='"2h"',
    ),
    Key(
        table=COLLECTION,
        name="min_free",
        parse=parse_size,
        default=None,
        unit="bytes",
        expects='a size such as "5 GB"',
        meaning="Work ends in good order, with exit code 3, before less is free on the disk.",
        example='"5 GB"',
    ),
    Key(
        table=COLLECTION,
        name="quota",
        parse=parse_size,
        default=None,
        unit="bytes",
        expects='a size such as "500 GB"',
        meaning="The same when all files of the collection together have reached this size.",
        example='"500 GB"',
    ),
    *FIXITY_KEYS,
    *ALARM_KEYS,
    Key(
        table=COLLECTION,
        name="format",
        parse=parse_count,
        default=FORMAT,
        expects="a whole number",
        meaning="The form of the collection; written by `init`, not to be changed.",
        example="1",
    ),
    *MONITOR_KEYS,
    Key(
        table=SITE,
        name="start",
        parse=parse_url,
        many=True,
        default=REQUIRED,
        expects='a URL such as "https://news.example/" or a list of them',
        meaning="Where the crawl begins, and by its host what the site is. A loopback or "
        "private address is asked only where it stands here itself, with its port, or `localhost` "
        "(and names that end in it, RFC 6761), which can only mean this machine; a name that leads "
        "to one only with `private`. Required.",
        example='["https://news.example/"]',
    ),
    Key(
        table=SITE,
        name="private",
        parse=parse_flag,
        default=False,
        expects="true or false",
        meaning=(
            "The hosts that `start` names, at their ports, may have addresses in a private network "
            "or on this machine (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, "
            "127.0.0.0/8, fc00::/7, ::1): an intranet. Without it such a name is not asked, since "
            "whoever owns a name can point it into your network at any time. Not needed for an "
            "address itself or `localhost` in `start`. Link-local addresses and those where clouds "
            "tell their secrets are never permitted by it."
        ),
        example="true",
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
        expects='a cron expression of five fields such as "*/30 * * * *", or @hourly, @daily …',
        meaning="When `warraq run-due` crawls the site; without it only `warraq crawl` does.",
        example='"*/30 * * * *"',
    ),
    Key(
        table=SITE,
        name="jitter",
        parse=parse_delay,
        default=0.0,
        unit="seconds",
        expects='a number of seconds up to a day, or text such as "10m"',
        meaning="Begin up to so long after `schedule`: each site and time has an offset of its own"
        " within it, so that many sites of one schedule do not begin at once.",
        example='"10m"',
    ),
    Key(
        table=SITE,
        name="paused",
        parse=parse_flag,
        default=False,
        expects="true or false",
        meaning="`crawl` and `run-due` pass the site over unless `crawl` names it; written by"
        " `warraq sites pause` and `resume`.",
        example="true",
    ),
    Key(
        table=SITE,
        name="aliases",
        parse=parse_site_name,
        many=True,
        default=(),
        expects="a former name of the site or a list of them",
        meaning="What the site was called before, its first name first: articles captured under"
        " these names are its own, and keep their ids.",
        example='["gulf"]',
    ),
    Key(
        table=SITE,
        name="delay",
        parse=parse_delay,
        default=1.0,
        unit="seconds",
        expects='a number of seconds up to a day, or text such as "500ms"',
        meaning="Pause between two requests to one host. A longer Crawl-delay in the site's "
        "robots.txt wins. Where every `start` is on this machine itself (loopback) the "
        "default is 0.",
        example="1.0",
    ),
    Key(
        table=SITE,
        name="concurrency",
        parse=parse_concurrency,
        default=2,
        unit="requests",
        expects="a whole number from 1 up, 64 at most",
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
        name="budget",
        parse=parse_count,
        default=None,
        unit="requests a day",
        expects="a whole number from 1 up",
        meaning="The most visits a day of articles that nothing announces, to see whether they are"
        " still there and still the same, evenly spread over the day; what waits longest for its"
        " turn goes first. `warraq schedule --explain` prints what they cost without it.",
        example="500",
    ),
    Key(
        table=SITE,
        name="max_time",
        parse=parse_time_limit,
        default=None,
        unit="seconds",
        expects='a number of seconds, or text such as "30m"',
        meaning="How long a single crawl of the site goes on at most, in place of the collection's"
        " `max_time`; a shorter `--max-time` wins. The next crawl goes on where it was.",
        example='"30m"',
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
        name="hreflang",
        parse=parse_flag,
        default=False,
        expects="true or false",
        meaning="Ask also for what pages and sitemaps name as the same in another language (`<link "
        "rel=alternate hreflang=...>`), as far as it lies on the site.",
        example="true",
    ),
    *FETCH_KEYS,
    *BROWSER_KEYS,
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


@cache
def keys_of(table: str) -> Mapping[str, Key]:
    """The keys of one table (COLLECTION, SITE or SELECTORS) by name, in their order."""
    return MappingProxyType({key.name: key for key in KEYS if key.table == table})


def default_of(table: str, name: str) -> Any:
    """The default of a key; raises LookupError if there is no such key or it has none."""
    key = keys_of(table)[name]
    if key.default is REQUIRED:
        raise LookupError(f"{table} {name} has no default")
    return key.default
