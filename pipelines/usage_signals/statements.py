"""Statements about use in response headers and in the files of a site, read tolerantly:
X-Robots-Tag, TDM reservations, Content-Signal, Content-Usage, and what robots.txt says to AI
agents.

Pure. What is malformed is kept as written as far as it can be told apart, never an error. What
pages and licences say is `pipelines.usage_signals.pages`'; whether a crawl
keeps to any of it is the operator's to say (`obey_signals`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from archive.model.usage_signals import UsageSignal

MAX_SIGNALS = 300  # of one capture
_MAX_READ = 2000  # characters read of one header or line
_MAX_RAW = 1000  # characters kept of a statement as written
# Crawlers for the training and the answers of AI, and for archives: what robots.txt tells them says
# something of the site's wishes though it is not told to us.
WATCHED_AGENTS = frozenset(
    {
        *("gptbot", "chatgpt-user", "oai-searchbot", "ccbot", "google-extended", "googleother"),
        *("anthropic-ai", "claudebot", "claude-web", "claude-user", "claude-searchbot"),
        *("perplexitybot", "perplexity-user", "bytespider", "amazonbot", "applebot-extended"),
        *("meta-externalagent", "facebookbot", "cohere-ai", "diffbot", "omgili", "omgilibot"),
        *("imagesiftbot", "youbot", "timpibot", "ai2bot", "duckassistbot", "img2dataset"),
        *("petalbot", "mistralai-user", "ia_archiver", "archive.org_bot", "heritrix"),
    }
)
# Directives that allow or only say how a result is shown.
_NO_RESERVATION = frozenset(
    {
        *("index", "follow", "all", "archive", "snippet", "imageindex", "odp", "noodp", "noydir"),
        *("max-snippet", "max-image-preview", "max-video-preview"),
    }
)
_WITH_VALUE = frozenset(
    {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
)
_DIRECTIVE = re.compile(r"[a-z][a-z_-]*", re.IGNORECASE)
_AGENT = re.compile(r"\s*([a-z][\w.-]*)\s*:", re.IGNORECASE)
_LINE = re.compile(r"\r\n|\r|\n")
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_PAIR = re.compile(
    r"(?<![\w.*-])[\d_.*-]*+([a-z][\w.*-]*+)\s*+=\s*+\"?([\w?.-]+)\"?", re.IGNORECASE
)
_PAIRS = frozenset({"content-signal", "content-usage"})
TDM_NAMES = frozenset({"tdm-reservation", "tdm-policy"})


def header_signals(headers: Iterable[tuple[str, str]]) -> tuple[UsageSignal, ...]:
    """The signals of a response's rights headers (names in lower case)."""
    found = (each for name, value in headers for each in _of_header(name, value))
    return tuple(islice(found, MAX_SIGNALS))


def _of_header(name: str, value: str) -> Iterator[UsageSignal]:
    if name == "x-robots-tag":
        yield from directives("header", value)
    elif name in TDM_NAMES:
        yield signal("header", name, value, value)
    elif name in _PAIRS:
        yield from _pairs("header", value, "*", value)
    elif name == "link":
        for target, parameters in _LINK.findall(value[:_MAX_READ]):
            if re.search(r"rel\s*+=\s*+\"?[^\";=]*\blicense\b", parameters, re.IGNORECASE):
                yield signal("header", "license", target.strip(), value)


def directives(source: str, text: str, agent: str = "*") -> Iterator[UsageSignal]:
    """The reservations of a robots meta or X-Robots-Tag; a product token before a colon addresses
    those that follow.
    """
    for part in text[:_MAX_READ].split(","):
        name, colon, value = part.strip().partition(":")
        if colon and name.strip().lower() not in _WITH_VALUE and (told := _AGENT.match(part)):
            agent = told[1].lower()
            name, colon, value = value.strip().partition(":")
        name = name.strip().lower()
        if not _DIRECTIVE.fullmatch(name):
            continue  # the rest of a date with a comma, or nothing
        if name in _NO_RESERVATION and value.strip() != "0":
            continue
        yield signal(source, name, value.strip() or None, text, agent=agent)


def _pairs(source: str, text: str, agent: str, raw: str) -> Iterator[UsageSignal]:
    """The preferences of a Content-Signal or Content-Usage: `/path ai-train=no, search=yes`."""
    text = text[:_MAX_READ]
    first = text.strip().split(maxsplit=1)
    path = first[0] if first and first[0].startswith("/") else ""
    for name, value in _PAIR.findall(text):
        yield signal(source, name.lower(), value.lower(), raw, agent=agent, path=path)


def signal(
    source: str, name: str, value: str | None, raw: str, *, agent: str = "*", path: str = ""
) -> UsageSignal:
    """A statement, no part of it longer than is kept."""
    return UsageSignal(
        source=source,
        name=name[:100],
        value=value if value is None else value.strip()[:_MAX_RAW],
        raw=raw.strip()[:_MAX_RAW],
        agent=agent[:100],
        path=path[:_MAX_RAW],
    )


# -------------------------------------------------------------------------------- files of a site


def robots_signals(body: bytes) -> tuple[UsageSignal, ...]:
    """The signals of a robots.txt: Content-Signal, Content-Usage and License, and the rules for
    agents that crawl for AI or for archives.
    """
    return tuple(islice(_of_robots(body.decode("utf-8", "replace")), MAX_SIGNALS))


def _of_robots(text: str) -> Iterator[UsageSignal]:
    agents, in_rules = ["*"], True
    for line in _LINE.split(text.lstrip("\ufeff")):
        name, colon, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        name = name.lower()
        if not colon:
            continue
        if name == "user-agent":
            agents, in_rules = [*([] if in_rules else agents), value.lower()], False
        elif name == "license":
            yield signal("robots.txt", name, value, line)
        elif name in _PAIRS:
            for agent in agents:
                yield from _pairs("robots.txt", value, agent, line)
        elif name in {"allow", "disallow"}:
            in_rules = True
            for agent in WATCHED_AGENTS.intersection(agents):
                yield signal("robots.txt", name, value, line, agent=agent, path=value)


def tdmrep_signals(body: bytes) -> tuple[UsageSignal, ...]:
    """The reservations of a `/.well-known/tdmrep.json` (TDMRep §6): for each location its
    `tdm-reservation` and `tdm-policy`; one signal `unreadable` where it is no JSON.
    """
    text = body.decode("utf-8", "replace").lstrip("\ufeff")
    try:
        rules = json.loads(text)
    except (ValueError, RecursionError):
        return (signal("tdmrep.json", "unreadable", None, text),)
    rules = rules if isinstance(rules, list) else [rules]
    found = (
        signal("tdmrep.json", name, _plain(value), json.dumps(rule), path=_plain(location))
        for rule in rules
        if isinstance(rule, dict)
        for location in [rule.get("location", "")]
        for key, value in rule.items()
        if (name := str(key).lower().replace("_", "-")) in TDM_NAMES
    )
    return tuple(islice(found, MAX_SIGNALS))


def _plain(value: object) -> str:
    """A JSON value as text: 1, true and "1" are the same reservation."""
    if isinstance(value, bool):
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)
