"""Where a text begins and ends, and what is a part of it: decks, bylines, lists at the end, embeds,
quotations shown twice.
"""

from __future__ import annotations

import pytest

from archive.model import Article
from pipelines.article.extraction import extract
from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import Body, extract_body
from pipelines.page.dom import Page, parse_page
from pipelines.page.text_key import text_key

LINES = [
    (
        "The ferry company put its oldest boat back into service on Monday after eleven months in "
        "the dry dock."
    ),
    (
        "Engineers replaced the whole of the deck, both engines and most of the wiring, the "
        "harbour office said."
    ),
    (
        "Commuters waited on the quay from five in the morning and greeted the boat with whistles "
        "and applause."
    ),
    (
        "The second boat of the fleet is to follow in the autumn, once the first has passed its "
        "trial crossings."
    ),
]
MORE = [
    (
        "On the far bank the baker had hung flags from the roof of his shop and gave away the "
        "day's first rolls."
    ),
    (
        "School begins half an hour later this week, since nobody yet trusts the new timetable, a "
        "teacher said."
    ),
    (
        "Fishermen complained that the wash of the faster engines reaches the nets they set below "
        "the old mill."
    ),
    (
        "A ticket costs as much as it did before the repairs, and children under six travel "
        "without one as ever."
    ),
]
DECK = (
    "After almost a year of repairs the harbour has its oldest boat again, and a second one is to "
    "follow soon."
)
HEADLINE = "Oldest ferry returns to the harbour"


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def read(markup: str, **beside: object) -> Body:
    page = parse_page(f"<html><body>{markup}</body></html>".encode(), "https://www.example.test/a")
    assert isinstance(page, Page)
    return extract_body(page, KnownPageText(titles={text_key(HEADLINE)}, **beside))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "between",
    [
        "<div class='byline'>By Ada Moor</div>",
        "<time datetime='2026-03-02'>2 March 2026</time>",
        "<div>2 March 2026, 14:05</div>",
        "<div class='share-bar'>Share</div>",
    ],
)
def test_a_line_above_the_byline_is_the_deck(between: str) -> None:
    """A sentence under the headline with byline, date or share bar below it is no paragraph, and
    says why it went.
    """
    found = read(
        f"<div><h1>{HEADLINE}</h1><p>{DECK}</p>{between}<section>{paragraphs(*LINES)}</section></div>"
    )
    assert found.paragraphs == LINES
    assert ("deck", DECK) in [(evidence.source, evidence.value) for evidence in found.evidence]


def test_a_first_paragraph_in_a_box_of_its_own_stays() -> None:
    """Where nothing stands between it and the rest, the line under the headline is the text's first
    paragraph.
    """
    html = (
        f"<html><head><title>{HEADLINE}</title><meta name='description' "
        f"content='{DECK}'></head><body><h1>{HEADLINE}</h1>"
        f"<div "
        f"class='lead'><p>{DECK}</p></div><section>{paragraphs(*LINES)}</section></body></html>"
    )
    found = extract(html.encode(), "https://www.example.test/a")
    assert isinstance(found, Article)
    assert found.paragraphs == [DECK, *LINES]


def test_the_deck_is_the_lead() -> None:
    """What was left out as the deck is the article's lead."""
    html = (
        f"<html><head><title>{HEADLINE}</title></head><body><h1>{HEADLINE}</h1><header><p>{DECK}</p>"
        f"<time datetime='2026-03-02T14:05:00Z'>2 March "
        f"2026</time></header><section>{paragraphs(*LINES)}</section></body></html>"
    )
    found = extract(html.encode(), "https://www.example.test/a")
    assert isinstance(found, Article)
    assert (found.lead, found.paragraphs) == (DECK, LINES)


@pytest.mark.parametrize(
    "end",
    [
        "Ada Moor is a reporter who has written about harbours since 2009.",
        "Ada Moor, a reporter on this paper, has written about harbours since 2009.",
    ],
)
def test_what_is_said_of_the_writer_at_the_end_goes(end: str) -> None:
    """The last paragraph that begins with the writer's full name is on the writer; another person's
    stays.
    """
    markup = f"<h1>{HEADLINE}</h1><section>{paragraphs(*LINES, end)}</section>"
    assert read(markup, authors=("Ada Moor",)).paragraphs == LINES
    assert read(markup, authors=("Bea Quay",)).paragraphs == [*LINES, end]


def test_a_speaker_of_the_writers_name_is_heard() -> None:
    """In a conversation the lines of the writer begin with the name, too."""
    talk = [*LINES, "Ada Moor: When is the second boat to sail again, and who pays for the work?"]
    assert read(f"<section>{paragraphs(*talk)}</section>", authors=("Ada Moor",)).paragraphs == talk


