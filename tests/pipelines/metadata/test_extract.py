"""Metadata of made-up pages: which of several places is believed, and that each is kept as
evidence.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Article, NotAnArticle, Precision
from pipelines.article.extraction import extract
from pipelines.embedded.page_data import Embedded
from pipelines.metadata.authors import split_byline
from pipelines.metadata.extract import Metadata, extract_metadata
from pipelines.metadata.lead_image import split_caption
from pipelines.page import dom

CAPTURED = datetime(2024, 10, 25, 20, 0, tzinfo=UTC)
URL = "https://www.example.test/world/2024/10/25/quiet-river"
HEADLINE = "النهر الهادئ يعود إلى مجراه بعد عامين من الجفاف"
FILLER = "<p>" + "كلام يقال عن النهر وعن الذين يسكنون عند ضفتيه منذ سنين بعيدة. " * 6 + "</p>"
SENTENCES = (
    "Words are said of the river and of those who have lived on its banks for many years. " * 6
)
CAIRO = ZoneInfo("Africa/Cairo")


def page(head: str = "", body: str = "", *, lang: str = "ar") -> bytes:
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta '
        f'charset="utf-8">{head}</head><body>{body}</body></html>'
    ).encode()


def linked(**values: object) -> str:
    return (
        f"<script "
        f'type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | values, ensure_ascii=False)}</script>'
    )


def read(html: bytes, *, zone: ZoneInfo | None = None, url: str = URL) -> Metadata:
    parsed = dom.parse_page(html, url)
    assert not isinstance(parsed, NotAnArticle)
    return extract_metadata(parsed, Embedded(parsed), captured=CAPTURED, zone=zone)


def chosen(found: Metadata, field: str) -> list[tuple[str, str]]:
    return [(one.source, one.value) for one in found.evidence if one.field == field and one.chosen]


# ---------------------------------------------------------------------------------------- headlines


def test_the_sites_name_is_no_part_of_the_title() -> None:
    """The site's name behind the headline is cut, whichever dash parts them."""
    for dash in ("|", "-", "–", "—", "::"):
        head = (
            f'<title>{HEADLINE} {dash} صحيفة المثال</title><meta property="og:site_name" '
            f'content="صحيفة المثال">'
        )
        assert read(page(head, FILLER)).title == HEADLINE


def test_what_another_place_gives_whole_shows_the_suffix() -> None:
    """A suffix that is not the site's declared name is known by the other place that lacks it."""
    head = f"<title>{HEADLINE} - أخبار البيئة</title>"
    assert read(page(head, f"<h1>{HEADLINE}</h1>{FILLER}")).title == HEADLINE


def test_a_dash_inside_the_headline_stays() -> None:
    """A headline that itself holds a dash is not cut there."""
    headline = "Storm warning - what the coast must know before the weekend"
    head = f'<meta property="og:title" content="{headline}"><title>{headline} | The Example</title>'
    assert read(page(head, f"<h1>{headline}</h1>", lang="en")).title == headline


