"""The headline, out of all the places that give one."""

from __future__ import annotations

import pytest
from page_kit import (
    FILLER,
    HEADLINE,
    SENTENCES,
    linked,
    metadata_of,
    page,
    parsed,
)

from pipelines.metadata.title import (
    TitleCandidate,
    choose_title,
    cut_site,
    heading_text,
    title_candidates,
    title_likeness,
)
from pipelines.page.head_tags import Head


def test_the_sites_name_is_no_part_of_the_title() -> None:
    """The site's name behind the headline is cut, whichever dash parts them."""
    for dash in ("|", "-", "–", "—", "::"):
        head = (
            f'<title>{HEADLINE} {dash} صحيفة المثال</title><meta property="og:site_name" '
            f'content="صحيفة المثال">'
        )
        assert metadata_of(page(head, FILLER)).title == HEADLINE


def test_what_another_place_gives_whole_shows_the_suffix() -> None:
    """A suffix that is not the site's declared name is known by the other place that lacks it."""
    head = f"<title>{HEADLINE} - أخبار البيئة</title>"
    assert metadata_of(page(head, f"<h1>{HEADLINE}</h1>{FILLER}")).title == HEADLINE


def test_a_dash_inside_the_headline_stays() -> None:
    """A headline that itself holds a dash is not cut there."""
    headline = "Storm warning - what the coast must know before the weekend"
    head = f'<meta property="og:title" content="{headline}"><title>{headline} | The Example</title>'
    assert metadata_of(page(head, f"<h1>{headline}</h1>", lang="en")).title == headline


def test_an_h1_that_is_no_headline() -> None:
    """A heading that shares no word with what the page says elsewhere (a dialogue's) is not the
    headline.
    """
    head = '<meta property="og:title" content="Rivers return to the valley after two dry years">'
    assert (
        metadata_of(page(head, "<h1>Log In</h1>" + FILLER, lang="en")).title
        == "Rivers return to the valley after two dry years"
    )


@pytest.mark.parametrize("lang", ["ar", "en"])
@pytest.mark.parametrize(
    "place", ["<article>{}</article>", "<main><header>{}</header></main>", "<div>{}</div>"]
)
@pytest.mark.parametrize("head", ["", '<meta property="og:title" content="صحيفة الفرات">'])
def test_the_sites_name_is_no_title(lang: str, place: str, head: str) -> None:
    """Where every page is titled with the site's name, the headline is the one shown; the name is
    no section either.
    """
    body = '<header><h1 class="logo"><a href="/">صحيفة الفرات</a></h1></header>' + place.format(
        f"<h1>{HEADLINE}</h1>"
    )
    found = metadata_of(page(f"<title>صحيفة الفرات</title>{head}", body + FILLER, lang=lang))
    assert found.title == HEADLINE
    assert found.section is None


@pytest.mark.parametrize(
    "banner",
    [
        "<header><h1>{}</h1></header>",
        '<h1 class="logo">{}</h1>',
        '<h1><a href="/">{}</a></h1>',
        "<form><h1>{}</h1></form>",
    ],
)
def test_a_banner_is_no_title(banner: str) -> None:
    """A long name of the site in its banner takes no short headline's place."""
    body = banner.format("صحيفة الفرات اليومية السياسية المستقلة") + FILLER
    assert (
        metadata_of(page("<title>زلزال يضرب اليابان</title>", body)).title == "زلزال يضرب اليابان"
    )


def test_arabic_pages_are_titled_as_shown() -> None:
    """On an Arabic page the visible headline is believed before the one for sharing."""
    head = (
        f'<meta property="og:title" content="شاهد: النهر الهادئ '
        f'يعود">{linked(headline="النهر الهادئ يعود")}'
    )
    assert metadata_of(page(head, f"<h1>{HEADLINE}</h1>{FILLER}")).title == HEADLINE


EDITED, SEARCHED = (
    "Rivers come home after two long years of drought",
    "River drought: what you need to know about the rivers",
)


