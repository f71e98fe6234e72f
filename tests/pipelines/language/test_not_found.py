"""Words for a story that is not there, or no more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import NotArticleReason
from pipelines.language import not_found
from pipelines.language.interstitials import named_subject, notice_kind
from pipelines.language.not_found import says_not_found, says_removed

REMOVED = (
    "This story has been removed",
    "The article was withdrawn",
    "Dieser Artikel wurde von der Redaktion zurückgezogen",
    "Cet article a été supprimé",
    "Esta noticia ha sido eliminada",
    "تم حذف هذا الخبر",
    "لقد جرى سحب المقال",
    "هذا الخبر تم حذفه",
    "سُحب الخبر",
    "هذه المادة لم تعد متاحة",
    "حذف هذا الخبر",
    "Der Artikel wurde aus rechtlichen Gründen entfernt",
    "An article previously published here has been withdrawn",
    "Article dépublié",
    "این خبر حذف شده است",
    "Bu haber yayından kaldırıldı",
    "BU HABER SİLİNDİ",
    "Questo articolo è stato rimosso",
    "Este artigo foi removido",
    "Этот материал был удалён",
    "Dit artikel is verwijderd",
)


@given(st.from_regex(re.compile(not_found.REMOVED, re.IGNORECASE), fullmatch=True))
def test_no_line_is_passed_over_unsearched(line: str) -> None:
    """Whatever the words find, in capitals too, holds one of the stems that are looked for first."""
    assert says_removed(line)


@pytest.mark.parametrize("line", REMOVED)
def test_a_removed_story_is_named_in_headline_and_line(line: str) -> None:
    """A page that has such a headline, or nothing but such a line, is an error page of that kind."""
    assert says_not_found(line)
    assert named_subject(line) is NotArticleReason.ERROR_PAGE
    assert notice_kind(line) is NotArticleReason.ERROR_PAGE


@pytest.mark.parametrize(
    "line",
    [
        "Error 404",
        "خطأ ٤٠٤",
        "page-not-found",
        "Sorry, we couldn't find that page",
        "There is nothing at this address any more.",
        "عذرا، الصفحة التي تبحث عنها غير موجودة",
        "لم يعد المقال متاحا",
        "La page que vous cherchez est introuvable",
        "Die Seite existiert nicht mehr",
        "Страница не найдена",
    ],
)
def test_what_is_not_there_is_told_from_what_went_wrong(line: str) -> None:
    """In the words of many servers."""
    assert says_not_found(line)


@pytest.mark.parametrize(
    "line",
    [
        "Service unavailable",
        "Something went wrong, try again later",
        "Error 500",
        "الموقع تحت الصيانة",
        "تسجيل الدخول",
        "Wartungsarbeiten",
        "Sign in",
    ],
)
def test_passing_errors_and_log_ins_say_nothing_of_a_story(line: str) -> None:
    """The story may be back in a minute, or is there for others."""
    assert not says_not_found(line)


@pytest.mark.parametrize(
    "headline",
    [
        "حذف الخبر من موقع الوزارة يثير جدلا واسعا بين الصحفيين",
        "تم حذف المادة الخمسين من الدستور بعد نقاش طويل",
        "Minister: the statue has been removed from the market square",
        "Gelöschte Artikel: Wie Verlage mit ihrem Archiv umgehen",
    ],
)
def test_stories_about_removals_are_stories(headline: str) -> None:
    """The words make up a small part of their headlines."""
    assert named_subject(headline) is None
