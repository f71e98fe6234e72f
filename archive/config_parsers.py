"""Parsers of single values of `warraq.toml`, one for each kind of key.

Each takes what TOML gave and returns the value as the program keeps it, or raises ValueError saying
what is wrong. Which key has which parser is in `archive.config_keys`; `archive.config` names file,
table and key in the message.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlsplit

MOST_AT_ONCE = 64  # requests to one host
LONGEST_DELAY = 86_400.0  # seconds
# crontab(5)'s names of schedules.
_NICKNAMES = {
    "@hourly": "0 * * * *",
    **dict.fromkeys(("@daily", "@midnight"), "0 0 * * *"),
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    **dict.fromkeys(("@yearly", "@annually"), "0 0 1 1 *"),
}
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(?<!\d)(\d++(?:\.\d++)?)\s*+(ms|s|m|h|d)")
_SIZES = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?b?)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SITE_NAME = re.compile(r"[^\W_][\w.-]{0,63}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SPACE = re.compile(r"\s")
# What can be seen to be right is not compiled to find out: that takes 0.1 ms for each regular
# expression and 0.04 ms for each cron expression, and a collection may have thousands. These forms
# are parts of both languages without a wrong expression in them; all others are compiled.
_CLASS = r"\[\^?(?:a-z|A-Z|0-9|\w|\\[dws]|[./%])+-?\]"
_ITEM = rf"(?:[\w/:;,=&%@~<>#!'\"-]|\.|\\[dwsDWS.?+*/-]|{_CLASS})(?:[+*?]|\{{[0-9]{{1,3}}\}})?"
_GROUP = rf"\((?:\?:)?(?:{_ITEM})+(?:\|(?:{_ITEM})+)*\)[+*?]?"
_SEQUENCE = rf"\^?(?:{_ITEM}|{_GROUP})+\$?"
_PLAIN_REGEX = re.compile(rf"{_SEQUENCE}(?:\|{_SEQUENCE})*")
_MINUTE, _HOUR, _DAY = "[1-5]?[0-9]", "1?[0-9]|2[0-3]", "1?[1-9]|10|2[0-8]"
_PLAIN_CRON = re.compile(
    rf"(?:\*|{_MINUTE}) (?:\*|{_HOUR}) (?:\*|{_DAY}) (?:\*|[1-9]|1[0-2]) (?:\*|[0-6])"
)


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, or None if none is near."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def parse_text(value: object) -> str:
    """One line of text: no control characters, since names and contacts end up in HTTP and WARC
    headers.
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"not {value!r}")
    if _CONTROL.search(value):
        raise ValueError("not text with line breaks or control characters")
    return value.strip()


def parse_flag(value: object) -> bool:
    """`true` or `false`, never a number or a word."""
    if not isinstance(value, bool):
        raise ValueError(f"not {value!r}")  # noqa: TRY004  # all parsers refuse with ValueError
    return value


def parse_count(value: object) -> int:
    """A whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"not {value!r}")
    return value


def parse_concurrency(value: object) -> int:
    """A whole number from 1 to 64: more at once is no crawl any more, but an attack."""
    if parse_count(value) > MOST_AT_ONCE:
        raise ValueError(f"not {value!r}")
    return parse_count(value)


def parse_ip_family(value: object) -> int:
    """4 or 6."""
    if isinstance(value, bool) or value not in (4, 6):
        raise ValueError(f"not {value!r}")
    return parse_count(value)


def parse_signal(value: object) -> str:
    """One of the statements about use that a crawl can be told to keep to."""
    words = ("noarchive", "noindex", "nofollow", "tdm", "rsl", "ai-train", "ai-input", "search")
    return _one_of(value, words)


def parse_browser_use(value: object) -> str:
    """`never`, `empty` or `always`."""
    return _one_of(value, ("never", "empty", "always"))


def parse_view(value: object) -> str:
    """`screenshot` or `pdf`."""
    return _one_of(value, ("screenshot", "pdf"))


def _one_of(value: object, words: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in words:
        near = nearest_word(value, words) if isinstance(value, str) else None
        raise ValueError(f"not {value!r}" + (f" (nearest: {near!r})" if near else ""))
    return value


def parse_share(value: object) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"not {value!r}")
    return float(value)


def parse_duration(value: object) -> float:
    """A duration in seconds: a number of seconds, or text such as `500ms`, `2s`, `30m`, `1h30m`,
    `1d`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf"):
        return float(value)
    if isinstance(value, str):
        compact = value.strip().lower()
        if re.fullmatch(r"\d+(\.\d+)?", compact):
            return float(compact)
        if re.fullmatch(rf"(?:{_DURATION.pattern}\s*+)+", compact):
            return sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(compact))
    raise ValueError(f"not {value!r}")


