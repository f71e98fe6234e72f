"""One page's article: every part in its place, the site's own selectors, and listings that carry
whole bodies.
"""

from __future__ import annotations

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

from archive.config import Selectors, SiteConfig
from archive.model import Article, NotAnArticle
from pipelines.article.extraction import embedded_articles, extract, from_page
from pipelines.page.dom import Page, parse_page

spec = importlib.util.spec_from_file_location(
    "golden_layouts_of_articles", Path(__file__).parents[2] / "golden" / "layouts.py"
)
assert spec is not None
assert spec.loader is not None
layouts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(layouts)

URL = "https://www.example.test/world/zz9zz9z"
LINES = [
    (
        "The town council opened the restored library on Monday after a year of careful work by "
        "volunteers."
    ),
    (
        "The director said the reading rooms would stay open until late in the evening, seven "
        "days a week."
    ),
    (
        "Visitors from the surrounding villages arrived early and waited patiently in the rain, "
        "reports say."
    ),
]


def article(markup: str, site: SiteConfig | None = None, url: str = URL) -> Article:
    found = extract(markup.encode(), url, site=site)
    assert isinstance(found, Article), found
    return found


def page_of(article_html: str, head: str = "") -> str:
    return (
        f"<html><head><title>Library opens | Example</title>{head}</head><body><h1>Library "
        f"opens</h1>{article_html}</body></html>"
    )


def test_a_deck_is_the_lead_and_not_repeated_in_the_body() -> None:
    """A description that the body does not begin with is the lead."""
    deck = "Why a small town kept its old library against all advice"
    found = article(
        page_of(
            "".join(f"<p>{line}</p>" for line in LINES),
            f'<meta name="description" content="{deck}">',
        )
    )
    assert found.lead == deck
    assert found.paragraphs == LINES


def test_a_description_that_only_repeats_the_first_paragraph_is_no_lead() -> None:
    """A description cut from the body's beginning says nothing of its own."""
    found = article(
        page_of(
            "".join(f"<p>{line}</p>" for line in LINES),
            f'<meta name="description" content="{LINES[0]}">',
        )
    )
    assert found.lead is None


def test_evidence_names_the_choice_and_the_dropped() -> None:
    """An article carries where its fields came from and why lines were left out."""
    found = article(
        page_of(
            "".join(f"<p>{line}</p>" for line in LINES)
            + "<p>Advertisement</p>"
            + f"<p>{LINES[2]} </p>"
        )
    )
    assert any(one.field == "title" and one.chosen for one in found.evidence)
    assert any(
        one.field == "dropped" and one.value == "Advertisement" and one.source
        for one in found.evidence
    )


def test_a_short_first_sentence_is_the_beginning() -> None:
    """A first paragraph of a few words stays where it stands among the others; a label, a link or a
    box above them does not.
    """
    found = article(
        page_of(
            "<div>"
            + "".join(f"<p>{line}</p>" for line in ("The council has decided.", *LINES))
            + "</div>"
        )
    )
    assert found.paragraphs == ["The council has decided.", *LINES]
    for above in (
        "<p>From our reporter</p>",
        "<p class='note'>Read by the author himself.</p>",
        "<p><a href='/x'>All on the town library.</a></p>",
    ):
        found = article(page_of(f"<div>{above}{''.join(f'<p>{line}</p>' for line in LINES)}</div>"))
        assert found.paragraphs == LINES


def test_a_sentence_that_tells_a_day_stays_and_dates_nothing() -> None:
    """Where the only date on a page stands in a paragraph, it is a day of the story: the paragraph
    is kept, no date is made of it.
    """
    day = (
        "The library of the old town, closed since the flood, was opened again to all visitors on "
        "3 March 2026."
    )
    found = article(page_of("".join(f"<p>{line}</p>" for line in (day, *LINES))))
    assert (found.paragraphs, found.published) == ([day, *LINES], None)


def test_selectors_are_named_in_the_evidence() -> None:
    """What a selector says is the choice, a line it drops is named, parts within parts count once,
    and one that matches nothing is named.
    """
    line = (
        "The council met on Monday and spoke at length about the bridge, its cost and its colour, "
        "until late at night."
    )
    markup = (
        f"<html><body><h1>Not this one</h1><h2 class=real>The bridge is open again</h2><div "
        f"class=a><p>{line}</p>"
        f"<p class=promo>Buy our calendar.</p><div class=a><p>{line} "
        f"Twice.</p></div></div><div class=a><p>{line} End.</p></div></body></html>"
    )
    chosen = Selectors(title="h2.real", body="div.a", date="span.none", drop=(".promo", ".none"))
    found = extract(markup.encode(), URL, site=SiteConfig(name="e", start=(URL,), selectors=chosen))
    assert isinstance(found, Article)
    assert found.paragraphs == [line, f"{line} Twice.", f"{line} End."]
    assert len(found.places) == 3
    evidence = {(one.field, one.source, one.value) for one in found.evidence}
    assert ("title", "selector", "The bridge is open again") in evidence
    assert ("dropped", "selector", "Buy our calendar.") in evidence
    assert {(field, value) for field, source, value in evidence if value.startswith("nothing")} == {
        ("date", "nothing on this page matches 'span.none'"),
        ("drop", "nothing on this page matches '.none'"),
    }
    assert [one.value for one in found.evidence if one.field == "title" and one.chosen] == [
        "The bridge is open again"
    ]