def test_an_h1_that_is_no_headline() -> None:
    """A heading that shares no word with what the page says elsewhere (a dialogue's) is not the
    headline.
    """
    head = '<meta property="og:title" content="Rivers return to the valley after two dry years">'
    assert (
        read(page(head, "<h1>Log In</h1>" + FILLER, lang="en")).title
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
    found = read(page(f"<title>صحيفة الفرات</title>{head}", body + FILLER, lang=lang))
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
    assert read(page("<title>زلزال يضرب اليابان</title>", body)).title == "زلزال يضرب اليابان"


def test_arabic_pages_are_titled_as_shown() -> None:
    """On an Arabic page the visible headline is believed before the one for sharing."""
    head = (
        f'<meta property="og:title" content="شاهد: النهر الهادئ '
        f'يعود">{linked(headline="النهر الهادئ يعود")}'
    )
    assert read(page(head, f"<h1>{HEADLINE}</h1>{FILLER}")).title == HEADLINE


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
    found = read(
        page(
            head + linked(headline=SEARCHED, **second),
            f"<h1>{heading}</h1><p>{SENTENCES}</p>",
            lang="en",
        )
    )
    assert found.title == expected


def test_entities_escaped_twice() -> None:
    """Entities that JSON-LD holds as text are resolved, and direction marks and soft hyphens
    dropped.
    """
    head = linked(
        headline="The &#8216;quiet&#8217; river &amp; its Tal\u00adbr\u00fcck\u00ade\u200f",
        datePublished="2024-10-25T10:00Z",
    )
    assert read(page(head, FILLER, lang="en")).title == "The ‘quiet’ river & its Talbrücke"


def test_another_articles_node_is_not_this_ones() -> None:
    """JSON-LD of a related article doesn't give this page its headline, date or author."""
    other = linked(
        headline="Something else entirely happened",
        datePublished="2020-01-01T10:00:00Z",
        author={"name": "Other Person"},
    )
    own = linked(
        headline="Rivers return to the valley",
        datePublished="2024-10-25T10:00:00Z",
        author={"@type": "Person", "name": "Amal Haddad"},
    )
    found = read(
        page(
            f'<meta property="og:title" content="Rivers return to the valley">{other}{own}',
            FILLER,
            lang="en",
        )
    )
    assert (found.title, found.authors) == ("Rivers return to the valley", ("Amal Haddad",))
    assert found.published is not None
    assert found.published.raw == "2024-10-25T10:00:00Z"


# -------------------------------------------------------------------------------------------- dates


def test_a_day_is_made_finer_by_another_place() -> None:
    """Where JSON-LD has only the day and the page shows the time of that day, the time is taken."""
    head = linked(headline=HEADLINE, datePublished="2024-10-25")
    found = read(
        page(head, f"<h1>{HEADLINE}</h1><div>25 أكتوبر 2024، 6:53 م</div>{FILLER}"),
        zone=ZoneInfo("Asia/Dubai"),
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 14, 53, tzinfo=UTC)
    assert found.published.precision == Precision.MINUTE


def test_a_wall_clock_called_utc() -> None:
    """A `Z` behind the very clock that readers are shown is the site's own zone, not UTC."""
    head = linked(headline=HEADLINE, datePublished="2024-10-25T18:53:00Z")
    found = read(
        page(head, f"<h1>{HEADLINE}</h1><span>الجمعة، 25 أكتوبر 2024 06:53 م</span>{FILLER}"),
        zone=CAIRO,
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 15, 53, tzinfo=UTC)


def test_utc_that_is_true_stays() -> None:
    """A `Z` stays the instant it says where the page shows its readers another clock."""
    head = linked(headline=HEADLINE, datePublished="2024-10-25T15:53:00Z")
    found = read(
        page(head, f"<h1>{HEADLINE}</h1><span>الجمعة، 25 أكتوبر 2024 06:53 م</span>{FILLER}"),
        zone=CAIRO,
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 15, 53, tzinfo=UTC)


def test_the_zone_is_seen_in_the_clock_shown() -> None:
    """Where the site's zone is unknown, the clock shown beside a true UTC instant tells how far
    from UTC it is.
    """
    head = linked(headline=HEADLINE, datePublished="2024-10-25T14:53:00Z")
    found = read(page(head, f"<h1>{HEADLINE}</h1><span>25 أكتوبر 2024 - 18:53</span>{FILLER}"))
    assert found.published is not None
    assert found.published.instant is not None
    assert found.published.instant.isoformat() == "2024-10-25T18:53:00+04:00"


def test_a_z_that_would_lie_ahead_of_the_capture() -> None:
    """A `Z` that would put publication after the capture is the site's wall clock, if that makes it
    past.
    """
    found = read(
        page(linked(headline=HEADLINE, datePublished="2024-10-25T22:30:00Z"), FILLER), zone=CAIRO
    )
    assert found.published is not None
    assert found.published.instant == datetime(2024, 10, 25, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "head", "offset"),
    [
        ("https://www.example.ae/x", "", "+04:00"),
        ("https://www.example.com/x", '<meta property="og:locale" content="ar_EG">', "+03:00"),
        ("https://www.example.tv/x", "", "+00:00"),
    ],
)
def test_the_country_tells_the_zone(url: str, head: str, offset: str) -> None:
    """Where no zone is known, the country of the address or locale gives one; an ending used
    everywhere doesn't.
    """
    found = read(
        page(head, f"<h1>{HEADLINE}</h1><div>25 أكتوبر 2024، 6:53 م</div>{FILLER}"), url=url
    )
    assert found.published is not None
    assert found.published.instant is not None
    assert found.published.instant.isoformat() == f"2024-10-25T18:53:00{offset}"
    assert not found.published.zone_stated


