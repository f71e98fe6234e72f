"""When a page was published and last changed, out of all the places that state it.

Gathers candidates with their source and chooses one: the first in the order of trust, with the time
of day or zone of others that agree. Reading one text is for `dates.parse`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from itertools import islice

from lxml.html import HtmlElement

from archive.model import Precision
from pipelines.dates.parse import DateVerdict, StatedDate, is_update, judge_date
from pipelines.metadata.json_ld import Node, property_values, value_texts
from pipelines.metadata.visible_date import MAX_LINE, DateCandidate, DateContext, near_headline
from pipelines.page.dom import Page, text_of
from pipelines.page.head_tags import Head
from pipelines.page.microdata import Microdata

_PUBLISHED_METAS = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time", "datepublished", "article.published",  # noqa: E501
    "published_time", "publish-date", "publishdate", "publish_date", "published-date", "pubdate", "publication_date", "article_date_original",  # noqa: E501
    "article:publicationdate", "originalpublicationdate", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date",  # noqa: E501
    "sailthru.date", "rnews:datepublished", "dc.date.issued", "dcterms.created", "dcterms.issued", "dc.date.created", "dc.date.published",  # noqa: E501
    "article:post_date", "bt:pubdate", "analyticsattributes.articledate", "date.created", "date_published", "vr:published_time", "dc.date",  # noqa: E501
    "dcterms.date", "date", "article:created_time", "datecreated", "publisheddate", "last-published",  # noqa: E501
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "article:modified", "dc.date.modified", "dcterms.modified", "last-modified",  # noqa: E501
    "modified_time", "date_modified", "lastmod", "article.updated", "revised", "cxenseparse:recs:modifytime",  # noqa: E501
)  # fmt: skip
_LINKED_PUBLISHED = ("datePublished", "dateCreated", "uploadDate", "datePosted")

_URL_DATE = re.compile(
    r"(?<!\d)((?:19[89]|20[0-4])\d)[/\-_.]?(0?[1-9]|1[0-2])[/\-_.]?(0?[1-9]|[12]\d|3[01])(?!\d)"
)
_MAX_TIMES = 6
# A link of more characters in a list's entry is a headline.
_LINK = 25
_MAX_LINKS = 20
# A wall clock is the same up to this, for seconds are often left out.
_SAME = timedelta(minutes=1, seconds=1)
# Zones differ from UTC by quarters of an hour, within these.
_QUARTER = timedelta(minutes=15)
_WEST, _EAST = timedelta(hours=-11), timedelta(hours=14)


def date_candidates(
    page: Page,
    head: Head,
    marked: Microdata,
    nodes: list[Node],
    reader: DateContext,
    data: tuple[str | None, str | None] = (None, None),
) -> list[DateCandidate]:
    """Every date the page states of itself, in the order of trust.

    `nodes` are the article's JSON-LD, `data` the (published, modified) of the embedded application
    data.
    """
    raw: list[tuple[str, str, bool]] = []
    raw += [
        ("json-ld", text, False) for key in _LINKED_PUBLISHED for text in _json_ld_dates(nodes, key)
    ]
    raw += [("meta", text, False) for text in head.all(*_PUBLISHED_METAS)]
    raw += [("data", data[0], False)] if data[0] else []
    raw += [("json-ld", text, True) for text in _json_ld_dates(nodes, "dateModified")]
    raw += [("meta", text, True) for text in head.all(*_MODIFIED_METAS)]
    raw += [("data", data[1], True)] if data[1] else []
    candidates = [
        DateCandidate(source=source, stated=date, modified=modified)
        for source, text, modified in dict.fromkeys(raw)
        if (date := reader.parse_date(text))
    ]
    candidates += _marked_up(page, marked, reader)
    if not any(_is_certain(candidate) for candidate in candidates):
        candidates += near_headline(page, head, reader)
    url_candidate = _from_url(page.url, reader)
    return [*candidates, *([url_candidate] if url_candidate else [])]


def _json_ld_dates(nodes: list[Node], key: str) -> list[str]:
    return [text for value in property_values(nodes, key) for text in value_texts(value)]


# ------------------------------------------------------------------------------------ in the markup


def _marked_up(page: Page, marked: Microdata, reader: DateContext) -> Iterator[DateCandidate]:
    """Microdata and `time` elements, save those of teasers (inside a link or a list of other
    articles).
    """
    for element in marked.elements("datePublished", "dateModified"):
        if element.tag != "meta" and _is_outside_article(element):
            continue
        date = _read_element(element, reader)
        if date:
            modified = "dateModified" in (
                element.get("itemprop") or ""
            ) and "datePublished" not in element.get("itemprop", "")
            yield DateCandidate(source="microdata", stated=date, modified=modified)
    times = (
        element
        for element in page.root.iter("time")
        if not element.get("itemprop") and not _is_outside_article(element)
    )
    for element in islice(times, _MAX_TIMES):
        date = _read_element(element, reader)
        if date:
            yield DateCandidate(source="time", stated=date, modified=_labelled_update(element))


def _labelled_update(element: HtmlElement) -> bool:
    """True if the words in a `time` element, or right before it, label it as the date of the last
    change.
    """
    around = element.getparent()
    before = element.getprevious()
    words = [
        text_of(element),
        text_of(before) if before is not None else "",
        before.tail or "" if before is not None else "",
    ]
    if before is None and around is not None:
        words.append(around.text or "")
    return any(len(text) < MAX_LINE and is_update(text) for text in words)


def _read_element(element: HtmlElement, reader: DateContext) -> StatedDate | None:
    for text in (element.get("content"), element.get("datetime"), text_of(element)):
        if text and (date := reader.parse_date(text)):
            return date
    return None


def _is_outside_article(element: HtmlElement) -> bool:
    """Whether an element stands in what is beside the article: a link, navigation, a footer, a list
    of teasers.
    """
    for ancestor in element.iterancestors():
        if ancestor.tag in ("a", "aside", "nav", "footer") or ancestor.get("itemprop") in (
            "comment",
            "isRelatedTo",
        ):
            return True
        if ancestor.tag == "li" and any(
            len(text_of(link)) > _LINK for link in islice(ancestor.iter("a"), _MAX_LINKS)
        ):
            return True
    return False


def _is_certain(candidate: DateCandidate) -> bool:
    """True for a time of publication with a UTC offset of its own, other than zero: no visible date
    is looked for then, which takes long.
    """
    date = candidate.stated
    zoned = date.zone_stated and date.instant is not None and bool(date.instant.utcoffset())
    return not candidate.modified and zoned and _has_time(date)


def _from_url(url: str, reader: DateContext) -> DateCandidate | None:
    match = _URL_DATE.search(url.partition("?")[0])
    date = match and reader.parse_date(f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}")
    return DateCandidate(source="url", stated=date) if date else None


# --------------------------------------------------------------------------------------- the choice


def choose_date(
    candidates: list[DateCandidate], reader: DateContext, *, modified: bool = False
) -> DateCandidate | None:
    """The date of publication (or of change, if `modified`): the first sound candidate, refined by
    others that agree; None if there is none.

    If a page only states when it was changed, that is its date of publication.
    """
    sound = (DateVerdict.SOUND, DateVerdict.COARSE)
    candidates = [_not_ahead(candidate, reader) for candidate in candidates]
    usable = [
        candidate
        for candidate in candidates
        if judge_date(candidate.stated, captured=reader.captured) in sound
    ]
    wanted = [candidate for candidate in usable if candidate.modified == modified]
    wanted = wanted or ([] if modified else usable)
    whole = [candidate for candidate in wanted if candidate.stated.instant is not None]
    if not whole:
        return wanted[0] if wanted else None
    first = whole[0]
    if not _has_time(first.stated):
        first = next(
            (
                candidate
                for candidate in whole
                if _has_time(candidate.stated) and _same_day(first.stated, candidate.stated)
            ),
            first,
        )
    if not first.stated.zone_stated:
        first = next(
            (
                candidate
                for candidate in whole
                if _same_clock(first.stated, candidate.stated) and candidate.stated.zone_stated
            ),
            first,
        )
    return _true_zone(first, whole, reader)


def _not_ahead(candidate: DateCandidate, reader: DateContext) -> DateCandidate:
    """The candidate as a wall clock of the site's zone where, taken as UTC, it would lie after the
    capture.
    """
    date = candidate.stated
    if (
        reader.zone is None
        or not date.zone_stated
        or date.instant is None
        or date.instant.utcoffset()
    ):
        return candidate
    local = replace(date, instant=date.instant.replace(tzinfo=reader.zone), zone_stated=False)
    ahead = judge_date(date, captured=reader.captured) == DateVerdict.FUTURE
    return (
        replace(candidate, stated=local)
        if ahead and local.instant and local.instant < date.instant
        else candidate
    )


def _has_time(date: StatedDate) -> bool:
    """Whether a time of day is stated; midnight without a zone is what a day becomes in many
    systems.
    """
    instant = date.instant
    if instant is None or date.precision == Precision.DAY:
        return False
    return (instant.hour, instant.minute, instant.second) != (0, 0, 0)


def _same_day(first: StatedDate, second: StatedDate) -> bool:
    return (first.year, first.month, first.day) == (second.year, second.month, second.day)


def _same_clock(first: StatedDate, second: StatedDate) -> bool:
    if first.instant is None or second.instant is None or not _has_time(second):
        return False
    return abs(first.instant.replace(tzinfo=None) - second.instant.replace(tzinfo=None)) < _SAME


def _true_zone(
    chosen: DateCandidate, candidates: list[DateCandidate], reader: DateContext
) -> DateCandidate:
    """The candidate with the zone its readers live in, where it is stated in UTC and the page shows
    a wall clock.

    Some systems write the wall clock of their country and call it UTC: it shows where the site's
    zone is known and the page displays the very same clock. Elsewhere the clock displayed tells how
    far from UTC the page is: the instant stays.
    """
    instant = chosen.stated.instant
    if (
        instant is None
        or not chosen.stated.zone_stated
        or instant.utcoffset()
        or not _has_time(chosen.stated)
    ):
        return chosen
    clock = next(
        (candidate.stated.instant for candidate in candidates if _is_clock(candidate)), None
    )
    if clock is None:
        return chosen
    ahead = clock.replace(tzinfo=UTC, second=0) - instant.replace(second=0)
    local = instant.replace(tzinfo=reader.zone) if reader.zone else instant
    if not ahead and local.utcoffset():
        return replace(chosen, stated=replace(chosen.stated, instant=local, zone_stated=False))
    if ahead and ahead % _QUARTER == timedelta(0) and _WEST <= ahead <= _EAST:
        zone = (
            reader.zone
            if reader.zone and instant.astimezone(reader.zone).utcoffset() == ahead
            else timezone(ahead)
        )
        return replace(chosen, stated=replace(chosen.stated, instant=instant.astimezone(zone)))
    return chosen


def _is_clock(candidate: DateCandidate) -> bool:
    date = candidate.stated
    return (
        candidate.source == "text"
        and not date.zone_stated
        and not date.relative
        and _has_time(date)
    )
