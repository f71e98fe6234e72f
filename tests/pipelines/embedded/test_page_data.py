"""Data beside the markup: JSON-LD with its faults, every framework's state, and articles found in
any of it.
"""

from __future__ import annotations

import json
import time
from html import escape
from urllib.parse import quote

import pytest

from archive.model import Article
from pipelines.article.extraction import extract
from pipelines.embedded.page_data import Embedded
from pipelines.page.dom import Page, parse_page

BODY = "<p>" + "جملة أولى طويلة بما يكفي لتكون فقرة من خبر. " * 6 + "</p>"
POST = {"title": "عنوان الخبر", "content": BODY, "publishedOn": "2024-03-12T12:07:00.1234567Z", "slug": "world/ab12cd3", "writers": [{"name": "ليلى حداد"}], "category": {"title": "العالم"}}  # fmt: skip


def embedded(markup: str) -> Embedded:
    page = parse_page(
        f"<html><body><p>x</p>{markup}</body></html>".encode(), "https://www.example.test/"
    )
    assert isinstance(page, Page)
    return Embedded(page)


@pytest.mark.parametrize(
    "written",
    ['{"@type": "NewsArticle", "headline": "h",}', '/* c */ {"@type": "NewsArticle", "headline": "h"}', '<!-- {"@type": "NewsArticle", "headline": "h"} -->', '{"@type": "NewsArticle", "headline": "h"};', "//<![CDATA[\n" + '{"@type": "NewsArticle", "headline": "h"}' + "\n//]]>", "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;h&quot;}", '{"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "headline": "h"}]}', '[[{"@type": "NewsArticle", "headline": "h"}]]', '{"@type": "NewsArticle", "headline": "h", "x": "a\n\tb\\x"}'],
)  # fmt: skip
def test_json_ld_is_read_as_pages_write_it(written: str) -> None:
    """Comments, trailing commas, CDATA, entities, graphs, raw line breaks and bad escapes do not
    hide a node.
    """
    nodes = embedded(f'<script type="application/ld+json">{written}</script>').json_ld
    assert any(node.get("headline") == "h" for node in nodes)


def pushes(stream: str, parts: int = 3) -> str:
    size = max(1, -(-len(stream) // parts))
    cut = [stream[at : at + size] for at in range(0, len(stream), size)]
    return "".join(f"<script>self.__next_f.push([1,{json.dumps(part)}])</script>" for part in cut)


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_flight_rows_are_joined_and_references_followed(parts: int) -> None:
    """A text row counted in bytes, cut anywhere between pushes, and a row referred to, come back in
    the post.
    """
    post = json.dumps(
        POST | {"content": "$1a", "writers": "$2b", "category": "$2c:0:category"},
        ensure_ascii=False,
    )
    rows = (
        f'0:["$","div",null,{{"post":{post}}}]\n1a:T{len(BODY.encode()):x},{BODY}2b:[{{"name":"ليلى '
        f'حداد"}}]\n2c:[{{"category":{{"title":"العالم"}}}}]\n'
    )
    found = embedded(pushes(rows, parts)).articles
    assert [(one.title, one.body, one.authors, one.section, one.source) for one in found] == [("عنوان الخبر", BODY, ["ليلى حداد"], "العالم", "flight")]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "source"),
    [(('<script id="__NEXT_DATA__" type="application/json">{"props": {"pageProps": {"post": '
'%s}}}</script>'), "next-data"), ("<script>window.__NUXT__={data:[1]}; window.__NUXT__ = {\"data\": [%s]};</script>", "nuxt"), ('<script>window.__APOLLO_STATE__ = {"Post:1": %s};</script>', "apollo"), ("<script>window.Fusion=window.Fusion||{};Fusion.globalContent=%s;Fusion.y={};</script>", "fusion"), ('<script>window["__INITIAL_STATE__"]=JSON.parse(%j);</script>', "state")],
)  # fmt: skip
def test_articles_are_found_in_every_kind_of_state(script: str, source: str) -> None:
    """Whatever framework wrote the state, the post in it is found with its date, writer, section
    and address.
    """
    post = json.dumps(POST, ensure_ascii=False)
    found = embedded(script.replace("%s", post).replace("%j", json.dumps(post))).articles
    assert [
        (one.title, one.published, one.authors, one.section, one.address, one.source)
        for one in found
    ] == [("عنوان الخبر", POST["publishedOn"], ["ليلى حداد"], "العالم", "world/ab12cd3", source)]


@pytest.mark.parametrize(
    "kept",
    [
        "<script>var page = {DATA};</script>",
        "<script>const page={article:{title:'TITLE',content:'BODY'}};start(page)</script>",
        (
            "<script>kit.start(app, { data: "
            "[null,{type:'data',data:{title:'TITLE',content:'BODY'}}] });</script>"
        ),
        "<script>window.page=JSON.parse(decodeURIComponent('QUOTED'))</script>",
        '<div data-page="ESCAPED"></div>',
        "<textarea hidden>ESCAPED</textarea>",
        '<script type="text/x-data">{DATA}</script>',
        '<script type="application/json" id="state">ANGULAR</script>',
    ],
)
def test_data_that_only_few_pages_keep_are_found_where_no_text_is_shown(kept: str) -> None:
    """Variables of scripts, JavaScript that is no JSON, attributes, text areas: a page without text
    is read from them.
    """
    data = json.dumps({"article": POST}, ensure_ascii=False)
    angular = data.replace("&", "&a;").replace('"', "&q;").replace("<", "&l;").replace(">", "&g;")
    for mark, text in (("{DATA}", data), ("TITLE", POST["title"]), ("BODY", BODY), ("QUOTED", quote(data)), ("ESCAPED", escape(data)), ("ANGULAR", angular)):  # fmt: skip
        kept = kept.replace(mark, str(text))
    page = f"<html><head><title>{POST['title']}</title></head><body><h1>{POST['title']}</h1>{kept}</body></html>"
    found = extract(page.encode(), "https://www.example.test/world/ab12cd3")
    assert isinstance(found, Article), found
    assert found.paragraphs == [" ".join(BODY.removeprefix("<p>").removesuffix("</p>").split())]


def test_scripts_without_end_take_little_time() -> None:
    """Hundreds of scripts, each of values within values that never end, are given up soon."""
    script = "<script>" + 'var a=["<p", ' * 1500 + "</script>"
    page = parse_page(
        f"<html><body><h1>x</h1>{script * 500}</body></html>".encode(), "https://www.example.test/"
    )
    assert isinstance(page, Page)
    begun = time.process_time()
    assert Embedded(page, everywhere=True).articles == []
    assert time.process_time() - begun < 8