def parse_delay(value: object) -> float:
    """A duration of a day at most, in seconds: a site that is waited for longer is not crawled."""
    seconds = parse_duration(value)
    if seconds > LONGEST_DELAY:
        raise ValueError(f"not {value!r}")
    return seconds


def parse_time_limit(value: object) -> float:
    """A duration of more than nothing, in seconds."""
    seconds = parse_duration(value)
    if not seconds:
        raise ValueError(f"not {value!r}")
    return seconds


def parse_size(value: object) -> int:
    """A number of bytes: a whole number, or text such as `500 MB`, `1 GB`, `64 MiB`."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str) and (match := _SIZE.fullmatch(value.strip())):
        bytes_ = int(float(match[1]) * _SIZES.get(match[2].lower(), 0))
        if bytes_ > 0:
            return bytes_
    raise ValueError(f"not {value!r}")


def parse_zone(value: object) -> str:
    """An IANA time zone's name, spelled as the time zone database spells it."""
    name = parse_text(value)
    known = _zone_names()
    if name in known:
        return name
    near = {entry.lower(): entry for entry in known}.get(name.lower()) or nearest_word(name, known)
    raise ValueError(f"not {name!r}" + (f" (nearest: {near!r})" if near else ""))


@cache
def _zone_names() -> frozenset[str]:
    """The names of the machine's time zone database, which takes 5 to 15 ms to walk through."""
    from zoneinfo import available_timezones

    return frozenset(available_timezones())


def parse_site_name(value: object) -> str:
    """The name of a site: letters, digits, '.', '-' and '_', at most 64."""
    name = parse_text(value)
    if not _SITE_NAME.fullmatch(name):
        raise ValueError(f"not {name!r}")
    return name


def parse_language(value: object) -> str:
    """A language tag (BCP 47) such as `ar`, `en` or `ar-EG`."""
    name = parse_text(value)
    if not _LANGUAGE.fullmatch(name):
        raise ValueError(f"not {name!r}")
    return name


def parse_class_name(value: object) -> str:
    """A Python class as `package.module:Class`."""
    name = parse_text(value)
    module, colon, kind = name.partition(":")
    if not (colon and kind.isidentifier() and all(map(str.isidentifier, module.split(".")))):
        raise ValueError(f"not {name!r}")
    return name


def parse_cron(value: object) -> str:
    """A cron expression of five fields that will come round again, or one of crontab(5)'s names for
    some (`@daily`), as five fields.
    """
    expression = parse_text(value)
    expression = _NICKNAMES.get(expression.lower(), expression)
    if _PLAIN_CRON.fullmatch(expression):
        return expression
    from cronsim import CronSim, CronSimError

    if len(expression.split()) != 5:
        raise ValueError(f"not {expression!r} ({len(expression.split())} fields instead of 5)")
    try:
        next(CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise ValueError(f"not {expression!r} ({str(error).lower()})") from error
    except StopIteration as error:
        raise ValueError(f"not {expression!r} (it never comes round)") from error
    return expression


def parse_regex(value: object) -> str:
    """A regular expression of Python's `re`, to be searched in URLs."""
    pattern = parse_text(value)
    if _PLAIN_REGEX.fullmatch(pattern):
        return pattern
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not {pattern!r} ({error})") from error
    return pattern


def parse_selector(value: object) -> str:
    """A CSS selector that lxml can use."""
    from cssselect import GenericTranslator, SelectorError

    css = parse_text(value)
    try:
        GenericTranslator().css_to_xpath(css)
    except SelectorError as error:
        raise ValueError(f"not {css!r} ({error})") from error
    return css


def parse_url(value: object) -> str:
    """An absolute http or https URL with a host and without a user name or password."""
    url = parse_text(value)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not {url!r} ({error})") from error
    if parts.scheme not in ("http", "https") or not host or _SPACE.search(url):
        suggestion = (
            f" (did you mean 'https://{url}'?)" if re.match(r"[\w-]+(\.[\w-]+)+(/|$)", url) else ""
        )
        raise ValueError(f"not {url!r}{suggestion}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("not a URL with a user name or password in it")
    return url


def parse_contact(value: object) -> str:
    """An e-mail address or a URL, in ASCII: it is sent as a part of a header."""
    address = parse_text(value)
    if not address.isascii():
        raise ValueError(
            f"not {address!r} (it must be ASCII to be sent; write a domain name as xn--...)"
        )
    if re.fullmatch(r"(mailto:)?[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>()]+", address):
        return address
    return parse_url(address)


def parse_several(value: object) -> tuple[object, ...]:
    """A list as it stands, or one value as a list of one."""
    if isinstance(value, list):
        return tuple(value)
    return (value,)


def is_loopback(url: str) -> bool:
    """Whether the URL's host names this machine itself, judged from the text alone (no name is
    resolved).
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
