"""Links inside a text and related stories around it."""

from __future__ import annotations

import pytest
from page_kit import FERRY_HEADLINE, FERRY_LINES, article_of, body_of, paragraphs, parsed

from pipelines.article.links import body_links, related_links


@pytest.mark.parametrize(
    "label",
    ["اقرأ أيضا", "أخبار ذات صلة", "مواضيع ذات علاقة", "شاهد أيضًا:", "Related", "Read also", ""],
)
@pytest.mark.parametrize("box", ["aside", "div", "section"])
@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("number", [1, 5])
def test_a_box_of_related_stories_after_the_text(
    label: str, box: str, inside: bool, number: int
) -> None:
    """Its links are related ones, however it is labelled and wherever it stands; its own name is
    enough of a label.
    """
    links = "".join(
        f"<li><a href='/n/{at}'>Four hundred books return {at}</a></li>" for at in range(number)
    )
    related = f"<{box} class='related'>{label and f'<h3>{label}</h3>'}<ul>{links}</ul></{box}>"
    latest = (
        "<div class='latest-news'><h3>أخبار اليوم</h3><a href='/z'>Nothing to do with the "
        "story</a></div>"
    )
    text = f"<h1>Library opens</h1><p>{FERRY_LINES[0]}</p><p>{FERRY_LINES[1]}</p>"
    body = (
        f"<article>{text}{related}</article>" if inside else f"<article>{text}</article>{related}"
    )
    found = article_of(
        f"<html><body>{body}{latest}</body></html>", "https://www.example.test/world/x"
    )
    assert found.paragraphs == [FERRY_LINES[0], FERRY_LINES[1]]
    assert [(link.url, link.kind) for link in found.related] == [
        (f"https://www.example.test/n/{at}", "related") for at in range(number)
    ]


def test_links_of_the_body_and_of_related_boxes_are_apart() -> None:
    """Links inside paragraphs are body links, those of a related box related ones, menus neither;
    all are absolute.
    """
    found = article_of(
        f"<html><body><h1>{FERRY_HEADLINE}</h1><nav><a href='/s'>Sport and more of it</a></nav><div><p>{FERRY_LINES[0][:-1]} <a "
        f"href='../x?utm_source=a#top'>here</a>.</p><p>{FERRY_LINES[1]}</p><div "
        f"class='related'><a href='/world/abc'>Four hundred books "
        f"return</a></div><p>{FERRY_LINES[2]}</p></div></body></html>",
        "https://www.example.test/world/x",
    )
    assert [(link.url, link.kind) for link in found.links] == [
        ("https://www.example.test/x?utm_source=a", "body")
    ]
    assert [(link.url, link.text, link.kind) for link in found.related] == [
        ("https://www.example.test/world/abc", "Four hundred books return", "related")
    ]


def links(markup: str) -> list[tuple[str, str]]:
    """Body and related links of a page, with their kinds."""
    made = parsed(f"<html><body>{markup}</body></html>", "https://www.example.test/a")
    read = body_of(markup)
    return [
        (link.url.removeprefix("https://www.example.test"), link.kind)
        for link in (*body_links(made, read), *related_links(made, read))
    ]


def test_headlines_under_a_label_after_the_text() -> None:
    """The linked lines right below a label are related ones; the next line without a link ends
    them.
    """
    after = (
        "<footer><p>Read also</p><p><a href='/n/1'>Second boat late</a></p><p><a href='/n/2'>Quay rebuilt</a></p>"
        "<p>Imprint</p><p><a href='/n/3'>All about the port</a></p></footer>"
    )
    assert links(paragraphs(*FERRY_LINES) + after) == [("/n/1", "related"), ("/n/2", "related")]


def test_each_address_is_named_once_and_social_ones_not_at_all() -> None:
    """A repeated link is one link; those of related boxes that lead to social networks are left
    out.
    """
    text = FERRY_LINES[0].replace("boat", "<a href='/boat'>boat</a>")
    box = (
        "<div class='related'><a href='https://x.com/i/1'>Boat company on the net</a> "
        "<a href='/n/1'>Second boat is late</a> <a href='/n/1'>Second boat is late</a></div>"
    )
    assert links(f"{paragraphs(text, text + ' Twice.', *FERRY_LINES[1:])}{box}") == [
        ("/boat", "body"),
        ("/n/1", "related"),
    ]


def test_without_a_text_there_are_no_related_links() -> None:
    """Where nothing was read, nothing stands beside it."""
    assert links("<div class='related'><a href='/n/1'>Second boat is late</a></div>") == []
