"""Archived pages are rewritten so that nothing in them runs or reaches out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from served_answers import PAGE, WHEN, Seen

from crawler.serve.url_rewriting import Rewriter, doctype_of
from pipelines.page.dom import parse_page

HERE = f"/{WHEN}/http://news.example"
REWRITER = Rewriter(timestamp=WHEN, base=PAGE)


def rewritten(body: str) -> str:
    """A page with this body as the replay shows it."""
    page = parse_page(f"<html><body>{body}</body></html>".encode(), PAGE)
    return REWRITER.page(page)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("../a?x=1#part", f"{HERE}/a?x=1#part"),
        ("https://other.example/b", f"/{WHEN}/https://other.example/b"),
        ("#part", "#part"),
        ("data:image/png;base64,AAAA", "data:image/png;base64,AAAA"),
        ("data:text/html,<script>1</script>", None),
        ("javascript:alert(1)", None),
        ("mailto:someone@news.example", None),
    ],
)
def test_addresses_lead_to_the_replay_or_nowhere(written: str, address: str | None) -> None:
    """A link leads to the capture of what it named, with its fragment; what is no page leads
    nowhere.
    """
    assert REWRITER.address(written) == address


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("a.png", f"{HERE}/news/a.png"),
        ("data:font/woff2;base64,AAAA", "data:font/woff2;base64,AAAA"),
        ("data:application/x-font-ttf;base64,AAAA", "data:application/x-font-ttf;base64,AAAA"),
        ("data:text/html,x", "about:invalid"),
        ("ftp://evil.example/a.png", "about:invalid"),
    ],
)
def test_style_sheets_name_the_archive_only(url: str, shown: str) -> None:
    """Images lead to the replay, fonts inside the sheet stay, and every other address is none."""
    assert REWRITER.css(f"h1 {{ background: url({url}) }}") == (
        f'h1 {{ background: url("{shown}") }}'
    )


@pytest.mark.parametrize("name", ["action", "formaction", "ping", "integrity", "srcdoc", "target"])
def test_attributes_that_send_or_open_are_left_out(name: str) -> None:
    """Whatever element they stand on, no address is sent to and no window opened."""
    seen = Seen(rewritten(f'<p {name}="http://evil.example/" id="kept">x</p>'))
    assert seen.of("p") == [{"id": "kept"}]


@pytest.mark.parametrize(
    ("written", "attribute", "shown"),
    [
        ('<video poster="/v.png">', "poster", f"{HERE}/v.png"),
        ('<table background="/t.png">', "background", f"{HERE}/t.png"),
        (
            "<p style=\"background: url('/s.png')\">",
            "style",
            f'background: url("{HERE}/s.png")',
        ),
        ('<img data-src="/lazy.png">', "src", f"{HERE}/lazy.png"),
        ('<img src="/own.png" data-src="/lazy.png">', "src", f"{HERE}/own.png"),
        ('<img data-srcset="/lazy.png 2x">', "srcset", f"{HERE}/lazy.png 2x"),
        ('<p data-src="/lazy.png">', "src", None),
    ],
)
def test_what_a_page_shows_comes_from_the_archive(
    written: str, attribute: str, shown: str | None
) -> None:
    """Images of all kinds are the archived ones; a lazy one is shown where there is none yet."""
    _, attributes = Seen(rewritten(written)).elements[-1]
    assert attributes.get(attribute) == shown


def test_text_beside_what_is_left_out_stays() -> None:
    """Where a script stood in a sentence, the words before and after it are still there."""
    html = rewritten("<p><script>1</script>one <b>two</b><script>2</script> three</p>")
    assert "<p>one <b>two</b> three</p>" in html


@pytest.mark.parametrize(
    "css",
    [
        r"a { src: url('data:font/woff2,\3c/style>\3cimg src=x>') }",
        "a::after { content: '</b>' }",
    ],
)
def test_style_cannot_end_early(css: str) -> None:
    """Nothing in a style sheet, not even by CSS's own escapes, ends its element: markup after it
    would be the page's.
    """
    html = rewritten(f"<style>{css}</style>")
    assert not Seen(html).of("img")
    assert html.partition("<style>")[2].partition("</style>")[0].count("</") == 0


def test_elements_of_bare_text_show_it_as_text() -> None:
    """What old pages wrote in `<xmp>` is escaped in a `<pre>`; in a frame nothing is left."""
    html = rewritten("<xmp>a < b</xmp>")
    assert "<pre>a &lt; b</pre>" in html
    assert "<iframe></iframe>" in rewritten("<iframe>&lt;img src=x></iframe>")


@pytest.mark.parametrize(
    ("text", "doctype"),
    [
        ("\n<!doctype HTML><p>x", "<!doctype HTML>"),
        (
            '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"><p>x',
            '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">',
        ),
        ("<html><p>x", ""),
    ],
)
def test_pages_are_laid_out_as_they_were(text: str, doctype: str) -> None:
    """The document type is kept as it is, and none is added: browsers lay pages out by it."""
    assert doctype_of(text) == doctype


@given(
    st.lists(
        st.sampled_from(
            [
                "<script>",
                "</script>",
                "<style>",
                "</style>",
                "<svg>",
                "<title>",
                "</title>",
                "<!--",
                "-->",
                "<p ",
                "onclick=x ",
                "href='javascript:1'",
                ">",
                "<xmp>",
                "<noscript>",
                "<plaintext>",
                '"',
                "'",
                "<template>",
                "<math>",
                "<a href=//evil.example>",
                "<link rel=preconnect href=//evil.example>",
                "&lt;script&gt;",
                "<textarea>",
            ]
        ),
        max_size=25,
    )
)
def test_no_markup_keeps_a_script_or_a_foreign_address(parts: list[str]) -> None:
    """However markup is broken, no script element, handler, or address of another origin is left in
    what is shown.
    """
    page = parse_page("".join(["<html><body><p>x</p>", *parts]).encode(), PAGE)
    shown = Seen(Rewriter(timestamp=WHEN, base=PAGE).page(page))  # type: ignore[arg-type]
    for tag, attributes in shown.elements:
        assert tag != "script"
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("href", "src"):
                assert value is None or value.startswith(("/", "#"))
                assert not (value or "").startswith("//")
