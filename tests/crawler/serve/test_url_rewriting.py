"""Archived pages are rewritten so that nothing in them runs or reaches out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from served_answers import PAGE, WHEN, Seen

from crawler.serve.url_rewriting import Rewriter
from pipelines.page.dom import parse_page


def test_page_that_would_take_minutes_is_shown_as_text() -> None:
    """An element with hundreds of thousands of attributes is not parsed, while a long data: image
    is.
    """
    from crawler.serve.replay import _presented

    rewriter = Rewriter(timestamp=WHEN, base=PAGE)
    bomb = b"<html><p " + b" ".join(b"a%d" % number for number in range(200_000)) + b">x</p></html>"
    assert _presented(bomb, "text/html", rewriter)[1] == "text/plain; charset=utf-8"
    image = b'<html><img src="data:image/png;base64,' + b"AAAA/ " * 100_000 + b'"><p>x</p></html>'
    assert _presented(image, "text/html", rewriter)[1] == "text/html; charset=utf-8"


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
