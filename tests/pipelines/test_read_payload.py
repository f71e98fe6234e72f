"""One payload is recognised and read: pages, sitemaps, feeds, robots.txt, redirects, and what is
none of these.
"""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from archive.config import SiteConfig
from archive.model import NotArticleReason, PayloadKind, Reading
from pipelines.payload_facts import PayloadFacts
from pipelines.read_payload import read_payload

SITE = SiteConfig(name="marsh", start=("https://www.marsh.example/",))
SITE_WITH_REQUISITES = SiteConfig(
    name="marsh", start=("https://www.marsh.example/",), requisites=True
)
BODY = "".join(
    f"<p>The quay was rebuilt in stone after flood number {number}, and boats came back to it "
    "within a week, the harbour master said on Monday.</p>"
    for number in range(6)
)
ARTICLE = f"""<html lang="en"><head><title>Quay reopens after flood</title>
<meta property="og:type" content="article"><link rel="stylesheet" href="/style.css">
<meta property="article:published_time" content="2026-03-01T10:00:00Z"></head>
<body><article><h1>Quay reopens after flood</h1>{BODY}<a href="/next">Next</a></article></body></html>"""
LISTING = "<html><head><title>News</title></head><body><h1>News</h1><ul>{}</ul></body></html>".format(
    "".join(
        f'<li><h2><a href="/2026/story-{number}">Harbour story with a long headline {number}</a></h2></li>'
        for number in range(20)
    )
)


def read(payload: bytes | str, *, site: SiteConfig = SITE, **facts: Any) -> Reading:
    known = {
        "url": "https://www.marsh.example/2026/quay-reopens",
        "captured": datetime(2026, 3, 3, 12, tzinfo=UTC),
        "status": 200,
        "mime": "text/html",
        "content_type": "text/html; charset=utf-8",
    }
    data = payload.encode() if isinstance(payload, str) else payload
    return read_payload(data, PayloadFacts(**{**known, **facts}), site)


def reason(reading: Reading) -> NotArticleReason | None:
    return reading.not_article.reason if reading.not_article else None


def test_an_article_is_read_with_links_and_signature() -> None:
    """The same from gzip; what it needs to look right only if the site wants it."""
    reading = read(ARTICLE)
    assert reading.kind == PayloadKind.ARTICLE
    assert reading.article is not None
    assert reading.article.title == "Quay reopens after flood"
    assert "https://www.marsh.example/next" in {link.url for link in reading.links}
    assert reading.signature is not None
    assert reading.requisites == ()
    assert read(gzip.compress(ARTICLE.encode()), content_encoding="gzip") == reading
    needed = read(ARTICLE, site=SITE_WITH_REQUISITES).requisites
    assert needed == ("https://www.marsh.example/style.css",)


def test_a_cut_article_is_no_version() -> None:
    """Half a body would look like an edit."""
    reading = read(ARTICLE, truncated="length")
    assert (reading.kind, reason(reading)) == (PayloadKind.PAGE, NotArticleReason.TRUNCATED)
    assert reading.article is None


@pytest.mark.parametrize("truncated", ["disconnect", "time", "unspecified"])
def test_a_page_that_ends_with_its_end_tag_is_whole(truncated: str) -> None:
    """A missing last chunk, or the Content-Length of another body, does not make it half an
    article; what stands behind the end tag does not count.
    """
    assert read(ARTICLE.removesuffix("</html>"), truncated=truncated).article is not None
    for behind in ("", "\n<!-- page cached -->\n", "<script>count()</script>", "<!-- cached by"):
        reading = read(ARTICLE + behind, truncated=truncated)
        assert reading.kind == PayloadKind.ARTICLE
    wide = read(("\ufeff" + ARTICLE).encode("utf-16-le"), truncated=truncated, content_type=None)
    assert wide.kind == PayloadKind.ARTICLE


@pytest.mark.parametrize(
    "page",
    [
        ARTICLE.removesuffix("</body></html>"),
        ARTICLE.removesuffix("</body></html>") + "</bo",
        ARTICLE.replace("</body></html>", "<script>s = '</html>'</script><p>And the"),
    ],
)
def test_a_page_cut_within_is_whole_where_it_came_twice(page: str) -> None:
    """A server that sends the same bytes again has no more; what came once may be half a page."""
    assert reason(read(page, truncated="disconnect")) is NotArticleReason.TRUNCATED
    assert read(page, truncated="disconnect", came_twice=True).kind == PayloadKind.ARTICLE
    # what is cut at our own limit would be so each time
    assert reason(read(page, truncated="length", came_twice=True)) is NotArticleReason.TRUNCATED