def test_the_date_beside_a_headline_that_is_no_h1() -> None:
    """A headline in any element leads to the date beside it, not to the one in the page's top
    bar.
    """
    top = "<div><span>الجمعة 1 نوفمبر 2019</span></div>"
    body = (
        f'{top}<table><tr><td><b>{HEADLINE}</b><br><font size="1">24 أكتوبر 2024 - '
        f"18:53</font></td></tr></table>{FILLER}"
    )
    found = read(
        page(f"<title>{HEADLINE}</title>", body), zone=CAIRO, url="https://www.example.test/x"
    )
    assert chosen(found, "published") == [("text", "24 أكتوبر 2024 - 18:53")]


def test_the_day_of_the_visit_in_the_top_bar() -> None:
    """The current day that a site shows in its top bar is not the publication of a page that states
    none.
    """
    bar = "<div class='bar'><a href='/about'>من نحن</a><span>الجمعة، 25 أكتوبر 2024</span></div>"
    body = f"{bar}<div><div><div><h1>{HEADLINE}</h1></div>{FILLER}</div></div>"
    assert read(page("", body), zone=CAIRO, url="https://www.example.test/x").published is None


def test_the_date_below_the_headline_before_the_one_above() -> None:
    """Of two dates in one box around the headline the one below it is the article's."""
    body = (
        f"<div><span>20 أكتوبر 2024</span><h1>{HEADLINE}</h1><span>24 أكتوبر "
        f"2024</span></div>{FILLER}"
    )
    found = read(page("", body), zone=CAIRO, url="https://www.example.test/x")
    assert chosen(found, "published") == [("text", "24 أكتوبر 2024")]


def test_a_list_of_facts_is_no_list_of_teasers() -> None:
    """A `time` in the list of facts under the headline counts; one beside a linked headline
    doesn't.
    """
    facts = (
        '<ul><li>أحمد علي</li><li><time datetime="2024-10-24T10:00:00+03:00">24 '
        "أكتوبر</time></li></ul>"
    )
    teaser = (
        f'<ul><li><time datetime="2024-10-20T10:00:00+03:00">20 أكتوبر</time><a '
        f'href="/y">{HEADLINE} الآن</a></li></ul>'
    )
    found = read(
        page("", teaser + f"<h1>{HEADLINE}</h1>" + facts + FILLER), url="https://www.example.test/x"
    )
    assert chosen(found, "published") == [("time", "2024-10-24T10:00:00+03:00")]


def test_a_date_after_the_capture_is_passed_over() -> None:
    """A date later than the capture can't be true; the next place is asked."""
    head = (
        linked(headline=HEADLINE, datePublished="2029-01-01T00:00:00Z")
        + '<meta property="article:published_time" content="2024-10-24T10:00:00Z">'
    )
    found = read(page(head, FILLER))
    assert chosen(found, "published") == [("meta", "2024-10-24T10:00:00Z")]


def test_published_and_modified_are_kept_apart() -> None:
    """The time of the last change is never taken for the time of publication where both are
    stated.
    """
    body = (
        f"<h1>{HEADLINE}</h1><p>آخر تحديث: 25 أكتوبر 2024 10:00</p><p>نشر في: 24 أكتوبر 2024 "
        f"09:00</p>{FILLER}"
    )
    found = read(page("", body), zone=CAIRO)
    assert found.published is not None
    assert found.modified is not None
    assert (found.published.day, found.modified.day) == (24, 25)


def test_the_date_in_the_address_is_the_last_resort() -> None:
    """Where nothing else is stated the address gives the day, and no more than the day."""
    found = read(page("", f"<h1>{HEADLINE}</h1>{FILLER}"))
    assert found.published is not None
    assert (chosen(found, "published"), found.published.precision) == (
        [("url", "2024-10-25")],
        Precision.DAY,
    )


def test_a_month_stays_a_month() -> None:
    """A page that only names the month has no instant."""
    found = read(
        page('<meta name="date" content="2024-10">', FILLER), url="https://www.example.test/x"
    )
    assert found.published is not None
    assert (found.published.instant, found.published_precision) == (None, Precision.MONTH)


def test_a_teasers_time_is_not_the_articles() -> None:
    """A `time` inside a link to another article is not this one's date."""
    body = (
        f'<h1>{HEADLINE}</h1><time datetime="2024-10-25T08:00:00Z">اليوم</time>{FILLER}<ul><li><a '
        f'href="/x"><time datetime="2024-01-01T00:00Z"></time></a></li></ul>'
    )
    found = read(page("", body), url="https://www.example.test/x")
    assert chosen(found, "published") == [("time", "2024-10-25T08:00:00Z")]


