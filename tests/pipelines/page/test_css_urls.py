"""Addresses inside style sheets and srcset attributes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.page.css_urls import find_css_urls, parse_srcset, replace_css_urls


def test_css_addresses_are_found_in_every_form():
    """Quoted, unquoted, imported and escaped addresses are read; text that only looks like one is
    not.
    """
    css = """@import "a.css"; @IMPORT url(b.css) screen; p { background: url( 'c d.png' ), URL("e(1).png"), url(f.png ) }
    q { background: url(g\\20 h.png); content: "curl(x)" }"""
    assert list(find_css_urls(css)) == ["a.css", "b.css", "c d.png", "e(1).png", "f.png", "g h.png"]


def test_css_addresses_are_replaced_and_the_rest_stays():
    """Only the address changes, and what replaces it cannot end the string or the style element it
    stands in.
    """
    css = "@import 'a.css' print;\np{background:URL(b.png) no-repeat}"
    assert replace_css_urls(css, lambda url: f"/x/{url}") == (
        '@import "/x/a.css" print;\np{background:url("/x/b.png") no-repeat}'
    )
    hostile = replace_css_urls("p{background:url(a)}", lambda _: '"</style>\\')
    assert "</style" not in hostile
    assert list(find_css_urls(hostile)) == ['"</style>\\']


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a.jpg", [("a.jpg", "")]),
        ("a.jpg 1x, b.jpg 2x", [("a.jpg", "1x"), ("b.jpg", "2x")]),
        ("a.jpg, b.jpg 640w,c.jpg 2x", [("a.jpg", ""), ("b.jpg", "640w"), ("c.jpg", "2x")]),
        ("/i/w_1,h_2/a.jpg 1x ,, b.jpg", [("/i/w_1,h_2/a.jpg", "1x"), ("b.jpg", "")]),
        (" , ", []),
    ],
)
def test_srcset_is_read_as_browsers_do(value, found):
    """Commas may stand inside addresses; descriptors belong to the address before them."""
    assert parse_srcset(value) == found


@pytest.mark.parametrize(
    "text",
    ["url(" + " " * 200_000, "url(" * 50_000, 'url("' * 50_000, "@import " * 50_000, "," * 200_000],
)
def test_odd_text_costs_linear_time(text):
    """No text, however odd, makes the patterns try again and again."""
    begun = time.process_time()
    list(find_css_urls(text))
    parse_srcset(text)
    assert time.process_time() - begun < 2


@given(st.text(alphabet="url('\")\\@import \nabc.,12x", max_size=60))
def test_nothing_raises(text):
    """Any text has addresses or none."""
    list(find_css_urls(text))
    parse_srcset(text)
    replace_css_urls(text, str.upper)
