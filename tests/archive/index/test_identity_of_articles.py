from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from archive.model import Change, PayloadKind, Reading, RecordType
from archive.model.withdrawal import Withdrawal
from archive.urls import canonical_key

URL = "https://news.example/a/1001"


def test_one_article(kit: Any) -> None:
    """A captured article has its row with text, times and addresses, and its capture names it."""
    entry = kit.entry()
    with kit.index() as index:
        assert index.apply_captures([entry]) == [Change.NEW]
    [(identity, url, site, title, first, last, versions, author)] = kit.rows(
        "SELECT id, url, site, title, first_seen, last_seen, versions, author FROM articles"
    )
    assert (url, site, title, versions, author) == (
        URL,
        "news",
        "الكرملين يعلن خطة جديدة",
        1,
        "أحمد علي",
    )
    assert first == last == "2024-03-01T12:00:00Z"
    assert kit.rows("SELECT url, article_id, kind FROM addresses") == [(URL, identity, "canonical")]
    [(capture, article, version)] = kit.rows("SELECT id, article_id, version_id FROM captures")
    assert (capture, article) == (entry[0].id, identity)
    assert kit.rows("SELECT id, article_id, number FROM versions") == [(version, identity, 1)]


def test_the_same_capture_twice_is_no_change(kit: Any) -> None:
    """Applying a capture again leaves every table as it was."""
    entry = kit.entry()
    with kit.index() as index:
        index.apply_captures([entry])
        before = kit.dump()
        assert index.apply_captures([entry, entry]) == [Change.NONE, Change.NONE]
    assert kit.dump() == before


def test_another_ticker_is_another_capture_of_the_same_version(kit: Any) -> None:
    """Metadata and surroundings may change without a new version."""
    with kit.index() as index:
        assert index.apply_captures([kit.entry(), kit.entry(hour=1, tags=["جديد"])]) == [
            Change.NEW,
            Change.UNCHANGED,
        ]
    assert kit.rows("SELECT count(*), min(first_seen), max(last_seen) FROM versions") == [
        (1, "2024-03-01T12:00:00Z", "2024-03-01T13:00:00Z")
    ]
    assert kit.rows("SELECT tag FROM tags") == [("جديد",)]
    assert kit.rows("SELECT count(DISTINCT version_id), count(*) FROM captures") == [(1, 2)]


def test_a_changed_paragraph_is_a_new_version(kit: Any) -> None:
    """A changed paragraph or headline makes version 2, and the article reads as it does now."""
    with kit.index() as index:
        index.apply_captures([kit.entry()])
        assert index.apply_captures([kit.entry(hour=1, paragraphs=[*kit.TEXT, "فقرة مضافة"])]) == [
            Change.CHANGED
        ]
        assert index.apply_captures([kit.entry(hour=2, title="عنوان آخر")]) == [Change.CHANGED]
    assert kit.rows("SELECT number, first_seen FROM versions ORDER BY number") == [
        (1, "2024-03-01T12:00:00Z"),
        (2, "2024-03-01T13:00:00Z"),
        (3, "2024-03-01T14:00:00Z"),
    ]
    assert kit.rows("SELECT title, versions FROM articles") == [("عنوان آخر", 3)]


def test_a_text_that_comes_back_is_its_old_version(kit: Any) -> None:
    """A, B, A are two versions; the first is seen again and is what the article reads as."""
    edited = [*kit.TEXT[:2], "خاتمة أخرى"]
    with kit.index() as index:
        changes = index.apply_captures(
            [kit.entry(), kit.entry(hour=1, paragraphs=edited), kit.entry(hour=2)]
        )
    assert changes == [Change.NEW, Change.CHANGED, Change.CHANGED]
    assert kit.rows("SELECT number, last_seen FROM versions ORDER BY number") == [
        (1, "2024-03-01T14:00:00Z"),
        (2, "2024-03-01T13:00:00Z"),
    ]
    assert kit.rows("SELECT body FROM articles") == [("\n".join(kit.TEXT),)]


