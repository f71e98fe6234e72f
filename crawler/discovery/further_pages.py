"""The further pages of a listing: which they are, and whether they are read on to.

They are known by rel=next, by a page number in the address (`?page=3`), or, whatever their
addresses are called, by an offset: links to the listing's own address that differ in one number,
which grows by about as much as the page has entries (`?start=20`, `/world/40/`). A list is read on
as long as it ends in what is not known.

Pure. How often a further page is looked at otherwise is `crawler.discovery.recrawl_policy`'s.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from math import gcd

from archive.model import Link, Reading
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import (
    PAGINATION,
    UrlKind,
    is_pagination,
    page_number,
    without_session,
)

IN_A_ROW = 3  # known headlines at the end of a page: where the list was read up to before
_STANDING = frozenset({"body", "related", "navigation"})  # kinds of links that the text has
_LONGEST = 30  # characters of the text of a link to a further page ("2", "older stories")
# A page may have more entries than the list has on each (a box of others beside it), up to so many
# times as many; or fewer that are found, where more than one number speaks for the list.
_MOST_ENTRIES, _FEWEST_ENTRIES = 4, 2
_NUMBER = re.compile(r"(?<![\d%])\d{1,7}(?!\d)")
_NUMBER_OR_ENDING = re.compile(r"\d|\.[^/]*$")
_SLASHES = re.compile(r"(?<!:)/{2,}")


def list_page(url: str) -> tuple[str, int] | None:
    """The listing that a further page belongs to, and its number; None where it states none."""
    if not (number := page_number(url)):
        return None
    return PAGINATION.sub("", url).rstrip("/?&"), number


def offset_of(url: str, listing: str) -> int | None:
    """The number in which an address differs from that of a listing, or of any page of it; None
    where they differ otherwise. That of the listing may have none.
    """
    return next((number for number, _ in _offsets(url, listing)), None)


def _offsets(url: str, listing: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """The numbers of which an address may differ from a listing's in one, each with the form of the
    address: what stands before and behind it.
    """
    begin = url.find("/", url.find("//") + 2)
    if begin < 0:
        return
    for found in _NUMBER.finditer(url, begin):
        form = url[: found.start()], url[found.end() :]
        if _number_in(listing, form) is not None or _plain(listing) in _without_number(*form):
            yield int(found[0]), form


def _number_in(url: str, form: tuple[str, str]) -> int | None:
    """The number of an address of this form; None where it is of another."""
    before, behind = form
    number = url[len(before) : len(url) - len(behind)]
    is_one = url.startswith(before) and url.endswith(behind) and number.isdecimal()
    return int(number) if is_one and len(number) <= 7 else None


def _without_number(before: str, behind: str) -> set[str]:
    """What an address of a form may be called where it has no number: without its parameter, its
    segment (and the one that names it: `/start/20`), or its part of a segment (`list-20.html`).
    """
    if "?" in before:
        kept = before[: max(before.rfind(mark) for mark in "?&;")]
        rest = behind.lstrip("&;")
        joined = f"{kept}{'&' if '?' in kept else '?'}{rest}"
        return {_plain(joined)} if before.endswith("=") else set()
    found = {before.rstrip("-_.,=") + behind, re.sub(r"/[A-Za-z]$", "/", before) + behind}
    if before.endswith("/"):
        found.add(f"{before.rsplit('/', 2)[0]}/{behind}")
    return {_plain(each) for each in found}


def _plain(url: str) -> str:
    path, _, query = url.partition("?")
    path, query = _SLASHES.sub("/", path).rstrip("/"), query.strip("&;")
    return f"{path}?{query}" if query else path


def further_pages(reading: Reading, url: str) -> dict[str, int | None]:
    """The addresses of further pages that a listing at `url` names; of those by an offset with it,
    of the others with None.
    """
    links = {without_session(link.url): link for link in reading.links}
    found: dict[str, int | None] = {
        target: None
        for target, link in links.items()
        if link.kind == "next" or is_pagination(target)
    }
    if reading.article is None:
        found |= _pages_by_offset(reading, without_session(url), links)
    return found


def _pages_by_offset(reading: Reading, here: str, links: dict[str, Link]) -> dict[str, int]:
    titled = {sighting.url for sighting in reading.sightings}
    stem, deepest = _stem(here), here.rstrip("/").count("/") + 3
    forms: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for target, link in links.items():
        if not target.startswith(stem) or target.count("/") > deepest:
            continue  # the most, at little cost
        if link.kind in _STANDING and len(link.text) <= _LONGEST and link.url not in titled:
            for number, form in _offsets(target, here):
                forms[form][target] = number
    candidates = {target for pages in forms.values() for target in pages}
    entries = len(headlines(reading, candidates))
    found: dict[str, int] = {}
    for form, pages in forms.items():
        if _is_list(set(pages.values()), _number_in(here, form), entries):
            found |= pages
    found.pop(here, None)
    return found


def _stem(url: str) -> str:
    """What an address has in common with all that differ from it in one number."""
    begin = url.find("/", url.find("//") + 2)
    if begin < 0:
        return url
    path = url.partition("?")[0]
    cut = _NUMBER_OR_ENDING.search(path, begin)
    return (path[: cut.start()] if cut else path).rstrip("/")


def _is_list(numbers: set[int], here: int | None, entries: int) -> bool:
    """Whether numbers that a page links to are offsets of a list, counted from 0 or from 1: all
    multiples of a step, the next or last one among them, the step about the number of the page's
    `entries`. `here` is the page's own; None where it has none, as the first.
    """
    fewest = _FEWEST_ENTRIES if len(numbers) > 1 else 1
    for first in (0, 1):
        own = 0 if here is None else here - first
        others = {number - first for number in numbers}
        step = gcd(own, *others)
        if min(own, *others) < 0 or not {own - step, own + step} & others - {own}:
            continue
        if step > 1 and step <= fewest * entries and entries <= _MOST_ENTRIES * step:
            return True
    return False


def depth_in_list(entry: QueuedUrl) -> int:
    """How many pages deep in its listing an entry lies, at least, as its address says; 0 where it
    says nothing.
    """
    if number := page_number(entry.url):
        return number
    if entry.kind is not UrlKind.SECTION or not entry.via:
        return 0
    offset = offset_of(entry.url, entry.via) or 0
    return 1 + offset // gcd(offset, offset_of(entry.via, entry.url) or 0) if offset else 0


def headlines(reading: Reading, further: Collection[str] = ()) -> list[str]:
    """The addresses that a listing leads to as articles, in their order: those of its headlines,
    or else those of all its links that are no navigation; without its `further` pages.
    """
    named = {sighting.url for sighting in reading.sightings if sighting.kind == "section"}
    links = [
        link
        for link in reading.links
        if (link.url in named if named else link.kind in {"body", "related"})
    ]
    urls = dict.fromkeys(link.url for link in links if not is_pagination(link.url))
    return [url for url in urls if without_session(url) not in further]


def ends_unknown(
    urls: Iterable[str], is_known: Callable[[str], bool], met: Callable[[str], bool]
) -> bool:
    """Whether the headlines of a page end in unknown ones, so that more may stand on the next.

    `is_known`: whether an address was asked for by earlier crawls. Known ones that this crawl has
    `met` on other pages stand on all of them, and do not count.
    """
    at_the_end = IN_A_ROW
    any_unknown = False
    for url in reversed(list(urls)):
        if not is_known(url):
            any_unknown = True
            break
        if not met(url):
            at_the_end -= 1
            if not at_the_end:
                return False
    return any_unknown


class FurtherPages:
    """The further pages that one crawl reads whenever that was done last: those behind listings
    that end in unknown headlines. `is_known` and `met` as for `ends_unknown`.
    """

    def __init__(self, is_known: Callable[[str], bool], met: Callable[[str], bool]) -> None:
        self._is_known = is_known
        self._met = met
        self._pages: set[str] = set()

    def __contains__(self, url: str) -> bool:
        return url in self._pages

    def note(self, reading: Reading, further: Collection[str]) -> None:
        """Note the further pages of a listing, before its links count as met."""
        pages = set(further) - self._pages
        if pages and ends_unknown(headlines(reading, further), self._is_known, self._met):
            self._pages |= pages
