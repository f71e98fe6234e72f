"""Links: where a page leads and what it needs, absolute, each once, cheaply."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.model import Link
from archive.urls import normalise_url
from pipelines.page import dom, links

URL = "http://127.0.0.1:8000/section/page.html"


def page(html: str, url: str = URL) -> dom.Page:
    parsed = dom.parse_page(f"<html><body>{html}</body></html>".encode(), url)
    assert isinstance(parsed, dom.Page)
    return parsed


def out(html: str) -> list[tuple[str, str]]:
    return [
        (link.url.removeprefix("http://127.0.0.1:8000"), link.kind)
        for link in links.find_outlinks(page(html))
    ]


def test_links_are_absolute_and_each_address_comes_once():
    """Forms of one address are one link, with the first text that stands there."""
    found = links.find_outlinks(
        page(
            '<a href="a.html#top"><img alt="صورة"></a><a href="/section/a.html">خبر\n '
            'أول</a><a href="//127.0.0.1:8000/section/./a.html">x</a>'
        )
    )
    assert found == (
        Link(url="http://127.0.0.1:8000/section/a.html", text="صورة", kind="navigation"),
    )


@pytest.mark.parametrize(
    "script",
    [
        "location.href='/story/1'",
        'location = "/story/1"',
        "window.open('/story/1', '_blank')",
        "location.assign('/story/1')",
    ],
)
def test_a_click_may_lead_on(script: str):
    """An address that stands as it is in what a click does is a link; what a script puts together
    is not guessed.
    """
    assert out(f"""<div onclick="{script.replace('"', "&quot;")}">x</div>""") == [
        ("/story/1", "navigation")
    ]
    assert (
        out(
            """<div onclick="location.href = base + '/story'">x</div><div onclick="track('/no/page')">y</div>"""
        )
        == []
    )


def test_backslashes_are_slashes():
    """As in browsers (URL standard): an address that begins with two of them names a host."""
    assert out(r'<a href="\story\1">x</a><a href="\\127.0.0.1:8000\story\2">y</a>') == [
        ("/story/1", "navigation"),
        ("/story/2", "navigation"),
    ]


def test_a_page_without_links_may_be_left_by_a_script():
    """Where nothing else leads on, the address a script sends the reader to is followed; else
    scripts are not read.
    """
    script = "<script>if (!top.x) { window.location.replace('/ar/'); }</script>"
    assert out(script) == [("/ar/", "navigation")]
    assert out(script + '<a href="/x">x</a>') == [("/x", "navigation")]


def test_a_query_goes_out_in_the_encoding_of_its_page():
    """Browsers send the letters of a query as the page has them, which old servers rely on; those
    of a path as UTF-8.
    """
    html = (
        '<html lang=ar><meta charset="windows-1256"><body><p>هذا خبر من المدينة القديمة</p><a '
        'href="/خبر?t=خبر&amp;x=%41">x</a>'
    )
    parsed = dom.parse_page(html.encode("cp1256"), URL, "text/html; charset=windows-1256")
    assert isinstance(parsed, dom.Page)
    assert [link.url for link in links.find_outlinks(parsed)] == [
        "http://127.0.0.1:8000/%D8%AE%D8%A8%D8%B1?t=%CE%C8%D1&x=%41"
    ]


def test_the_base_element_counts():
    """Relative links start at `<base href>`."""
    assert out('<base href="/other/"><a href="x">x</a>') == [("/other/x", "navigation")]


@pytest.mark.parametrize(
    "href",
    [
        "#a",
        "javascript:void(0)",
        " JavaScript:x",
        "mailto:a@b",
        "tel:1",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://u:p@127.0.0.1/",
        "http://[",
        "",
    ],
)
def test_what_cannot_be_fetched_is_no_link(href: str):
    """Only http and https addresses without credentials are links."""
    assert out(f'<a href="{href}">x</a><a href="/ok">y</a>') == [("/ok", "navigation")]


def test_link_elements_and_rel_say_what_an_address_is():
    """next, amphtml, canonical and feeds are told apart; other alternates, icons and style sheets
    are no links.
    """
    html = (
        '<link rel="next" href="?page=2"><link rel="amphtml" href="/amp"><link rel=canonical '
        'href="/c"><link rel="alternate" type="application/rss+xml" href="/rss">'
        '<link rel="alternate" hreflang="en" href="/en"><link rel="stylesheet" '
        'href="/s.css"><a rel="nofollow next" href="?page=3">التالي</a><area href="/map">'
        '<meta http-equiv="Refresh" content="5; URL=\'/moved\'">'
    )
    assert out(html) == [
        ("/section/page.html?page=2", "next"),
        ("/amp", "amp"),
        ("/c", "canonical"),
        ("/rss", "feed"),
        ("/section/page.html?page=3", "next"),
        ("/map", "navigation"),
        ("/moved", "navigation"),
    ]


def test_a_canonical_address_that_is_also_a_link_stays_canonical():
    """What rel says goes before the standing in the text, in either order, and the text is kept."""
    for html in (
        '<link rel="canonical" href="/c"><a href="/c">نص</a>',
        '<a href="/c">نص</a><link rel="canonical" href="/c">',
    ):
        assert links.find_outlinks(page(html)) == (
            Link(url="http://127.0.0.1:8000/c", text="نص", kind="canonical"),
        )


