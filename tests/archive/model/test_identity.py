"""Ids and times as text."""

from __future__ import annotations

from archive.model.identity import article_id, text_sha256, version_id


def test_ids_come_from_content() -> None:
    """Ids depend on site, canonical URL and text only."""
    article = article_id("a", "https://a.example/x")
    assert article == article_id("a", "https://a.example/x")
    assert article != article_id("b", "https://a.example/x")
    assert len(article) == 16
    sha = text_sha256("ع", "نص")
    assert version_id(article, sha) != version_id(article, text_sha256("ع", "نص آخر"))
    assert len(sha) == 64
