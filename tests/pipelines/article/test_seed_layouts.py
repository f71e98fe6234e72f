"""One article in every layout: title and paragraphs come out exactly, whatever HTML carries
them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from golden import layouts, more_layouts

from archive.config import SiteConfig
from archive.model import Article
from pipelines.article.extraction import extract

HERE = Path(__file__).resolve().parent
SEED = HERE.parents[3] / "shared" / "seed" / "golden.json"
assert more_layouts.layout is layouts.layout
SITE = SiteConfig(name="example", start=("https://www.example.test/",), timezone="Asia/Dubai")


def seed_article() -> dict[str, Any]:
    if not SEED.exists():
        pytest.skip(f"the seed's text is not at {SEED}")
    golden = json.loads(SEED.read_text(encoding="utf-8"))
    boilerplate = golden["boilerplate"]
    return layouts.ARTICLE | golden | {
        "ticker": boilerplate[0], "related_label": boilerplate[3], "related_at": 9, "footer": boilerplate[5:],
        "date_text": "25 أكتوبر 2024، 6:53 م", "url": "https://www.example.test/world/zz9zz9z",
    }  # fmt: skip


@pytest.fixture(params=["made-up", "seed"])
def source(request: pytest.FixtureRequest) -> dict[str, Any]:
    return layouts.ARTICLE if request.param == "made-up" else seed_article()


@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_body_is_the_articles_paragraphs_and_nothing_else(
    source: dict[str, Any], layout: str
) -> None:
    """Exactly the paragraphs of the article stand in the body, in order, none broken, whatever the
    layout.
    """
    found = extract(layouts.render(source, layout), source["url"], site=SITE)
    assert isinstance(found, Article), found
    assert found.paragraphs == source["body"]


@pytest.mark.parametrize(
    "field", ["title", "section", "published", "image_caption", "image_credit", "related"]
)
@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_field_is_right(source: dict[str, Any], layout: str, field: str) -> None:
    """Each field of the article is found in each layout that states it."""
    found = extract(layouts.render(source, layout), source["url"], site=SITE)
    assert isinstance(found, Article), found
    values = {
        "title": found.title,
        "section": found.section,
        "published": found.published.isoformat() if found.published else None,
        "image_caption": found.image.caption if found.image else None,
        "image_credit": found.image.credit if found.image else None,
        "related": [link.text for link in found.related],
    }
    if field == "related" and layout in layouts.WITHOUT_RELATED:
        assert values[field] == []
        return
    if field == "published":
        assert found.published is not None
        assert layouts.instant(values[field]) == layouts.instant(source["published"])
        return
    assert values[field] == source[field]