def test_a_listing_counts_the_headlines_of_its_site() -> None:
    """Other addresses of its host under a text as long as a headline, in signs that say more each,
    too, each once.
    """
    links = [
        ("/a", "新しい橋が来月から通行可能に"),
        ("/a", "新しい橋が来月から通行可能に"),
        ("/b", "جسر جديد يفتح أمام السير في المدينة"),
        ("/c", "الاقتصاد"),
        ("https://other.example/d", "A headline that is long enough to be one"),
    ]
    body = "".join(f'<p><a href="{url}">{text}</a></p>' for url, text in links)
    listing = read(f"<html><title>Paper</title><body>{body}</body></html>").listing
    assert listing is not None
    assert listing.headlines == 2


def test_a_listing_announces_its_headlines() -> None:
    """Links whose text is long enough, to the same host, each as a sighting of a section."""
    reading = read(LISTING, url="https://www.marsh.example/news")
    assert (reading.kind, reason(reading)) == (PayloadKind.PAGE, NotArticleReason.LISTING)
    assert len(reading.sightings) == 20
    assert {sighting.kind for sighting in reading.sightings} == {"section"}
    assert reading.sightings[0].title == "Harbour story with a long headline 0"


@pytest.mark.parametrize(
    ("status", "location", "kind", "targets"),
    [
        (301, "/b", PayloadKind.REDIRECT, ["https://www.marsh.example/b"]),
        (302, None, PayloadKind.REDIRECT, []),
        (304, None, PayloadKind.NOT_MODIFIED, []),
    ],
)
def test_redirects(
    status: int, location: str | None, kind: PayloadKind, targets: list[str]
) -> None:
    """A redirect leads to its absolute target; an unchanged page is none."""
    reading = read("", status=status, location=location)
    assert (reading.kind, [link.url for link in reading.links]) == (kind, targets)


@pytest.mark.parametrize("status", [300, 301])
def test_the_links_of_a_redirect_that_names_no_target(status: int) -> None:
    """Its page says where to go; with a target the page is not looked at."""
    reading = read(LISTING, status=status)
    assert reading.kind == PayloadKind.REDIRECT
    assert len(reading.links) == 20
    assert len(read(LISTING, status=status, location="/b").links) == 1
    assert read(ARTICLE, status=status).article is None


@pytest.mark.parametrize(
    ("refresh", "target"),
    [
        ("0; url=/the-story", "https://www.marsh.example/the-story"),
        ("5;URL='https://a:b@www.marsh.example/x'", "https://www.marsh.example/x"),
        ("0, /y", "https://www.marsh.example/y"),
        ("300", None),
        ("300; url=/2026/quay-reopens", None),
    ],
)
def test_a_refresh_header_is_a_link(refresh: str, target: str | None) -> None:
    """As `<meta>` refreshes are; an answer that holds nothing else only leads on, and is no
    failure.
    """
    article = read(ARTICLE, refresh=refresh)
    assert article.kind == PayloadKind.ARTICLE
    assert (target in {link.url for link in article.links}) == (target is not None)
    for body, sent in (("<p>one moment</p>", "text/html"), ("", None)):
        bare = read(body, refresh=refresh, mime=sent, content_type=sent)
        assert [link.url for link in bare.links] == ([target] if target else [])
        assert (reason(bare) is NotArticleReason.LISTING) == (target is not None)
    assert read(ARTICLE, refresh=refresh, requisite=True).links == ()


@pytest.mark.parametrize("status", [404, 410, 500])
def test_errors_are_no_articles(status: int) -> None:
    """Whatever the page of an error says."""
    reading = read(ARTICLE, status=status)
    assert (reading.kind, reason(reading)) == (PayloadKind.OTHER, NotArticleReason.ERROR_STATUS)


def test_sitemaps_feeds_and_robots_announce() -> None:
    """Each by what it holds, not by its media type alone."""
    sitemap = read(
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<url><loc>https://www.marsh.example/a</loc></url></urlset>",
        mime="application/octet-stream",
    )
    feed = read(
        '<rss version="2.0"><channel><item><title>A</title><link>/a</link></item></channel></rss>',
        mime="text/html",
    )
    robots = read(
        "User-agent: *\nSitemap: /map.xml # main\nsitemap:/map.xml\nSitemap:\n",
        url="https://www.marsh.example/robots.txt",
        mime="text/plain",
    )
    assert (sitemap.kind, feed.kind, robots.kind) == (
        PayloadKind.SITEMAP, PayloadKind.FEED, PayloadKind.ROBOTS,
    )  # fmt: skip
    for reading in (sitemap, feed):
        assert [sighting.url for sighting in reading.sightings] == ["https://www.marsh.example/a"]
    assert robots.sitemaps == ("https://www.marsh.example/map.xml",)


