"""Sitemaps: what is usable comes out, what is not is said, and nothing that is declared inside is
resolved.
"""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.sitemap import looks_like_sitemap, read_sitemap

URL = "http://127.0.0.1:8000/sitemap.xml"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS_NS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(entries: str, attributes: str = NS) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {attributes}>{entries}</urlset>\n'.encode()


def pages(count: int) -> str:
    return "".join(
        f"<url><loc>http://127.0.0.1:8000/a/{n}</loc><lastmod>2026-11-0{n % 9 + 1}</lastmod></url>"
        for n in range(count)
    )


def addresses(data: bytes, **options: int) -> list[str]:
    return [sighting.url for sighting in read_sitemap(data, URL, **options).sightings]


def test_a_urlset_announces_its_pages_with_their_lastmod_as_stated():
    """Each `<url>` is one sighting, in order, whose `modified` is the lastmod as written."""
    reading = read_sitemap(urlset(pages(3)), URL)
    assert [(s.url, s.modified, s.source, s.kind) for s in reading.sightings] == [
        (f"http://127.0.0.1:8000/a/{n}", f"2026-11-0{n + 1}", URL, "sitemap") for n in range(3)
    ]
    assert (reading.kind, reading.failures, reading.sitemaps) == ("urlset", (), ())


def test_an_index_names_further_sitemaps():
    """A sitemap index gives addresses of sitemaps, and no page."""
    data = (
        f"<sitemapindex {NS}><sitemap><loc>/one.xml.gz</loc></sitemap><sitemap><loc> {URL}2 "
        f"</loc></sitemap></sitemapindex>"
    )
    reading = read_sitemap(data.encode(), URL)
    assert reading.sitemaps == ("http://127.0.0.1:8000/one.xml.gz", URL + "2")
    assert (reading.kind, reading.sightings, reading.failures) == ("index", (), ())


def test_google_news_titles_and_dates_are_read():
    """`news:title` and `news:publication_date` come with the sighting, and an image's title is not
    taken for it.
    """
    entry = (
        "<url><loc>http://127.0.0.1:8000/n</loc><image:image><image:title>صورة</image:title><image:loc>http://127.0.0.1/i.jpg</image:loc></image:image>"
        "<news:news><news:publication><news:name>الجريدة</news:name><news:language>ar</news:language></news:publication>"
        "<news:publication_date>2026-11-22T09:30+03:00</news:publication_date><news:title>عنوان "
        "&amp; آخر</news:title></news:news></url>"
    )
    image = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    reading = read_sitemap(urlset(entry, f"{NS} {NEWS_NS} {image}"), URL)
    (sighting,) = reading.sightings
    assert (sighting.title, sighting.published, sighting.kind) == (
        "عنوان & آخر",
        "2026-11-22T09:30+03:00",
        "news-sitemap",
    )
    assert reading.kind == "news"


def test_undeclared_news_prefix_is_understood_and_flagged():
    """A news sitemap that forgot to declare its prefix still gives its dates, and says that it is
    malformed.
    """
    entry = "<url><loc>http://127.0.0.1:8000/n</loc><news:news><news:publication_date>2026-11-22</news:publication_date></news:news></url>"
    reading = read_sitemap(urlset(entry), URL)
    assert reading.sightings[0].published == "2026-11-22"
    assert len(reading.failures) == 1


def test_text_sitemaps_are_lists_of_addresses():
    """One address a line is a sitemap too, with its bad lines counted."""
    reading = read_sitemap(
        b"\xef\xbb\xbfhttp://127.0.0.1:8000/a\r\nhttp://127.0.0.1:8000/b\r\n\r\nhttp://127.0.0.1:8000/c\nnonsense\n",
        URL,
    )
    assert [s.url for s in reading.sightings] == [f"http://127.0.0.1:8000/{x}" for x in "abc"]
    assert reading.kind == "text"
    assert "1 unusable" in reading.failures[0]


def test_gzip_is_recognised_by_its_bytes():
    """A gzipped sitemap is read whatever it is called."""
    assert len(addresses(gzip.compress(urlset(pages(5))))) == 5


