"""The date that readers see near the headline."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from page_kit import (
    CAPTURED,
    FILLER,
    HEADLINE,
    chosen,
    metadata_of,
    page,
    parsed,
)

from pipelines.metadata.visible_date import DateContext, near_headline
from pipelines.page.head_tags import Head

CAIRO = ZoneInfo("Africa/Cairo")


def test_the_date_beside_a_headline_that_is_no_h1() -> None:
    """A headline in any element leads to the date beside it, not to the one in the page's top
    bar.
    """
    top = "<div><span>الجمعة 1 نوفمبر 2019</span></div>"
    body = (
        f'{top}<table><tr><td><b>{HEADLINE}</b><br><font size="1">24 أكتوبر 2024 - '
        f"18:53</font></td></tr></table>{FILLER}"
    )
    found = metadata_of(
        page(f"<title>{HEADLINE}</title>", body), zone=CAIRO, url="https://www.example.test/x"
    )
    assert chosen(found, "published") == [("text", "24 أكتوبر 2024 - 18:53")]


def test_the_day_of_the_visit_in_the_top_bar() -> None:
    """The current day that a site shows in its top bar is not the publication of a page that states
    none.
    """
    bar = "<div class='bar'><a href='/about'>من نحن</a><span>الجمعة، 25 أكتوبر 2024</span></div>"
    body = f"{bar}<div><div><div><h1>{HEADLINE}</h1></div>{FILLER}</div></div>"
    assert (
        metadata_of(page("", body), zone=CAIRO, url="https://www.example.test/x").published is None
    )


def test_the_date_below_the_headline_before_the_one_above() -> None:
    """Of two dates in one box around the headline the one below it is the article's."""
    body = (
        f"<div><span>20 أكتوبر 2024</span><h1>{HEADLINE}</h1><span>24 أكتوبر "
        f"2024</span></div>{FILLER}"
    )
    found = metadata_of(page("", body), zone=CAIRO, url="https://www.example.test/x")
    assert chosen(found, "published") == [("text", "24 أكتوبر 2024")]


def near(body: str) -> list[tuple[str, int, bool]]:
    made = parsed(page("", body, lang="en"), "https://www.example.test/x")
    reader = DateContext(captured=CAPTURED, zone=None, language="en")
    found = near_headline(made, Head(made), reader)
    return [(date.source, date.stated.day, date.modified) for date in found]


def test_the_nearest_line_is_read_and_no_farther_one() -> None:
    """A date in the headline's own box leaves those of outer boxes aside; an update is marked."""
    inner = "<div><h1>Rivers return</h1><p>24 October 2024</p><p>Updated: 25 October 2024</p></div>"
    assert near(f"<div>{inner}<p>20 October 2024</p></div>") == [
        ("text", 24, False),
        ("text", 25, True),
    ]


def test_a_sentence_that_names_a_day_dates_nothing() -> None:
    """A paragraph with a day in it is no date line."""
    sentence = (
        "The dam near the old mill was opened for the first time on 12 March 2021, officials said."
    )
    assert near(f"<div><h1>Rivers return</h1><p>{sentence}</p></div>") == []


def test_a_date_for_a_script_to_show() -> None:
    """An attribute made for dates is read where the text only says "an hour ago"."""
    body = '<h1>Rivers return</h1><span data-published="2024-10-24T10:00:00Z">soon</span>'
    assert near(f"<div>{body}</div>") == [("attribute", 24, False)]


def test_no_headline_no_date() -> None:
    """Without a headline there is nothing to be near to."""
    assert near("<p>24 October 2024</p>") == []


def test_texts_are_read_in_the_sites_zone_or_the_guessed_one() -> None:
    """The site's zone goes before the guessed one; without either it is UTC."""
    guess = ZoneInfo("Asia/Dubai")
    for zone, guessed, hours in ((CAIRO, guess, 3), (None, guess, 4), (None, None, 0)):
        reader = DateContext(captured=CAPTURED, zone=zone, language="en", guess=guessed)
        stated = reader.parse_date("24 October 2024 10:00")
        assert stated is not None
        assert stated.instant is not None
        assert stated.instant.utcoffset() == timedelta(hours=hours)


def test_a_relative_date_beside_another_headline_is_a_teasers() -> None:
    """A relative date in a box with another story's link is not this one's; in a box without such a
    link it is.
    """
    heading = "<h1>Rivers return</h1>"
    teaser = (
        '<div><a href="/n/2">Storm warning for the whole of the coast</a> <i>2 hours ago</i></div>'
    )
    assert near(f"<div>{heading}{teaser}</div>") == []
    own = '<div><a href="/a">Amal Haddad</a> <i>2 hours ago</i></div>'
    assert near(f"<div>{heading}{own}</div>") == [("text", 25, False)]


@pytest.mark.parametrize(
    ("line", "found"),
    [("24 October 2024", [("text", 24, False)]), ("25 October 2024", [])],
    ids=["another day", "the day of the capture"],
)
def test_a_day_far_above_the_headline(line: str, found: list[tuple[str, int, bool]]) -> None:
    """In a bar above the headline's boxes the day of the capture is passed over, another is not."""
    body = f"<div><p>{line}</p><div><div><h1>Rivers return</h1></div></div></div>"
    assert near(body) == found


def test_a_line_with_both_dates_states_the_publication() -> None:
    """A line that begins with the publication is no update though it names one, too."""
    line = "Published on 24 October 2024 10:00 - Updated 25 October 2024"
    assert near(f"<div><h1>Rivers return</h1><p>{line}</p></div>") == [("text", 24, False)]