@pytest.mark.parametrize(
    "label", ["About the author", "Über den Autor", "Sobre el autor", "عن الكاتب"]
)
def test_a_label_over_the_writers_portrait_ends_the_text(label: str) -> None:
    """What stands under such a label, whoever it names, is no part of the text."""
    portrait = (
        "She has lived on three islands and knows the timetable of each of them by heart, summer "
        "and winter."
    )
    assert (
        read(f"<section>{paragraphs(*LINES)}<h3>{label}</h3><p>{portrait}</p></section>").paragraphs
        == LINES
    )


@pytest.mark.parametrize("line", ["By Ada Moor, Harbour Desk", "Von Ada Moor", "بقلم Ada Moor"])
def test_a_byline_among_the_paragraphs_goes(line: str) -> None:
    """A line that says whose text it is, with a name that the page states, is no paragraph."""
    assert (
        read(f"<section>{paragraphs(line, *LINES)}</section>", authors=("Ada Moor",)).paragraphs
        == LINES
    )


def test_lists_that_a_text_announces_stay_and_lists_of_sources_go() -> None:
    """A list at the end belongs to the text where a line with a colon leads to it, unless that says
    it names sources.
    """
    rows = ["The early boat", "The school boat", "The night boat"]
    items = "<ul>" + "".join(f"<li>{row}</li>" for row in rows) + "</ul>"
    announced = read(
        f"<section>{paragraphs(*LINES)}<p>These three sail again:</p>{items}</section>"
    ).paragraphs
    assert announced == [*LINES, "These three sail again:", *rows]
    assert (
        read(f"<section>{paragraphs(*LINES)}<p>Sources:</p>{items}</section>").paragraphs == LINES
    )
    assert (
        read(f"<section>{paragraphs(*LINES)}<p>Read these, too:</p></section>").paragraphs == LINES
    )


def test_a_table_at_the_end_stays() -> None:
    """A table of figures under the text is a part of it."""
    table = "<table><tr><td>Boat</td><td>Seats</td></tr><tr><td>Heron</td><td>120</td></tr></table>"
    found = read(f"<section>{paragraphs(*LINES)}{table}</section>").paragraphs
    assert found == [*LINES, "Boat", "Seats", "Heron", "120"]


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for our daily newsletter and never miss a boat.",
        "Get the harbour's news delivered straight to your inbox.",
        "Abonnieren Sie unseren Newsletter mit allen Nachrichten vom Hafen.",
        "Inscrivez-vous à notre newsletter du port pour ne rien manquer.",
        "Suscríbase a nuestro boletín para recibir las noticias del puerto.",
        "اشتركوا في قناتنا على تلغرام لمتابعة آخر أخبار الميناء.",
        "Follow us on Facebook for more news from the quay.",
        "Cet article est réservé aux abonnés.",
    ],
)
def test_invitations_go(line: str) -> None:
    """A sentence that invites to a newsletter, a channel or a subscription is no paragraph."""
    assert (
        read(f"<section>{paragraphs(*LINES[:2], line, *LINES[2:])}</section>").paragraphs == LINES
    )


@pytest.mark.parametrize(
    "told",
    [
        (
            "The company's newsletter, which has 4,000 readers on both banks, announced the date "
            "a week ago."
        ),
        (
            "More than 9,000 people follow the captain on Instagram, where he shows the river "
            "every morning."
        ),
        (
            "Shops on the quay can now sign up for WhatsApp orders, as those in the upper town "
            "have long done."
        ),
        (
            "Readers who subscribe to the harbour newsletter had known of the date for a week, "
            "the office said."
        ),
        (
            "Passengers have to log in to read the new timetable, which some of the older ones "
            "find hard to do."
        ),
        (
            "سجلت محطة الميناء أعلى منسوب للمياه منذ عشرين عاماً بحسب النشرة الجوية الصادرة صباح "
            "يوم الاثنين."
        ),
        "Стороны подписали договор о строительстве канала, который свяжет порт с верхним городом.",
    ],
)
def test_sentences_about_newsletters_and_channels_stay(told: str) -> None:
    """A paragraph that only tells of newsletters, followers and bulletins is one."""
    assert read(f"<section>{paragraphs(*LINES, told)}</section>").paragraphs == [*LINES, told]


@pytest.mark.parametrize(
    "line", ["See the full timetable", "Jetzt Karten kaufen", "اقرأ المزيد عن العبارات", "Book now"]
)
def test_calls_to_act_go(line: str) -> None:
    """A short line that is a link from end to end and asks the reader to do something is a
    button.
    """
    call = f"<p><a href='https://shop.example/x'>{line}</a></p>"
    markup = f"<section>{paragraphs(*LINES[:2])}{call}{paragraphs(*LINES[2:])}</section>"
    assert read(markup).paragraphs == LINES