def test_a_truncated_gzip_gives_what_it_holds_and_is_called_incomplete():
    """Entries before the cut are kept, and the reading is not silent about the rest."""
    reading = read_sitemap(gzip.compress(urlset(pages(500)))[:-200], URL)
    assert 0 < len(reading.sightings) < 500
    assert any("incomplete" in reason for reason in reading.failures)


def test_a_gzip_bomb_is_read_up_to_the_limit():
    """What expands beyond 50 MB is cut there and reported; memory stays bounded."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = squeeze.compress(urlset(pages(3)).removesuffix(b"</urlset>\n"))
    for _ in range(60):
        bomb += squeeze.compress(b" " * (1 << 20))
    bomb += squeeze.flush()
    reading = read_sitemap(bomb, URL)
    assert len(reading.sightings) == 3
    assert any("expands" in reason for reason in reading.failures)


def test_the_address_that_a_cut_goes_through_is_not_taken():
    """A file that ends inside `<loc>` gives the entries before it, never half an address."""
    whole = urlset(pages(4))
    for cut in range(whole.index(b"a/3"), len(whole) - len(b"</urlset>\n") - 1):
        reading = read_sitemap(whole[:cut], URL)
        assert len(reading.sightings) in (3, 4), cut
        assert all(len(s.url) == len("http://127.0.0.1:8000/a/0") for s in reading.sightings)
        assert any("incomplete" in reason for reason in reading.failures), cut


def test_damage_in_the_middle_loses_neither_later_entries_nor_their_parameters():
    """After a mismatched tag the later addresses are still whole, escaped ampersands included."""
    data = urlset(
        "<url><loc>http://127.0.0.1:8000/a</loc><lastmod>2026</lastmode></url><url><loc>http://127.0.0.1:8000/b?x=1&amp;y=2&#38;z=3</loc></url>"
    )
    reading = read_sitemap(data, URL)
    assert "http://127.0.0.1:8000/b?x=1&y=2&z=3" in [s.url for s in reading.sightings]
    assert reading.failures


def test_bare_ampersands_and_cdata_are_understood():
    """`?a=1&b=2` unescaped, escaped, or in CDATA is the same address."""
    forms = ("?a=1&copy=2", "?a=1&amp;copy=2", "<![CDATA[?a=1&copy=2]]>")
    for form in forms:
        assert addresses(urlset(f"<url><loc>http://127.0.0.1:8000/{form}</loc></url>")) == [
            "http://127.0.0.1:8000/?a=1&copy=2"
        ]


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://",
        "ftp://127.0.0.1/x",
        "http://user:pw@127.0.0.1/",
    ],
)
def test_one_bad_loc_is_skipped_and_counted(bad: str):
    """An address that cannot be fetched costs itself only, and is named."""
    reading = read_sitemap(urlset(f"<url><loc>{bad}</loc></url>" + pages(2)), URL)
    assert len(reading.sightings) == 2
    assert bad in reading.failures[0]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE urlset [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE urlset [<!ENTITY % dtd SYSTEM "http://127.0.0.1:9/x.dtd"> %dtd;]>',
    ],
)
def test_declared_entities_are_refused(doctype: str):
    """A sitemap that declares entities is refused and reported, not expanded."""
    data = f"{doctype}<urlset {NS}><url><loc>http://127.0.0.1:8000/&b;&xxe;</loc></url></urlset>".encode()
    for form in (data, gzip.compress(data), data.decode().encode("utf-16")):
        reading = read_sitemap(form, URL)
        assert reading.sightings == ()
        assert any("entities" in reason for reason in reading.failures)


def test_an_external_dtd_is_not_loaded(tmp_path):
    """A DOCTYPE that names another file brings nothing of it in."""
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ENTITY x "http://127.0.0.1:8000/secret">')
    data = f'<!DOCTYPE urlset SYSTEM "file://{dtd}"><urlset {NS}><url><loc>&x;</loc></url></urlset>'.encode()
    assert read_sitemap(data, URL).sightings == ()


def test_html_in_place_of_a_sitemap_is_said():
    """A page served where the sitemap should be is reported as such."""
    reading = read_sitemap(
        b"<!doctype html><html><head><title>Oops</title></head><body><a "
        b"href='/x'>x</a></body></html>",
        URL,
    )
    assert (reading.kind, reading.sightings) == ("html", ())
    assert "HTML" in reading.failures[0]


def test_the_limit_of_entries_is_kept_and_said():
    """More entries than allowed are cut off with a line saying so."""
    reading = read_sitemap(urlset(pages(12)), URL, limit=10)
    assert len(reading.sightings) == 10
    assert "more than 10" in reading.failures[0]
    assert read_sitemap(urlset(pages(10)), URL, limit=10).failures == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(encoding: str):
    """A sitemap in UTF-16, with or without a byte order mark, is read."""
    data = f'<?xml version="1.0" encoding="UTF-16"?><urlset {NS}>{pages(2)}</urlset>'.encode(
        encoding
    )
    assert len(addresses(data)) == 2


def test_other_roots_and_nothing_at_all_are_said():
    """A feed, an unknown root and an empty body are each one clear failure."""
    assert "rss" in read_sitemap(b"<rss><channel/></rss>", URL).failures[0]
    assert read_sitemap(b"", URL).failures == ("empty",)


def test_sitemaps_are_told_from_other_payloads():
    """Sniffing goes by the root element or by a text list, not by the media type alone."""
    assert looks_like_sitemap(urlset(""))
    assert looks_like_sitemap(gzip.compress(urlset(pages(3000))))
    assert looks_like_sitemap(b"<!-- made by x --><sitemapindex>")
    assert looks_like_sitemap(b"http://127.0.0.1/a\nhttp://127.0.0.1/b\n")
    assert not looks_like_sitemap(b"User-agent: *\nSitemap: http://127.0.0.1/\n")
    assert not looks_like_sitemap(b"<!doctype html><html><p>&lt;urlset><pre><urlset></pre>")
    assert not looks_like_sitemap(b'<rss version="2.0">')


@pytest.mark.parametrize(
    "before",
    [
        "<!--" + "x" * 5000 + "-->",
        "<!-- not <urlset> yet -->",
        "<br /><b>Warning</b>: x in <b>y</b>",
        '<?xml version="1.0" encoding="utf-16"?>',
        "\ufeff\ufeff",
    ],
)
def test_what_stands_before_the_root_hides_no_entry(before: str):
    """Comments, a script's notices, doubled marks and a wrong declaration cost nothing."""
    data = (before + f"<urlset {NS}>{pages(2)}</urlset>").encode()
    assert looks_like_sitemap(data)
    assert len(addresses(data)) == 2


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
def test_a_text_sitemap_is_known_by_its_lines(ends: str):
    """Text lists count whatever the media type and line ends, gzipped too."""
    data = ends.join(["http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b"]).encode()
    for form in (data, gzip.compress(data)):
        assert looks_like_sitemap(form)
        assert addresses(form) == ["http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b"]


