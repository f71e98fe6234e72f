"""Short texts without a trustworthy declaration: which charset they are in."""

from __future__ import annotations

import pytest

from pipelines.page.charset_guess import guess_charset, is_doubtful
from pipelines.page.decoding import decode_page

HEADLINES = {
    "windows-1256": ("خبر عاجل", "ارتفاع أسعار النفط", "ترامب", "گفتگو در تهران"),
    "iso-8859-6": ("خبر عاجل", "ارتفاع أسعار النفط"),
    "windows-1251": ("Погода", "Президент прибыл", "СПОРТ"),
    "koi8-r": ("Пожар на складе", "СПОРТ"),
    "iso-8859-5": ("Срочная новость",),
    "windows-1252": ("Être ou ne pas être", "Déjà vu", "Größte Übung", "Café"),
    "windows-1250": ("Wiadomości z Łodzi", "Żółta kartka"),
    "windows-1253": ("Έκτακτη είδηση", "Σεισμός στην Κρήτη"),
    "windows-1254": ("Galatasaray şampiyon: İstanbul'da yağış",),
    "windows-1255": ("חדשות", "ראש הממשלה"),
    "gbk": ("突发新闻", "上海股市上涨", "今天"),
    "big5": ("中國經濟增長",),
    "shift_jis": ("速報ニュース", "東京で地震がありました"),
    "euc-jp": ("速報ニュース", "首相が訪問"),
    "euc-kr": ("대통령 선거", "서울에서 열린 회의"),
}
EACH = [(charset, text) for charset, texts in HEADLINES.items() for text in texts]


@pytest.mark.parametrize(("charset", "text"), EACH)
@pytest.mark.parametrize(
    ("header", "meta"),
    [
        (None, "utf-8"),
        ("utf-8", None),
        ("utf-8", "windows-1252"),
        ("windows-1252", "utf-8"),
        ("iso-8859-1", "TRUE"),
        ("TRUE", "utf-8"),
        (None, None),
    ],
)
def test_a_headline_is_read_whatever_is_declared(
    charset: str, text: str, header: str | None, meta: str | None
) -> None:
    """The header says one charset, the page another, and the bytes of two words are a third."""
    mark = f'<meta charset="{meta}">'.replace("TRUE", charset) if meta else ""
    page = f"<html><head>{mark}<title>{text}</title></head><body><p>{text}</p></body></html>"
    sent = f"text/html; charset={header}".replace("TRUE", charset) if header else "text/html"
    assert f"<title>{text}</title>" in decode_page(page.encode(charset), sent).text


@pytest.mark.parametrize("charset", ["windows-1252", "windows-1251", "shift_jis", "big5"])
def test_what_holds_no_letter_says_nothing(charset: str) -> None:
    """Quotation marks and dashes alone are no reason to doubt a declaration."""
    signs = "the “lamp” – and its © sign…".encode("cp1252")
    assert not is_doubtful(signs, charset)
    assert guess_charset(b"plain") is None
    assert guess_charset(signs) is None


def test_a_declaration_nobody_can_judge_is_believed() -> None:
    """A charset without letters of ours here is left to others."""
    assert not is_doubtful("Погода".encode("mac_cyrillic"), "mac_cyrillic")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("windows-1252", "Þýðing á íslensku og færeysku"),
        ("windows-1251", "Љубав и џез у Београду, њен глас"),
        ("windows-1251", "Өлеңдер".replace("Ө", "О").replace("ң", "н")),
        ("windows-1258", "Tiếng".replace("ế", "ê")),
        ("iso-8859-9", "Türkiye güneş ışığı"),
        ("windows-1257", "Žinios iš Vilniaus: ąžuolas"),
        ("iso-8859-3", "Ĉiuj homoj estas ĵaŭde"),
    ],
)
def test_an_honest_declaration_stands_for_languages_that_are_not_listed(
    charset: str, text: str
) -> None:
    """Only what makes a much likelier text overrules a declaration."""
    page = f"<title>{text}</title>".encode(charset)
    assert text in decode_page(page, f"text/html; charset={charset}").text
