"""What the caller of a crawl may ask for."""

from crawler.crawl.options import CrawlOptions


def test_a_crawl_has_no_limits_of_its_own() -> None:
    """Whoever asks for nothing gets everything that is not known to be unchanged."""
    options = CrawlOptions()
    assert (options.limit, options.max_time, options.since, options.until) == (None,) * 4
    assert options.force is False
    assert not options.window.is_given
    assert CrawlOptions(until="2020").window.queue_of("news") == "news ..2020"