# ------------------------------------------------------------------------------------------ authors


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("كتب: أحمد علي", ["أحمد علي"]),
        ("كتبت أسماء نصار", ["أسماء نصار"]),
        ("بقلم / منى حسن", ["منى حسن"]),
        ("حسام أبو العلا - القاهرة", ["حسام أبو العلا"]),
        ("أحمد علي، منى حسن", ["أحمد علي", "منى حسن"]),
        ("By Amal Haddad and Jan Novak", ["Amal Haddad", "Jan Novak"]),
        ("Von Petra Beispiel und Jan Muster, dpa", ["Petra Beispiel", "Jan Muster", "dpa"]),
        ("Amal Haddad (aha); Jan Novak (jno)", ["Amal Haddad", "Jan Novak"]),
        ("Amal Haddad, Professor of Hydrology at the Example University", ["Amal Haddad"]),
        ("وكالات", ["وكالات"]),
        ("أعدّ التقرير: أحمد علي", ["أحمد علي"]),
        ("نویسنده: نسترن بهرامی", ["نسترن بهرامی"]),
        ("מאת נועה לוי", ["נועה לוי"]),
        ("作者：林晓雨", ["林晓雨"]),
        ("김민수 기자", ["김민수"]),
        ("Propos recueillis par Aline Moreau", ["Aline Moreau"]),
        ("By Amal Haddad, PhD, Staff Writer", ["Amal Haddad"]),
        ("By Amal Haddad and Jan Novak, AFP", ["Amal Haddad", "Jan Novak", "AFP"]),
        ("By Amal Haddad in Paris", ["Amal Haddad"]),
        ("By Amal Haddad · Updated 4 hours ago", ["Amal Haddad"]),
        ("By Amal Haddad Published March 12, 2024", ["Amal Haddad"]),
        ("Community Editor", ["Community Editor"]),
        ("https://www.facebook.com/example", []),
        ("12345", []),
        ("", []),
    ],
)
def test_bylines_are_taken_apart(text: str, names: list[str]) -> None:
    """A byline gives its names: without "by", place, role or initials, several authors apart."""
    assert split_byline(text) == names


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (
            (
                '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" '
                'content="Amal Haddad">'
            ),
            "",
        ),
        ("", '<p><a href="/people/author/amal">Amal Haddad</a></p>'),
        ("", "<p>Article by <!-- x -->Amal Haddad</p>"),
        ("", "<p>نویسنده: Amal Haddad</p>"),
    ],
)
def test_authors_where_no_class_says_so(head: str, body: str) -> None:
    """A labelled meta, the address of a link, or the words of the line tell who wrote the story."""
    assert read(page(head, f"<h1>{HEADLINE}</h1>{body}{FILLER}", lang="en")).authors == (
        "Amal Haddad",
    )


@pytest.mark.parametrize(
    "line", ["Words by Amal Haddad<br>12 March 2024", "Written by<br>Amal Haddad<br>12 March 2024"]
)
def test_a_byline_among_lines_of_loose_text(line: str) -> None:
    """A byline is read where only line breaks part it from headline and date; its label may stand
    on a line of its own.
    """
    told = "<br><br>".join(f"The {part} of the library was restored by volunteers in the spring of this year." for part in ("roof", "hall", "door"))  # fmt: skip
    table = (
        f"<table><tr><td><font size=5>{HEADLINE}</font><br>{line}<br><br>{told}</td></tr></table>"
    )
    markup = f'<html lang="en"><head><title>{HEADLINE}</title></head><body>{table}</body></html>'
    found = extract(markup.encode(), "https://www.example.test/n/library")
    assert isinstance(found, Article), found
    assert (found.authors, len(found.paragraphs)) == (["Amal Haddad"], 3)


@pytest.mark.parametrize("line", ["<p>{told}</p><p><strong>Amal Haddad</strong></p>", "<p><b>Amal Haddad</b></p><p>{told}</p>"])  # fmt: skip
def test_a_name_in_bold_beside_the_text_signs_it(line: str) -> None:
    """Where only the site is named as author, a name alone in bold right before or after the text
    is its writer's.
    """
    head = linked(headline=HEADLINE, author={"name": "Example"}, publisher={"name": "Example"})
    markup = page(head, f"<h1>{HEADLINE}</h1><div>{line.format(told=f'{SENTENCES}</p><p>So they say. {SENTENCES}')}</div>", lang="en")  # fmt: skip
    found = extract(markup, "https://www.example.test/n/river")
    assert isinstance(found, Article), found
    assert (found.authors, len(found.paragraphs)) == (["Amal Haddad"], 2)