def test_a_pulled_quotation_is_read_once() -> None:
    """A sentence lifted out of a longer paragraph to be shown large is no paragraph of its own,
    wherever it stands.
    """
    said = "“I learned to swim off that boat, as my mother did.”"
    whole = (
        f"{said} Mara Lund, who is eighty, came with her grandchildren and stayed until the last "
        f"crossing."
    )
    markup = (
        f"<section>{paragraphs(*LINES[:2])}<p>{said}</p>{paragraphs(*LINES[2:], whole)}</section>"
    )
    assert read(markup).paragraphs == [*LINES, whole]


def test_each_heading_in_a_box_of_its_own_stays() -> None:
    """Where a page builder wraps every heading and every text in elements with names of their own,
    all headings stay.
    """
    parts = [
        (f"Part {at}: the boats of the upper harbour", f"{LINES[at % 4]} It is part {at}.")
        for at in range(12)
    ]
    markup = "".join(
        f"<div class='el-{at}a'><div class='wrap'><h3>{head}</h3></div></div>"
        f"<div class='el-{at}b'><div class='wrap'><p>{text}</p></div></div>"
        for at, (head, text) in enumerate(parts)
    )
    expected = [line for part in parts for line in part]
    assert read(f"<h1>{HEADLINE}</h1><div class='page'>{markup}</div>").paragraphs == expected


def test_parts_that_are_called_embeds_are_read_and_embedded_posts_are_not() -> None:
    """Paragraphs in boxes that a content system calls embeds are text where several are; what is
    embedded says so itself.
    """
    called = "".join(f"<div class='block--embed'><p>{line}</p></div>" for line in MORE)
    posts = "".join(
        f"<div class='block--embed' data-embed-id='{at}'><p>{line}</p></div>"
        for at, line in enumerate(MORE)
    )
    text = f"<section>{paragraphs(*LINES)}{{}}</section>"
    assert read(text.format(called)).paragraphs == [*LINES, *MORE]
    assert read(text.format(posts)).paragraphs == LINES


@pytest.mark.parametrize(
    "names",
    [
        "class='wrap has-rail-right'",
        "class='main with-sidebar'",
        "class='main sidebar-enabled--false'",
        "class='node node--promoted'",
        "id='the-related-boats-of-the-harbour'",
        "id='our_most_read_stories_about_ferries'",
    ],
)
def test_states_and_slugs_tell_nothing_of_a_box(names: str) -> None:
    """Names that say what else a page has, and an id made of a headline, do not make half of a text
    furniture.
    """
    half = f"<div {names}>{paragraphs(*LINES[2:])}</div>"
    markup = (
        f"<h1>{HEADLINE}</h1><section>{paragraphs(*LINES[:2])}{half}{paragraphs(*MORE)}</section>"
    )
    assert read(markup).paragraphs == [*LINES, *MORE]


def test_what_follows_an_early_end_of_the_document_is_read() -> None:
    """Some templates close the document after the menu; browsers show what follows, and links and
    text are read there.
    """
    html = (
        f"<html><head><title>{HEADLINE}</title></head><body><nav><a "
        f"href='/'>Home</a></nav></body></html>\n"
        f"<div><h1>{HEADLINE}</h1>{paragraphs(*LINES)}<p>More on <a href='/boats/7'>the "
        f"second boat</a> and its crew.</p></div>"
    )
    found = extract(html.encode(), "https://www.example.test/a")
    assert isinstance(found, Article)
    assert found.paragraphs[:4] == LINES
    assert [link.url for link in found.links] == ["https://www.example.test/boats/7"]


def test_readers_comments_make_no_list_of_a_story() -> None:
    """A short story under which many readers' comments have linked headlines is a story."""
    comments = "".join(
        f"<article><h4><a href='/c/{at}'>Re: the old boats were better {at}</a></h4></article>"
        for at in range(60)
    )
    html = (
        f"<html><head><title>{HEADLINE}</title></head><body><article><h1><a "
        f"href='/a'>{HEADLINE}</a></h1>{paragraphs(*LINES)}"
        f"</article><div id='comments'>{comments}</div></body></html>"
    )
    found = extract(html.encode(), "https://www.example.test/a")
    assert isinstance(found, Article)
    assert found.paragraphs == LINES


def test_the_pages_own_data_are_a_second_opinion() -> None:
    """Where a page's data hold most of its prose, what they don't hold is doubted, and no other
    reader is asked.
    """
    boxes = "".join(f"<div class='c{at}'><p>{line}</p></div>" for at, line in enumerate(MORE))
    markup = f"<html><body><h1>{HEADLINE}</h1><section>{paragraphs(*LINES)}{boxes}</section></body></html>"
    page = parse_page(markup.encode(), "https://www.example.test/a")
    assert isinstance(page, Page)
    assert extract_body(page, KnownPageText(), told=LINES).paragraphs == LINES
    assert extract_body(page, KnownPageText(), told=[*LINES, *MORE]).paragraphs == [*LINES, *MORE]