def test_tracking_amp_and_mobile_addresses_are_one_article(kit: Any) -> None:
    """Addresses that differ in tracking, AMP form, host or scheme name one article, each with its
    kind.
    """
    urls = {
        URL: "canonical",
        URL + "?utm_source=x": "tracking",
        URL + "/amp": "amp",
        "https://m.news.example/a/1001": "alias",
        "http://news.example/a/1001/": "alias",
    }
    with kit.index() as index:
        index.apply_captures([kit.entry(url, hour) for hour, url in enumerate(urls)])
    assert dict(kit.rows("SELECT url, kind FROM addresses")) == urls
    assert kit.rows("SELECT url, first_seen, last_seen FROM articles") == [
        (URL, "2024-03-01T12:00:00Z", "2024-03-01T16:00:00Z")
    ]


def test_a_canonical_link_names_the_article(kit: Any) -> None:
    """A credible rel=canonical gives the article its URL, which is then an address even if never
    fetched.
    """
    with kit.index() as index:
        index.apply_captures([kit.entry("https://news.example/x?article=1001", canonical=URL)])
    assert kit.rows("SELECT url FROM articles") == [(URL,)]
    assert kit.rows("SELECT url, kind FROM addresses ORDER BY kind") == [
        ("https://news.example/x?article=1001", "alias"),
        (URL, "canonical"),
    ]


def test_the_same_text_elsewhere_on_the_site_is_a_duplicate(kit: Any) -> None:
    """Same title, body and time after folding under another address: a row in addresses; the first
    captured names it.
    """
    other = "https://news.example/sport/555"
    folded = [paragraph.replace("أ", "ا") for paragraph in kit.TEXT]
    with kit.index() as index:
        assert index.apply_captures([kit.entry()]) == [Change.NEW]
        assert index.apply_captures([kit.entry(other, 1, paragraphs=folded)]) == [Change.DUPLICATE]
        assert kit.rows("SELECT url FROM articles") == [(URL,)]
        assert ("https://news.example/sport/555", "duplicate") in kit.rows(
            "SELECT url, kind FROM addresses"
        )
        assert kit.rows("SELECT count(DISTINCT article_id) FROM captures") == [(1,)]
        # found earlier in another WARC: then that one names it
        index.apply_captures([kit.entry("https://news.example/old/42", -1)])
    assert kit.rows("SELECT url FROM articles") == [("https://news.example/old/42",)]
    assert kit.rows("SELECT count(*) FROM addresses WHERE kind = 'duplicate'") == [(2,)]


def test_a_duplicate_whose_text_differs_later_becomes_an_article(kit: Any) -> None:
    """A duplicate that is edited is an article of its own, with its whole history."""
    other = "https://news.example/sport/555"
    with kit.index() as index:
        index.apply_captures([kit.entry(), kit.entry(other, 1)])
        index.apply_captures([kit.entry(other, 2, paragraphs=["نص مختلف تماما عن النص الأول"])])
    assert kit.rows("SELECT url, versions, first_seen FROM articles ORDER BY first_seen") == [
        (URL, 1, "2024-03-01T12:00:00Z"),
        (other, 2, "2024-03-01T13:00:00Z"),
    ]
    assert kit.rows("SELECT url, kind FROM addresses ORDER BY url") == [
        (URL, "canonical"),
        (other, "canonical"),
    ]


def test_other_publication_time_is_another_article(kit: Any) -> None:
    """A daily column with the same words on another day is not a duplicate."""
    with kit.index() as index:
        later = kit.START + timedelta(days=1)
        assert index.apply_captures(
            [kit.entry(), kit.entry("https://news.example/b/2", 1, published=later)]
        ) == [
            Change.NEW,
            Change.NEW,
        ]


def test_revisits_are_captures_of_what_they_refer_to(kit: Any) -> None:
    """A revisit of either profile moves last_seen and carries article and version; it makes no
    version.
    """
    capture, reading = kit.entry()
    not_modified = kit.revisit(
        capture, 2, status=304, profile="server-not-modified", payload_digest=None
    )
    with kit.index() as index:
        assert index.apply_captures(
            [(capture, reading), kit.revisit(capture, 1), not_modified]
        ) == [
            Change.NEW,
            Change.UNCHANGED,
            Change.UNCHANGED,
        ]
    assert kit.rows(
        "SELECT count(*), count(DISTINCT version_id) FROM captures WHERE version_id IS NOT NULL"
    ) == [(3, 1)]
    assert kit.rows("SELECT versions, last_seen FROM articles") == [(1, "2024-03-01T14:00:00Z")]


