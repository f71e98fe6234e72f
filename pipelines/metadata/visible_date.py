"""The line with the date that readers see: the one nearest to the headline.

A page shows many dates, of teasers, of comments, of today. The article's is taken to be the one
nearest to the headline in the tree. What a date text means is read by `dates.parse`, whether to
believe it is decided by `publication_date`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice

from lxml.html import HtmlElement

from archive.model import Precision
from pipelines.dates.parse import StatedDate, is_update, read_date
from pipelines.page.dom import Page, collapse_spaces, text_of
from pipelines.page.head_tags import Head

_DIGIT = re.compile(r"\d")
_DAY_WORD = re.compile(
    r"منذ|قبل|أمس|اليوم|الآن|دیروز|امروز|پیش|[Yy]esterday|[Tt]oday|ago|[Gg]estern|[Hh]eute|[Hh]ier|[Aa]yer|[Hh]oy|[Ii]eri|[Oo]ggi"
)
# A count back from now without a digit ("yesterday", "an hour ago") is short.
_SPOKEN_DATE = 40
_ATTRIBUTE = re.compile(
    r"^data-(?:[a-z-]{1,20}-)?(?:date|time|datetime|timestamp|published|publish|pubdate|created|iso|utc|unix|epoch|(?P<changed>modified|updated))$"
)
_SKIPPED = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "nav",
        "footer",
        "aside",
        "form",
        "select",
        "iframe",
        "button",
    )
)
_DATE_LINE = 70
_SHORT_LINE = 45
_MAX_LEVELS = 7
# A box so near to a date that holds a link of more characters is a teaser.
_TEASER_LEVELS, _HEADLINE, _MAX_LINKS = 2, 25, 8
# From this many boxes around the headline on, what stands above it is the page's bar.
_BAR_LEVEL = 2
# Where a headline stands in layouts that have no h1.
_HEADLINE_TAGS = ("h2", "h3", "h4", "div", "span", "p", "td", "font", "strong", "b")
_MIN_HEADLINE = 15
_MAX_ELEMENTS = 700
_MAX_HEADINGS = 20
# A line that holds a date and perhaps a byline; longer ones are sentences that happen to name a
# day.
MAX_LINE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCandidate:
    """A date as one place states it. `modified` is true for the date of the last change."""

    source: str
    stated: StatedDate
    modified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DateContext:
    """Reads date texts with what is known of the page: time of capture, its site's zone (None if
    unknown), its language.

    `guess` is a zone to read dates in if the site's is unknown; it is not used to correct dates.
    """

    captured: datetime | None
    zone: tzinfo | None
    language: str | None
    guess: tzinfo | None = None

    def parse_date(self, text: str) -> StatedDate | None:
        """The date a text states, or None."""
        return read_date(
            text,
            captured=self.captured,
            zone=self.zone or self.guess or UTC,
            language=self.language,
        )


def near_headline(page: Page, head: Head, reader: DateContext) -> list[DateCandidate]:
    """The date line nearest to the headline in the tree: its own box first, then the boxes around
    it.
    """
    heading = _headline_element(page, head)
    if heading is None:
        return []
    seen: set[HtmlElement] = {heading} if heading.tag == "h1" else set()
    sentences: list[DateCandidate] = []
    box = heading
    for level in range(_MAX_LEVELS):
        parent = box.getparent()
        if parent is None or parent.tag == "html" or len(seen) > _MAX_ELEMENTS:
            break
        box = parent
        above, below = _dates_in(box, seen, reader)
        dates = below + [
            candidate
            for candidate in above
            if level < _BAR_LEVEL or not _is_today(candidate.stated, reader)
        ]
        if any(_is_line(candidate) for candidate in dates):
            return sorted(dates, key=lambda candidate: len(candidate.stated.raw) > _SHORT_LINE)
        sentences += dates
    # other sentences tell of the story's days
    return [candidate for candidate in sentences if candidate.modified]


def _is_line(candidate: DateCandidate) -> bool:
    """Whether the text is made for its date; a longer one is a caption or sentence that names a
    day.
    """
    return len(candidate.stated.raw) <= _DATE_LINE


def _headline_element(page: Page, head: Head) -> HtmlElement | None:
    """The headline's element: the longest `h1`, or else the first element whose text begins or ends
    a title in the head; None if there is none.
    """
    headings = [
        heading for heading in islice(page.root.iter("h1"), _MAX_HEADINGS) if text_of(heading)
    ]
    if headings:
        return max(headings, key=lambda heading: len(text_of(heading)))
    titles = [title for title in (head.first("og:title"), head.title) if title]
    for element in page.root.iter(*_HEADLINE_TAGS):
        text = collapse_spaces(element.text or "")
        if len(text) >= _MIN_HEADLINE and any(
            title.startswith(text) or title.endswith(text) for title in titles
        ):
            return element
    return None


def _dates_in(
    box: HtmlElement, seen: set[HtmlElement], reader: DateContext
) -> tuple[list[DateCandidate], list[DateCandidate]]:
    """The dates in a box above and below what of it has been `seen` before (the headline's inner
    boxes).
    """
    above: list[DateCandidate] = []
    below: list[DateCandidate] = []
    inner = frozenset(seen)
    side = above
    for element in box.iter():
        if element in inner:
            side = below
        if element in seen or not isinstance(element.tag, str):
            continue
        seen.add(element)
        if len(seen) > _MAX_ELEMENTS:
            break
        if element.tag in _SKIPPED or element.tag in ("a", "h1"):
            seen.update(element.iter())
            continue
        side += _in_attributes(element, reader)
        date = _date_of_line(element, reader) if _may_be_dated(_own_text(element)) else None
        if date and date.precision not in (Precision.YEAR, Precision.MONTH):
            if date.relative and _in_teaser(element, box):
                continue
            modified = is_update(date.raw) and not _states_publication_first(date.raw)
            side.append(DateCandidate(source="text", stated=date, modified=modified))
    return above, below


def _in_teaser(element: HtmlElement, box: HtmlElement) -> bool:
    """Whether a date stands beside another story's headline, in a box of their own that is not the
    headline's `box`.
    """
    for around in islice(element.iterancestors(), _TEASER_LEVELS):
        if around is box:
            return False
        if any(len(text_of(link)) > _HEADLINE for link in islice(around.iter("a"), _MAX_LINKS)):
            return True
    return False


def _in_attributes(element: HtmlElement, reader: DateContext) -> Iterator[DateCandidate]:
    """The date that an element holds for a script to show ("an hour ago"), with its day at
    least.
    """
    if element.tag == "time":  # read with all the others of its kind
        return
    for name, value in element.items():
        match = _ATTRIBUTE.search(str(name)) if _DIGIT.match(value) else None
        date = reader.parse_date(value) if match and len(value) <= _SHORT_LINE else None
        if date and match and date.instant:
            yield DateCandidate(source="attribute", stated=date, modified=bool(match["changed"]))


def _own_text(element: HtmlElement) -> str:
    return " ".join((element.text or "", *(child.tail or "" for child in element)))


def _is_today(date: StatedDate, reader: DateContext) -> bool:
    """Whether it is the day of the capture and no more, as sites show it in the bar on top."""
    if reader.captured is None or date.precision != Precision.DAY:
        return False
    today = reader.captured.astimezone(reader.zone or reader.guess or UTC).date()
    return (date.year, date.month, date.day) == (today.year, today.month, today.day)


def _may_be_dated(text: str) -> bool:
    if not text or len(text) > MAX_LINE * 2 or text.isspace():
        return False
    return _DIGIT.search(text) is not None or (
        len(text) <= _SPOKEN_DATE and _DAY_WORD.search(text) is not None
    )


def _states_publication_first(line: str) -> bool:
    """True if a line with a word for updates does not begin with it: the first date is another."""
    return not is_update(line[: len(line) // 3])


def _date_of_line(element: HtmlElement, reader: DateContext) -> StatedDate | None:
    """The date in an element's text, with the time of day from the elements around it if they
    repeat that date with one.
    """
    text = text_of(element)
    date = reader.parse_date(text) if len(text) <= MAX_LINE else None
    if date is None or date.precision != Precision.DAY:
        return date
    around = element.getparent()
    for _ in range(2):
        if around is None or around.tag == "body":
            break
        wider = text_of(around)
        if len(wider) > MAX_LINE:
            break
        finer = reader.parse_date(wider)
        if (
            finer
            and finer.precision != Precision.DAY
            and (finer.year, finer.month, finer.day) == (date.year, date.month, date.day)
        ):
            return finer
        around = around.getparent()
    return date
