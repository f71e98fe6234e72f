"""Feeds: every format's entries come out with their dates as stated, and reading can neither fetch
nor open anything.
"""

import gzip
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.feed import is_feed, read_feed

URL = "http://127.0.0.1:8000/feed"

RSS2 = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>الجريدة</title>
<item><title>خبر &amp; خبر</title><link>/news/1?utm_source=rss</link><pubDate>Sun, 22 Nov 2026 09:30:00 +0300</pubDate></item>
<item><title><![CDATA[ثانٍ <b>مهم</b>]]></title><guid isPermaLink="true">http://127.0.0.1:8000/news/2</guid><dc:date>2026-11-21T08:00:00Z</dc:date></item>
<item><title>بلا رابط</title></item>
<item><title>مكرر</title><link>http://127.0.0.1:8000/news/2#c</link></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://127.0.0.1:8000/deep/"><title>T</title>
<entry><title>One</title><link rel="alternate" href="one.html"/><published>2026-11-20T10:00:00Z</published><updated>2026-11-22T10:00:00Z</updated></entry></feed>"""
RSS1 = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"><title>T</title></channel><item rdf:about="http://127.0.0.1:8000/r"><title>R</title><link>http://127.0.0.1:8000/r</link><dc:date>2026-01-02</dc:date></item></rdf:RDF>"""
RSS091 = """<?xml version="1.0"?><rss version="0.91"><channel><title>T</title><item><title>Old</title><link>http://127.0.0.1:8000/old</link></item></channel></rss>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": "1",
                "url": "http://127.0.0.1:8000/j",
                "title": "J",
                "date_published": "2026-11-22T01:00:00+02:00",
                "date_modified": "2026-11-22",
            },
            {"id": "2"},
            "nonsense",
        ],
    }
)


def test_rss_2_entries_come_with_title_and_date_as_stated():
    """Links are made absolute, titles are text, dates stay as written, entries without a link are
    counted.
    """
    reading = read_feed(RSS2.encode(), URL, "application/rss+xml")
    assert [(s.url, s.title, s.published) for s in reading.sightings] == [
        (
            "http://127.0.0.1:8000/news/1?utm_source=rss",
            "خبر & خبر",
            "Sun, 22 Nov 2026 09:30:00 +0300",
        ),
        ("http://127.0.0.1:8000/news/2", "ثانٍ مهم", "2026-11-21T08:00:00Z"),
    ]
    assert {(s.kind, s.source) for s in reading.sightings} == {("feed", URL)}
    assert reading.failures == ("1 entries without a usable link skipped",)


def test_atom_keeps_published_and_updated_apart():
    """An Atom entry's two dates are two fields, and xml:base counts."""
    (sighting,) = read_feed(ATOM.encode(), URL).sightings
    assert (sighting.url, sighting.published, sighting.modified) == (
        "http://127.0.0.1:8000/deep/one.html",
        "2026-11-20T10:00:00Z",
        "2026-11-22T10:00:00Z",
    )


def test_atom_updated_alone_is_not_a_publication_date():
    """What was only updated is not said to be published."""
    data = ATOM.replace("<published>2026-11-20T10:00:00Z</published>", "")
    (sighting,) = read_feed(data.encode(), URL).sightings
    assert (sighting.published, sighting.modified) == (None, "2026-11-22T10:00:00Z")


@pytest.mark.parametrize(
    ("feed", "address", "published"),
    [(RSS1, "r", "2026-01-02"), (RSS091, "old", None), (JSON, "j", "2026-11-22T01:00:00+02:00")],
)
def test_the_other_formats_are_read(feed: str, address: str, published: str | None):
    """RSS 1.0, RSS 0.91 and JSON Feed give their entries."""
    sighting = read_feed(feed.encode(), URL).sightings[0]
    assert (sighting.url, sighting.published) == (f"http://127.0.0.1:8000/{address}", published)


def test_charset_of_the_header_is_used():
    """A feed in windows-1256 named only in the header is read in it."""
    data = (
        RSS091.replace("Old", "خبر قديم")
        .replace('<?xml version="1.0"?>', "")
        .encode("windows-1256")
    )
    (sighting,) = read_feed(data, URL, "application/rss+xml; charset=windows-1256").sightings
    assert sighting.title == "خبر قديم"


def test_a_malformed_feed_is_read_as_far_as_it_goes():
    """A feed cut in the middle gives the whole entries, and says that it is malformed."""
    cut = RSS2[: RSS2.index("<item><title>بلا")]
    reading = read_feed(cut.encode(), URL)
    assert len(reading.sightings) == 2
    assert "malformed" in reading.failures[0]


def test_nothing_is_opened_or_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """A payload that is a file's name or an address stays a payload; external entities stay
    unread.
    """

    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS091)
    assert read_feed(str(secret).encode(), URL).sightings == ()
    assert read_feed(b"http://127.0.0.1:9/feed", URL).sightings == ()
    entity = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>'
        + RSS091.split("?>")[1].replace("Old", "&x;")
    )
    assert all("Old" not in (s.title or "") for s in read_feed(entity.encode(), URL).sightings)


def test_an_entity_bomb_stays_small():
    """Nested entities are not expanded."""
    bomb = '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
    )
    reading = read_feed((bomb + "]>" + RSS091.split("?>")[1].replace("Old", "&j;")).encode(), URL)
    assert all(len(s.title or "") < 1000 for s in reading.sightings)


