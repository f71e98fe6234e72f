"""The terms of RSL licences (Really Simple Licensing 1.0, rslstandard.org), read tolerantly, and
whether they reserve a use.

Pure. What is recorded of a licence is `pipelines.usage_signals.pages`' business: there each term
is a statement of its own; here those of one licence belong together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from pipelines.usage_signals.path_patterns import covers

RSL_TYPE = "application/rsl+xml"
# An archive is searched: what reserves this use reserves the page to us.
SEARCH = "search"
_MAX_CONTENTS, _MAX_LICENCES = 1000, 20  # more of a document, or of a content, is not looked at
_PARSER: dict[str, Any] = {
    "recover": True,
    "resolve_entities": False,
    "no_network": True,
}
_SEPARATOR = re.compile(r"[\s,]+")  # drafts of the standard had commas
# How narrowly a word names a use: what is said of it by name counts before what is said of all.
# The words of the drafts stand beside those of 1.0.
_OF_ALL = {"all": 1}
_OF_AI = {**_OF_ALL, "ai-all": 2}
_WORDS: dict[str, dict[str, int]] = {
    SEARCH: {**_OF_ALL, "search": 3},
    "ai-train": {**_OF_AI, "ai-train": 3, "train-ai": 3, "train-genai": 3},
    "ai-input": {**_OF_AI, "ai-input": 3, "ai-use": 3, "ai-summarize": 3},
}
# Kinds of payment that an archive does not owe: none, or for what AI makes of the text.
_NOT_OWED = frozenset({"free", "attribution", "training", "use", "inference"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RslLicence:
    """One offer: which uses it permits (None: it names none) and prohibits, as words of the
    standard; `payment` is what is owed for it, None where nothing is.
    """

    permits: tuple[str, ...] | None = None
    prohibits: tuple[str, ...] = ()
    payment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RslContent:
    """What the licences are about: a pattern of paths or of addresses, empty for all. With
    `server` a licence has to be asked for there.
    """

    url: str = ""
    server: str = ""
    licences: tuple[RslLicence, ...] = ()


def rsl_root(body: bytes) -> Any | None:
    """The root element of an XML document, as far as it can be read; None where it cannot.
    Entities are not resolved and nothing is loaded.
    """
    try:
        return etree.fromstring(body, etree.XMLParser(**_PARSER))
    except (etree.XMLSyntaxError, ValueError):
        return None


def read_rsl(body: bytes) -> tuple[RslContent, ...]:
    """The contents of an RSL document with their licences; none of what is no such document."""
    root = rsl_root(body)
    if root is None or local_name(root) != "rsl":
        return ()
    contents = (each for each in root.iter() if local_name(each) == "content")
    return tuple(_content(each) for each in islice(contents, _MAX_CONTENTS))


def local_name(element: Any) -> str:
    """The name of an element in lower case, without namespace; empty for what is no element."""
    tag = element.tag
    return re.split("[}:]", tag)[-1].lower() if isinstance(tag, str) else ""


def _content(element: Any) -> RslContent:
    licences = [each for each in element.iter() if local_name(each) == "license"]
    if not licences and any(local_name(each) in {"permits", "prohibits"} for each in element):
        licences = [element]  # written without one
    return RslContent(
        url=(element.get("url") or "").strip(),
        server=(element.get("server") or "").strip(),
        licences=tuple(_licence(each) for each in licences[:_MAX_LICENCES]),
    )


def _licence(element: Any) -> RslLicence:
    payment = next((each for each in element.iter() if local_name(each) == "payment"), None)
    owed = None if payment is None else (payment.get("type") or "free").strip().lower()
    return RslLicence(
        permits=_uses(element, "permits") or None,
        prohibits=_uses(element, "prohibits"),
        payment=None if owed in _NOT_OWED else owed,
    )


def _uses(element: Any, name: str) -> tuple[str, ...]:
    """The uses that terms of this name list. What is said to some users or countries is not
    judged: who we are, the document cannot know.
    """
    lists = [
        str(term.xpath("string()"))  # without comments
        for term in element.iter()
        if local_name(term) == name and (term.get("type") or "usage").strip().lower() == "usage"
    ]
    return tuple(word.lower() for text in lists for word in _SEPARATOR.split(text) if word)


# ----------------------------------------------------------------------------------------- judging


def find_rsl_reservation(
    contents: Collection[RslContent], obeyed: Collection[str], url: str
) -> str | None:
    """What the most specific of the contents that are about `url` reserves, as text
    (`prohibits usage=all, in rsl`); None where a licence grants it, or nothing is said.

    The use that counts is `search`, in `obeyed` or not, and `ai-train` and `ai-input` where they
    are in `obeyed`. RSL 1.0 §3: a licence that permits some uses permits no others; what is said of
    a use by name counts before what is said of all, a prohibition before a permission.
    """
    applying = _most_specific(contents, url)
    asked = next((each.server for each in applying if each.server), None)
    if asked is not None:
        return f"server={asked[:200]}, in rsl"
    licences = [licence for each in applying for licence in each.licences]
    for use in (SEARCH, *(each for each in obeyed if each in {"ai-train", "ai-input"})):
        refusals = [_refusal(licence, _WORDS[use]) for licence in licences]
        if refusals and None not in refusals:
            return f"{refusals[0]}, in rsl"
    return None


def _most_specific(contents: Collection[RslContent], url: str) -> list[RslContent]:
    found = [(length, each) for each in contents if (length := _length_for(each.url, url)) >= 0]
    longest = max((length for length, _ in found), default=0)
    return [each for length, each in found if length == longest]


def _length_for(pattern: str, url: str) -> int:
    """How long the `url` of a content is (RSL 1.0 §3.3: an address, or a path as robots.txt has it)
    if it is about an address; -1 where it is not.
    """
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if re.match(r"(?:https?:)?//", pattern, re.IGNORECASE):
        host, slash, place = pattern.partition("//")[2].partition("/")
        if not covers(host.lower() + "$", parts.netloc.lower()):
            return -1
        pattern = slash + place
    elif pattern and pattern[0] not in "/*":
        pattern = f"/{pattern}"
    return len(pattern) if covers(pattern, path) else -1


def _refusal(licence: RslLicence, words: dict[str, int]) -> str | None:
    """Why a licence does not grant a use that the words name; None where it does."""
    permitted = max(_levels(licence.permits or (), words), default=0)
    prohibited = max(_levels(licence.prohibits, words), default=0)
    if prohibited and prohibited >= permitted:
        return f"prohibits usage={' '.join(licence.prohibits)[:200]}"
    if licence.permits is not None and not permitted:
        return f"permits usage={' '.join(licence.permits)[:200]} alone"
    return None if licence.payment is None else f"payment={licence.payment[:200]}"


def _levels(said: Collection[str], words: dict[str, int]) -> Iterator[int]:
    return (words[word] for word in said if word in words)
