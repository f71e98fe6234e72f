"""What one line says of itself: paragraph, label, byline, call or boilerplate."""

from __future__ import annotations

import pytest
from page_kit import (
    FERRY_HEADLINE,
    FERRY_LINES,
    MORE_FERRY_LINES,
    blocks_of,
    body_of,
    paragraphs,
)

from pipelines.body import line_rules
from pipelines.body.line_rules import KnownPageText
from pipelines.page.blocks import Block
from pipelines.page.text_key import text_key


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
    markup = f"<h1>{FERRY_HEADLINE}</h1><section>{paragraphs(*FERRY_LINES, end)}</section>"
    assert body_of(markup, authors=("Ada Moor",)).paragraphs == FERRY_LINES
    assert body_of(markup, authors=("Bea Quay",)).paragraphs == [*FERRY_LINES, end]


def test_a_speaker_of_the_writers_name_is_heard() -> None:
    """In a conversation the lines of the writer begin with the name, too."""
    talk = [
        *FERRY_LINES,
        "Ada Moor: When is the second boat to sail again, and who pays for the work?",
    ]
    assert (
        body_of(f"<section>{paragraphs(*talk)}</section>", authors=("Ada Moor",)).paragraphs == talk
    )


@pytest.mark.parametrize("line", ["By Ada Moor, Harbour Desk", "Von Ada Moor", "بقلم Ada Moor"])
def test_a_byline_among_the_paragraphs_goes(line: str) -> None:
    """A line that says whose text it is, with a name that the page states, is no paragraph."""
    assert (
        body_of(
            f"<section>{paragraphs(line, *FERRY_LINES)}</section>", authors=("Ada Moor",)
        ).paragraphs
        == FERRY_LINES
    )


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
        body_of(
            f"<section>{paragraphs(*FERRY_LINES[:2], line, *FERRY_LINES[2:])}</section>"
        ).paragraphs
        == FERRY_LINES
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
    assert body_of(f"<section>{paragraphs(*FERRY_LINES, told)}</section>").paragraphs == [
        *FERRY_LINES,
        told,
    ]


@pytest.mark.parametrize(
    "line", ["See the full timetable", "Jetzt Karten kaufen", "اقرأ المزيد عن العبارات", "Book now"]
)
def test_calls_to_act_go(line: str) -> None:
    """A short line that is a link from end to end and asks the reader to do something is a
    button.
    """
    call = f"<p><a href='https://shop.example/x'>{line}</a></p>"
    markup = (
        f"<section>{paragraphs(*FERRY_LINES[:2])}{call}{paragraphs(*FERRY_LINES[2:])}</section>"
    )
    assert body_of(markup).paragraphs == FERRY_LINES


def block(markup: str) -> Block:
    (only,) = blocks_of(markup).blocks
    return only


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ("<p>* * *</p>", "no letters"),
        (f"<p>{FERRY_HEADLINE}!</p>", "headline"),
        ("<p>Harbour news</p>", "known elsewhere"),
        ("<p>By Ada Moor</p>", "byline"),
        ("<p>Read also</p>", "related label"),
        ("<p>Read also: <a href='/n/2'>Second boat is late again</a></p>", "related line"),
        ("<p><a href='https://shop.example/x'>Book now</a></p>", "call"),
        ("<p>Back to top</p>", "furniture"),
        (f"<p>{FERRY_LINES[0]}</p>", None),
    ],
)
def test_each_rule_names_itself(markup: str, rule: str | None) -> None:
    """A line that is no paragraph goes by a rule that says why; a paragraph by none."""
    known = KnownPageText(
        titles={text_key(FERRY_HEADLINE)},
        known={text_key("Harbour news")},
        authors=("Ada Moor",),
    )
    assert line_rules.rule_against(block(markup), known) == rule


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (f"<p>{FERRY_LINES[0]}</p>", True),
        ("<p>It sails again.</p>", False),
        (f"<p><a href='/n/2'>{FERRY_LINES[0]}</a></p>", False),
        (f"<figcaption>{FERRY_LINES[0]}</figcaption>", False),
        (f"<h2>{FERRY_LINES[0][:-1]}</h2>", False),
    ],
)
def test_prose_beyond_doubt(markup: str, expected: bool) -> None:
    """A sentence of some length is prose; links, captions and headings without a full stop are
    not.
    """
    assert line_rules.is_solid(block(markup)) is expected


def test_a_linked_headline_leads_inside_the_site() -> None:
    """A line that is one link of several words is a headline where it leads to another page of the
    site, and a paragraph's part where it leads out.
    """
    line = "<p><a href='{}'>Second boat is late again</a></p>"
    assert line_rules.is_linked_headline(block(line.format("/n/2")), "www.example.test")
    assert not line_rules.is_linked_headline(
        block(line.format("https://other.example/n")), "www.example.test"
    )


def test_texts_without_full_stops_have_shorter_last_lines() -> None:
    """Where no paragraph has a full stop, a last line is one from forty characters on, else from a
    hundred.
    """
    stopped = blocks_of(paragraphs(*FERRY_LINES)).blocks
    bare = blocks_of(paragraphs(*(line[:-1] for line in FERRY_LINES))).blocks
    assert line_rules.longest_end(stopped) == line_rules.LONG_END
    assert line_rules.longest_end(bare) == line_rules.UNSTOPPED


