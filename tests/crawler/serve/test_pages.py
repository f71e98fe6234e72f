"""`serve`: what its pages and the replay show, and every guard that keeps archived pages and other
websites from acting.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import served_collection
from hypothesis import given
from hypothesis import strategies as st

from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.urls import canonical_key
from crawler.serve.both_origins import serve_collection
from crawler.serve.loopback_http import HttpReply
from crawler.serve.pages import Pages
from crawler.serve.replay import Replay
from crawler.serve.url_rewriting import Rewriter
from pipelines.page.dom import parse_page

PAGE = served_collection.PAGE
PAGES_ORIGIN, REPLAY_ORIGIN = "http://127.0.0.1:1", "http://127.0.0.1:2"
WHEN = "20260301080000"


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> CollectionFolder:
    return served_collection.make(tmp_path_factory.mktemp("serve") / "collection")


@pytest.fixture(scope="module")
def origins(layout: CollectionFolder) -> Iterator[tuple[str, str]]:
    """Both servers running; the origins of pages and replay."""
    with serve_collection(layout) as running:
        yield running


@pytest.fixture
def pages(layout: CollectionFolder) -> Pages:
    return Pages(layout=layout, replay_origin=REPLAY_ORIGIN)


@pytest.fixture
def replay(layout: CollectionFolder) -> Replay:
    return Replay(index=layout.index_db, archive=layout.archive, pages_origin=PAGES_ORIGIN)


@pytest.fixture
def article(layout: CollectionFolder) -> str:
    with IndexReader(layout.index_db) as reader:
        return str(reader.require_article(PAGE)["id"])


def get(
    origin: str, target: str = "/", method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    """One request, with the Host that browsers would send unless told otherwise."""
    connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=20)
    with closing(connection):
        connection.putrequest(method, target, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")  # type: ignore[attr-defined]
        return answer


def policy_of(answer: HttpReply) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in answer.policy.split(";"))  # type: ignore[misc]


class Seen(HTMLParser):
    """Elements and attributes as a browser's tokenizer sees them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, Any]]:
        return [attributes for name, attributes in self.elements if name == tag]


# ---------------------------------------------------------------------------------------- the pages


def test_search_marks_the_words_as_published(pages: Pages) -> None:
    """A search by a bare word finds the inflected one and marks it in headline and text, right to
    left.
    """
    text = pages.answer("/?q=" + quote("سوق")).body.decode()
    assert "<mark>السوق</mark>" in text
    assert 'lang="ar" dir="rtl"' in text
    assert "1 article<" in text


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("site=news", 1),
        ("site=other", 0),
        ("from=2026-03&to=2026-03-01", 1),
        ("from=2027", 0),
        ("q=zzzz", 0),
    ],
)
def test_search_filters(pages: Pages, query: str, total: int) -> None:
    """Site and dates limit what is found."""
    assert f'<p class="count">{total} article' in pages.answer("/?" + query).body.decode()


def test_search_says_what_it_did_not_understand(pages: Pages) -> None:
    """A date that is none is complained of, and the search goes on without it."""
    answer = pages.answer("/?from=yesterday")
    assert answer.status == 200
    assert "From: expected a date" in answer.body.decode()
    assert '<p class="count">1 article' in answer.body.decode()


def test_article_tells_where_every_capture_lies(
    pages: Pages, layout: CollectionFolder, article: str
) -> None:
    """The article's page has its text, addresses, versions, and of each capture WARC file, offset,
    length and digest.
    """
    text = pages.answer(f"/article/{article}").body.decode()
    with IndexReader(layout.index_db) as reader:
        captures = reader.captures(article)
        assert len(captures) == 2
        for capture in captures:
            for part in ("warc", "offset", "length", "payload_digest"):
                assert f">{capture[part]}<" in text
            assert f'href="/replay/{capture["id"]}"' in text
    assert '<article lang="ar" dir="rtl">' in text
    assert "?version=2" in text
    assert PAGE in text


