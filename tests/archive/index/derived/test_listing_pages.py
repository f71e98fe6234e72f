"""A front page under an article's address takes its place, whatever the order captures come in."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from archive.index.writer import Index
from archive.model import FetchFacts, NotAnArticle, NotArticleReason, PayloadKind, Reading
from archive.model.listing_page import ListingPage
from archive.text.page_parts import address_parts, text_parts

URL = "https://news.example/a/1001"
HOME = "https://news.example/"
LINES = [f"خبر رقم {number} من أخبار المدينة" for number in range(20)]
REASON = f"{HOME} is shown in its place, with HTTP 200"
LATER = FetchFacts(crawl_id="crawl-2", site="news")


def listing(lines: list[str] = LINES, **more: Any) -> Reading:
    """A page of these headlines, read."""
    fields: dict[str, Any] = {
        "headlines": len(lines),
        "headings": text_parts(["الجريدة"]),
        "texts": text_parts(lines),
        "links": address_parts(lines),
    }
    return Reading(kind=PayloadKind.PAGE, listing=ListingPage(**fields | more))


def told(kit: Any, *entries: Any) -> list[tuple[Any, ...]]:
    """What is gone, an article read first and another one in the later crawl."""
    other = kit.entry(HOME + "b/2002", 48, title="عنوان آخر", paragraphs=["نص آخر من خبر آخر هنا"])
    with kit.index() as index:
        index.apply_captures([kit.entry(), (kit.capture(other[0].url, 48, facts=LATER), other[1])])
        for entry in entries:
            index.apply_captures([entry])
    return kit.rows("SELECT reason FROM disappearances")


def test_in_whatever_order_captures_come(kit: Any) -> None:
    """The article, the front page, the page in its place, and what else the crawl read: each order
    ends at equal tables.
    """
    other = kit.entry(HOME + "b/2002", 48, title="عنوان آخر", paragraphs=["نص آخر من خبر آخر هنا"])
    entries = [
        kit.entry(),
        (kit.capture(HOME, 47, facts=LATER), listing()),
        (kit.capture(URL, 49, facts=LATER), listing([*LINES[1:], "الساعة ٩"])),
        (kit.capture(other[0].url, 48, facts=LATER), other[1]),
    ]
    dumps = []
    for order in permutations(entries):
        with kit.index() as index:
            for entry in order:
                index.apply_captures([entry])
        assert kit.rows("SELECT reason, gone_since FROM disappearances") == [
            (REASON, "2024-03-03T13:00:00Z")
        ]
        dumps.append(kit.dump())
    assert all(dump == dumps[0] for dump in dumps)


def test_the_front_page_of_about_that_time(kit: Any) -> None:
    """Unchanged for months it counts; one that has been another since does not."""
    place = (kit.capture(URL, 49, facts=LATER), listing())
    old = (kit.capture(HOME, -3000, facts=LATER), listing())
    assert told(kit, old, place) == [(REASON,)]
    changed = (kit.capture(HOME, -2900, facts=LATER), listing([f"غيره {n}" for n in range(20)]))
    assert told(kit, old, changed, place) == []
    assert told(kit, place, old, changed) == []
    assert told(kit, place) == []


def test_what_the_page_says_to_be(kit: Any) -> None:
    """It stands for the page that it names, whatever that looked like; a page that announces next
    to nothing may be anything.
    """
    assert told(kit, (kit.capture(URL, 49, facts=LATER), listing(named=HOME))) == [(REASON,)]
    few = listing(LINES[:2], named=HOME)
    assert told(kit, (kit.capture(URL, 49, facts=LATER), few)) == []


def test_the_story_is_still_there(kit: Any) -> None:
    """By its headline, by its paragraphs, or in the page's data."""
    headed = listing(named=HOME, headings=text_parts(["الكرملين يعلن خطة جديدة"]))
    quoted = listing([*LINES, *kit.TEXT], named=HOME)
    carried = listing(named=HOME)
    carried = Reading(kind=PayloadKind.PAGE, listing=carried.listing, embedded=(kit.article(URL),))
    for reading in (headed, quoted, carried):
        assert told(kit, (kit.capture(URL, 49, facts=LATER), reading)) == []


def test_a_crawl_that_reads_no_article_tells_nothing(kit: Any) -> None:
    """The page in its place is of another crawl than the one that read articles."""
    alone = FetchFacts(crawl_id="crawl-3", site="news")
    assert told(kit, (kit.capture(URL, 49, facts=alone), listing(named=HOME))) == []


def test_a_redirect_to_a_wall_is_none_to_a_list(kit: Any) -> None:
    """In whatever order: a section that was read counts, and a front page that never showed a list
    without scripts; a notice, a front page that is one in the same crawl, and a failing one do not.
    """
    section, wall = HOME + "news/", HOME + "consent"
    notice = Reading(
        kind=PayloadKind.PAGE, not_article=NotAnArticle(url=wall, reason=NotArticleReason.CONSENT)
    )
    failing = (kit.capture(HOME, 50, status=503, facts=LATER), Reading(kind=PayloadKind.OTHER))
    front = (kit.capture(HOME, 1), listing())
    cases = [
        (section, [(kit.capture(section, 50, facts=LATER), listing())], True),
        (HOME, [(kit.capture(HOME, 50, facts=LATER), notice)], True),
        (wall, [(kit.capture(wall, 50, facts=LATER), notice)], False),
        (HOME, [front, (kit.capture(HOME, 50, facts=LATER), notice)], False),
        (HOME, [failing], False),
    ]
    for target, answers, gone in cases:
        moved = kit.capture(URL, 49, status=302, location=target, facts=LATER)
        for order in permutations([(moved, Reading(kind=PayloadKind.REDIRECT)), *answers]):
            assert told(kit, *order) == ([(f"redirects to {target}",)] if gone else [])


def test_what_the_target_answers_later(kit: Any) -> None:
    """An address that answered before with what it answers now: what it is in the crawl of the
    redirect counts, also where that comes into the index last.
    """
    notice = Reading(
        kind=PayloadKind.PAGE,
        not_article=NotAnArticle(url=HOME, reason=NotArticleReason.CONSENT),
    )
    section = HOME + "news/"
    for target, first, later, gone in (
        (HOME, listing(), notice, False),
        (section, notice, listing(), True),
    ):
        moved = kit.capture(URL, 49, status=302, location=target, facts=LATER)
        entries = [
            (kit.capture(target, 1), first),
            (moved, Reading(kind=PayloadKind.REDIRECT)),
            (kit.capture(target, 50, facts=LATER), later),
        ]
        for order in (entries, entries[::-1]):
            assert told(kit, *order) == ([(f"redirects to {target}",)] if gone else [])


def test_what_is_deleted_is_forgotten(kit: Any) -> None:
    """A capture whose record is no longer in the archive shows nothing any more."""
    place = (kit.capture(URL, 49, facts=LATER), listing(named=HOME))
    assert told(kit, place) == [(REASON,)]
    with Index(kit.path()) as index:
        index.delete_captures([place[0].id])
    assert kit.rows("SELECT * FROM _listing_pages") == []
