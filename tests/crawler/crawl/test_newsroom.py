"""The test server's news site: what other tests rely on of it."""

from __future__ import annotations

import gzip
import http.client
import re

from loopback_site.newsroom import Newsroom, Story, stories
from loopback_site.server import Site


def get(site: Site, target: str) -> tuple[int, bytes]:
    """Status and body by the standard library's client."""
    connection = http.client.HTTPConnection(site.host, site.port, timeout=10)
    try:
        connection.request("GET", target)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_every_article_can_be_reached_by_links_and_by_sitemaps() -> None:
    """Following sections and their pages finds all articles, and so do the sitemaps, each by
    itself.
    """
    with Site(homes=(Newsroom(),)) as site:
        seen: set[str] = set()
        waiting = ["/"]
        while waiting:
            page = get(site, waiting.pop())[1].decode()
            found = {href.partition("?")[0] for href in re.findall(r'href="(/[^"]*)"', page)} - seen
            seen |= found
            waiting += [path for path in found if path.startswith("/section/")]
        listed = get(site, "/sitemap-new.xml")[1] + gzip.decompress(
            get(site, "/sitemap-old.xml.gz")[1]
        )
    wanted = {story.path for story in stories()}
    assert wanted <= seen
    assert set(re.findall(re.escape(site.url) + r"(/news/\d+)<", listed.decode())) == wanted


def test_the_newsroom_can_be_edited_while_it_runs() -> None:
    """An edit shows at once, a removed article is gone and unlisted, a new one is there."""
    room = Newsroom()
    with Site(homes=(room,)) as site:
        room.edit("/news/1003", body=("فقرة وحيدة.",))
        room.remove("/news/1004")
        room.publish(Story(path="/news/2000", title="خبر جديد", body=("نص.",)))
        assert "فقرة وحيدة." in get(site, "/news/1003")[1].decode()
        assert get(site, "/news/1004")[0] == 410
        assert b"/news/1004<" not in gzip.decompress(get(site, "/sitemap-old.xml.gz")[1])
        assert "خبر جديد" in get(site, "/news/2000")[1].decode()


def test_variants_of_an_address() -> None:
    """A tracking parameter gives the article, AMP a page that names it, a slash too many a
    redirect.
    """
    with Site(homes=(Newsroom(),)) as site:
        status, amp = get(site, "/news/1001/amp")
        assert (status, f'rel=canonical href="{site.url}/news/1001"' in amp.decode()) == (200, True)
        assert get(site, "/news/1001?utm_source=x")[0] == 200
        assert get(site, "/news/1001/")[0] == 301
        assert get(site, "/news/1001")[1] != get(site, "/news/1001")[1]  # the ticker
        assert get(site, "/section/politics/page/99")[0] == 404
