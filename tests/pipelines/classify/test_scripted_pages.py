"""Pages without text: a browser may help where they have scripts to run."""

from __future__ import annotations

import pytest

from archive.model import NotArticleReason
from pipelines.classify.scripted_pages import reason_without_text
from pipelines.page.dom import Page, parse_page


@pytest.mark.parametrize(
    "script",
    [
        '<script src="/app.js"></script>',
        "<script>start()</script>",
        '<script type="module">import "/app.js"</script>',
        '<script type="text/javascript; charset=utf-8">start()</script>',
        '<script type="application/x-javascript" src="/app.js"></script>',
    ],
)
def test_a_page_with_scripts_needs_a_browser(script: str) -> None:
    """Any script that browsers run may show the text."""
    assert reason(script) is NotArticleReason.NEEDS_BROWSER


@pytest.mark.parametrize(
    "script",
    [
        "",
        "<script></script>",
        '<script type="application/ld+json">{"@type": "NewsArticle"}</script>',
        '<script type="application/json">{}</script>',
        '<script type="text/template"><p>{{ text }}</p></script>',
    ],
)
def test_a_page_without_scripts_is_empty(script: str) -> None:
    """Data and templates run nowhere: no browser would show more."""
    assert reason(script) is NotArticleReason.EMPTY


def reason(script: str) -> NotArticleReason:
    html = f"<html><body><div id=root></div>{script}</body></html>"
    page = parse_page(html.encode(), "https://news.example/1")
    assert isinstance(page, Page)
    found, detail = reason_without_text(page, "no prose")
    assert detail.startswith("no prose")
    return found
