"""What was served in an article's place is known by its headline and by what it says."""

import pytest

from archive.model import NotArticleReason
from pipelines.language.interstitials import (
    addresses_visitor,
    headline_parts,
    named_subject,
    notice_kind,
)


@pytest.mark.parametrize(
    ("headline", "kind"),
    [
        ("Just a moment...", NotArticleReason.CHALLENGE),
        ("Zugriff verweigert", NotArticleReason.CHALLENGE),
        ("جاري التحقق من المتصفح", NotArticleReason.CHALLENGE),
        ("Before you continue to The Marsh", NotArticleReason.CONSENT),
        ("نحن نهتم بخصوصيتك", NotArticleReason.CONSENT),
        ("404 Not Found", NotArticleReason.ERROR_PAGE),
        ("Page introuvable", NotArticleReason.ERROR_PAGE),
        ("هذه الصفحة غير موجودة", NotArticleReason.ERROR_PAGE),
        ("Sign in", NotArticleReason.ERROR_PAGE),
        ("Airline blocked passengers who solved no captcha, court hears", None),
        ("Quay reopens after two years", None),
        ("", None),
    ],
)
def test_a_headline_names_what_a_page_is(headline: str, kind: NotArticleReason | None) -> None:
    """Where such a name makes up most of it; a story about captchas is a story."""
    assert named_subject(headline) == kind


def test_a_site_is_cut_from_a_headline() -> None:
    """Dashes and bars part a headline; a hyphen does not."""
    assert headline_parts("Just a moment | The Marsh – Home") == [
        "Just a moment",
        "The Marsh",
        "Home",
    ]
    assert headline_parts("Re-opened quay") == ["Re-opened quay"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Please enable JavaScript and cookies.", NotArticleReason.CHALLENGE),
        ("We and our 842 partners store and access data on your device.", NotArticleReason.CONSENT),
        ("The page you requested may have been moved or deleted.", NotArticleReason.ERROR_PAGE),
        ("Enter your e-mail and password.", NotArticleReason.ERROR_PAGE),
        ("The quay was rebuilt in stone after the flood.", None),
    ],
)
def test_a_notice_says_what_it_is(line: str, kind: NotArticleReason | None) -> None:
    """By what it asks or tells the visitor."""
    assert notice_kind(line) == kind


@pytest.mark.parametrize("line", ["Please wait", "Bitte warten", "يرجى الانتظار", "пожалуйста"])
def test_a_notice_speaks_to_the_visitor(line: str) -> None:
    """In each language, and a report does not."""
    assert addresses_visitor(line)
    assert not addresses_visitor("The quay was rebuilt in stone.")
