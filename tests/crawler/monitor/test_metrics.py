"""What is told to Prometheus, read by its own parser."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive.errors import ConfigError, StorageError, UsageError
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.model import CrawlSummary, crawl_id
from crawler.monitor.metrics import CollectionMetrics, metrics_text, serve_metrics, write_metrics

BEGAN = datetime(2026, 11, 28, 18, 30, tzinfo=UTC)
ROW: dict[str, Any] = {
    "site": 'a"b\\',
    "articles": 7,
    "fetched": 5,
    "new": 1,
    "changed": 0,
    "failed": 2,
    "started": "2026-11-28T18:30:00Z",
    "finished": None,
    "newest": None,
    "due_since": None,
    "problem": "the last crawl failed",
}


@pytest.fixture
def metrics(tmp_path: Path) -> CollectionMetrics:
    layout = CollectionFolder.create(tmp_path / "c", "")
    (layout.archive / "x.warc.gz").write_bytes(b"x" * 1234)
    with Index(layout.index_db) as index:
        for hour in range(3):
            began = BEGAN + timedelta(hours=hour)
            summary = CrawlSummary(
                id=crawl_id(began, "a"), site="a", started=began, fetched=10, bytes=100
            )
            index.end_crawl(summary)
    return CollectionMetrics(layout, "أخبار", lambda: [ROW])


def samples(text: str) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("site", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_numbers_are_those_of_status_and_of_all_crawls(metrics: CollectionMetrics) -> None:
    """Names and labels as the parser reads them, whatever a site is called; what is not known is
    left out, and is not 0.
    """
    told = samples(metrics_text(metrics))
    site = ROW["site"]
    assert told["warraq_healthy", site] == 0
    assert told["warraq_articles", site] == 7
    assert told["warraq_last_crawl_started_timestamp_seconds", site] == BEGAN.timestamp()
    assert ("warraq_last_crawl_finished_timestamp_seconds", site) not in told
    assert told["warraq_fetched_total", "a"] == 30
    assert told["warraq_bytes_total", "a"] == 300
    assert told["warraq_archive_bytes", ""] == 1234
    assert told["warraq_disk_free_bytes", ""] > 0


def test_a_file_is_whole_and_readable(metrics: CollectionMetrics, tmp_path: Path) -> None:
    """The exporter, another user, reads it at any moment: it is replaced, never written in."""
    path = tmp_path / "warraq.prom"
    write_metrics(metrics, path)
    old = path.open()
    write_metrics(metrics, path)
    assert samples(old.read()) == pytest.approx(samples(path.read_text()), rel=0.5)
    old.close()
    assert path.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in tmp_path.glob("*.new")] == []
    with pytest.raises((UsageError, StorageError), match="cannot be written"):
        write_metrics(metrics, tmp_path / "nowhere" / "warraq.prom")


def test_each_scrape_sees_the_numbers_of_the_moment(metrics: CollectionMetrics) -> None:
    """The endpoint answers on loopback while others keep connections open, and reads anew."""
    rows: list[dict[str, Any]] = [ROW]

    def status() -> Sequence[dict[str, Any]]:
        return rows

    metrics._status = status
    with serve_metrics(metrics, "127.0.0.1", 0) as url:
        for articles in (7, 8):
            rows[0] = ROW | {"articles": articles}
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.headers["Content-Type"].startswith("text/plain")
                text = answer.read().decode("utf-8")
            assert samples(text)["warraq_articles", ROW["site"]] == articles
        port = int(url.split(":")[2].partition("/")[0])
        with (
            pytest.raises(UsageError, match="cannot listen"),
            serve_metrics(metrics, "127.0.0.1", port),
        ):
            pass


def test_a_scrape_that_cannot_be_answered_says_why(metrics: CollectionMetrics) -> None:
    """The endpoint outlives a warraq.toml that is wrong for a while; it listens on IPv6, too."""
    answers: list[Sequence[dict[str, Any]] | Exception] = [ConfigError("no site \u0635"), [ROW]]

    def status() -> Sequence[dict[str, Any]]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    metrics._status = status
    with serve_metrics(metrics, "::1", 0) as url:
        assert url.startswith("http://[::1]:")
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            urllib.request.urlopen(url, timeout=10)
        assert refused.value.read() == b"no site \\u0635\n"
        refused.value.close()
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert answer.status == 200


def test_without_the_library_it_says_what_to_install(
    metrics: CollectionMetrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not with a traceback."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(UsageError, match=r"warraq\[monitor\]"):
        metrics_text(metrics)
