"""Golden cases: a page as captured, and what must be read of it, field by field. A case is added by
adding a folder.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from archive.config import SiteConfig
from archive.model import Article
from pipelines.article.extraction import extract

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/article.json"))


@cache
def read(case: str) -> Article:
    capture = json.loads((GOLDEN / case / "capture.json").read_text("utf-8"))
    site = SiteConfig(
        name="golden", start=("https://www.example.test/",), timezone=capture["timezone"]
    )
    found = extract(
        (GOLDEN / case / "page.html").read_bytes(),
        capture["url"],
        captured=datetime.fromisoformat(capture["captured"]),
        site=site,
        content_type=capture["headers"]["content-type"],
    )
    assert isinstance(found, Article), found
    return found


@cache
def right(case: str) -> dict[str, object]:
    return dict(json.loads((GOLDEN / case / "article.json").read_text("utf-8")))


@pytest.mark.parametrize("case", CASES)
def test_title(case: str) -> None:
    """The headline is the article's, without the site's name."""
    assert read(case).title == right(case)["title"]


@pytest.mark.parametrize("case", CASES)
def test_section(case: str) -> None:
    """The section is the label the page shows."""
    assert read(case).section == right(case)["section"]


@pytest.mark.parametrize("case", CASES)
def test_published(case: str) -> None:
    """The instant of publication is right to the minute, in the site's zone where the page states
    none.
    """
    published = read(case).published
    assert published is not None
    assert published.astimezone(UTC) == datetime.fromisoformat(
        str(right(case)["published"])
    ).astimezone(UTC)


@pytest.mark.parametrize("case", CASES)
def test_caption_and_credit(case: str) -> None:
    """The picture's caption and its credit are told apart."""
    image = read(case).image
    assert image is not None
    assert (image.caption, image.credit) == (
        right(case)["image_caption"],
        right(case)["image_credit"],
    )


@pytest.mark.parametrize("case", CASES)
def test_related(case: str) -> None:
    """The related headlines are links of their own, and no others are."""
    assert [link.text for link in read(case).related] == right(case)["related"]


@pytest.mark.parametrize("case", CASES)
def test_paragraphs_stand_whole(case: str) -> None:
    """Each paragraph of the article stands in the body as one line."""
    wanted = right(case)["paragraphs"]
    assert isinstance(wanted, list)
    assert [text for text in wanted if text not in read(case).paragraphs] == []


@pytest.mark.parametrize("case", CASES)
def test_nothing_extra(case: str) -> None:
    """Nothing but the article's paragraphs stands in the body, each once and in order."""
    assert read(case).paragraphs == right(case)["paragraphs"]