def test_a_revisit_that_comes_before_what_it_refers_to(kit: Any) -> None:
    """A revisit applied first is resolved once its referent arrives, from another file."""
    capture, reading = kit.entry()
    with kit.index() as index:
        assert index.apply_captures([kit.revisit(capture, 1)]) == [Change.NONE]
        assert index.apply_captures([(capture, reading)]) == [Change.NEW]
    assert kit.rows("SELECT count(*) FROM captures WHERE article_id IS NOT NULL") == [(2,)]
    assert kit.rows("SELECT last_seen FROM articles") == [("2024-03-01T13:00:00Z",)]


def test_redirects_are_aliases(kit: Any) -> None:
    """An address that redirects to an article, over several hops, is an alias of it; the hop's
    capture comes in any order.
    """
    short = kit.capture("https://news.example/s/1", 0, status=301, location="/t/1")
    hop = kit.capture("https://news.example/t/1", 0, status=302, location=URL)
    redirect = Reading(kind=PayloadKind.REDIRECT)
    with kit.index() as index:
        index.apply_captures([(short, redirect)])
        index.apply_captures([kit.entry()])
        index.apply_captures([(hop, redirect)])
    assert kit.rows("SELECT url, kind FROM addresses WHERE kind = 'alias' ORDER BY url") == [
        ("https://news.example/s/1", "alias"),
        ("https://news.example/t/1", "alias"),
    ]


def test_an_article_that_is_gone_and_comes_back(kit: Any) -> None:
    """404, 410 or a redirect to the home page makes a disappearance; an answer later ends it."""
    gone = kit.capture(URL, 1, status=410)
    with kit.index() as index:
        index.apply_captures([kit.entry(), (gone, Reading(kind=PayloadKind.OTHER))])
        assert kit.rows("SELECT last_seen, gone_since, reason, capture_id FROM disappearances") == [
            ("2024-03-01T12:00:00Z", "2024-03-01T13:00:00Z", "HTTP 410", gone.id)
        ]
        index.apply_captures([kit.entry(hour=2)])
        assert kit.rows("SELECT * FROM disappearances") == []
        home = kit.capture(URL, 3, status=302, location="https://news.example/")
        index.apply_captures([(home, Reading(kind=PayloadKind.REDIRECT))])
    assert kit.rows("SELECT reason FROM disappearances") == [
        ("redirects to https://news.example/",)
    ]


def test_gone_under_a_tracking_address(kit: Any) -> None:
    """A link with a tracking parameter asks for the article itself: its 410 is the article's; an
    AMP form's is not.
    """
    gone = Reading(kind=PayloadKind.OTHER)
    read, amp = kit.entry(), (kit.capture(URL + "/amp", 1, status=404), gone)
    tracked = (kit.capture(URL + "?utm_source=related", 2, status=410), gone)
    with kit.index() as index:
        index.apply_captures([read, amp])
        assert kit.rows("SELECT reason FROM disappearances") == []
        index.apply_captures([tracked])
        assert kit.rows("SELECT gone_since, reason FROM disappearances") == [
            ("2024-03-01T14:00:00Z", "HTTP 410")
        ]
        before = kit.dump()
    kit.path().unlink()
    with kit.index() as index:
        index.apply_captures([tracked])
        index.apply_captures([amp, read])
    assert kit.dump() == before


