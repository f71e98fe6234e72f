"""A few polite requests outside a crawl: redirects and the address guard."""

from threading import Thread

import pytest

from crawler.demo.site import _Handler, _Server, serve_demo_site
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.one_off_client import Probe, ProbeError
from crawler.setup.site_survey import survey_site


def test_the_target_of_a_redirect_may_be_written_in_utf_8() -> None:
    """Servers send Arabic addresses as bare bytes, not percent-encoded; they are asked for as
    browsers would.
    """
    asked: list[str] = []

    class Moving(_Handler):
        def do_GET(self) -> None:  # noqa: N802
            asked.append(self.path)
            self.send_response(302 if self.path == "/" else 404)
            self.send_header("Location", "/أخبار/".encode().decode("latin-1"))
            self.send_header("Content-Length", "0")
            self.end_headers()

    with _Server(("127.0.0.1", 0), Moving) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        survey_site(f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()
    assert asked == ["/robots.txt", "/", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/"]


def test_a_private_address_is_refused_unless_named() -> None:
    """The same guard as in a crawl: no request reaches a machine that the user did not name."""
    with serve_demo_site() as url, pytest.raises(ProbeError, match="private address"):
        Probe(AddressGuard(), agent="test", delay=0).get(url)
