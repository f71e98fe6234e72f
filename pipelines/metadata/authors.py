"""Who wrote an article: names from JSON-LD, metas and the byline, cleaned and taken apart.

The site's own name is no author where the page names a person. Agencies are kept: a story by dpa is
by dpa.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from pipelines.language.bylines import (
    AGENCIES,
    BYLINE_LABEL_ALONE,
    BYLINE_LINE,
    BYLINE_PREFIX,
    DATED,
    DATELINE_CITY,
    ISSUED,
    NAME_SUFFIX,
    NOT_A_NAME,
    ROLE,
    WHOLE_BYLINE_LINE,
    is_degree,
)
from pipelines.language.line_phrases import count_words
from pipelines.metadata.json_ld import Node, by_id, property_values, value_text, value_texts
from pipelines.page.dom import Page, text_of
from pipelines.page.head_tags import Head, plain_text
from pipelines.page.microdata import select_elements

# WordPress: a label and its value in two metas.
_LABELLED = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))
_METAS = (
    "author", "article:author", "article:author_name", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator", "citation_author",  # noqa: E501
    "cxenseparse:author", "dc.contributor", "og:article:author", "article.author", "authors", "content_author", "vr:author", "rbauthors",  # noqa: E501
)  # fmt: skip
_SPLIT = re.compile(
    r"(?:(?<!\s)\s++)?(?:[;|•·]\s*|/\s+)|(?<!\s)\s++(?:(?:und|and|og|och|&|ve|dan|e|y|и|та|és)\s+|/\s*)"
    r"|、|，|،\s*"
)
_FRENCH = re.compile(r"(?<!\s)\s++et\s+")
_COMMA = re.compile(r"(?:(?<!\s)\s++)?,\s+(?:and\s+|und\s+)?")
_BRACKETS = re.compile(r"(?:(?<!\s)\s++)?[(\[（【][^)\]）】]{0,60}[)\]）】]\s*")
_NOT_NAME = re.compile(
    r"""
    https?:|www\.|@\w+\.\w|\d{3,}|^\W*$|\b(?:developer|admin|administrator|
    webmaster|twitter|facebook|instagram|linkedin|whatsapp|telegram|youtube|
    unknown|undefined|null|none|guest)\b|[{}<>=]|^(?:von|by|por|par|di|author|
    authors|autor|share|follow|view\ all\ posts|posts\ by|about|read\ more|
    more|save|updated|published|comments?|المزيد|تابعنا|شارك)$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EDITORS = re.compile(
    r"redaktion|editorial|newsroom|staff|redaction|redacción|redazione|desk|newsdesk|تحرير|هيئة|team",
    re.IGNORECASE,
)
_KEY = re.compile(r"[\W_]+")
_DOMAIN = re.compile(
    r"^[\w-]+(?:\.[\w-]+)*\.(?:com|de|net|org|cc|tv|ch|at|fr|it|es|uk|tr|ae|eg|sa|lb|ir|info|lt)$",
    re.IGNORECASE,
)
# Words of a name that keep their small letter.
_PARTICLES = re.compile(
    r"(?:d[aeiou]s?|del|della|l[ae]|van|von|der|den|te[rn]|al|el|bin|ibn|[ye]|zu|a[fv])$"
)
_NO_SIGNATURE = re.compile(r"[\d:;!?…\"“”]")
_CAPITALS = re.compile(
    r"^[A-ZÀ-ÖØ-Þ\u0100-\u017f\u0400-\u042f\u1e00-\u1eff][\w.'’-]*(?:\s+[A-ZÀ-ÖØ-Þ\u0100-\u017f\u0400-\u042f\u1e00-\u1eff][\w.'’-]*){1,3}$"
)
_MAX_NAMES = 8
_MAX_NAME = 60
_MAX_WORDS = 6
_MAX_BYLINE = 160
_MAX_SPOKEN = 90
_MAX_ELEMENTS = 60

