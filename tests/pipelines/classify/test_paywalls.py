"""What stands before a paywall, told from whole articles."""

from __future__ import annotations

import pytest
from page_kit import FERRY_LINES, MORE_FERRY_LINES, linked, paragraphs, parsed

from pipelines.article.from_data import parse_fragment
from pipelines.body.line_rules import KnownPageText
from pipelines.body.paragraphs import extract_body, read_fragment
from pipelines.classify.paywalls import is_stub
from pipelines.embedded.page_data import Embedded

OFFER = "<div class='offer'><p>Subscribe to continue reading</p></div>"
PAID = linked(isAccessibleForFree=False)


def stub(text: str, *, head: str = "", offer: str = OFFER) -> bool:
    made = parsed(f"<html><head>{head}</head><body><div>{text}</div>{offer}</body></html>")
    return is_stub(Embedded(made), made, extract_body(made, KnownPageText()))


@pytest.mark.parametrize(
    ("text", "head"),
    [
        (paragraphs(*FERRY_LINES[:2]), PAID),
        (paragraphs(*FERRY_LINES[:2]), linked(wordCount=900)),
        (f"{paragraphs(*FERRY_LINES[:2])}<div id='paywall'></div>", ""),
        (paragraphs(FERRY_LINES[0], f"{FERRY_LINES[1][:-1]} ..."), ""),
    ],
    ids=["declared", "word count", "marked", "cut"],
)
def test_a_stub_has_an_offer_and_something_says_that_more_is_missing(text: str, head: str) -> None:
    """A short text before an offer to read on is a stub where data, markup or its end say so; the
    same text without the offer is an article.
    """
    assert stub(text, head=head)
    assert not stub(text, head=head, offer="")


@pytest.mark.parametrize(
    "offer",
    ["Already a subscriber?", "Jetzt weiterlesen mit Plus", "Cet article est réservé aux abonnés", "هذا المحتوى للمشتركين فقط", "برای ادامه مطلب اشتراک بخرید"],
)  # fmt: skip
def test_offers_in_several_languages(offer: str) -> None:
    """The offer to read on is known by its words."""
    assert stub(paragraphs(*FERRY_LINES[:2]), head=PAID, offer=f"<p>{offer}</p>")


def test_a_whole_text_is_no_stub() -> None:
    """A short text that nothing calls incomplete is whole, and so is one of many paragraphs or one
    whose paid part is on the page.
    """
    assert not stub(paragraphs(*FERRY_LINES[:2]))
    assert not stub(paragraphs(*FERRY_LINES, *MORE_FERRY_LINES), head=PAID)
    shown = linked(isAccessibleForFree=False, hasPart={"cssSelector": ".paid"})
    assert not stub(f"<div class='paid'>{paragraphs(*FERRY_LINES[:2])}</div>", head=shown)
    assert stub(f"<div class='other'>{paragraphs(*FERRY_LINES[:2])}</div>", head=shown)


@pytest.mark.parametrize("count", ["many", None, [3]])
def test_a_word_count_that_is_no_number_says_nothing(count: object) -> None:
    """Odd values in the data are passed over."""
    assert not stub(paragraphs(*FERRY_LINES[:2]), head=linked(wordCount=count))


def test_a_broken_selector_selects_nothing() -> None:
    """A selector that is no CSS in the page's data is passed over."""
    head = linked(isAccessibleForFree=False, hasPart={"cssSelector": "p[[["})
    assert stub(paragraphs(*FERRY_LINES[:2]), head=head)


def test_an_offer_far_below_the_text_is_none_of_the_articles() -> None:
    """Only lines soon after the text make an offer; the site's own at the end of a page do not."""
    between = "".join(f"<footer><p>Pier {number}</p></footer>" for number in range(9))
    assert stub(paragraphs(*FERRY_LINES[:2]), head=PAID, offer=OFFER)
    assert not stub(
        paragraphs(*FERRY_LINES[:2]), head=PAID, offer=between + OFFER.replace("div", "footer")
    )


def test_of_a_body_in_several_parts_the_first_parts_blocks_are_not_below_it() -> None:
    """Where a site's selector names several elements, what stands after the first one's paragraphs
    does not follow the last paragraph.
    """
    made = parsed(f"<html><head>{PAID}</head><body>x</body></html>")
    parts = []
    for markup in (
        f"{paragraphs(FERRY_LINES[0])}<footer>{OFFER}</footer>",
        paragraphs(FERRY_LINES[1]),
    ):
        root = parse_fragment(markup)
        assert root is not None
        parts.append(read_fragment(root, KnownPageText()))
    whole, last = parts
    assert is_stub(Embedded(made), made, whole)
    whole.paragraphs += last.paragraphs
    whole.kept += last.kept
    assert not is_stub(Embedded(made), made, whole)
