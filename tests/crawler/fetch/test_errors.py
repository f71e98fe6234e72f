"""A fetch that left nothing to keep says why."""

from crawler.fetch.errors import FetchError, FetchReason


def test_an_error_names_reason_url_and_detail() -> None:
    """The line that stands in the log and in `failures` can be understood alone."""
    error = FetchError(FetchReason.DNS, "https://news.example/", "no such name")
    assert str(error) == "dns: https://news.example/: no such name"
    assert str(FetchError(FetchReason.TLS, "https://a.example/")) == "tls: https://a.example/"
