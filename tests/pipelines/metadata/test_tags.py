"""Tags, as data and metas list them or as the page shows them."""

from __future__ import annotations

import pytest
from page_kit import (
    FILLER,
    HEADLINE,
    metadata_of,
    page,
    parsed,
)

from pipelines.metadata.tags import extract_tags
from pipelines.page.head_tags import Head


@pytest.mark.parametrize(
    ("shown", "tags"),
    [
        (
            '<div class="post-tags"><a href="/t/1">نهر</a> <a href="/t/2">#جفاف</a></div>',
            ("نهر", "جفاف"),
        ),
        (
            '<p><a rel="tag" href="/t/1">نهر</a>، <a rel="category tag" href="/c">العالم</a></p>',
            ("نهر",),
        ),
        ('<aside><div class="tags"><a href="/t/1">نهر</a></div></aside>', ()),
        ('<div class="tagcloud"><a href="/t/1">نهر</a></div>', ()),
    ],
)
def test_tags_that_only_readers_see(shown: str, tags: tuple[str, ...]) -> None:
    """Where no data or meta has keywords, the labels below the text are the tags; categories and
    clouds are none.
    """
    assert metadata_of(page("", f"<h1>{HEADLINE}</h1>{FILLER}{shown}")).tags == tags


def test_keywords_are_split_and_each_is_kept_once() -> None:
    """Keywords in one string are parted by commas of any script; what the page shows is not asked."""
    shown = '<div class="tags"><a href="/t/1">نهر</a></div>'
    head = '<meta name="news_keywords" content="dam, #valley، rain; dam"><meta name="keywords" content="x, y">'
    assert metadata_of(page(head, FILLER + shown)).tags == ("dam", "valley", "rain")


def test_json_ld_and_data_go_before_metas() -> None:
    """The article's own node comes first, then its application data, then metas."""
    made = parsed(page('<meta name="keywords" content="from meta">', FILLER))
    nodes = [{"keywords": ["from json", "again"]}]
    assert extract_tags(made, Head(made), nodes, ["from data"]) == ("from json", "again")
    assert extract_tags(made, Head(made), [], ["from data"]) == ("from data",)
    assert extract_tags(made, Head(made), [], []) == ("from meta",)
