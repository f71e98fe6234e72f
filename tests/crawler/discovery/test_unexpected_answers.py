"""What is owed where an answer is not what it was asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_captures import made_capture

from archive.model import NotAnArticle, NotArticleReason, PayloadKind, Reading, Stage
from crawler.discovery.unexpected_answers import unexpected_answer
from crawler.frontier.queued_url import QueuedUrl
from crawler.frontier.scope import UrlKind

URL = "https://news.example/a"
CAPTURE = replace(made_capture(URL), status=200, mime="image/png")
PICTURE = Reading(
    kind=PayloadKind.OTHER,
    not_article=NotAnArticle(url=URL, reason=NotArticleReason.NOT_HTML, detail="a picture"),
)
ERROR = Reading(
    kind=PayloadKind.PAGE,
    not_article=NotAnArticle(url=URL, reason=NotArticleReason.ERROR_PAGE, detail="gone"),
)


@pytest.mark.parametrize(
    ("kind", "reading", "owed"),
    [
        (UrlKind.SITEMAP, PICTURE, Stage.DISCOVERY),
        (UrlKind.FEED, Reading(kind=PayloadKind.SITEMAP), None),
        (UrlKind.ARTICLE, PICTURE, Stage.EXTRACT),
        (UrlKind.ARTICLE, ERROR, Stage.EXTRACT),
        (UrlKind.LINK, PICTURE, Stage.DISCOVERY),
        (UrlKind.LINK, ERROR, None),
        (UrlKind.REQUISITE, PICTURE, None),
        (UrlKind.ARTICLE, Reading(kind=PayloadKind.REDIRECT), None),
    ],
)
def test_a_page_is_owed_where_one_was_announced(
    kind: UrlKind, reading: Reading, owed: Stage | None
) -> None:
    """A link may lead to anything; a requisite is no page."""
    found = unexpected_answer(QueuedUrl(url=URL, kind=kind), CAPTURE, reading)
    assert (found and found[0]) == owed


def test_nothing_is_owed_of_a_guess_or_an_empty_answer() -> None:
    """Nobody said that there was anything."""
    guess = QueuedUrl(url=URL, kind=UrlKind.SITEMAP, guess=True)
    assert unexpected_answer(guess, CAPTURE, PICTURE) is None
    named = replace(guess, guess=False)
    assert unexpected_answer(named, replace(CAPTURE, status=204), PICTURE) is None
