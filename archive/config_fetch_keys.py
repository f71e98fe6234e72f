"""The keys of a site's table that say how it is asked: by which spider, under which name, with
which headers, login and proxy. Part of `archive.config_keys`.
"""

from __future__ import annotations

from typing import Final

from archive.config_key import SITE, Key
from archive.config_parsers import (
    parse_class_name,
    parse_flag,
    parse_ip_family,
    parse_signal,
    parse_text,
)
from archive.credentials import parse_headers, parse_login, parse_proxy

FETCH_KEYS: Final = (
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
        meaning=(
            "The User-Agent of every request to the site, instead of Warraq's own with `contact`; "
            "archived with each request. robots.txt is read for `warraq` all the same."
        ),
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
        name="headers",
        parse=parse_headers,
        default=(),
        expects="a table of request headers",
        meaning="Further request headers; those that hold secrets go to the site's own hosts only,"
        " and into no record (docs/access.md).",
        example='{ X-Edition = "ar", X-Api-Key = "env:PAPER_KEY" }',
    ),
    Key(
        table=SITE,
        name="cookies_file",
        parse=parse_text,
        default=None,
        expects="the path of a file",
        meaning="A cookies.txt in Netscape's format, relative to the folder of the collection; it"
        " goes to the site's own hosts only, and into no record (docs/access.md).",
        example='"/etc/warraq/paper-cookies.txt"',
    ),
    Key(
        table=SITE,
        name="login",
        parse=parse_login,
        default=None,
        expects="a table that says how to log in",
        meaning="How to log in, by a form or Basic credentials; in no record (docs/access.md).",
        example='{ kind = "basic", username = "env:PAPER_USER", password = "file:/etc/paper" }',
    ),
    Key(
        table=SITE,
        name="proxy",
        parse=parse_proxy,
        default=None,
        expects="the URL of a proxy, http, https, socks5 or socks5h, or a table of it",
        meaning="Ask the site through it; the WARC says that there was a proxy (docs/access.md).",
        example='"socks5h://127.0.0.1:9050"',
    ),
    Key(
        table=SITE,
        name="obey_signals",
        parse=parse_signal,
        many=True,
        default=(),
        expects="a list of noarchive, noindex, nofollow, tdm, rsl, ai-train, ai-input and search",
        meaning=(
            "Which statements about use are kept to; all are recorded (`usage_signals`). "
            "`noarchive`, `noindex`, `nofollow` of X-Robots-Tag and robots metas; `tdm`: "
            "tdm-reservation 1, in tdmrep.json, headers or metas; `ai-train`, `ai-input`, "
            "`search`: denied by Content-Signal or Content-Usage, `ai-train` by `noai`, too; "
            "`rsl`: RSL licences of robots.txt, front pages or the page itself that do not grant "
            "the use `search` (prohibited, by `all` too, not among those permitted, only for "
            "payment, or by a licence server), nor `ai-train` and `ai-input` where these stand "
            "here, too. What robots.txt, tdmrep.json and linked licences reserve is not asked for "
            "(where they are kept to, they are read once a day before all pages, those that only "
            "front pages link to before all others); a page "
            "that reserves itself stays in the WARC and out of the index; by `nofollow` its links "
            "are not followed."
        ),
        example='["noarchive", "tdm"]',
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
        name="keep_alive",
        parse=parse_flag,
        default=True,
        expects="true or false",
        meaning=(
            "Make two requests over one connection where the server lets it be shown that each "
            "response answers its request; each over a connection of its own without it."
        ),
        example="false",
    ),
)
