"""The leading picture, its caption and its credit."""

from __future__ import annotations

import time

import pytest
from page_kit import (
    FILLER,
    HEADLINE,
    metadata_of,
    page,
    parsed,
)

from pipelines.metadata.lead_image import (
    ATTRIBUTE,
    EmbeddedImage,
    ImageCandidate,
    image_candidates,
    split_caption,
)
from pipelines.page.head_tags import Head


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
    image = metadata_of(page(head, body)).image
    assert image is not None
    assert (image.url, image.caption, image.credit) == (
        "https://www.example.test/i/river.jpg",
        "ضفة النهر",
        "رويترز",
    )


def images(
    head: str, body: str, *, linked_images: list[object] | None = None
) -> list[ImageCandidate]:
    made = parsed(page(head, body))
    return image_candidates(made, Head(made), linked_images or [], EmbeddedImage(), HEADLINE)


def test_the_stated_address_goes_before_the_shown_picture() -> None:
    """Metas come first, then JSON-LD, then the page; each with its source."""
    found = images(
        '<meta property="og:image" content="/a.jpg">',
        f'<h1>{HEADLINE}</h1><figure><img src="/c.jpg"></figure>',
        linked_images=[{"url": "/b.jpg"}],
    )
    assert [(image.source, image.image.url[-6:]) for image in found] == [
        ("og", "/a.jpg"),
        ("json-ld", "/b.jpg"),
        ("dom", "/c.jpg"),
    ]


def test_a_caption_that_readers_do_not_see_says_so() -> None:
    """The words of an attribute are a caption of the last resort, marked as not shown."""
    (found,) = images("", f'<h1>{HEADLINE}</h1><img src="/c.jpg" alt="The bank of the river">')
    assert (found.image.caption, found.captioned) == ("The bank of the river", ATTRIBUTE)


@pytest.mark.parametrize("unit", ["ا", "ab"])
def test_a_description_costs_what_its_length_is(unit: str) -> None:
    """Twice as long, it takes about twice the time, not four times."""

    def cost(length: int) -> float:
        alt = unit * (length // len(unit)) + " x"
        made = f'<h1>{HEADLINE}</h1><img src="/c.jpg" alt="{alt}">'
        began = time.process_time()
        images("", made)
        return time.process_time() - began

    cost(100)
    once, twice = cost(20_000), cost(40_000)
    assert twice < 0.3 or twice < 3 * once


def test_the_headline_is_no_caption_and_a_logo_no_picture() -> None:
    """A figure labelled with the headline has no caption; pictures named as logos are passed
    over.
    """
    (found,) = images(
        "",
        f'<h1>{HEADLINE}</h1><img src="/logo.png" alt="logo"><figure><img src="/c.jpg">'
        f"<figcaption>{HEADLINE}</figcaption></figure>",
    )
    assert (found.image.url[-6:], found.image.caption) == ("/c.jpg", None)


def test_json_ld_names_caption_and_credit_of_its_own_picture() -> None:
    """The caption of an ImageObject goes with its address, and its credit too."""
    node = {"url": "/b.jpg", "caption": "The bank of the river", "creditText": "Jan Novak"}
    (found,) = images("", f"<h1>{HEADLINE}</h1>{FILLER}", linked_images=["/x.jpg", node])[1:]
    assert (found.image.caption, found.image.credit, found.captioned) == (
        "The bank of the river",
        "Jan Novak",
        "json-ld",
    )


@pytest.mark.parametrize(
    "box",
    [
        "<div><img src='/c.jpg'><p class='caption'>The bank of the river</p><p>See also</p></div>",
        "<div><img src='/c.jpg'><i itemprop='caption'>The bank of the river</i><b>More</b></div>",
    ],
)
def test_a_marked_caption_is_told_from_other_words_of_its_box(box: str) -> None:
    """A class or property of captions names the words, whatever else the box holds."""
    (found,) = images("", f"<h1>{HEADLINE}</h1>{box}")
    assert (found.image.caption, found.captioned) == ("The bank of the river", "dom")


@pytest.mark.parametrize(
    "box",
    [
        "<figure><img src='/c.jpg'><div>The bank<span class='source'>Jan Novak</span></div></figure>",
        "<div><figure><img src='/c.jpg'><figcaption>The bank</figcaption></figure><p class='photo-credit'>Photo: Jan Novak</p></div>",
    ],
    ids=["inside", "after"],
)
def test_a_credit_may_be_marked_in_the_box_or_after_it(box: str) -> None:
    """A marked credit is no part of the caption."""
    (found,) = images("", f"<h1>{HEADLINE}</h1>{box}")
    assert (found.image.caption, found.image.credit) == ("The bank", "Jan Novak")


def test_a_picture_above_the_headline_is_the_articles_in_a_figure_only() -> None:
    """Pictures before the headline are the page's, unless a `figure` holds one."""
    after = f"<h1>{HEADLINE}</h1>{FILLER}"
    assert images("", f"<img src='/c.jpg'>{after}") == []
    assert len(images("", f"<figure><img src='/c.jpg'></figure>{after}")) == 1
