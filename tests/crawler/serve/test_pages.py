"""The pages of `serve`: what they show, and what archived text cannot do in them."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
import served_collection
from hypothesis import given
from hypothesis import strategies as st
from served_answers import PAGE, REPLAY_ORIGIN, Seen, policy_of

from archive.layout import CollectionFolder
from archive.query.reader import IndexReader
from crawler.serve.pages import Pages
from crawler.serve.replay import Replay


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
