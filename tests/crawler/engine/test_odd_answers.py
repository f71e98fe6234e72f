"""What a crawl makes of odd answers: where they lead, what is tried again, and what is told."""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count

import time_machine
from crawled_newsroom import Newsroom
from loopback_site.server import Behaviour, Talk, say
from loopback_site.small_paper import article, cached, listing
from recorded_site import tables

from archive.config import CollectionConfig
from archive.verify.collection import verify_collection
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.one_off_client import Probe
from pipelines.ingest.catch_up import update_index

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


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
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
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
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        newsroom.crawl()
    assert newsroom.asked()["/strict"] == 2
    assert newsroom.failures() == {}
    newsroom.site.routes["/strict"] = say(status="412 Precondition Failed")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=9)):
        newsroom.crawl()
    assert newsroom.failures() == {"/strict": "HTTP 412"}


def framed(key: str, codings: str, *, packed: bool = False, chunks: bool = True) -> bytes:
    """An answer with that `Transfer-Encoding`, in chunks of 700 bytes with sizes of 16 digits."""
    body = article(key).encode()
    body = gzip.compress(body, mtime=0) if packed else body
    if chunks:
        pieces = [body[at : at + 700] for at in range(0, len(body), 700)]
        body = b"".join(b"%016x;a=1\r\n%s\r\n" % (len(each), each) for each in pieces)
        body += b"0\r\nX-Sum: 1\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{codings}\r\n\r\n"
    return head.encode() + body


TRANSFERS = {
    "/plain": framed("plain", "Transfer-Encoding: chunked"),
    "/parameter": framed("parameter", "Transfer-Encoding: chunked;q=1"),
    "/quoted": framed("quoted", 'Transfer-Encoding: chunked;a="b, gzip"'),
    "/capitals": framed("capitals", "TRANSFER-ENCODING : , CHUNKED ,"),
    "/folded": framed("folded", "Transfer-Encoding:\r\n chunked"),
    "/packed": framed("packed", "Transfer-Encoding: gzip, chunked", packed=True),
    "/two": framed("two", "Transfer-Encoding: gzip;a=1\r\nTransfer-Encoding: chunked", packed=True),
    "/order": framed("order", "Transfer-Encoding: chunked, gzip", packed=True),
    "/identity": framed("identity", "Transfer-Encoding: chunked, identity"),
    "/twice": framed("twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    "/unknown": framed("unknown", "Transfer-Encoding: chunked, x-other"),
    "/not": framed("not", "Transfer-Encoding: chunked", chunks=False),
    "/none": framed("none", "Transfer-Encoding: x-other, identity", chunks=False),
}


def test_whatever_the_transfer_encoding_there_are_no_chunk_sizes_in_the_text(newsroom: Newsroom):
    """Parameters, lists, wrong orders and repetitions: crawl, rebuild, `verify`, `init` and
    `extract` see the same page, which is the one that was sent.
    """
    newsroom.site.routes |= {"/": say(listing("الجريدة", [*TRANSFERS]))}
    newsroom.site.routes |= {path: raw(answer) for path, answer in TRANSFERS.items()}
    newsroom.crawl()
    assert newsroom.failures() == {}
    texts = dict(
        newsroom.rows("SELECT replace(url, ?, ''), title FROM articles", newsroom.site.url)
    )
    assert set(texts) - {"/"} == set(TRANSFERS)
    probe = Probe(AddressGuard.for_starts([newsroom.site.url]), agent="test", delay=0)
    for path in TRANSFERS:
        sent = article(path.removeprefix("/"))
        assert probe.get(newsroom.site.url + path).body.decode() == sent
        (body,) = newsroom.rows(
            "SELECT body FROM articles WHERE url = ?", newsroom.site.url + path
        )[0]
        assert body
        assert all(line in sent for line in body.splitlines()), path
    assert [str(finding) for finding in verify_collection(newsroom.layout)] == []


def test_zstandard_is_read_and_what_is_none_is_told(newsroom: Newsroom):
    """Answers in zstd, alone or in several frames, are read; broken ones leave what came before,
    or a failure; never a traceback.
    """
    whole = zstd.compress(article("whole").encode())
    bodies = {
        "/whole": whole,
        "/frames": b"".join(
            zstd.compress(article("frames").encode()[at : at + 400]) for at in range(0, 9000, 400)
        ),
        "/skippable": b"\x50\x2a\x4d\x18\x03\0\0\0abc"
        + zstd.compress(article("skippable").encode()),
        "/cut": zstd.compress(article("cut").encode())[:-9],
        "/dictionary": b"\x28\xb5\x2f\xfd\x23\x01\x02\x03\x04" + whole[6:],
        "/window": b"\x28\xb5\x2f\xfd\x00\xf8" + whole[6:],
        "/none": b"no zstd at all",
        "/empty": b"",
    }
    newsroom.site.routes |= {"/": say(listing("الجريدة", [*bodies]))}
    for path, body in bodies.items():
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: zstd\r\n"
        length = f"Content-Length: {len(body)}\r\n\r\n"
        newsroom.site.routes[path] = raw((head + length).encode() + body)
    assert newsroom.crawl().outcome == "finished"
    told = set(newsroom.failures())
    known = newsroom.rows("SELECT replace(url, ?, '') FROM articles", newsroom.site.url)
    read = {path for (path,) in known}
    assert {"/whole", "/frames", "/skippable"} <= read
    assert {"/dictionary", "/window", "/none"} <= told
    assert set(bodies) - read - told <= {"/empty"}
    assert [str(finding) for finding in verify_collection(newsroom.layout)] == []


def test_a_304_in_place_of_the_first_page_or_a_sitemap_is_told(newsroom: Newsroom):
    """Whatever is asked for: nothing came, and that is said."""
    unasked = say(status="304 Not Modified")
    newsroom.site.routes |= {"/": unasked, "/sitemap.xml": unasked, "/robots.txt": unasked}
    newsroom.crawl()
    assert "304" in str({**newsroom.failures(), "": newsroom.summaries[0]})
    probe = Probe(AddressGuard.for_starts([newsroom.site.url]), agent="test", delay=0)
    assert probe.get(newsroom.site.url + "/").status == 304
    assert probe.get(newsroom.site.url + "/").body == b""
