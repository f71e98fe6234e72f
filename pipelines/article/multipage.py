"""An article on several pages: which part of it a page is, by its address and by the page's links
to the other parts.

An address is a part's if it is another's with a number in it (`?page=2`, `/2`, `-p2.html`). Since
ids look alike, the page must confirm it: by a number, by a word for the next or previous page, or
by rel. Joining the parts is `archive.index.derived.multipage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from archive.urls import canonical_key, names_a_work, normalise_url
from pipelines.page import dom
from pipelines.page.dom import Page

# No article has more parts than this; higher numbers are ids.
MOST = 60
# A label of a link to another part, in characters ("Next: what the mayor said").
LABEL = 80
WHOLE = 0
# Links that have a step of their own address in common with the page's, or are a number relative to
# it (`?page=2`, `2.html`).
_NEAR = XPath(
    "//a[contains(@href, $bare) or contains(@href, $coded) or (string-length(@href) <= 10 and"
    " translate(@href, '0123456789', '') != @href)] | //link[@href and (contains(@rel, 'ext') "
    "or contains(@rel, 'rev'))]",
    smart_strings=False,
)
_RELS = frozenset(("next", "prev", "previous"))
_PAGE_WORD = re.compile(
    r"pages?|seite|pagina|sayfa|part|all|full|single(?:-?page)?|komplettansicht", re.IGNORECASE
)
_ENDING = re.compile(
    r"(?:[-_,.]?(?:p|page|seite|part|s)?[-_]?\d{1,2})?(?:\.\w{3,5})?$", re.IGNORECASE
)

_PARAMETER = re.compile(
    r"(?:^|(?<=&))(?:page|pg|p|pageno|page_no|pagenum|paged|part|seite|pagina|sayfa|strona|sida)=(\w{1,8})(?:&|$)",
    re.IGNORECASE,
)
_NUMBER = r"0?([1-9]\d?)"
_PATHS = (
    re.compile(
        rf"^(.*)/(?:page|pages|seite|pagina|sayfa|part|p|s)[/-]?{_NUMBER}(/?)$", re.IGNORECASE
    ),
    re.compile(rf"^(.*)/{_NUMBER}(/?)$"),
    re.compile(
        rf"^(.*[^/])[-_,.](?:p|page|seite|pagina|sayfa|part|s)[-_]?{_NUMBER}(\.\w{{3,5}})?/?$",
        re.IGNORECASE,
    ),
    re.compile(rf"^(.*[^/])[-_,]{_NUMBER}(\.\w{{3,5}})?/?$"),
)
_WHOLE_WORDS = frozenset(("all", "full", "single", "alle", "komplett", "tout", "todo", "print"))
_SHOWN_WHOLE = re.compile(
    r"(?:^|(?<=&))(?:view|show|layout|single_?page|one_?page|show_?all|view_?all|full)=(?:1|true|yes|all|full|single)(?:&|$)",
    re.IGNORECASE,
)
_WHOLE_PATH = re.compile(
    r"^(.*)/(?:all|full|single(?:-?page)?|(?:seite|page)-?(?:all|alle)|komplettansicht)(/?)$",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"""
    ^\W*(?:(?:go\ to\ )?(?:the\ )?next(?:\ page|\ part)?|continue(?:\ reading)?|
    weiter(?:lesen)?|nächste(?:\ seite)?|(?:page\ |la\ )?suivante?|suite|
    siguiente|(?:página|la)\ siguiente|(?:الصفحة\ )?التالي(?:ة)?|بعدی|صفحه\ بعد|
    sonraki(?:\ sayfa)?|devamı|successiva|avanti|próxima|volgende(?:\ pagina)?|
    nästa|næste|neste|дальше|следующая|następna)\s*(?:$|[:|»›>→–—-]+\s*)|
    ^\s*[›»>→]+\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BACK = re.compile(
    r"""
    ^\W*(?:(?:the\ )?prev(?:ious)?(?:\ page|\ part)?|back|zurück|vorherige(?:\ seite)?|
    (?:page\ )?précédente?|anterior|(?:الصفحة\ )?السابق(?:ة)?|قبلی|صفحه\ قبل|
    önceki(?:\ sayfa)?|precedente|vorige|föregående|forrige|предыдущая|poprzednia)\s*(?:$
    |[:|–—-]+\s*)|^\s*[‹«<←]+\s*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_COUNT = re.compile(
    r"^\W*(?:(?:page|part|seite|página|صفحة|صفحه|sayfa|pagina|strona)\s*)?([\d٠-٩۰-۹]{1,2})\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePart:
    """Part `number` (from 1; 0 is the whole on one page) of the article that `canonical` names;
    `last` where none follows.
    """

    canonical: str
    number: int
    last: bool


@dataclass(frozen=True, slots=True)
class _PartLink:
    """A link to a part of the same article: its number, its address, and whether a number on the
    page says so.
    """

    number: int
    url: str
    counted: bool


def part_of(page: Page, canonical: str | None) -> ArticlePart | None:
    """Which part of an article a page is; None for an article on one page. `canonical`: the
    credible rel=canonical, if any.
    """
    own = normalise_url(page.url)
    if own is None:
        return None
    links = list(_labelled_links(page, own))
    for base in _whole_of(own):
        family = canonical_key(base)
        if (
            any(
                canonical_key(url) == family
                for url in (canonical or own, *(url for _, _, url in links))
            )
            or "?" in own
        ):
            return ArticlePart(canonical=canonical or base, number=WHOLE, last=True)
    for number, base in (*_part_numbers(own), (1, own)):
        steps = [
            step
            for label, rel, url in links
            for step in _part_links((label, rel, url), own, base, number)
        ]
        if _is_one_of(steps, number, base):
            last = all(step.number <= number for step in steps)
            return ArticlePart(
                canonical=_whole_address(own, base, canonical, number, steps),
                number=number,
                last=last,
            )
    return None


def _is_one_of(steps: list[_PartLink], number: int, base: str) -> bool:
    """Whether the links of a page that would be part `number` of `base` show that it is."""
    others = {step.number for step in steps} - {number}
    if number == 1:
        return 2 in others
    near = bool(others & {1, number - 1, number + 1})
    return near and (any(step.counted for step in steps) or names_a_work(base))


def _whole_address(
    own: str, base: str, canonical: str | None, number: int, steps: list[_PartLink]
) -> str:
    """The address that names the whole: what the page's canonical is a part of, else that of the
    first part.
    """
    family = canonical_key(base)
    if canonical and canonical_key(canonical) not in (family, canonical_key(own)):
        return next(
            (url for part, url in _part_numbers(canonical) if part == number > 1), canonical
        )
    first = [step.url for step in steps if step.number == 1]
    known = [url for url in (*first, canonical or own) if canonical_key(url) == family]
    return base if known or (number > 1 and not first) else (*first, own)[0]


def _labelled_links(page: Page, own: str) -> Iterator[tuple[str, str, str]]:
    """Label, rel and address of the page's links that might lead to another part."""
    stem = _address_stem(own)
    for element in _NEAR(page.root, bare=stem, coded=quote(stem)):
        rel = (element.get("rel") or "").lower()
        if element.tag == "link" and rel not in _RELS:
            continue
        label = _link_label(element)
        if (label or rel in _RELS) and (url := page.absolute(element.get("href"))):
            yield label, rel, url


def _address_stem(own: str) -> str:
    """What the address of another part has in common with this one: its last step that is no
    number.
    """
    steps = [_ENDING.sub("", step) for step in unquote(urlsplit(own).path).split("/")]
    return next(
        (step for step in reversed(steps) if len(step) > 1 and not _PAGE_WORD.fullmatch(step)), "/"
    )


def _link_label(element: HtmlElement) -> str:
    text = dom.text_of(element)
    if not text:
        text = element.get("aria-label") or element.get("title") or ""
    named = len(text) <= LABEL and (_COUNT.match(text) or _FURTHER.match(text) or _BACK.match(text))
    return text if named else ""


def _part_links(
    link: tuple[str, str, str], own: str, base: str, number: int
) -> Iterator[_PartLink]:
    """The parts of `base` that a link leads to, seen from part `number` at the address `own`."""
    label, rel, url = link
    family = canonical_key(base)
    places = [part for part, whole in _part_numbers(url) if canonical_key(whole) == family]
    if canonical_key(url) == family:
        places.append(1)
    counted = _COUNT.match(label)
    for part in places:
        if counted and int(counted[1]) == part:
            yield _PartLink(part, url, counted=True)
        elif (part == number + 1 and _leads_to_next(_FURTHER, "next", label, rel, url)) or (
            part == number - 1 and _leads_to_next(_BACK, "prev", label, rel, own)
        ):
            yield _PartLink(part, url, counted=False)


def _leads_to_next(word: re.Pattern[str], relation: str, label: str, rel: str, url: str) -> bool:
    """Whether a link is to the next or previous page by its rel or label; a number at the end of a
    slug may be another story's.
    """
    match = word.match(label)
    if _PATHS[-1].match(urlsplit(url).path):
        return match is not None and match.end() == len(label)
    return relation in rel or match is not None


def _part_numbers(url: str) -> Iterator[tuple[int, str]]:
    """Each (number, address without it) that an address can be read as."""
    parts = urlsplit(url)
    parameter = _PARAMETER.search(parts.query)
    if parameter and _is_part_number(parameter[1]):
        query = (parts.query[: parameter.start()] + parts.query[parameter.end() :]).strip("&")
        yield int(parameter[1]), parts._replace(query=query).geturl()
    for pattern in _PATHS:
        match = pattern.match(parts.path)
        if match and int(match[2]) <= MOST and match[1]:
            yield int(match[2]), parts._replace(path=match[1] + (match[3] or "")).geturl()


def _is_part_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= MOST


def _whole_of(url: str) -> Iterator[str]:
    """The address of which an address shows all parts on one page, or nothing."""
    parts = urlsplit(url)
    parameter = _PARAMETER.search(parts.query)
    if not (parameter and unquote(parameter[1]).lower() in _WHOLE_WORDS):
        parameter = _SHOWN_WHOLE.search(parts.query)
    if parameter:
        query = (parts.query[: parameter.start()] + parts.query[parameter.end() :]).strip("&")
        yield parts._replace(query=query).geturl()
    elif match := _WHOLE_PATH.match(parts.path):
        yield parts._replace(path=match[1] + match[2]).geturl()