@pytest.mark.parametrize(
    "line", ["Read more here", "More News", "What comes next?", "Chapter 2 Begins"]
)
def test_a_bold_line_that_is_no_name_signs_nothing(line: str) -> None:
    """Calls, questions and headings are no signature."""
    head = linked(headline=HEADLINE, author={"name": "Example"}, publisher={"name": "Example"})
    markup = page(
        head, f"<h1>{HEADLINE}</h1><div><p>{SENTENCES}</p><p><b>{line}</b></p></div>", lang="en"
    )
    found = extract(markup, "https://www.example.test/n/river")
    assert isinstance(found, Article), found
    assert found.authors == ["Example"]


def test_a_label_in_an_element_of_its_own_leads_to_the_name() -> None:
    """A label and its name in two elements of one line are a byline; a publisher's meta tells the
    site from a person.
    """
    head = (
        '<meta name="author" content="Example Wave"><meta name="publisher" content="Example Wave '
        '(www.example.test)">'
    )
    body = f"<h1>{HEADLINE}</h1><ul><li><strong>Autorin/Autor</strong> Jan Muster</li></ul>{FILLER}"
    assert read(page(head, body, lang="de")).authors == ("Jan Muster",)


def test_an_agency_signs_with_one_word() -> None:
    """One word that is an agency's name is a byline; one that is a label is none."""
    for line, names in (("رويترز", ("رويترز",)), ("تحليل", ())):
        assert (
            read(page("", f'<h1>{HEADLINE}</h1><div class="author">{line}</div>{FILLER}')).authors
            == names
        )


@pytest.mark.parametrize(
    ("shown", "tags"),
    [
        (
            '<div class="post-tags"><a href="/t/1">نهر</a> <a href="/t/2">#جفاف</a></div>',
            ("نهر", "جفاف"),
        ),
        (
            '<p><a rel="tag" href="/t/1">نهر</a>، <a rel="category tag" href="/c">العالم</a></p>',
            ("نهر",),
        ),
        ('<aside><div class="tags"><a href="/t/1">نهر</a></div></aside>', ()),
        ('<div class="tagcloud"><a href="/t/1">نهر</a></div>', ()),
    ],
)
def test_tags_that_only_readers_see(shown: str, tags: tuple[str, ...]) -> None:
    """Where no data or meta has keywords, the labels below the text are the tags; categories and
    clouds are none.
    """
    assert read(page("", f"<h1>{HEADLINE}</h1>{FILLER}{shown}")).tags == tags


def test_a_person_before_the_site() -> None:
    """Where JSON-LD names only the site as author, the byline's person is believed."""
    head = linked(
        headline=HEADLINE,
        author={"@type": "Organization", "name": "المثال"},
        publisher={"name": "المثال"},
    )
    found = read(page(head, f'<h1>{HEADLINE}</h1><span class="w12">كتب أحمد علي</span>{FILLER}'))
    assert found.authors == ("أحمد علي",)
    assert ("authors", "json-ld", "المثال", False) in [
        (one.field, one.source, one.value, one.chosen) for one in found.evidence
    ]


def test_the_site_when_there_is_nobody_else() -> None:
    """A story that only the site signs is signed by the site."""
    assert read(page(linked(headline=HEADLINE, author={"name": "المثال"}), FILLER)).authors == (
        "المثال",
    )


def test_an_author_by_reference() -> None:
    """An author given as a reference to another JSON-LD node is resolved."""
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "NewsArticle", "headline": "Rivers return", "author": {"@id": "#p1"}},
            {"@type": "Person", "@id": "#p1", "name": "Amal Haddad"},
        ],
    }
    html = page(
        f'<script type="application/ld+json">{json.dumps(graph)}</script>', FILLER, lang="en"
    )
    assert read(html).authors == ("Amal Haddad",)


# ------------------------------------------------------------------------------- section and others


def test_the_deepest_crumb() -> None:
    """Where the breadcrumb leads deeper than the section stated, its last step is the section."""
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"name": "الرئيسية"},
            {"name": "العالم"},
            {"name": "آسيا"},
            {"name": HEADLINE},
        ],
    }
    head = (
        linked(headline=HEADLINE, articleSection="العالم")
        + f'<script type="application/ld+json">{json.dumps(crumbs)}</script>'
    )
    assert read(page(head, f"<h1>{HEADLINE}</h1>{FILLER}")).section == "آسيا"


