"""What a crawl makes of odd answers: where they lead, what is tried again, and what is told."""

from __future__ import annotations

import gzip
from collections import Counter
from itertools import count

from crawled_newsroom import Newsroom
from loopback_site.server import Behaviour, Talk, say
from loopback_site.small_paper import article, cached, listing
from recorded_site import tables

from archive.config import CollectionConfig
from pipelines.ingest.catch_up import update_index


def raw(answer: bytes) -> Behaviour:
    """A behaviour that sends these bytes and ends the connection."""

    async def behave(talk: Talk) -> None:
        await talk.send(answer)
        talk.close()

    return behave


def test_a_redirect_keeps_the_bytes_of_its_address(newsroom: Newsroom):
    """A site in windows-1256 sends its readers to the bytes it means, not to their letters in
    UTF-8.
    """
    head = "HTTP/1.1 302 Found\r\nLocation: /خبر\r\nContent-Length: 0\r\n\r\n"
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/go"])),
        "/go": raw(head.encode("cp1256")),
        "/%CE%C8%D1": say(article("raw")),
    }
    newsroom.crawl()
    assert newsroom.asked()["/%CE%C8%D1"] == 1
    assert newsroom.articles() == 1


def test_a_redirect_to_another_spelling_of_the_address_is_followed(newsroom: Newsroom):
    """`/a%2cb` that leads to `/a%2Cb` is no loop, and the page it leads to is an article."""
    head = b"HTTP/1.1 301 Moved Permanently\r\nLocation: /a%2Cb%7E\r\nContent-Length: 0\r\n\r\n"
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/a%2cb~"])),
        "/a%2cb~": raw(head),
        "/a%2Cb%7E": say(article("spelt")),
    }
    newsroom.crawl()
    assert newsroom.articles() == 1
    assert newsroom.failures() == {}


def test_a_page_cut_by_its_framing_is_read_and_not_asked_for_for_ever(newsroom: Newsroom):
    """Where the last chunk never comes, a page with its end tag is read at once, any other once the
    same bytes came again; their captures are marked as truncated, and a rebuild gives the same.
    """
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    whole = article("whole").encode()
    half = article("half").encode().removesuffix(b"</body></html>")
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/whole", "/half"])),
        "/whole": raw(head + b"%x\r\n%s\r\n" % (len(whole), whole)),
        "/half": raw(head + b"%x\r\n%s\r\n" % (len(half), half)),
    }
    newsroom.crawl()
    assert newsroom.asked() == Counter({"/robots.txt": 1, "/": 1, "/whole": 1, "/half": 2})
    marks = newsroom.rows("SELECT DISTINCT truncated FROM captures WHERE article_id NOT NULL")
    assert newsroom.articles() == 2
    assert marks == [("disconnect",)]
    config = CollectionConfig(name="test", sites=(newsroom.config,))
    newsroom.crawl()
    assert newsroom.asked()["/half"] == 1
    update_index(newsroom.layout, config, workers=1)
    before = tables(newsroom.layout.index_db)
    update_index(newsroom.layout, config, rebuild=True, workers=1)
    assert tables(newsroom.layout.index_db) == before


def compressed_anew(body: bytes) -> Behaviour:
    """Half a page, ended by its framing and compressed at each request, so that its bytes differ
    each time.
    """
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
    times = count(1)

    async def behave(talk: Talk) -> None:
        data = gzip.compress(body, mtime=next(times))
        await talk.send(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(data) + data)
        talk.close()

    return behave


def test_a_cut_page_that_is_compressed_anew_at_each_request_is_asked_for_twice(newsroom: Newsroom):
    """Its gzip headers differ in their time; that the same page came twice is seen behind them."""
    half = article("half").encode().removesuffix(b"</body></html>")
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/half"])),
        "/half": compressed_anew(half),
    }
    newsroom.crawl()
    assert newsroom.asked()["/half"] == 2
    assert newsroom.articles() == 1
    config = CollectionConfig(name="test", sites=(newsroom.config,))
    update_index(newsroom.layout, config, workers=1)
    before = tables(newsroom.layout.index_db)
    update_index(newsroom.layout, config, rebuild=True, workers=1)
    assert tables(newsroom.layout.index_db) == before


def test_what_leads_on_without_a_location_is_followed(newsroom: Newsroom):
    """A `Refresh` header, and the links of a choice (300) or of a 301 that names no target, even
    from where the crawl starts; only the 301 is a failure.
    """
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/wait", "/moved"]), status="300 Multiple Choices"),
        "/wait": say("<p>one moment</p>", Refresh="0; url=/story/refreshed"),
        "/moved": say('<a href="/story/moved">here</a>', status="301 Moved Permanently"),
        "/story/refreshed": say(article("refreshed")),
        "/story/moved": say(article("moved")),
    }
    assert newsroom.crawl().outcome == "finished"
    assert newsroom.articles() == 2
    assert newsroom.failures() == {"/moved": "HTTP 301 without a usable Location"}


def test_a_304_that_nobody_asked_for_is_told(newsroom: Newsroom):
    """No page came, so no page is known; after an honest 304 nothing is said."""
    newsroom.site.routes |= {
        "/": say(listing("الجريدة", ["/news/1", "/fresh"])),
        "/news/1": cached(article("1")),
        "/fresh": say(status="304 Not Modified"),
    }
    told = {"/fresh": "HTTP 304 (not modified), to a request without conditions"}
    newsroom.crawl()
    assert newsroom.failures() == told
    newsroom.crawl()
    assert newsroom.failures() == told


def test_a_server_that_fails_conditions_is_asked_without(newsroom: Newsroom):
    """412 to `If-None-Match` is the server's mistake: the page comes at once by a plain request."""

    async def strict(talk: Talk) -> None:
        if talk.header("If-None-Match"):
            await talk.reply(status="412 Precondition Failed")
        else:
            await talk.reply(article("strict"), headers={"ETag": '"1"'})

    newsroom.site.routes |= {"/": say(listing("الجريدة", ["/strict"])), "/strict": strict}
    newsroom.crawl()
    newsroom.crawl()
    assert newsroom.asked()["/strict"] == 2
    assert newsroom.failures() == {}
    newsroom.site.routes["/strict"] = say(status="412 Precondition Failed")
    newsroom.crawl()
    assert newsroom.failures() == {"/strict": "HTTP 412"}
