"""Ids and times as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.model.identity import article_id, crawl_id, run_id, text_sha256, version_id


def test_ids_come_from_content() -> None:
    """Ids depend on site, canonical URL and text only."""
    article = article_id("a", "https://a.example/x")
    assert article == article_id("a", "https://a.example/x")
    assert article != article_id("b", "https://a.example/x")
    assert len(article) == 16
    sha = text_sha256("ع", "نص")
    assert version_id(article, sha) != version_id(article, text_sha256("ع", "نص آخر"))
    assert len(sha) == 64


def test_the_crawls_of_a_run_share_its_id() -> None:
    """A crawl's id begins with the run's, whatever the site is called; ids sort by time, and a
    crawl of another form of id is a run of its own.
    """
    began = datetime(2026, 11, 28, 18, 30, 0, 5, tzinfo=UTC)
    crawls = [crawl_id(began, site) for site in ("gulf", "al-bayan", "20261128")]
    assert {run_id(crawl) for crawl in crawls} == {"20261128T183000000005"}
    assert crawl_id(began + timedelta(hours=6), "a") > max(crawls)
    assert run_id("crawl-7-of-others") == "crawl-7-of-others"