def test_a_name_that_never_answered_is_not_gone(kit: Any) -> None:
    """Where a page names a canonical URL that is not there, the article still answers at its
    own.
    """
    page = kit.capture("https://news.example/b/1001")
    reading = Reading(kind=PayloadKind.ARTICLE, article=kit.article(page.url, canonical=URL))
    with kit.index() as index:
        index.apply_captures(
            [(page, reading), (kit.capture(URL, 1, status=404), Reading(kind=PayloadKind.OTHER))]
        )
        assert kit.rows("SELECT url FROM articles") == [(URL,)]
        assert kit.rows("SELECT reason FROM disappearances") == []
        index.apply_captures(
            [(kit.capture(page.url, 2, status=404), Reading(kind=PayloadKind.OTHER))]
        )
    assert kit.rows("SELECT reason FROM disappearances") == [("HTTP 404",)]


def test_gone_within_the_second(kit: Any) -> None:
    """Two crawls may begin within one second: what counts is which answer came later, to the
    microsecond.
    """
    with kit.index() as index:
        index.apply_captures(
            [
                kit.entry(hour=0.4 / 3600),
                (kit.capture(URL, 0.1 / 3600, status=410), Reading(kind=PayloadKind.OTHER)),
            ]
        )
        assert kit.rows("SELECT reason FROM disappearances") == []
        index.apply_captures(
            [(kit.capture(URL, 0.7 / 3600, status=410), Reading(kind=PayloadKind.OTHER))]
        )
    assert kit.rows("SELECT reason FROM disappearances") == [("HTTP 410",)]


def test_a_server_error_is_no_disappearance(kit: Any) -> None:
    """503 says nothing about the article."""
    with kit.index() as index:
        index.apply_captures(
            [kit.entry(), (kit.capture(URL, 1, status=503), Reading(kind=PayloadKind.OTHER))]
        )
    assert kit.rows("SELECT * FROM disappearances") == []


def test_articles_that_a_listing_carries_whole(kit: Any) -> None:
    """A listing's rendition is an article marked as such, until its own page is captured: then it
    counts for nothing.
    """
    listing = kit.capture("https://news.example/all", 0)
    embedded = kit.article(URL, paragraphs=["نص كما في القائمة"])
    reading = Reading(kind=PayloadKind.PAGE, embedded=(embedded,))
    with kit.index() as index:
        assert index.apply_captures([(listing, reading)]) == [Change.NONE]
        assert kit.rows("SELECT source, body, versions FROM articles") == [
            ("listing", "نص كما في القائمة", 1)
        ]
        assert kit.rows("SELECT article_id FROM captures") == [(None,)]
        assert index.apply_captures([kit.entry(hour=1)]) == [Change.NEW]
    assert kit.rows("SELECT source, body, versions FROM articles") == [
        ("page", "\n".join(kit.TEXT), 1)
    ]
    assert kit.rows("SELECT count(*) FROM versions") == [(1,)]


@pytest.mark.parametrize("listing_first", [True, False])
def test_a_page_that_names_another_address_is_what_the_listing_carried(
    kit: Any, listing_first: bool
) -> None:
    """Where the page at a listing's address is canonical elsewhere, that is the one article; the
    listing's counts once no page is kept.
    """
    elsewhere = "https://news.example/world/a-long-name-1001"
    listing = (
        kit.capture("https://news.example/all", 0),
        Reading(kind=PayloadKind.PAGE, embedded=(kit.article(URL),)),
    )
    page = kit.entry(hour=1, canonical=elsewhere, published=None)
    with kit.index() as index:
        for entry in (listing, page) if listing_first else (page, listing):
            index.apply_captures([entry])
        assert kit.rows("SELECT url, source FROM articles") == [(elsewhere, "page")]
        named = (canonical_key(elsewhere),)
        index.withdraw(
            Withdrawal(
                article_id="x", site="news", url=elsewhere, at=kit.START, reason="r", keys=named
            )
        )
        assert kit.rows("SELECT url FROM articles") == []
        index.delete_captures([page[0].id])
    assert kit.rows("SELECT url, source FROM articles") == [(URL, "listing")]


def test_a_resource_record_is_a_capture(kit: Any) -> None:
    """A record without HTTP head counts like any other."""
    capture = kit.capture(status=None, record_type=RecordType.RESOURCE)
    with kit.index() as index:
        assert index.apply_captures(
            [(capture, Reading(kind=PayloadKind.ARTICLE, article=kit.article(URL)))]
        ) == [Change.NEW]
