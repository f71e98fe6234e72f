"""The replay: what it shows of a capture, and what it keeps from it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
import served_collection
from served_answers import PAGE, PAGES_ORIGIN, REPLAY_ORIGIN, WHEN, Seen, get, policy_of

from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model.withdrawal import Withdrawal
from archive.query.reader import IndexReader
from archive.urls import canonical_key
from crawler.serve.both_origins import serve_collection
from crawler.serve.pages import Pages
from crawler.serve.replay import Replay, _presented, replay_path
from crawler.serve.url_rewriting import Rewriter


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
    rewriter = Rewriter(timestamp=WHEN, base=PAGE)
    bomb = b"<html><p " + b" ".join(b"a%d" % number for number in range(200_000)) + b">x</p></html>"
    assert _presented(bomb, "text/html", rewriter)[1] == "text/plain; charset=utf-8"
    image = b'<html><img src="data:image/png;base64,' + b"AAAA/ " * 100_000 + b'"><p>x</p></html>'
    assert _presented(image, "text/html", rewriter)[1] == "text/html; charset=utf-8"


def test_relative_addresses_start_from_the_pages_base(replay: Replay) -> None:
    """A page that names a base finds its images below it, and keeps the old document type."""
    html = replay.answer(f"/{WHEN}/http://news.example/based").body.decode()
    assert Seen(html).of("img") == [{"src": f"/{WHEN}/http://news.example/deep/er/x.png"}]
    assert html.startswith('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">')


def test_statuses_that_browsers_would_not_show_are_answered_as_pages(replay: Replay) -> None:
    """A page that came with a status of its own making is shown all the same."""
    answer = replay.answer(f"/{WHEN}/http://news.example/busy")
    assert (answer.status, "busy" in answer.body.decode()) == (200, True)


def test_what_cannot_be_asked_is_told(replay: Replay, tmp_path: Path) -> None:
    """A time that is none, or a collection without an index, is told in a page under the policy."""
    refused = replay.answer(f"/20261399000000/{PAGE}")
    assert (refused.status, "is no time" in refused.body.decode()) == (404, True)
    missing = Replay(index=tmp_path / "none.db", archive=tmp_path, pages_origin=PAGES_ORIGIN)
    answer = missing.answer(f"/{WHEN}/{PAGE}")
    assert (answer.status, answer.policy) == (503, missing.policy)


def test_replay_path_names_the_second() -> None:
    """The path for a capture's time is one the replay answers, with or without a fraction."""
    for time in ("2026-03-01T08:00:00Z", "2026-03-01T08:00:00.250Z"):
        assert replay_path(time, PAGE) == f"/{WHEN}/{PAGE}"


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