# By attribute, not by element: an element has few of these, and asking each for all of them is most
# of the cost.
_BYLINES = etree.XPath(
    "//@class[contains(.,'author') or contains(.,'Author') or contains(.,'byline') or "
"contains(.,'Byline') or contains(.,'writer')"
    " or contains(.,'writtenby') or contains(.,'autor') or contains(.,'contributor')]/.."
    "|//@rel[.='author']/..|//@itemprop[.='author' or "
".='creator']/..|//@id[contains(.,'author')]/.."
    "|//a/@href[contains(.,'/author/') or contains(.,'/authors/') or contains(.,'/writers/') "
"or contains(.,'/contributor')]/.."
    "|//@data-testid[contains(.,'author') or contains(.,'byline')]/..",
    smart_strings=False,
)  # fmt: skip
_NAMED = re.compile(r"author|byline|writer|writtenby|autor|contributor", re.IGNORECASE)
_NOT_THE_BYLINE = re.compile(
    r"comment|related|recommend|teaser|sidebar|social|share|bio\b|avatar|footer|date|time",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCandidate:
    """The authors as one place states them: its text (`raw`) and the names in it. `own` is true if
    the first of them only names the site.
    """

    source: str
    raw: str
    names: tuple[str, ...]
    own: bool = False


class SiteName:
    """The site's names (its metas and publishers), to recognise a byline that names no person."""

    def __init__(self, head: Head, publishers: Iterable[str]) -> None:
        self._keys = {
            key for name in (*head.site_names, *publishers) if len(key := _name_key(name)) > 1
        }

    def is_own(self, name: str) -> bool:
        """Whether a name is only the site's own, or one of its desks."""
        key = _name_key(name)
        if not key or key in self._keys or _DOMAIN.match(name):
            return True
        return any(
            len(own) > 3 and (own in key or (len(key) > 3 and key in own)) for own in self._keys
        )


def _name_key(name: str) -> str:
    return _KEY.sub("", name).casefold()


def author_candidates(
    page: Page,
    head: Head,
    nodes: list[Node],
    everything: list[Node],
    data: list[str],
) -> list[NameCandidate]:
    """The authors each place states, in the order of trust.

    `nodes` are the article's JSON-LD nodes, `everything` all of the page's; `data` the writers of
    the embedded data.
    """
    publishers = [
        text for value in property_values(nodes, "publisher") for text in value_texts(value)
    ]
    site = SiteName(head, [*publishers, *head.all("publisher")])
    named = by_id(everything)
    candidates: list[NameCandidate] = []
    for node in nodes:
        node_names = [
            name
            for value in property_values([node], "author", "creator")
            for name in _person_names(value, named)
        ]
        candidates += _make_candidate("json-ld", node_names, site)
    candidates += _make_candidate("data", data, site)
    for name in _METAS:
        candidates += _make_candidate("meta", head.all(name), site)
    for label, value in _LABELLED:
        if BYLINE_LABEL_ALONE.match(head.first(label) or ""):
            candidates += _make_candidate("meta", head.all(value), site)
    if all(
        candidate.own for candidate in candidates
    ):  # the byline is read where nothing else names a person: it is dear
        for text in (*_byline_elements(page), *_byline_lines(page)):
            candidates += [
                candidate
                for candidate in _make_candidate("byline", [text], site)
                if _is_credible(candidate)
            ]
    return list(dict.fromkeys(candidates))


def _is_credible(candidate: NameCandidate) -> bool:
    """Whether a byline's text is names: capitals where the script has them, two words or a "by"
    before it.
    """
    led = BYLINE_PREFIX.match(plain_text(candidate.raw)) is not None
    for index, name in enumerate(candidate.names):
        words = name.split()
        if index == 0 and count_words(name) < 2 and not led and name.casefold() not in AGENCIES:
            return False
        if any(char.isdigit() for char in name) or ":" in name:
            return False
        cased = [
            word
            for word in words
            if word[:1].lower() != word[:1].upper() and not _PARTICLES.match(word)
        ]
        if any(word[:1].islower() for word in cased):
            return False
    return len(candidate.names) <= _MAX_NAMES


def choose_authors(candidates: list[NameCandidate]) -> NameCandidate | None:
    """The first place that names somebody else than the site, or else the first."""
    return next(
        (candidate for candidate in candidates if not candidate.own),
        candidates[0] if candidates else None,
    )


def _make_candidate(source: str, texts: list[str], site: SiteName) -> list[NameCandidate]:
    names = list(dict.fromkeys(name for text in texts for name in split_byline(text)))
    if not names:
        return []
    return [
        NameCandidate(
            source=source, raw="; ".join(texts), names=tuple(names), own=site.is_own(names[0])
        )
    ]


def _person_names(value: Any, named: dict[str, Node]) -> Iterator[str]:
    """The names of an `author`: strings, Person and Organization nodes, references to such."""
    for item in value if isinstance(value, list) else [value]:
        node = item
        if isinstance(item, dict) and "name" not in item and isinstance(item.get("@id"), str):
            node = named.get(item["@id"], item)
        if not isinstance(node, dict):
            yield from value_texts(node)
        elif node.get("name"):
            yield from value_texts(node["name"])
        else:
            parts = (
                value_text(node.get("givenName")),
                value_text(node.get("familyName")),
            )
            yield " ".join(part for part in parts if part)


def split_byline(text: str) -> list[str]:
    """The names in a byline: prefixes, places, roles and brackets off, several authors apart."""
    text = whole = ISSUED.sub("", _BRACKETS.sub(" ", plain_text(text))).strip(" ,;:|-–—·•*")
    before = None
    while text != before:
        before, text = text, BYLINE_PREFIX.sub("", text).strip(" ,;:|-–—·•*")
    if text != whole:
        text = DATELINE_CITY.sub("", text)
    names: list[str] = []
    for piece in _SPLIT.split(text):
        halves = _FRENCH.split(piece)
        for half in halves if all(len(part.split()) > 1 for part in halves) else [piece]:
            names += _split_list(half)
    names = [name for name in names if name]
    return [name for name in names if not ROLE.match(name)] or names


def _split_list(text: str) -> list[str]:
    """Names parted by commas; what follows a comma and is no name (a title, a place of work) ends
    the list.
    """
    names: list[str] = []
    for index, part in enumerate(_COMMA.split(text)):
        name = BYLINE_PREFIX.sub("", _clean_name(part))
        if index and is_degree(name):
            continue
        if not _is_name(name) or (index and len(name.split()) > 4):
            if index:
                break
            continue
        names.append(name)
    return names


def _clean_name(name: str) -> str:
    name = NAME_SUFFIX.sub("", re.split(r"(?<!\s)\s++[-–—|]\s+", name)[0])
    return name.strip(" ,;:|-–—·•*\"'“”").removesuffix("'s")


def _is_name(name: str) -> bool:
    return (
        1 < len(name) <= _MAX_NAME
        and len(name.split()) <= _MAX_WORDS
        and not _NOT_NAME.search(name)
        and not DATED.search(name)
    )


def _byline_lines(page: Page) -> Iterator[str]:
    """Lines that begin as bylines do ("كتب فلان", "By Somebody"), in document order."""
    body = page.root.find("body")
    for element in body.iter() if body is not None else ():
        opening = (element.text or "").strip()[:40]
        if (
            not opening
            or element.tag in ("script", "style", "option", "noscript")
            or not BYLINE_LINE.match(opening + " ")
        ):
            continue
        line = text_of(element)
        if BYLINE_LABEL_ALONE.match(line) and (around := element.getparent()) is not None:
            line = text_of(around)  # a label in an element of its own
        if (
            len(line) <= _MAX_SPOKEN
            and WHOLE_BYLINE_LINE.match(line)
            and not _is_outside_article(element)
        ):
            yield line


def in_lines(lines: list[str]) -> tuple[str, ...]:
    """The names of the first line that is a byline, or that follows one of only "by" or "written
    by"; nothing for none.
    """
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if WHOLE_BYLINE_LINE.match(line):
            byline = line
        elif BYLINE_LABEL_ALONE.match(line):
            byline = following
        else:
            continue
        if not byline or len(byline) > _MAX_SPOKEN:
            continue
        candidate = NameCandidate(source="text", raw=byline, names=tuple(split_byline(byline)))
        if candidate.names and _is_credible(candidate):
            return candidate.names
    return ()


def signature_names(line: str) -> tuple[str, ...]:
    """The names of a line that is nothing else: two to four words each, all with a capital; nothing
    for any other line.
    """
    names = (
        tuple(split_byline(line))
        if len(line) <= _MAX_SPOKEN and not (_NO_SIGNATURE.search(line) or NOT_A_NAME.search(line))
        else ()
    )
    return names if all(_CAPITALS.match(name) for name in names) else ()


def _byline_elements(page: Page) -> Iterator[str]:
    """The texts of elements marked as the author, those marked by a standard first."""
    seen: set[str] = set()
    marked = select_elements(page, _BYLINES)[:_MAX_ELEMENTS]
    ranked = sorted(marked, key=_doubt_of_mark)
    for element in ranked:
        if element.tag in (
            "meta",
            "link",
            "script",
            "body",
            "html",
            "img",
            "form",
            "input",
        ) or _is_outside_article(element):
            continue
        inner = [
            child
            for child in element.iter()
            if child.get("itemprop") == "name" or child.get("rel") == "author"
        ]
        for candidate in inner[:3] or [element]:
            text = candidate.get("content") or text_of(candidate)
            if 1 < len(text) <= _MAX_BYLINE and text not in seen:
                seen.add(text)
                yield text


def _doubt_of_mark(element: HtmlElement) -> int:
    """How little a mark is worth: standards first, then names of classes, then addresses of
    links.
    """
    if element.get("rel") == "author" or element.get("itemprop") in ("author", "name"):
        return 0
    return (
        1 if _NAMED.search(" ".join((element.get("class") or "", element.get("id") or ""))) else 2
    )


def _is_outside_article(element: HtmlElement) -> bool:
    """Whether the marked element belongs to a comment, a teaser or a box of its own beside the
    article.
    """
    if _NOT_THE_BYLINE.search(element.get("class") or ""):
        return True
    for depth, ancestor in enumerate(element.iterancestors()):
        if ancestor.tag in ("aside", "footer", "nav", "figure"):
            return True
        if depth < 4 and re.search(
            r"comment|related|recommend|teaser|sidebar|card|listing",
            ancestor.get("class") or "",
            re.IGNORECASE,
        ):
            return True
    return False
