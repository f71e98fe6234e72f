"""Statements about use in pages and in RSL licence documents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.model.usage_signals import UsageSignal
from pipelines.page.dom import Page, parse_page
from pipelines.usage_signals.pages import is_rsl, page_signals, rsl_signals

URL = "https://news.example/a"
RSL = """<rsl xmlns="https://rslstandard.org/rsl"><content url="/news/"><license>
<permits type="usage">search</permits><prohibits type="usage">ai-train ai-input</prohibits>
<payment type="subscription"><standard>https://x.example/</standard></payment>
</license></content></rsl>"""
PAGE = f"""<html><head>
<meta name="robots" content="noarchive, max-image-preview:large">
<meta name="Googlebot" content="nosnippet"><meta name="tdm-reservation" content="1">
<meta name="tdm-policy" content="https://news.example/tdm.json"><meta name="author" content="A">
<link rel="license" type="application/rsl+xml" href="/license.xml">
<script type="application/rsl+xml">{RSL}</script></head><body><p>x</p></body></html>"""


def said(html: str) -> list[tuple[str, str, str, str | None]]:
    page = parse_page(html.encode(), URL, "text/html; charset=utf-8")
    assert isinstance(page, Page)
    return [(each.source, each.agent, each.name, each.value) for each in page_signals(page)]


def test_a_page_is_read() -> None:
    """Its robots metas by whom they address, its TDM reservation, its licences."""
    assert set(said(PAGE)) == {
        ("meta", "*", "noarchive", None),
        ("meta", "googlebot", "nosnippet", None),
        ("meta", "*", "tdm-reservation", "1"),
        ("meta", "*", "tdm-policy", "https://news.example/tdm.json"),
        ("link", "*", "license", "https://news.example/license.xml"),
        ("rsl", "*", "permits usage", "search"),
        ("rsl", "*", "prohibits usage", "ai-train ai-input"),
        ("rsl", "*", "payment subscription", "https://x.example/"),
        ("rsl", "*", "standard", "https://x.example/"),
    }
    assert said("<html><head><meta name=robots content='index, follow'></head></html>") == []


def test_a_licence_document_is_read() -> None:
    """What it is about, and each term as written; broken XML as far as it goes, else as it is."""
    assert is_rsl(RSL.encode(), "text/xml")
    assert not is_rsl(b"<rss version='2.0'>", "text/xml")
    first = rsl_signals(RSL.encode())[0]
    assert (first.path, first.name, first.value) == ("/news/", "permits usage", "search")
    assert "search</" in first.raw
    cut = rsl_signals(RSL.encode()[:110])
    assert [each.name for each in cut] == ["permits usage"]
    assert rsl_signals(b"")[0].name == "unreadable"


def test_an_entity_is_not_resolved() -> None:
    """A licence document names no file of ours."""
    body = b'<!DOCTYPE rsl [<!ENTITY e SYSTEM "file:///etc/passwd">]><rsl><content><permits>&e;</permits></content></rsl>'
    assert all("root" not in (each.value or "") for each in rsl_signals(body))


@given(st.binary(max_size=200))
def test_nothing_raises(body: bytes) -> None:
    """Whatever a site sends as its licence."""
    assert all(isinstance(each, UsageSignal) for each in rsl_signals(b"<rsl><content>" + body))
