"""The leading picture, its caption and its credit."""

from __future__ import annotations

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
