"""A few polite requests outside a crawl: redirects and the address guard."""

import time
from threading import Thread

import pytest
from loopback_site.misbehaviours import MISBEHAVIOURS
from loopback_site.server import Site, Talk

from crawler.demo.site import _Handler, _Server, serve_demo_site
from crawler.fetch import one_off_client
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


async def goes_on(talk: Talk) -> None:
    """Never comes to its answer."""
    while True:
        await talk.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)


def test_heads_without_end_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a time for an answer as a whole, and then an error in words."""
    monkeypatch.setattr(one_off_client, "TOTAL", 0.5)
    with Site({"/": goes_on}) as site:
        probe = Probe(AddressGuard.for_starts([site.url]), agent="test", delay=0)
        began = time.monotonic()
        with pytest.raises(ProbeError, match=site.url):
            probe.get(site.url)
        assert time.monotonic() - began < 10


def test_a_body_that_drips_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has come by then is looked at."""
    monkeypatch.setattr(one_off_client, "TOTAL", 0.5)
    with Site({"/": MISBEHAVIOURS["/drip"]}) as site:
        probe = Probe(AddressGuard.for_starts([site.url]), agent="test", delay=0)
        began = time.monotonic()
        assert set(probe.get(site.url).body) == set(b"z")
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("private", [False, True])
def test_a_name_that_leads_inside_is_asked_only_where_it_is_said_to_be_private(
    monkeypatch: pytest.MonkeyPatch,
    private: bool,
) -> None:
    """The one-off requests of `init` and `extract` obey the guard of a crawl."""
    monkeypatch.setattr(
        "crawler.fetch.one_off_client.socket.getaddrinfo",
        lambda _host, port, *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))],
    )
    with serve_demo_site() as url:
        named = url.replace("127.0.0.1", "news.example")
        probe = Probe(AddressGuard.for_starts([named], private=private), agent="test", delay=0)
        if private:
            assert probe.get(named).ok
        else:
            with pytest.raises(ProbeError, match="private = true"):
                probe.get(named)