def test_the_label_above_the_headline() -> None:
    """Where nothing states the section, the short label right before the headline is it; a ticker's
    is not.
    """
    body = (
        f'<div><label>عاجل</label><a href="/t">خبر عاجل لا شأن له بما يليه من '
        f"كلام</a></div><div><span>العالم</span><h1>{HEADLINE}</h1></div>{FILLER}"
    )
    assert read(page("", body)).section == "العالم"


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("ضفة النهرالمصدر: رويترز", "ضفة النهر", "رويترز"),
        ("ضفة النهر (تصوير: أحمد علي)", "ضفة النهر", "أحمد علي"),
        ("The river bank. Photo: Amal Haddad", "The river bank", "Amal Haddad"),
        ("ضفة النهر - رويترز", "ضفة النهر", "رويترز"),
        ("ضفة النهر [وكالة المثال]", "ضفة النهر", "وكالة المثال"),
        ("ضفة النهر / تصوير أحمد علي", "ضفة النهر", "أحمد علي"),
        ("The river bank (AP Photo)", "The river bank", "AP Photo"),
        (
            "The river bank - as it was, Reuters says",
            "The river bank - as it was, Reuters says",
            None,
        ),
        ("The river bank © Example Agency", "The river bank", "Example Agency"),
        ("المصدر: رويترز", None, "رويترز"),
        ("The river bank", "The river bank", None),
    ],
)
def test_caption_and_credit(text: str, caption: str | None, credit: str | None) -> None:
    """A caption run together with its credit is taken apart."""
    assert split_caption(text) == (caption, credit)


def test_image_with_its_caption() -> None:
    """The leading picture has the address the page states and the caption shown beside it."""
    head = '<meta property="og:image" content="/i/river.jpg">'
    body = (
        f'<h1>{HEADLINE}</h1><figure><img src="/i/river-800.jpg"><figcaption>ضفة '
        f"النهر<span>المصدر: رويترز</span></figcaption></figure>{FILLER}"
    )
    image = read(page(head, body)).image
    assert image is not None
    assert (image.url, image.caption, image.credit) == (
        "https://www.example.test/i/river.jpg",
        "ضفة النهر",
        "رويترز",
    )


def test_addresses_kinds_tags_and_publisher() -> None:
    """Canonical and AMP addresses are absolute; kinds, tags and publisher are as stated."""
    head = (
        '<link rel="canonical" href="/world/quiet-river"><link rel="amphtml" '
        'href="/amp/quiet-river">'
        '<meta property="og:type" content="article"><meta name="keywords" content="نهر، جفاف, نهر">'
        + linked(headline=HEADLINE, publisher={"@type": "Organization", "name": "المثال"})
    )
    found = read(page(head, FILLER))
    assert (found.canonical, found.amp) == (
        "https://www.example.test/world/quiet-river",
        "https://www.example.test/amp/quiet-river",
    )
    assert (found.tags, found.publisher) == (("نهر", "جفاف"), "المثال")
    assert {"article", "newsarticle"} <= found.kinds


def test_every_choice_is_among_the_evidence() -> None:
    """For each field that was chosen, exactly one piece of evidence is marked as the one."""
    head = linked(
        headline=HEADLINE,
        datePublished="2024-10-25T10:00:00Z",
        author={"name": "أحمد علي"},
        articleSection="العالم",
        image="/a.jpg",
    )
    found = read(page(head, f"<h1>{HEADLINE}</h1>{FILLER}"))
    for field in ("title", "published", "authors", "section", "image", "publisher"):
        assert len(chosen(found, field)) == 1, field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@type", "@id", "name", "url", "headline", "@value"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "headline",
                "author",
                "datePublished",
                "articleSection",
                "image",
                "publisher",
                "keywords",
                "itemListElement",
                "description",
            ]
        ),
        JSON,
        max_size=6,
    )
)
def test_json_ld_of_any_shape(values: dict[str, object]) -> None:
    """JSON-LD with values of any shape never makes the reading fail."""
    read(page(linked(**values), f"<h1>{HEADLINE}</h1>"))


@given(st.text(max_size=80))
def test_metas_of_any_text(text: str) -> None:
    """Any text in title, metas and byline is survived."""
    safe = text.replace('"', "").replace("<", "")
    html = page(
        f'<title>{safe}</title><meta property="og:title" content="{safe}"><meta name="author" '
        f'content="{safe}">',
        f'<h1>{safe}</h1><p class="byline">{safe}</p>',
    )
    parsed = dom.parse_page(html, URL)
    if not isinstance(parsed, NotAnArticle):
        extract_metadata(parsed, Embedded(parsed), captured=CAPTURED)