@pytest.mark.parametrize("sent", [None, "html", "text/html,text/html", "*/*", "text/plain"])
def test_a_page_is_read_whatever_it_is_sent_as(sent: str | None) -> None:
    """As browsers show it."""
    assert read(ARTICLE, mime=sent, content_type=sent).kind == PayloadKind.ARTICLE


def test_what_is_no_page() -> None:
    """A PDF is none; a style sheet gives what it needs, and a page in an image's place is not
    indexed.
    """
    pdf = read(b"%PDF-1.7", mime="application/pdf")
    assert (pdf.kind, reason(pdf)) == (PayloadKind.OTHER, NotArticleReason.NOT_HTML)
    sheet = read("body { background: url(/b.png) }", mime="text/css", site=SITE_WITH_REQUISITES)
    assert sheet.requisites == ("https://www.marsh.example/b.png",)
    image = read(ARTICLE, requisite=True)
    assert (image.kind, image.article) == (PayloadKind.OTHER, None)


def test_what_cannot_be_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken gzip is a failure beside what could be read; a payload beyond the bound is not read."""
    broken = read(gzip.compress(ARTICLE.encode())[:-40], content_encoding="gzip")
    assert [failure.stage for failure in broken.failures] == ["extract"]
    monkeypatch.setattr("pipelines.read_payload.DECODED_LIMIT", 1 << 20)
    large = read(gzip.compress(b" " * (2 << 20)), content_encoding="gzip")
    assert (large.kind, reason(large)) == (PayloadKind.OTHER, NotArticleReason.TOO_LARGE)


def test_a_page_that_is_empty_in_a_browser_too_needs_none() -> None:
    """Without its scripts a page needs a browser; as the browser showed it, it is empty."""
    shell = "<html><body><div id='root'></div><script src='/app.js'></script></body></html>"
    assert reason(read(shell)) is NotArticleReason.NEEDS_BROWSER
    assert reason(read(shell, rendered=True)) is NotArticleReason.EMPTY
    assert read(ARTICLE, rendered=True) == read(ARTICLE)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<h1>Page not found</h1><p>Try the search.</p>", PayloadKind.NOT_FOUND),
        (
            "<h1>Oops!</h1><p>The page you requested may have been deleted.</p>",
            PayloadKind.NOT_FOUND,
        ),
        ("<h1>Quay reopens</h1><p>This story has been removed.</p>", PayloadKind.NOT_FOUND),
        (
            "<h1>تم حذف هذا الخبر</h1><p>حذف هذا الخبر بطلب من أصحاب الشأن.</p>",
            PayloadKind.NOT_FOUND,
        ),
        ("<h1>Something went wrong</h1><p>Please try again.</p>", PayloadKind.PAGE),
        ("<h1>Sign in</h1><p>Sign in to your account.</p>", PayloadKind.PAGE),
        ("<h1>Just a moment</h1><p>Checking your browser.</p>", PayloadKind.PAGE),
    ],
)
def test_a_page_that_says_that_nothing_is_there_is_of_a_kind_of_its_own(
    body: str, kind: PayloadKind
) -> None:
    """Sent with status 200; errors that pass, log-ins and checks of the visitor are other pages."""
    assert read(f"<html><head><title>Marsh</title></head><body>{body}</body></html>").kind == kind


@pytest.mark.parametrize(
    "markup",
    [
        '<div id="{}">x</div>'.format("٣" * 20_000),
        '<div id="{}">x</div>'.format("1111111g" * 2_500),
    ],
    ids=["digits", "hash"],
)
def test_what_a_page_costs_grows_with_its_length(markup: str) -> None:
    """An id of twice the length takes about twice the time, not four times: small
    pages must not hold up a reader.
    """

    def cost(times: int) -> float:
        longer = markup.replace(markup[15:-15], markup[15:-15] * times)
        page = f"<html lang=en><body><article><h1>Quay</h1>{BODY}{longer}{BODY}</article></body>"
        began = time.process_time()
        read(page, site=SITE_WITH_REQUISITES)
        return time.process_time() - began

    cost(1)
    once, twice = cost(1), cost(2)
    assert twice < 0.3 or twice < 3 * once