def test_article_shows_the_version_asked_for(pages: Pages, article: str) -> None:
    """Each version can be read; one that is not there is told, not guessed."""
    assert "موسم الصيف" in pages.answer(f"/article/{article}?version=1").body.decode()
    assert "موسم الشتاء" in pages.answer(f"/article/{article}?version=2").body.decode()
    assert pages.answer(f"/article/{article}?version=7").status == 404


def test_versions_side_by_side_mark_the_words(pages: Pages, article: str) -> None:
    """Two versions stand in two columns, removed and added words marked, and nothing else."""
    text = pages.answer(f"/article/{article}/compare?a=1&b=2").body.decode()
    assert "موسم <del>الصيف</del>" in text
    assert "موسم <ins>الشتاء</ins>" in text
    assert len(re.findall("<ins>|<del>", text)) >= 2
    assert 'class="same"' in text


def test_record_is_given_as_a_file(pages: Pages, layout: CollectionFolder, article: str) -> None:
    """The exact record of a capture comes as a download that no browser shows."""
    with IndexReader(layout.index_db) as reader:
        capture = reader.captures(article)[0]
    answer = pages.answer(f"/record/{capture['id']}")
    assert answer.body.startswith(b"WARC/1.1\r\n")
    assert served_collection.EXCHANGES[0][1] in answer.body
    assert answer.content_type == "application/warc"
    assert dict(answer.headers)["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.policy


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/article/0123456789abcdef",
        "/article/../../etc/passwd",
        "/replay/0123456789abcdef",
        "/style.css/..",
        "//etc/passwd",
        "/record/" + "f" * 16,
    ],
)
def test_unknown_targets_are_not_found(pages: Pages, replay: Replay, target: str) -> None:
    """There are no paths to files: what is no page of ours is not found."""
    assert pages.answer(target).status == 404
    assert replay.answer(target).status == 404


# ------------------------------------------------------------------------------------------- guards


def test_archived_text_is_escaped_everywhere(
    pages: Pages, layout: CollectionFolder, article: str
) -> None:
    """Markup in archived headlines and paragraphs is shown as text on every page: no element or
    handler comes of it.
    """
    with IndexReader(layout.index_db) as reader:
        capture = reader.captures(article)[0]["id"]
    targets = [
        "/?q=script",
        f"/article/{article}",
        f"/article/{article}/compare",
        f"/replay/{capture}",
        '/?q="><script>1</script>&section="><script>',
    ]
    for target in targets:
        seen = Seen(pages.answer(target).body.decode())
        assert not seen.of("script"), target
        assert not seen.of("img"), target
        assert not [
            name for _, attributes in seen.elements for name in attributes if name.startswith("on")
        ], target
    assert "&lt;<mark>script</mark>&gt;" in pages.answer("/?q=script").body.decode()


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '"a',
        "title:x",
        "{title} : x",
        "a AND",
        "OR",
        "NOT",
        "a NEAR b",
        "NEAR(a b",
        "*",
        "-",
        "a*b",
        "^a",
        "(",
        ")",
        "a:b:c",
        "'; DROP TABLE articles;--",
        "%00",
        "\\",
        "a OR",
        "+",
        "col:",
    ],
)
def test_queries_cannot_break_out(pages: Pages, query: str) -> None:
    """Whatever stands in the search box is words to look for: an answer, never an error, and no
    column is selected.
    """
    answer = pages.answer("/?q=" + (query if query == "%00" else quote(query)))
    assert answer.status == 200
    assert 'class="count"' in answer.body.decode()


@given(text=st.text(max_size=60))
def test_no_query_raises(text: str, layout: CollectionFolder) -> None:
    """Any text can be asked for."""
    assert (
        Pages(layout=layout, replay_origin=REPLAY_ORIGIN).answer("/?q=" + quote(text)).status == 200
    )