def test_the_sites_own_selectors_win() -> None:
    """Selectors for title, body, date and what to drop are obeyed; a broken selector is passed
    over.
    """
    markup = page_of(
        f"<h2 class='t'>The true headline</h2><i class='d'>12 March 2024 16:07</i><div "
        f"class='b'><p>{LINES[0]}</p><p class='z'>{LINES[1]}</p></div><div class='o'>"
        + f"<p>{LINES[2]}</p>" * 9
        + "</div>"
    )
    chosen = Selectors(title="h2.t", body="div.b", date="i.d", drop=("p.z", "p[[["))
    found = article(
        markup, SiteConfig(name="e", start=(URL,), timezone="Asia/Dubai", selectors=chosen)
    )
    assert (found.title, found.paragraphs) == ("The true headline", [LINES[0]])
    assert found.published is not None
    assert found.published.isoformat() == "2024-03-12T16:07:00+04:00"


def test_the_tree_is_left_as_it_is() -> None:
    """A page read for its article can be read again for its links: nothing was taken out of it."""
    page = parse_page(layouts.render(layouts.ARTICLE, "tailwind_twice"), URL)
    assert isinstance(page, Page)
    before = [element.tag for element in page.root.iter()]
    assert from_page(page) == from_page(page)
    assert [element.tag for element in page.root.iter()] == before


def listing() -> bytes:
    posts = [
        {"title": f"Library number {at} opens", "content": "".join(f"<p>{line} Room {at}.</p>" for line in LINES), "publishedOn": f"2024-03-{at + 10}T12:07:00Z", "slug": f"world/ab{at}cd3", "writers": [{"name": "Mona Haddad"}]}
        for at in range(5)
    ]  # fmt: skip
    rows = "".join(f"{at}:{json.dumps({'post': post})}\n" for at, post in enumerate(posts))
    cards = (
        "".join(
            f'<a href="/{post["slug"]}"><div>{post["title"]} for all</div></a>' for post in posts
        )
        * 2
    )
    more = "".join(
        f'<a href="/n/{at}"><div>Another headline about matter number {at}</div></a>'
        for at in range(9)
    )
    return f"<html><body><div>{cards}{more}</div><script>self.__next_f.push([1,{json.dumps(rows)}])</script></body></html>".encode()


def test_a_listing_that_carries_bodies_gives_its_articles() -> None:
    """A listing is no article, and the whole bodies in its data are articles under their own
    addresses.
    """
    page = parse_page(listing(), "https://www.example.test/world")
    assert isinstance(page, Page)
    assert isinstance(from_page(page), NotAnArticle)
    found = embedded_articles(page)
    assert [one.url for one in found] == [
        f"https://www.example.test/world/ab{at}cd3" for at in range(5)
    ]
    assert found[0].paragraphs == [f"{line} Room 0." for line in LINES]
    assert (found[0].authors, found[0].published and found[0].published.day) == (
        ["Mona Haddad"],
        10,
    )


def test_a_capture_time_without_zone_is_utc():
    """Whoever passes a naive time gets what the same time in UTC gives, not an exception."""
    page = page_of(
        "".join(f"<p>{line}</p>" for line in LINES),
        '<meta property="article:published_time" content="2026-11-20T08:30:00+04:00">',
    )
    naive = datetime(2026, 11, 22, 10, 0)  # noqa: DTZ001 -- that is the point
    given = [
        extract(page.encode(), URL, captured=moment)
        for moment in (naive, naive.replace(tzinfo=UTC))
    ]
    assert isinstance(given[0], Article)
    assert given[0] == given[1]


STORY = "".join(f"<p>The {part} of the library was restored by volunteers in the spring of this year.</p>" for part in ("roof", "hall", "door"))  # fmt: skip


def library_article(around: str) -> Article:
    page = (
        f'<html lang="en"><head><title>Library opens in the '
        f"spring</title></head><body>{around.replace('STORY', STORY)}</body></html>"
    )
    found = extract(
        page.encode(),
        "https://www.example.test/n/library",
        captured=datetime(2024, 5, 3, 12, 0, tzinfo=UTC),
    )
    assert isinstance(found, Article), found
    return found


def test_what_a_page_does_not_say_stays_unsaid() -> None:
    """Without a section, a date or a caption, a link home, a teaser's date and a button are not
    taken for them.
    """
    head = (
        '<ul><li><a href="/">Home</a></li></ul><h2>Library opens in the '
        'spring</h2><div>Share</div><img src="/hall.jpg"><div>Photo: Amal Haddad</div>'
    )
    teaser = (
        '<div><a href="/n/2"><h4>Another headline of another story</h4></a><span>2 hours '
        "ago</span></div>"
    )
    found = library_article(f"<div>{head}<div>STORY</div></div><div>{teaser * 3}</div>")
    assert (found.section, found.published, len(found.paragraphs)) == (None, None, 3)
    assert found.image is not None
    assert (found.image.caption, found.image.credit) == (None, "Amal Haddad")