def test_comments_in_a_text_sitemap_are_passed_over():
    """Lines that begin with `#`, before the addresses and between them, are none and no fault."""
    data = b"# sitemap\n# made daily\n#\n\nhttp://127.0.0.1:8000/a\n#old\nhttp://127.0.0.1:8000/b\n"
    assert looks_like_sitemap(data)
    reading = read_sitemap(data, URL)
    assert [each.url for each in reading.sightings] == [
        "http://127.0.0.1:8000/a",
        "http://127.0.0.1:8000/b",
    ]
    assert reading.failures == ()
    assert not looks_like_sitemap(b"# only\n# remarks\n")


def test_a_sitemap_gzipped_twice_is_read():
    """As where a server compresses a file that was stored compressed."""
    twice = gzip.compress(gzip.compress(urlset(pages(5))))
    assert looks_like_sitemap(twice)
    assert len(addresses(twice)) == 5


def test_upper_case_elements_are_read():
    """Element names count in any case."""
    data = b"<URLSET><URL><LOC>http://127.0.0.1:8000/a</LOC></URL></URLSET>"
    assert addresses(data) == ["http://127.0.0.1:8000/a"]


@pytest.mark.parametrize(("root", "entry"), [("urlset", "url"), ("sitemapindex", "sitemap")])
def test_an_entry_without_loc_is_told(root: str, entry: str):
    """What names its address in no `<loc>` is counted, never passed over in silence."""
    data = f"<{root}><{entry}>http://127.0.0.1:8000/a</{entry}></{root}>".encode()
    assert f"<{entry}> without <loc>" in read_sitemap(data, URL).failures[0]


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("windows-1256", "خبر عاجل"),
        ("iso-8859-6", "خبر عاجل"),
        ("windows-1251", "Погода"),
        ("gbk", "突发新闻"),
        ("utf-16-le", "خبر عاجل"),
        ("utf-16-be", "خبر عاجل"),
    ],
)
@pytest.mark.parametrize("sent", [None, "text/xml; charset=utf-8", "text/xml; charset=TRUE"])
def test_titles_are_decoded_as_pages_are(encoding: str, title: str, sent: str | None):
    """A sitemap says UTF-8, and its header this or that: its bytes say which it is."""
    news = f"<news:news><news:title>{title}</news:title></news:news>"
    entry = f"<url><loc>http://127.0.0.1:8000/a</loc>{news}</url>"
    data = urlset(entry, f"{NS} {NEWS_NS}").decode().encode(encoding)
    header = sent.replace("TRUE", encoding) if sent else None
    for body in (data, data[data.index("<urlset".encode(encoding)) :]):
        (sighting,) = read_sitemap(body, URL, header).sightings
        assert (sighting.url, sighting.title) == ("http://127.0.0.1:8000/a", title)