def test_the_number_of_links_is_bounded():
    """A page with more links than any real one gives the first 6,000."""
    assert (
        len(links.find_outlinks(page("".join(f'<a href="/{n}">x</a>' for n in range(7000)))))
        == links.OUTLINK_LIMIT
    )


def test_a_page_of_110_links_costs_less_than_two_milliseconds():
    """Links are extracted from the parsed tree at a cost that the crawl does not feel (best of
    several).
    """
    parsed = page(
        "<p>نص</p>" * 2000
        + "".join(
            f'<a href="/2026/11/{n}-a-slug-of-some-length.html">عنوان خبر رقم {n}</a>'
            for n in range(110)
        )
    )
    best = min(_seconds(parsed) for _ in range(20))
    assert best < 0.002


def _seconds(parsed: dom.Page) -> float:
    start = time.perf_counter()
    links.find_outlinks(parsed)
    return time.perf_counter() - start


def test_requisites_are_everything_the_page_shows():
    """Images in all sizes, style sheets, inline styles, fonts and posters; links, scripts, frames
    and films are none.
    """
    html = (
        '<img src="/i.jpg" srcset="/i1.jpg 1x, /i2,a.jpg 2x,/i3.jpg 640w"><picture><source '
        'srcset="/w.webp"></picture><link rel="stylesheet" href="/s.css">'
        '<script src="/j.js"></script><div style="background: '
        'url(\'/b.png\')"></div><style>@import "/t.css"; @font-face {src: '
        "url(/f.woff2)}</style>"
        '<video poster="/p.jpg"></video><link rel="preload" as="font" href="/g.woff2"><link '
        'rel="preload" as="script" href="/h.js"><iframe src="/f.html"></iframe><img '
        'src="data:image/png;base64,AAAA"><a href="/x">x</a>'
        '<svg><image xlink:href="/v.png"/><use href="/u.svg#icon"/><use xlink:href="#here"/></svg>'
    )
    found = [url.removeprefix("http://127.0.0.1:8000") for url in links.find_requisites(page(html))]
    assert sorted(found) == sorted(
        [
            "/i.jpg",
            "/i1.jpg",
            "/i2,a.jpg",
            "/i3.jpg",
            "/w.webp",
            "/s.css",
            "/b.png",
            "/t.css",
            "/f.woff2",
            "/p.jpg",
            "/g.woff2",
            "/v.png",
            "/u.svg",
        ]
    )


def test_a_style_sheet_names_what_it_needs():
    """`url()` in all its quotings and `@import` are relative to the sheet."""
    css = (
        "@import 'a.css'; @import url(\"b.css\"); .x{background:url( c.png )} "
        ".y{background:url(data:image/gif;base64,R0)}"
    )
    css += (
        " .z{background: image-set('d.png' 1x, url(e.png) 2x, \"f.png\" 300dpi); content: 'no.png'}"
    )
    assert links.find_css_requisites(css, "http://127.0.0.1:8000/css/main.css") == tuple(
        f"http://127.0.0.1:8000/css/{name}"
        for name in ("a.css", "b.css", "c.png", "d.png", "e.png", "f.png")
    )


# Without `;`: urljoin drops an empty parameter, `http://h/a;`, which the short cuts keep as it was
# written.
@example("0 ?")
@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters=";"), max_size=40))
def test_the_fast_way_agrees_with_the_plain_one(href: str):
    """The short cuts for common forms give what `normalise_url` with a base gives, and never an
    error.
    """
    join = links._Joiner(URL)
    for form in (href, "/" + href, "http://127.0.0.1:8000/" + href):
        found = join.absolute(form)
        assert found is None or found == normalise_url(form, URL)


def test_a_page_names_its_sitemap_and_feeds_of_plain_xml():
    """`<link rel=sitemap>` and feeds typed `text/xml` are ways to articles."""
    html = (
        '<link rel="sitemap" type="application/xml" href="/map.xml">'
        '<link rel="alternate" type="text/xml" href="/news.xml">'
    )
    assert out(html) == [("/map.xml", "sitemap"), ("/news.xml", "feed")]


def test_versions_in_other_languages_are_named_apart():
    """What `hreflang` names, without the page itself, feeds and style sheets."""
    found = links.find_language_versions(
        page(
            '<link rel="Alternate" hreflang="en" href="/en"><link rel=alternate hreflang=fr href="/en">'
            '<link rel="alternate" hreflang="ar" type="application/rss+xml" href="/feed">'
            '<link rel="alternate" hreflang="de" href="javascript:x"><link rel=alternate href="/m">'
            '<a hreflang="tr" href="/tr">Türkçe</a>'
        )
    )
    assert [(link.url, link.kind) for link in found] == [("http://127.0.0.1:8000/en", "language")]


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("0; url=/a", "/a"),
        ("0;URL='/a b'", "/a b"),
        ('0;url="/a"; x', "/a"),
        ("0;url='/a", "/a"),
        (".5, /a", "/a"),
        ("0 url = /a", "/a"),
        ("0;url=/a;b='c'", "/a;b='c'"),
        ("url=/a", "/a"),
        ("5", ""),
        ("never", ""),
        ("5x; url=/a", ""),
        ("/a", ""),
    ],
)
def test_a_refresh_is_read_as_browsers_do(value: str, address: str):
    """Quotes end an address; what begins with no time is none (HTML standard), but for `url=`."""
    assert links.refresh_address(value) == address
