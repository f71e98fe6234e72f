"""Headline, section, authors, date and caption from the lines before a text, where no markup names them."""

from __future__ import annotations

from datetime import UTC

import pytest
from page_kit import (
    FERRY_HEADLINE,
    FERRY_LINES,
    HEADLINE,
    SENTENCES,
    article_of,
    linked,
    page,
    paragraphs,
    parsed,
)

from archive.model import Evidence
from pipelines.article.from_opening_lines import fill_from_opening_lines
from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import extract_body
from pipelines.dates.parse import read_date
from pipelines.metadata.extract import Metadata
from pipelines.page.text_key import text_key


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
    found = article_of(markup, "https://www.example.test/n/library")
    assert (found.authors, len(found.paragraphs)) == (["Amal Haddad"], 3)


@pytest.mark.parametrize("line", ["<p>{told}</p><p><strong>Amal Haddad</strong></p>", "<p><b>Amal Haddad</b></p><p>{told}</p>"])  # fmt: skip
def test_a_name_in_bold_beside_the_text_signs_it(line: str) -> None:
    """Where only the site is named as author, a name alone in bold right before or after the text
    is its writer's.
    """
    head = linked(headline=HEADLINE, author={"name": "Example"}, publisher={"name": "Example"})
    markup = page(head, f"<h1>{HEADLINE}</h1><div>{line.format(told=f'{SENTENCES}</p><p>So they say. {SENTENCES}')}</div>", lang="en")  # fmt: skip
    found = article_of(markup, "https://www.example.test/n/river")
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
    found = article_of(markup, "https://www.example.test/n/river")
    assert found.authors == ["Example"]


def filled(before: str, **known: object) -> Metadata:
    """What is known of a page with these lines before its text, filled from them."""
    made = parsed(f"<html><body>{before}<div>{paragraphs(*FERRY_LINES)}</div></body></html>")
    metadata = Metadata(**({"title": FERRY_HEADLINE, "titles": (FERRY_HEADLINE,)} | known))  # type: ignore[arg-type]
    read = extract_body(made, KnownPageText(titles={text_key(FERRY_HEADLINE)}))
    assert read.paragraphs == FERRY_LINES
    return fill_from_opening_lines(made, metadata, read, lambda line: read_date(line, zone=UTC))


LINES_BEFORE = (
    f"<div>Harbour</div><div>{FERRY_HEADLINE}</div><div>2 March 2026</div>"
    "<img src='/ferry.jpg'><div>The ferry at its quay. Photo: Jan Novak</div>"
)


def test_lines_before_the_text_fill_what_nothing_states() -> None:
    """A label above the headline is the section, a date line the date, a line with a credit the
    caption of the picture; each is kept as evidence.
    """
    found = filled(LINES_BEFORE)
    assert found.section == "Harbour"
    assert found.published is not None
    assert (found.published.month, found.published.day) == (3, 2)
    assert found.image is not None
    assert found.image.url == "https://www.example.test/ferry.jpg"
    assert (found.image.caption, found.image.credit) == ("The ferry at its quay", "Jan Novak")
    assert {evidence.field for evidence in found.evidence if evidence.source == "text"} == {
        "section",
        "published",
        "image_caption",
    }


def test_what_is_stated_stays() -> None:
    """A section that the page's data state is not replaced by a line."""
    assert filled(LINES_BEFORE, section="Business").section == "Business"


def test_a_title_with_the_sites_name_is_cut_to_the_line_shown() -> None:
    """Where the only title begins with a line before the text, that line is the title."""
    title = f"{FERRY_HEADLINE} Daily"
    evidence = (Evidence(field="title", source="title", value=title, chosen=True),)
    found = filled(LINES_BEFORE, title=title, titles=(title,), evidence=evidence)
    assert found.title == FERRY_HEADLINE


def test_without_the_headline_among_the_lines_nothing_is_filled() -> None:
    """Lines before a text are only read around the headline."""
    assert filled("<div>Harbour</div><div>2 March 2026</div>").section is None


@pytest.mark.parametrize(
    "before",
    [
        f"<div>{FERRY_HEADLINE}</div><div><a href='/h'>Harbour</a></div>",
        f"<div><a href='/h'>Harbour</a> 2 March 2026, 10:15</div><div>{FERRY_HEADLINE}</div>",
    ],
    ids=["a link below the headline", "a link in a line with the date"],
)
def test_a_linked_label_near_the_headline_is_the_section(before: str) -> None:
    """A label that is a link alone, or the only link in a date line, names the section."""
    assert filled(before).section == "Harbour"


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("<div>The ferry at its quay</div>", "The ferry at its quay"),
        ("<div>2 March 2026</div>", None),
        ("<div><a href='/x'>All about the port</a></div>", None),
        ("<div>Share</div>", None),
    ],
)
def test_the_line_before_a_credit_may_be_the_caption(line: str, caption: str | None) -> None:
    """A line of words right before the credit is the caption; a date, a link or a button is not."""
    before = f"<div>{FERRY_HEADLINE}</div><img src='/ferry.jpg'>{line}<div>Photo: Jan Novak</div>"
    image = filled(before).image
    assert image is not None
    assert (image.caption, image.credit) == (caption, "Jan Novak")