def test_our_pages_allow_nothing_but_our_style(pages: Pages) -> None:
    """The policy of our pages: no script, no style but the sheet we serve, frames of the replay
    only, never framed.
    """
    policy = policy_of(pages.answer("/"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-src"] == REPLAY_ORIGIN
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    for target in ("/", "/nothing"):
        seen = Seen(pages.answer(target).body.decode())
        assert not seen.of("script")
        assert not seen.of("style")
        assert not [1 for _, attributes in seen.elements if "style" in attributes]


@pytest.mark.parametrize(
    "url",
    [
        "news/1001",
        "img/a.png?w=1&h=2",
        "img/s.svg",
        "js/app.js",
        "odd",
        "gone",
        "nowhere",
        "css/main.css",
    ],
)
def test_whatever_is_replayed_can_neither_run_nor_reach_out(replay: Replay, url: str) -> None:
    """Each answer of the replay forbids scripts, plug-ins, connections, forms and everything from
    another origin.
    """
    policy = policy_of(replay.answer(f"/{WHEN}/http://news.example/{url}"))
    for name in (
        "default-src",
        "script-src",
        "connect-src",
        "object-src",
        "worker-src",
        "form-action",
        "base-uri",
    ):
        assert policy[name] == "'none'"
    for name in ("img-src", "style-src", "font-src", "media-src", "frame-src"):
        assert set(policy[name].split()) <= {"'self'", "data:", "'unsafe-inline'"}
    assert policy["frame-ancestors"] == f"'self' {PAGES_ORIGIN}"
    assert policy["sandbox"] == "allow-same-origin"


def test_replay_lies_on_another_origin(origins: tuple[str, str], article: str) -> None:
    """Nothing archived is served from the origin of our pages, and none of our pages from that of
    the replay.
    """
    pages, replay = origins
    assert urlsplit(pages).port != urlsplit(replay).port
    assert get(pages, f"/{WHEN}/{PAGE}").status == 404
    assert get(replay, f"/article/{article}").status == 404
    assert get(replay, "/").status == 404


def test_archived_headers_are_not_passed_on(origins: tuple[str, str]) -> None:
    """Cookies, policies, refreshes, links and grants of the archived answer stay in the archive."""
    answer = get(origins[1], f"/{WHEN}/{PAGE}")
    assert answer.status == 200
    for name in ("Set-Cookie", "Refresh", "Link", "Access-Control-Allow-Origin"):
        assert answer.headers[name] is None
    assert "script-src *" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", "0.0.0.0", ""]
)
def test_other_names_for_this_machine_are_refused(
    origins: tuple[str, str], which: int, host: str
) -> None:
    """A name that was rebound to 127.0.0.1 (DNS rebinding) gets nothing, on either origin."""
    answer = get(origins[which], "/", Host=host)
    assert answer.status == 421
    assert "كرملين" not in answer.text
    assert get(origins[which], "/").status in (200, 404)


@pytest.mark.parametrize("which", [0, 1])
def test_other_websites_are_refused(origins: tuple[str, str], which: int) -> None:
    """What another website makes the browser ask for is not answered; what the person asks for
    is.
    """
    target = ("/", f"/{WHEN}/{PAGE}")[which]
    assert get(origins[which], target, Sec_Fetch_Site="cross-site").status == 403
    for site in ("none", "same-origin", "same-site"):
        assert get(origins[which], target, Sec_Fetch_Site=site).status == 200
    assert get(origins[which], target).headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_nothing_can_be_changed(origins: tuple[str, str], which: int, method: str) -> None:
    """Only GET and HEAD are answered, and refusals too come under a policy."""
    answer = get(origins[which], "/", method)
    assert answer.status in (405, 501)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_only_loopback_listens(layout: CollectionFolder) -> None:
    """Both servers listen on 127.0.0.1 and on no other address of this machine."""
    with serve_collection(layout) as origins:
        ports = {f"{urlsplit(origin).port:04X}" for origin in origins}
        listening = [
            line.split()[1].split(":")
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(table).read_text().splitlines()[1:]
            if line.split()[3] == "0A"
        ]
        found = [address for address, port in listening if port in ports]
        assert found == ["0100007F", "0100007F"]


def test_a_body_cannot_smuggle_a_second_request(origins: tuple[str, str]) -> None:
    """What follows a request as its body is never taken for another request."""
    host = urlsplit(origins[0]).netloc
    inner = f"GET /style.css HTTP/1.1\r\nHost: {host}\r\n\r\n"
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(inner)}\r\n\r\n{inner}"
    with socket.create_connection(("127.0.0.1", int(host.split(":")[1])), timeout=20) as raw:
        raw.sendall(request.encode())
        received = b""
        while piece := raw.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 ") == 1