@pytest.mark.parametrize(
    ("second", "heading", "tab", "expected"),
    [
        (
            {"alternativeHeadline": EDITED},
            SEARCHED,
            SEARCHED,
            EDITED,
        ),  # JSON-LD itself calls the social one a headline
        (
            {"alternativeHeadline": "What a year it was"},
            SEARCHED,
            SEARCHED,
            SEARCHED,
        ),  # a second headline, but not that one
        ({"name": EDITED + " | The Example"}, SEARCHED, EDITED, EDITED),
        ({"name": SEARCHED}, EDITED, EDITED, SEARCHED),
        ({}, EDITED, SEARCHED, EDITED),  # shown and shared alike
        (
            {},
            SEARCHED,
            SEARCHED,
            EDITED,
        ),  # the tab's headline everywhere: the shared one is the editors'
        ({}, SEARCHED, EDITED, SEARCHED),
    ],
)
def test_the_headline_and_the_one_for_search_engines(
    second: dict[str, str], heading: str, tab: str, expected: str
) -> None:
    """Where JSON-LD and the social headline differ, its second headlines, or else what is shown,
    tell which is meant.
    """
    head = (
        f'<title>{tab}</title><meta property="og:title" content="{EDITED}"><meta '
        f'property="og:site_name" content="The Example">'
    )
    found = metadata_of(
        page(
            head + linked(headline=SEARCHED, **second),
            f"<h1>{heading}</h1><p>{SENTENCES}</p>",
            lang="en",
        )
    )
    assert found.title == expected


def candidate(source: str, text: str) -> TitleCandidate:
    return TitleCandidate(source=source, raw=text, text=text)


def test_a_site_name_is_cut_from_either_end() -> None:
    """The site's name goes before and after the headline; any other words stay."""
    assert cut_site("The Example | Rivers return", ["The Example"]) == "Rivers return"
    assert cut_site("Rivers return - The Example", ["The Example"]) == "Rivers return"
    assert cut_site("Rivers return - a year on", ["The Example"]) == "Rivers return - a year on"


def test_words_of_a_heading_are_parted_by_blocks_alone() -> None:
    """Inline elements leave a word whole, line breaks part words, and hidden text is left out."""
    heading = parsed(
        '<html><body><h1>Riv<b>er</b>s<br>return<span aria-hidden="true">now</span></h1></body></html>'
    ).root.find(".//h1")
    assert heading is not None
    assert heading_text(heading) == "Rivers return"


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ("Rivers return", "Rivers return to the valley", 1.0),
        ("Rivers return", "Rivers dry up", 0.5),
        ("Rivers return to the valley", "Storm warning for all coasts", 0.0),
        ("", "Rivers return", 0.0),
        ("长江水位回升", "长江水位今日回升", 0.8),
    ],
)
def test_likeness_is_the_share_of_common_words(first: str, second: str, share: float) -> None:
    """Words of the shorter title that the longer one has; without spaces, pairs of letters."""
    assert title_likeness(first, second) == title_likeness(second, first) == share


def test_where_all_places_agree_but_for_a_kicker() -> None:
    """A kicker before the shared headline is no part of the title; without candidates there is no
    title.
    """
    found = [candidate("og", "Rivers return"), candidate("h1", "Environment Rivers return")]
    assert choose_title(found) == found[0]
    assert choose_title([]) is None


def test_an_overlong_or_tiny_title_is_no_candidate() -> None:
    """A title of two letters, or of more than four hundred, is none."""
    made = parsed(page('<meta property="og:title" content="ab">', "<h1>" + "word " * 90 + "</h1>"))
    assert title_candidates(made, Head(made), json_ld=None, microdata=None) == []


@pytest.mark.parametrize(
    ("href", "expected"), [("/", False), ("/index.html", False), ("/world/river", True)]
)
def test_a_headline_may_be_linked_to_its_own_page(href: str, expected: bool) -> None:
    """An `h1` that is a link stands as a story's headline unless it leads to the front page."""
    made = parsed(page("", f'<h1><a href="{href}">Rivers return</a></h1>'))
    (found,) = title_candidates(made, Head(made), json_ld=None, microdata=None)
    assert found.heads is expected


def test_a_social_label_is_not_the_editors_headline() -> None:
    """Where all other places agree, a headline for sharing is believed if it is long enough to be
    one.
    """
    agreed = [candidate(source, SEARCHED) for source in ("json-ld", "h1", "title")]
    chosen = choose_title([*agreed, candidate("og", EDITED)])
    assert chosen is not None
    assert chosen.text == EDITED
    short = choose_title([*agreed, candidate("og", "Rivers: live")])
    assert short is not None
    assert short.text == SEARCHED
