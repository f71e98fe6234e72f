"""robots.txt as rules (RFC 9309): which group is ours, what it allows, how slowly it wants to be
asked.

Pure. Fetching the file, and what to do when that fails, is `crawler.politeness`' and the spider's
business. The matching of paths is Protego's; choosing the group is done here, since Protego ends a
group at lines that must not end it (RFC 9309 §2.2.4) and takes the beginning of a name for the name
(§2.2.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

AGENT = "warraq"
PARSED_BYTES = 500 * 1024  # RFC 9309 §2.5: at least this much must be parsed; the rest is not
_TOKEN = re.compile(r"^(\*|[a-zA-Z_-]+)")
_LINE = re.compile(r"\r\n|\r|\n")
_RULES = {"allow", "disallow"}
_MISSPELT = {
    "dissallow": "disallow",
    "dissalow": "disallow",
    "disalow": "disallow",
    "diasllow": "disallow",
    "disallaw": "disallow",
    "useragent": "user-agent",
    "user agent": "user-agent",
    "site-map": "sitemap",
    "crawl delay": "crawl-delay",
}


@dataclass(slots=True)
class _Group:
    agents: set[str] = field(default_factory=set)
    rules: list[str] = field(default_factory=list)
    delays: list[str] = field(default_factory=list)
    licences: list[str] = field(default_factory=list)


class RobotsRules:
    """The rules of one robots.txt for one agent.

    `delay` is Crawl-delay in seconds or None; `sitemaps` and `licences` (RSL 1.0) are the addresses
    named, as written. `own_licences` are those that are about the agent: of its groups and of no
    group (RSL 1.0 §4.4.2), and where there are none all: many write them behind the last group.
    """

    def __init__(self, data: bytes = b"", agent: str = AGENT) -> None:
        groups, self.sitemaps, self.licences = _parse_rules(
            _decode(data[:PARSED_BYTES], cut=len(data) > PARSED_BYTES)
        )
        ours = _own_groups(groups, agent.lower())
        others = [name for group in groups if group not in ours for name in group.licences]
        to_us = [name for name in self.licences if name not in others]
        self.own_licences = [name for group in ours for name in group.licences] + to_us
        self.own_licences = list(dict.fromkeys(self.own_licences)) or self.licences
        lines = [rule for group in ours for rule in group.rules]
        self._rules = Protego.parse("\n".join(["User-agent: *", *lines])) if lines else None
        self.delay = _longest_delay([delay for group in ours for delay in group.delays])

    def allows(self, url: str) -> bool:
        """Whether the URL may be fetched; `/robots.txt` itself always may (§2.2.2)."""
        if self._rules is None or urlsplit(url).path == "/robots.txt":
            return True
        return bool(self._rules.can_fetch(url, AGENT))


def _decode(data: bytes, *, cut: bool) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = data.decode("utf-16", "replace")
    else:
        text = data.decode("utf-8-sig", "replace")
    return text.rpartition("\n")[0] if cut else text


def _parse_rules(text: str) -> tuple[list[_Group], list[str], list[str]]:
    groups: list[_Group] = []
    named: dict[str, list[str]] = {"sitemap": [], "license": []}
    current: _Group | None = None
    for line in _LINE.split(text):
        name, colon, value = line.partition("#")[0].partition(":")
        key, value = name.strip().lower(), value.strip()
        key = _MISSPELT.get(key, key)
        if not colon:
            continue
        if key == "user-agent":
            if current is None or current.rules:
                current = _Group()
                groups.append(current)
            if token := _TOKEN.match(value):
                current.agents.add(token[1].lower())
        elif key in named:
            # an address may hold a "#" only as a fragment, so nothing is lost with the comment
            named[key] += [value] if value else []
            if key == "license" and current is not None and value:
                current.licences.append(value)
        elif current is not None and key in _RULES:
            current.rules.append(f"{key.title()}: {value}")
        elif current is not None and key == "crawl-delay":
            current.delays.append(value)
    return groups, named["sitemap"], named["license"]


def _own_groups(groups: list[_Group], agent: str) -> list[_Group]:
    """All groups that name the agent, as one; failing that, all groups for `*` (§2.2.1)."""
    return [group for group in groups if agent in group.agents] or [
        group for group in groups if "*" in group.agents
    ]


def _longest_delay(delays: list[str]) -> float | None:
    found = []
    for delay in delays:
        try:
            seconds = float(delay.replace(",", "."))
        except ValueError:
            continue
        if 0 < seconds < float("inf"):
            found.append(seconds)
    return max(found, default=None)