HEADING_LINK = "<p><a href='/n/2'>Second boat of the fleet late</a></p>"


@pytest.mark.parametrize(
    ("markup", "headline", "elsewhere"),
    [
        (HEADING_LINK, True, True),
        ("<p><a href='/n/2'>Second boat</a></p>", True, False),
        ("<p>Second boat of the fleet late</p>", True, False),
        (f"<p>{FERRY_LINES[0]}</p>", False, False),
    ],
)
def test_lines_that_may_be_headlines(markup: str, headline: bool, elsewhere: bool) -> None:
    """After a label a linked line, or a short one without a full stop, is a headline; it leads
    elsewhere if it is a link of several words.
    """
    assert line_rules.is_headline(block(markup)) is headline
    assert line_rules.leads_elsewhere(block(markup)) is elsewhere


def test_a_teaser_stands_right_below_a_headline_that_leads_elsewhere() -> None:
    """The line below such a headline is a teaser; the headline itself and later lines are not."""
    every = blocks_of(HEADING_LINK + paragraphs("It waits.", "It sails.")).blocks
    assert [line_rules.is_teaser(line, every) for line in every] == [False, True, False]


def test_a_short_story_above_teasers_is_found() -> None:
    """Where only teasers were kept, the sentences right below the headline are the story; where
    something else was kept, nothing is exchanged.
    """
    line = "The old boat sails again from Monday on, the harbour said."
    teasers = "".join(HEADING_LINK + paragraphs(text) for text in MORE_FERRY_LINES[:3])
    every = blocks_of(f"<h1>{FERRY_HEADLINE}</h1>{paragraphs(line)}{teasers}").blocks
    kept = [found for found in every if found.text in MORE_FERRY_LINES]
    dropped = [(found, "before the text") for found in every if found not in kept]
    titles = {text_key(FERRY_HEADLINE)}
    assert [found.text for found in line_rules.short_story(kept, dropped, every, titles)] == [line]
    assert line_rules.short_story([every[1], *kept], dropped, every, titles) == []


@pytest.mark.parametrize(
    ("markup", "sentence", "long"),
    [
        (f"<p>{FERRY_LINES[0]}</p>", True, True),
        (f"<p>{FERRY_LINES[0][:70]}</p>", True, False),
        ("<p>It sails again.</p>", False, False),
        (f"<li>{FERRY_LINES[0]}</li>", False, False),
        (f"<p>{FERRY_LINES[0]} <a href='/x'>{FERRY_LINES[1]}</a></p>", False, False),
    ],
)
def test_length_where_no_full_stop_ends_a_line(markup: str, sentence: bool, long: bool) -> None:
    """A paragraph of sixty characters may be a sentence, one of a hundred a last paragraph; items
    and links are neither.
    """
    assert line_rules.is_sentence_long(block(markup)) is sentence
    assert line_rules.is_long(block(markup)) is long


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("<p>The boat is back at last.</p>", True),
        ("<h2>Back at last</h2>", True),
        ("<h1>Back at last</h1>", False),
        ("<p>From our reporter</p>", False),
        ("<p class='note'>The boat is back at last.</p>", False),
        ("<div><p>The boat is back at last.</p></div>", False),
        ("<p><b>The boat is back at last.</b></p>", False),
        ("<p><a href='/x'>The boat is back at last.</a></p>", False),
    ],
)
def test_a_short_line_may_open_a_text(before: str, expected: bool) -> None:
    """A sub-head may, and a sentence that stands as the next paragraph does."""
    first, second = blocks_of(f"<section>{before}<p>{FERRY_LINES[0]}</p></section>").blocks
    assert line_rules.may_open(first, second) is expected


@pytest.mark.parametrize(
    ("before", "line", "expected"),
    [
        ("<p>It sailed.</p>", "<p>Nobody was hurt.</p>", True),
        ("<p>It sailed.</p>", "<p>More news</p>", False),
        ("<p>It sailed.</p>", "<p>These sail again:</p>", True),
        ("<p>It sailed.</p>", "<ul><li>The early boat</li></ul>", False),
        ("<p>These sail again:</p>", "<ul><li>The early boat</li></ul>", True),
        ("<p>It sailed.</p>", "<table><tr><td>Seats</td></tr></table>", True),
        ("<p>It sailed.</p>", "<p><a href='/x'>Nobody was hurt.</a></p>", False),
        ("<p>It sailed.</p>", "<h2>Nobody was hurt.</h2>", False),
    ],
)
def test_a_short_line_may_follow_a_text(before: str, line: str, expected: bool) -> None:
    """Sentences, cells, lines with a colon and the items these announce still belong to it."""
    first, second = blocks_of(before + line).blocks
    assert line_rules.may_follow(second, first) is expected


def test_a_colon_announces_a_list_unless_it_names_sources() -> None:
    """A paragraph that ends with a colon announces what follows, except a label of references."""
    assert line_rules.announces_list(block("<p>These three sail again:</p>"))
    assert not line_rules.announces_list(block("<p>Sources:</p>"))
    assert not line_rules.announces_list(block("<p>These three sail again.</p>"))
