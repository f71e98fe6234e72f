"""Made-up pages as text, and what is read from them: the parts that tests of `pipelines` share."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo

from archive.model import Article
from pipelines.article.extraction import extract
from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import Body, extract_body
from pipelines.embedded.page_data import Embedded
from pipelines.metadata.extract import Metadata, extract_metadata
from pipelines.page.blocks import Blocks, read_blocks
from pipelines.page.dom import Page, parse_page
from pipelines.page.markup_hints import boilerplate_mark
from pipelines.page.text_key import text_key

CAPTURED = datetime(2024, 10, 25, 20, 0, tzinfo=UTC)
URL = "https://www.example.test/world/2024/10/25/quiet-river"
HEADLINE = "النهر الهادئ يعود إلى مجراه بعد عامين من الجفاف"
FILLER = "<p>" + "كلام يقال عن النهر وعن الذين يسكنون عند ضفتيه منذ سنين بعيدة. " * 6 + "</p>"
SENTENCES = (
    "Words are said of the river and of those who have lived on its banks for many years. " * 6
)


def page(head: str = "", body: str = "", *, lang: str = "ar") -> bytes:
    """A page with this in its head and body."""
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta '
        f'charset="utf-8">{head}</head><body>{body}</body></html>'
    ).encode()


def linked(**values: object) -> str:
    """The JSON-LD node of a news article with these properties, as its script element."""
    node = json.dumps({"@type": "NewsArticle"} | values, ensure_ascii=False)
    return f'<script type="application/ld+json">{node}</script>'


def parsed(html: bytes | str, url: str = URL) -> Page:
    """The page parsed."""
    found = parse_page(html.encode() if isinstance(html, str) else html, url)
    assert isinstance(found, Page), found
    return found


def metadata_of(html: bytes, *, zone: tzinfo | None = None, url: str = URL) -> Metadata:
    """The metadata of a page captured at CAPTURED."""
    made = parsed(html, url)
    return extract_metadata(made, Embedded(made), captured=CAPTURED, zone=zone)


def chosen(found: Metadata, field: str) -> list[tuple[str, str]]:
    """The evidence (source, value) that was chosen for a field."""
    return [
        (evidence.source, evidence.value)
        for evidence in found.evidence
        if evidence.field == field and evidence.chosen
    ]


FERRY_HEADLINE = "Oldest ferry returns to the harbour"
FERRY_LINES = [
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
MORE_FERRY_LINES = [
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


def paragraphs(*lines: str) -> str:
    """The lines as paragraphs of HTML."""
    return "".join(f"<p>{line}</p>" for line in lines)


def body_of(markup: str, *, authors: tuple[str, ...] = ()) -> Body:
    """The body of an English page with FERRY_HEADLINE as headline."""
    made = parsed(f"<html><body>{markup}</body></html>", "https://www.example.test/a")
    return extract_body(made, KnownPageText(titles={text_key(FERRY_HEADLINE)}, authors=authors))


def blocks_of(markup: str) -> Blocks:
    """The blocks and marked regions of a page with this body."""
    return read_blocks(parsed(f"<html><body>{markup}</body></html>").root, boilerplate_mark)


def article_of(html: bytes | str, url: str = URL) -> Article:
    """The article that a page is."""
    found = extract(html.encode() if isinstance(html, str) else html, url)
    assert isinstance(found, Article), found
    return found