def test_serving_writes_nothing_and_waits_for_nobody(
    layout: CollectionFolder, article: str
) -> None:
    """While a writer holds the index and the lock pages answer at once, and every file stays as it
    was.
    """
    with (
        serve_collection(layout) as (pages, replay),
        layout.write_lock(),
        closing(sqlite3.connect(layout.index_db)) as writer,
    ):
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE articles SET words = 0")
        before = {path: path.stat().st_mtime_ns for path in layout.archive.iterdir()}
        assert get(pages, f"/article/{article}").status == 200
        assert get(replay, f"/{WHEN}/{PAGE}").status == 200
        assert {path: path.stat().st_mtime_ns for path in layout.archive.iterdir()} == before
        writer.rollback()


# ------------------------------------------------------------------------------------------- replay


def test_replayed_page_is_rewritten_to_the_replay(replay: Replay) -> None:
    """Links, images in all sizes, lazy images and inline style lead to the replay; what runs or
    sends is gone.
    """
    html = replay.answer(f"/{WHEN}/{PAGE}").body.decode()
    seen = Seen(html)
    here = f"/{WHEN}/http://news.example"
    assert html.startswith("<!DOCTYPE html>")
    assert [image.get("src") for image in seen.of("img")] == [
        f"{here}/img/a.png?w=1&h=2",
        f"{here}/img/lazy.png",
        f"/{WHEN}/http://evil.example/beacon.png",
    ]
    assert seen.of("img")[0]["srcset"] == f"{here}/img/a.png?w=1&h=2 1x, {here}/img/b.png 2x"
    assert [link.get("href") for link in seen.of("link")] == [f"{here}/css/main.css"]
    assert "integrity" not in seen.of("link")[0]
    assert f'url("{here}/img/hero.png")' in html
    assert [link.get("href") for link in seen.of("a")] == [None, f"{here}/news/1002#top"]
    for gone in ("script", "base", "object"):
        assert not seen.of(gone)
    assert not [meta for meta in seen.of("meta") if "http-equiv" in meta]
    assert not [
        name for _, attributes in seen.elements for name in attributes if name.startswith("on")
    ]
    assert [frame for frame in seen.of("iframe") if frame] == []
    assert "action" not in seen.of("form")[0]


def test_replayed_style_sheet_is_rewritten(replay: Replay) -> None:
    """A packed style sheet comes unpacked, its imports, fonts and images leading to the replay."""
    answer = replay.answer(f"/{WHEN}/http://news.example/css/main.css")
    assert answer.content_type == "text/css; charset=utf-8"
    here = f"/{WHEN}/http://news.example"
    assert answer.body.decode().startswith(f'@import "{here}/css/more.css"; @font-face')
    assert f'url("{here}/fonts/f.woff2")' in answer.body.decode()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("img/a.png?w=1&h=2", "image/png"),
        ("js/app.js", "text/plain; charset=utf-8"),
        ("odd", "application/octet-stream"),
    ],
)
def test_media_types_are_kept_only_to_show(replay: Replay, url: str, shown: str) -> None:
    """Images are images; scripts are text; what nobody knows is a file to save. Nothing is
    sniffed.
    """
    answer = replay.answer(f"/{WHEN}/http://news.example/{url}")
    assert answer.content_type == shown
    assert (dict(answer.headers).get("Content-Disposition") == "attachment") == (url == "odd")


def test_redirects_stay_in_the_replay(replay: Replay) -> None:
    """An archived redirect leads on within the replay; one to anything but http and https leads
    nowhere.
    """
    answer = replay.answer(f"/{WHEN}/http://news.example/old")
    assert (answer.status, dict(answer.headers)) == (
        302,
        {"Location": f"/{WHEN}/http://news.example/news/1001"},
    )
    refused = replay.answer(f"/{WHEN}/http://news.example/out")
    assert (refused.status, refused.headers) == (404, ())


