"""An article is gone when its address says so, and only then."""

from __future__ import annotations

from typing import Any

from archive.model import PayloadKind, Reading

URL = "https://news.example/a/1001"


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


def test_a_redirect_to_another_article_is_no_disappearance(kit: Any) -> None:
    """An article whose address leads to another article was moved or merged, not taken away."""
    other = "https://news.example/b/2"
    moved = kit.capture(URL, 2, status=301, location=other)
    with kit.index() as index:
        index.apply_captures([kit.entry(), kit.entry(other, 1, title="عنوان آخر")])
        index.apply_captures([(moved, Reading(kind=PayloadKind.REDIRECT))])
    assert kit.rows("SELECT * FROM disappearances") == []


def test_a_page_that_says_that_nothing_is_there_is_a_disappearance(kit: Any) -> None:
    """With status 200, too, in whatever order captures come; what is read again is back. Another
    page there (a log-in, a check of the visitor) says nothing of the article.
    """
    lost = kit.capture(URL, 2)
    captures = [
        kit.entry(),
        (kit.capture(URL, 1), Reading(kind=PayloadKind.PAGE)),
        (lost, Reading(kind=PayloadKind.NOT_FOUND)),
        (kit.capture(URL, 3), Reading(kind=PayloadKind.NOT_FOUND)),
    ]
    for order in (captures, captures[::-1]):
        with kit.index() as index:
            for each in order:
                index.apply_captures([each])
        assert kit.rows("SELECT gone_since, reason, capture_id FROM disappearances") == [
            ("2024-03-01T14:00:00Z", "a page that says it is not there, with HTTP 200", lost.id)
        ]
    with kit.index() as index:
        index.apply_captures([*captures, kit.entry(hour=4)])
    assert kit.rows("SELECT * FROM disappearances") == []


def test_a_redirect_to_a_page_that_says_so_is_a_disappearance(kit: Any) -> None:
    """As one to any other page that is no article."""
    away = "https://news.example/missing"
    with kit.index() as index:
        index.apply_captures(
            [
                kit.entry(),
                (kit.capture(away, 1), Reading(kind=PayloadKind.NOT_FOUND)),
                (
                    kit.capture(URL, 2, status=302, location=away),
                    Reading(kind=PayloadKind.REDIRECT),
                ),
            ]
        )
    assert kit.rows("SELECT reason FROM disappearances") == [(f"redirects to {away}",)]