def test_feeds_are_told_from_other_payloads():
    """Sniffing goes by the root element, not by the media type."""
    for feed in (RSS2, ATOM, RSS1, RSS091, JSON):
        assert is_feed(feed.encode(), "text/html")
    assert is_feed(ATOM.encode("utf-16"), None)
    assert is_feed(b"<?xml version='1.0'?>\n<?xml-stylesheet href='x'?>\n<!-- x -->\n<rss>", None)
    assert not is_feed(
        b"<!doctype html><html><body><rss></rss></body></html>", "application/rss+xml"
    )
    assert not is_feed(b'{"version": 1}', "application/json")
    assert not is_feed(b"<urlset><url/></urlset>", "application/xml")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(data: bytes):
    """Nothing a server sends makes reading raise."""
    for form in (
        data,
        b"<rss>" + data,
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>" + data,
        b'{"version": "https://jsonfeed.org/version/1' + data,
    ):
        read_feed(form, URL, "text/xml")


PLAIN = '<rss version="2.0"><channel><item><title>@</title><link>/a</link></item></channel></rss>'


def titles(data: bytes) -> list[str | None]:
    assert is_feed(data, "application/rss+xml")
    return [sighting.title for sighting in read_feed(data, URL, "application/rss+xml").sightings]


@pytest.mark.parametrize(
    "before",
    [
        "<!--" + "x" * 5000 + "-->",
        '<br />\n<b>Notice</b>: x in <b>y</b>\n<?xml version="1.0" encoding="utf-8"?>',
        '<?xml version="1.0" encoding="utf-16"?>',
        "\ufeff\ufeff",
    ],
)
def test_what_stands_before_the_root_hides_no_entry(before: str):
    """Comments, a script's notices, doubled marks and a wrong declaration cost nothing."""
    assert titles((before + PLAIN).encode()) == ["@"]


@pytest.mark.parametrize(
    ("says", "encoding", "title"),
    [
        ("windows-1256", "utf-8", "خبر عاجل من المدينة"),
        ("utf-8", "windows-1256", "خبر عاجل من المدينة"),
        ("utf-8", "windows-1256", "خبر عاجل"),
        ("utf-8", "windows-1251", "Погода"),
        ("utf-8", "windows-1252", "Déjà vu"),
        ("iso-8859-1", "gbk", "突发新闻"),
        ("utf-8", "shift_jis", "速報ニュース"),
        ("utf-16", "iso-8859-6", "خبر عاجل"),
    ],
)
def test_a_declared_charset_that_lies_is_passed_over(says: str, encoding: str, title: str):
    """Titles are decoded as pages are: by the bytes where these contradict the declaration."""
    text = f'<?xml version="1.0" encoding="{says}"?>' + PLAIN.replace("@", title)
    assert titles(text.encode(encoding)) == [title]
    plain = text.partition("?>")[2].encode(encoding)
    (sighting,) = read_feed(plain, URL, f"text/xml; charset={says}").sightings
    assert sighting.title == title


def test_a_feed_in_a_gzip_file_is_read():
    """As sitemaps are, whatever the server calls it; a bomb ends at the limit."""
    assert titles(gzip.compress(PLAIN.encode())) == ["@"]
    assert not is_feed(gzip.compress(b" " * 30_000_000 + PLAIN.encode()), None)


def test_a_feed_in_upper_case_is_read():
    """Element names count in any case."""
    data = (
        b"<RSS VERSION='2.0'><CHANNEL><ITEM><TITLE>T</TITLE><LINK>/a</LINK></ITEM></CHANNEL></RSS>"
    )
    assert is_feed(data, "text/xml")
    assert titles(data) == ["T"]


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-16", "utf-8-sig", "iso-8859-6"])
def test_a_json_feed_is_decoded_as_pages_are(encoding: str):
    """JSON should be UTF-8 and is not always; a raw line feed within a text costs nothing."""
    item = '{"id": "1", "url": "/a", "title": "خبر عاجل", "content_text": "x\ny"}'
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{item}]}}'
    (sighting,) = read_feed(feed.encode(encoding), URL, "application/feed+json").sightings
    assert sighting.title == "خبر عاجل"


@pytest.mark.parametrize(
    "title", ["<![CDATA[A &amp; B&#8217;s]]>", "<![CDATA[<b>A</b> &amp; B&rsquo;s]]>"]
)
def test_references_in_titles_are_resolved(title: str):
    """A title in CDATA is read as the HTML that feeds write there."""
    assert titles(PLAIN.replace("@", title).encode()) == ["A & B’s"]


def test_an_atom_title_of_plain_text_is_taken_at_its_word():
    """Where Atom says text, a reference is what the headline is about."""
    data = ATOM.replace(">One<", ' type="text">Why &amp;amp;lt; matters<').encode()
    assert [each.title for each in read_feed(data, URL).sightings] == ["Why &amp;lt; matters"]


def test_json_feeds_are_known_behind_a_mark_and_by_a_late_version():
    """A byte order mark, or a version after long bodies, hides no JSON Feed."""
    item = {"id": "1", "url": "http://127.0.0.1:8000/a", "content_text": "z" * 5000}
    data = json.dumps({"items": [item], "version": "https://jsonfeed.org/version/1"}).encode()
    for form in (data, b"\xef\xbb\xbf" + data):
        assert is_feed(form, "application/json")
        assert len(read_feed(form, URL, "application/json").sightings) == 1


def test_a_page_that_shows_a_feed_is_none():
    """Markup of a page before the root means a page."""
    assert not is_feed(b'<html><body><pre><rss version="2.0"></pre>', "text/html")