def test_nearest_capture_answers(replay: Replay, layout: CollectionFolder, article: str) -> None:
    """The capture nearest to the time asked for answers, a revisit with the payload it stands for,
    or the very one named.
    """
    assert "موسم الصيف" in replay.answer(f"/20200101000000/{PAGE}").body.decode()
    assert "موسم الشتاء" in replay.answer(f"/20270101000000/{PAGE}").body.decode()
    assert replay.answer(
        "/20270101000000/http://news.example/img/hero.png"
    ).body == served_collection.png(7)
    assert (
        "موسم الصيف"
        in replay.answer("/20200101000000/https://news.example/news/1001").body.decode()
    )
    with IndexReader(layout.index_db) as reader:
        last = reader.captures(article)[-1]["id"]
    assert "موسم الشتاء" in replay.answer(f"/{last}/{PAGE}").body.decode()


def test_withdrawn_articles_are_neither_shown_nor_replayed(tmp_path: Path) -> None:
    """What was withdrawn is on no page, and neither its captures nor their records are given
    out.
    """
    layout = served_collection.make(tmp_path / "withdrawn")
    with IndexReader(layout.index_db) as reader:
        article = str(reader.require_article(PAGE)["id"])
        captures = [capture["id"] for capture in reader.captures(article)]
    with Index(layout.index_db) as index:
        index.withdraw(
            Withdrawal(
                article_id=article,
                site="news",
                url=PAGE,
                at=served_collection.START,
                reason="a court said so",
                keys=(canonical_key(PAGE),),
                urls=(PAGE,),
            )
        )
    pages = Pages(layout=layout, replay_origin=REPLAY_ORIGIN)
    replay = Replay(index=layout.index_db, archive=layout.archive, pages_origin=PAGES_ORIGIN)
    assert '<p class="count">0 articles' in pages.answer("/?q=" + quote("سوق")).body.decode()
    answer = pages.answer(f"/article/{article}")
    assert (answer.status, "a court said so" in answer.body.decode()) == (404, True)
    for capture in captures:
        for told in (
            pages.answer(f"/record/{capture}"),
            pages.answer(f"/replay/{capture}"),
            replay.answer(f"/{capture}/{PAGE}"),
            replay.answer(f"/{WHEN}/{PAGE}"),
        ):
            assert told.status == 404
            assert "السوق" not in told.body.decode()


def test_what_is_not_archived_is_told(replay: Replay) -> None:
    """What the collection does not hold is a plain 404; an archived 404 shows as what it was."""
    missing = replay.answer(f"/{WHEN}/http://news.example/<b>no</b>")
    assert missing.status == 404
    assert "<b>" not in missing.body.decode()
    gone = replay.answer(f"/{WHEN}/http://news.example/gone")
    assert (gone.status, "gone" in gone.body.decode()) == (404, True)


def test_damage_is_told(tmp_path: Path) -> None:
    """A record that cannot be read is named, and nothing of it shown."""
    layout = served_collection.make(tmp_path / "damaged")
    (warc,) = layout.archive.iterdir()
    warc.write_bytes(warc.read_bytes()[:200])
    answer = Replay(
        index=layout.index_db, archive=layout.archive, pages_origin=PAGES_ORIGIN
    ).answer(f"/{WHEN}/{PAGE}")
    assert answer.status == 502
    assert warc.name in answer.body.decode()


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


def test_policy_values_cannot_be_extended(layout: CollectionFolder) -> None:
    """Header values hold no line end, whatever an archived redirect says."""
    with serve_collection(layout) as (_, replay):
        for target in (
            f"/{WHEN}/http://news.example/old%0d%0aX-Bad:1",
            f"/{WHEN}/http://news.example/a%0aSet-Cookie:x",
        ):
            assert get(replay, target).headers["X-Bad"] is None
    rewriter = Rewriter(timestamp=WHEN, base=PAGE)
    assert "\n" not in (rewriter.address("/a#x\r\nX-Bad: 1") or "")
    assert json.dumps(rewriter.address("http://e.example/\r\nX: 1"))