def test_pages_in_other_languages_are_named_apart():
    """`xhtml:link` with `hreflang`; the entry's own address is none."""
    link = '<xhtml:link rel="alternate" hreflang="{}" href="http://127.0.0.1:8000/{}"/>'
    links = link.format("ar", "a") + link.format("en", "b?x=1&amp;y=2") + link.format("fr", "c")
    reading = read_sitemap(urlset(f"<url><loc>http://127.0.0.1:8000/a</loc>{links}</url>"), URL)
    assert [each.url for each in reading.sightings] == ["http://127.0.0.1:8000/a"]
    assert reading.alternates == ("http://127.0.0.1:8000/b?x=1&y=2", "http://127.0.0.1:8000/c")


def test_a_line_whose_bytes_are_no_utf_8_keeps_them():
    """A text sitemap in windows-1256 names its addresses by the bytes that its server knows."""
    data = "http://127.0.0.1:8000/خبر\nhttp://127.0.0.1:8000/b\n".encode("cp1256")
    assert addresses(data) == ["http://127.0.0.1:8000/%CE%C8%D1", "http://127.0.0.1:8000/b"]


def test_bytes_of_an_address_that_are_no_utf_8_stay():
    """A path in latin-1 is asked for by the bytes that the site wrote."""
    data = urlset("<url><loc>http://127.0.0.1:8000/caf@</loc></url>").replace(b"@", b"\xe9")
    assert addresses(data) == ["http://127.0.0.1:8000/caf%E9"]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_an_error(data: bytes):
    """Nothing a server sends makes reading raise."""
    read_sitemap(data, URL)
    read_sitemap(urlset(pages(1))[:-12] + data, URL)
    read_sitemap(b"\x1f\x8b\x08" + data, URL)
    looks_like_sitemap(data)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20), max_size=8))
def test_every_address_comes_back_whatever_its_letters(parts: list[str]):
    """Escaped addresses with any letters survive the way through XML, one sighting each."""
    entries = "".join(
        f"<url><loc>http://127.0.0.1:8000/p/{n}?q={part.replace('&', '&amp;').replace('<', '&lt;')}</loc></url>"
        for n, part in enumerate(parts)
    )
    assert len(addresses(urlset(entries))) == len(parts)
