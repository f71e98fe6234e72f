"""Bytes to one tree: encodings by their nature, nothing a database would choke on, and values for
what is no page.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_kit import FERRY_HEADLINE, FERRY_LINES, article_of, paragraphs

from archive.model import NotAnArticle, NotArticleReason
from pipelines.page import dom
from pipelines.page.dom import Page

ARABIC = (
    "أعلنت البلدية اليوم افتتاح المكتبة الجديدة بعد أعمال ترميم استمرت عاماً كاملاً، وقال المدير "
    "إن الأبواب مفتوحة للجميع."
)
FRENCH = (
    "L'été dernier, les élèves ont préféré la forêt à la mer, déclare la mairie; où était-ce déjà "
    "arrivé ?"
)


def page(data: bytes, content_type: str | None = None) -> Page:
    found = dom.parse_page(data, "https://www.example.test/a/b", content_type)
    assert isinstance(found, Page), found
    return found


def text(data: bytes, content_type: str | None = None) -> str:
    return dom.text_of(page(data, content_type).root)


@pytest.mark.parametrize(
    ("written", "declared"),
    [("cp1256", "utf-8"), ("cp1256", "iso-8859-1"), ("utf-8", "iso-8859-1"), ("utf-8", "windows-1256"), ("cp1256", "no-such"), ("cp1256", None), ("utf-8", None), ("utf-16", None), ("utf-8-sig", "windows-1256")],
)  # fmt: skip
def test_arabic_is_read_whatever_is_declared(written: str, declared: str | None) -> None:
    """Arabic in windows-1256, UTF-8 or UTF-16 is read right under a true, a false, an unknown and
    no declaration.
    """
    meta = f'<meta charset="{declared}">' if declared else ""
    assert (
        text(f"<html><head>{meta}</head><body><p>{ARABIC}</p></body></html>".encode(written))
        == ARABIC
    )


@pytest.mark.parametrize(
    ("header", "meta"), [("windows-1256", "utf-8"), ("utf-8", "windows-1256"), ("utf-8", "utf-8")]
)
def test_header_and_meta_that_disagree_do_not_matter(header: str, meta: str) -> None:
    """Where HTTP header and meta disagree, or agree on what is false, the bytes decide."""
    data = f'<meta charset="{meta}"><p>{ARABIC}</p>'.encode("cp1256")
    assert text(data, f"text/html; charset={header}") == ARABIC


@pytest.mark.parametrize("written", ["latin-1", "utf-8", "cp1252"])
def test_western_text_stays_western(written: str) -> None:
    """French in a Western charset or UTF-8, declared as iso-8859-1, is not taken for Arabic."""
    assert text(f'<meta charset="iso-8859-1"><p>{FRENCH}</p>'.encode(written)) == FRENCH


def test_declared_and_used_encodings_are_kept() -> None:
    """A page remembers the encoding it claimed and the one it was read in."""
    found = page(f"<p>{ARABIC}</p>".encode("cp1256"), "text/html; charset=utf-8")
    assert (found.declared, found.encoding) == ("utf-8", "cp1256")


def test_a_cut_sequence_at_the_end_does_not_change_the_encoding() -> None:
    """UTF-8 whose last character was cut off is still read as UTF-8."""
    assert text(f"<p>{ARABIC} نص".encode()[:-1]).startswith(ARABIC)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_value(data: bytes) -> None:
    """No bytes make parse raise, and no text that comes of them holds controls or lone
    surrogates.
    """
    found = dom.parse_page(data, "https://www.example.test/")
    if isinstance(found, Page):
        out = dom.text_of(found.root)
        assert not set(out) & {chr(code) for code in range(32) if code not in (9, 10, 13)}
        out.encode("utf-8")


@pytest.mark.parametrize(
    ("data", "content_type", "reason"),
    [(b"", None, NotArticleReason.EMPTY), (b" \n\t ", None, NotArticleReason.EMPTY), (b"%PDF-1.7 ...", "text/html", NotArticleReason.NOT_HTML), (b"x", "image/png", NotArticleReason.NOT_HTML), (b'{"a": 1}', "text/html", NotArticleReason.NOT_HTML), (b"<p>" + b"x" * dom.MAX_BYTES, None, NotArticleReason.TOO_LARGE)],
)  # fmt: skip
def test_what_is_no_page_is_a_value(
    data: bytes, content_type: str | None, reason: NotArticleReason
) -> None:
    """Nothing, binary data, JSON and what is too large are told apart, with no exception."""
    found = dom.parse_page(data, "https://www.example.test/", content_type)
    assert isinstance(found, NotAnArticle)
    assert found.reason == reason


def test_base_makes_links_absolute() -> None:
    """Relative addresses start at `<base>`, itself relative to the page."""
    found = page(b'<base href="/x/"><a href="../y?z=1">y</a>')
    assert found.base == "https://www.example.test/x/"
    assert found.absolute("../y?z=1") == "https://www.example.test/y?z=1"
    assert found.absolute("  ") is None


@pytest.mark.parametrize(
    ("markup", "language"),
    [(f'<html lang="en"><body>{ARABIC * 2}', "ar"), (f'<html lang="ar_AE"><body>{ARABIC}', "ar-ae"), ('<html lang="fr"><body>' + FRENCH, "fr"), (("<body>او گفت که چنین گزارشی در پایگاه خبری گیلان نیست و پژوهشگران همگی می‌گویند چاپ آن "
"کار دیگری است") * 2, "fa")],
)  # fmt: skip
def test_language_is_declared_or_seen(markup: str, language: str) -> None:
    """The declared language holds unless the letters of the text contradict it."""
    assert page(markup.encode()).language == language


def test_deep_nesting_is_survived_and_said() -> None:
    """Twenty thousand nested elements neither raise nor pass unsaid."""
    deep = b"<div>" * 20_000 + b"<p>deep</p>" + b"</div>" * 20_000
    found = dom.parse_page(b"<p>first</p>" + deep, "https://www.example.test/")
    assert isinstance(found, Page)
    assert "first" in dom.text_of(found.root)
    assert found.cut or "deep" in dom.text_of(found.root)


def test_what_follows_an_early_end_of_the_document_is_read() -> None:
    """Some templates close the document after the menu; browsers show what follows, and links and
    text are read there.
    """
    html = (
        f"<html><head><title>{FERRY_HEADLINE}</title></head><body><nav><a "
        f"href='/'>Home</a></nav></body></html>\n"
        f"<div><h1>{FERRY_HEADLINE}</h1>{paragraphs(*FERRY_LINES)}<p>More on <a href='/boats/7'>the "
        f"second boat</a> and its crew.</p></div>"
    )
    found = article_of(html, "https://www.example.test/a")
    assert found.paragraphs[:4] == FERRY_LINES
    assert [link.url for link in found.links] == ["https://www.example.test/boats/7"]
