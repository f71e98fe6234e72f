"""The page's own article among its embedded data, and which body is believed."""

from __future__ import annotations

import json

import pytest
from page_kit import FERRY_HEADLINE, FERRY_LINES, article_of, paragraphs, parsed

from pipelines.article.from_data import choose_body, own_article, parse_fragment, read_body
from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import Body
from pipelines.embedded.json_articles import EmbeddedArticle
from pipelines.embedded.page_data import Embedded
from pipelines.page.text_key import text_key


def test_only_the_pages_own_data_make_its_body() -> None:
    """Another post's body in the page's data, however long, is not taken for the page's own."""
    other = json.dumps(
        {
            "title": "Another matter altogether",
            "content": "<p>" + "Unrelated text of another story. " * 90 + "</p>",
        }
    )
    found = article_of(
        f"<html><body><h1>{FERRY_HEADLINE}</h1>{paragraphs(*FERRY_LINES)}"
        f"<script>window.__INITIAL_STATE__={other};</script></body></html>"
    )
    assert found.paragraphs == FERRY_LINES


def data_article(
    title: str, body: str, *, address: str | None = None, is_html: bool = True
) -> EmbeddedArticle:
    return EmbeddedArticle(source="state", title=title, body=body, is_html=is_html, address=address)


def embedded(*articles: EmbeddedArticle) -> Embedded:
    made = Embedded(parsed("<html><body>x</body></html>"))
    made.articles = list(articles)
    return made


def test_the_own_article_has_the_pages_headline_or_address() -> None:
    """Headline or last step of the address name it; of several the one with the most text counts."""
    page = parsed("<html><body>x</body></html>", "https://www.example.test/n/oldest-ferry")
    other = data_article(
        "Baker hangs out flags", "<p>Longest text of them all, by far.</p>", address="/n/baker"
    )
    short = data_article(FERRY_HEADLINE, "<p>x</p>")
    long = data_article(
        "Ferry", "<p>More text.</p>", address="https://www.example.test/n/Oldest-Ferry/?x=1"
    )
    titles = {text_key(FERRY_HEADLINE)}
    assert own_article(embedded(other), page, titles) is None
    assert own_article(embedded(other, short), page, titles) is short
    assert own_article(embedded(other, short, long), page, titles) is long
    assert (
        own_article(embedded(data_article("x", "y", address="http://[bad")), page, titles) is None
    )


@pytest.mark.parametrize("is_html", [True, False])
def test_the_body_of_data_is_read_by_the_same_rules(is_html: bool) -> None:
    """HTML gives its paragraphs without boilerplate, plain text its lines."""
    text = paragraphs(*FERRY_LINES, "Back to top") if is_html else "\n\n".join(FERRY_LINES)
    read = read_body(data_article("x", text, is_html=is_html), KnownPageText())
    assert read.paragraphs == FERRY_LINES


def test_a_fragment_becomes_a_tree() -> None:
    """A piece of text or markup becomes a tree, text before its first element included."""
    assert parse_fragment("") is not None
    tree = parse_fragment("a<p>b</p>")
    assert tree is not None
    assert "".join(tree.itertext()) == "ab"


SHOWN = FERRY_LINES[:2]


@pytest.mark.parametrize(
    ("data", "source", "expected"),
    [
        ([], "state", "shown"),
        (FERRY_LINES, "state", "data"),
        (SHOWN, "state", "shown"),
        (FERRY_LINES, "json-ld", "shown"),
        (FERRY_LINES * 3, "json-ld", "data"),
        ([*FERRY_LINES[2:], "Another sentence."], "state", "shown"),
        (FERRY_LINES[2:] * 3, "state", "data"),
    ],
    ids=["no data", "fuller", "the same", "json-ld twice", "json-ld six times", "another text", "another, much longer"],
)  # fmt: skip
def test_data_are_believed_where_they_are_fuller(
    data: list[str], source: str, expected: str
) -> None:
    """Data with the shown text and a third more are taken, an unlike text from twice the length,
    JSON-LD from four times.
    """
    shown, held = Body(paragraphs=SHOWN), Body(paragraphs=data)
    assert choose_body(shown, held, source) is (held if expected == "data" else shown)


def test_data_are_all_there_is_where_nothing_is_shown() -> None:
    """A page without a sentence is read from its data, and says so."""
    chosen = choose_body(Body(paragraphs=["Loading"]), Body(paragraphs=["It rains."]), "json-ld")
    assert (chosen.paragraphs, chosen.in_data) == (["It rains."], True)
