"""An article as a value: its text, its words and its published date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive.model import Article, Image, Precision

URL = "https://news.example/story-1"
PUBLISHED = datetime(2024, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=3)))


@pytest.mark.parametrize(
    ("published", "precision", "text"),
    [
        (PUBLISHED, Precision.MINUTE, "2024-03-01T20:30:00Z"),
        (PUBLISHED, None, "2024-03-01T20:30:00Z"),
        (datetime(2024, 3, 1, tzinfo=UTC), Precision.DAY, "2024-03-01"),
        (None, Precision.MONTH, None),
    ],
)
def test_a_date_is_stored_as_far_as_it_is_known(
    published: datetime | None, precision: Precision | None, text: str | None
) -> None:
    """An instant is written in UTC, a day without a time, and less than a day not at all."""
    article = Article(
        url=URL,
        canonical=URL,
        title="t",
        paragraphs=[],
        published=published,
        published_precision=precision,
    )
    assert article.published_text == text


def test_the_columns_of_an_article() -> None:
    """Paragraphs become lines, authors one text, and what is not known is None and not empty."""
    article = Article(
        url=URL + "?utm_source=x",
        canonical=URL,
        title="عنوان",
        paragraphs=["قال الوزير", "وأضاف"],
        authors=["أحمد", "ليلى"],
        image=Image(url=URL + ".jpg", credit="Reuters"),
    )
    columns = article.to_dict()
    assert columns["url"] == URL
    assert columns["body"] == "قال الوزير\nوأضاف"
    assert columns["words"] == 3
    assert columns["author"] == "أحمد; ليلى"
    assert (columns["image_caption"], columns["image_credit"]) == (None, "Reuters")
    assert columns["section"] is None
