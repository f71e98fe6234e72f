"""What a crawl makes of odd answers: where they lead, what is tried again, and what is told."""

from __future__ import annotations

from crawled_newsroom import Newsroom
from loopback_site.server import Behaviour, Talk, say
from loopback_site.small_paper import article, listing


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
