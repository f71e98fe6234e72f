"""What `init` finds by looking around a site, and the configuration it writes."""

import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.config import parse_config
from archive.errors import ConfigError, UsageError
from crawler.demo.site import DemoPage, _Handler, _Server, serve_demo_site
from crawler.fetch.one_off_client import ProbeError
from crawler.setup.create_collection import create_collection
from crawler.setup.site_survey import SiteSurvey, collection_text, site_name, site_text, survey_site
from crawler.setup.site_timezone import LearnedZone


@contextmanager
def answering(answer: Callable[[str], DemoPage]) -> Iterator[tuple[str, list[str]]]:
    """A site whose pages `answer` makes, and the paths it was asked for."""
    asked: list[str] = []

    class Site:
        def page(self, path: str) -> DemoPage:
            asked.append(path)
            return answer(path)

    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.site = cast("Any", Site())
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/", asked
        finally:
            server.shutdown()
            thread.join()


def missing(path: str) -> DemoPage:
    return DemoPage(
        b"<html><body><p>home" if path == "/" else b"no", status=200 if path == "/" else 404
    )


def test_demo_site_is_understood() -> None:
    """Robots.txt, the sitemaps under it, the feed, the language and the zone of a site are found
    from its address alone.
    """
    with serve_demo_site() as url:
        found = survey_site(url)
    assert found.problem is None
    assert [(address.removeprefix(url), count) for address, count in found.sitemaps] == [
        ("sitemap.xml", 2),
        ("sitemap-news.xml", 12),
        ("sitemap-pages.xml", 3),
    ]
    assert [(address.removeprefix(url), count) for address, count in found.feeds] == [
        ("rss.xml", 12)
    ]
    assert found.language == "ar"
    assert found.zone is not None
    assert (found.zone.zone, found.zone.confident) == ("Asia/Riyadh", True)


def test_given_zone_asks_for_no_article() -> None:
    """Where the zone is given, no article is fetched to learn it."""
    steps: list[str] = []
    with serve_demo_site() as url:
        found = survey_site(url, timezone="Asia/Baghdad", say=steps.append)
    assert found.zone is not None
    assert found.zone.zone == "Asia/Baghdad"
    assert not [step for step in steps if "/local/" in step]


def test_bare_site_is_no_problem() -> None:
    """A site without robots.txt, sitemaps and feeds is described as such; few requests are made."""
    with answering(missing) as (url, asked):
        found = survey_site(url)
    assert (found.problem, found.sitemaps, found.feeds) == (None, (), ())
    assert len(asked) <= 8


def test_robots_txt_is_kept_to() -> None:
    """What robots.txt forbids is not asked for, not even to look around."""

    def answer(path: str) -> DemoPage:
        if path == "/robots.txt":
            return DemoPage(b"User-agent: *\nDisallow: /rss.xml\nDisallow: /sitemap", "text/plain")
        return DemoPage(b'<link rel="alternate" type="application/rss+xml" href="/rss.xml"><p>x')

    with answering(answer) as (url, asked):
        survey_site(url)
    assert "/rss.xml" not in asked
    assert not [path for path in asked if path.startswith("/sitemap")]


@pytest.mark.parametrize(
    ("robots", "words"),
    [
        (DemoPage(b"User-agent: *\nDisallow: /", "text/plain"), "robots.txt forbids"),
        (DemoPage(b"", status=503), "robots.txt answers 503"),
        (DemoPage(b"", status=429), "robots.txt answers 429"),
    ],
)
def test_forbidden_site_is_told(robots: DemoPage, words: str) -> None:
    """A site that forbids all, or whose robots.txt fails, is a problem told in words, and no page
    is fetched.
    """
    with answering(lambda path: robots if path == "/robots.txt" else DemoPage(b"x")) as (
        url,
        asked,
    ):
        found = survey_site(url)
    assert words in (found.problem or "")
    assert asked == ["/robots.txt"]


def test_redirected_home_page_is_the_start() -> None:
    """Where the address leads on, the crawl starts at where it leads."""

    class Moving(_Handler):
        def do_GET(self) -> None:  # noqa: N802
            moved = self.path == "/"
            self.send_response(302 if moved else 200 if self.path == "/ar/" else 404)
            if moved:
                self.send_header("Location", "ar/")
            self.send_header("Content-Length", "0")
            self.end_headers()

    with _Server(("127.0.0.1", 0), Moving) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        found = survey_site(url)
        server.shutdown()
    assert (found.problem, found.start) == (None, url + "ar/")


def test_a_site_is_not_added_twice_by_the_address_it_moved_from(tmp_path: Path) -> None:
    """Whoever repeats the same `init` is told, also where the first one followed a redirect;
    nothing is changed.
    """

    class Moving(_Handler):
        def do_GET(self) -> None:  # noqa: N802
            moved = self.path == "/"
            self.send_response(302 if moved else 200 if self.path == "/ar/" else 404)
            if moved:
                self.send_header("Location", "/ar/")
            self.send_header("Content-Length", "0")
            self.end_headers()

    with _Server(("127.0.0.1", 0), Moving) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        text = create_collection(tmp_path, [url]).layout.config.read_text()
        with pytest.raises(UsageError, match="starts there already"):
            create_collection(tmp_path, [url])
        server.shutdown()
    assert (tmp_path / "warraq.toml").read_text() == text


@contextmanager
def moved_to(there: str) -> Iterator[str]:
    """A site without robots.txt that redirects everything to another origin."""

    class Moved(_Handler):
        def do_GET(self) -> None:  # noqa: N802
            moved = self.path != "/robots.txt"
            self.send_response(301 if moved else 404)
            if moved:
                self.send_header("Location", there.rstrip("/") + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with _Server(("127.0.0.1", 0), Moved) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_a_site_that_moved_to_another_host_is_looked_at_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From http to https, or to www.: the robots.txt, the sitemaps and the dated pages are those of
    where it is now.
    """
    monkeypatch.setattr(
        "crawler.fetch.address_guard.is_public", lambda _: True
    )  # two loopback ports stand for two public hosts
    with serve_demo_site() as there, moved_to(there) as url:
        found = survey_site(url)
    assert (found.problem, found.start, found.robots) == (None, there, "there is one")
    assert [address.removeprefix(there) for address, _ in found.sitemaps][:1] == ["sitemap.xml"]
    assert found.zone is not None
    assert (found.zone.zone, found.zone.confident) == ("Asia/Riyadh", True)


def test_the_rules_of_the_new_host_are_asked_for_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a redirect leads to a host whose robots.txt forbids it, the page there is not asked
    for.
    """
    monkeypatch.setattr("crawler.fetch.address_guard.is_public", lambda _: True)
    rules = DemoPage(b"User-agent: *\nDisallow: /", "text/plain")
    with (
        answering(lambda path: rules if path == "/robots.txt" else DemoPage(b"x")) as (
            there,
            asked,
        ),
        moved_to(there) as url,
    ):
        found = survey_site(url)
    assert found.problem == f"{there}: robots.txt forbids it"
    assert asked == ["/robots.txt"]


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


def test_private_addresses_are_not_asked() -> None:
    """A named site cannot send the look around to another loopback port."""
    from crawler.fetch.address_guard import AddressGuard
    from crawler.fetch.one_off_client import Probe

    with answering(missing) as (url, asked), pytest.raises(ProbeError, match="private address"):
        Probe(AddressGuard.for_starts(["http://127.0.0.1:1/"]), agent="x", delay=0).get(url)
    assert asked == []


def test_unreachable_site_still_gets_its_table(tmp_path: Path) -> None:
    """A site that does not answer is written down all the same, with the reason; the file is
    valid.
    """
    founded = create_collection(tmp_path / "c", ["http://127.0.0.1:9/"])
    ((name, site),) = founded.sites
    assert "connection refused" in (site.problem or "")
    text = founded.layout.config.read_text()
    assert "could not be looked at" in text
    assert parse_config(text).site(name).start == ("http://127.0.0.1:9/",)


def test_sites_are_added_to_a_collection(tmp_path: Path) -> None:
    """A second init adds a site at the end and leaves every line that was there, a person's
    comments too.
    """
    first = create_collection(tmp_path, ["http://127.0.0.1:9/"]).layout
    edited = first.config.read_text() + "# mine"
    first.config.write_text(edited)
    again = create_collection(tmp_path, ["http://127.0.0.1:7/"])
    text = again.layout.config.read_text()
    assert text.startswith(edited + "\n")
    assert [site.name for site in parse_config(text).sites] == ["127-0-0-1", "127-0-0-1-2"]


def test_nothing_is_made_for_a_wrong_address(tmp_path: Path) -> None:
    """A wrong URL or zone is refused before anything is made."""
    for urls, zone in ((["news.example"], None), (["http://127.0.0.1:9/"], "Asia/Dubay")):
        with pytest.raises(UsageError, match="expected"):
            create_collection(tmp_path / "c", urls, timezone=zone)
    assert not (tmp_path / "c").exists()


def test_wrong_file_is_not_added_to(tmp_path: Path) -> None:
    """A warraq.toml that is wrong already is told so and left alone."""
    (tmp_path / "warraq.toml").write_text('[collection]\nnam = "x"\n')
    with pytest.raises(ConfigError, match="'nam'"):
        create_collection(tmp_path, ["http://127.0.0.1:9/"])
    assert (tmp_path / "warraq.toml").read_text() == '[collection]\nnam = "x"\n'


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.news.example.co.uk/ar", "example"),
        ("https://example.com", "example"),
        ("http://127.0.0.1:8000/", "127-0-0-1"),
        ("http://[::1]:80/", "1"),
        ("http://localhost/", "localhost"),
    ],
)
def test_names(url: str, name: str) -> None:
    """A site is called after its host, and by the whole host or with a number where that is
    taken.
    """
    assert site_name(url) == name
    assert site_name(url, {name}) != name
    assert (
        len(
            {site_name(url), site_name(url, {name}), site_name(url, {name, site_name(url, {name})})}
        )
        == 3
    )


@given(st.text(), st.text())
def test_nothing_a_site_says_breaks_the_file(stated: str, why: str) -> None:
    """Whatever URLs and reasons hold, the file written is TOML with the same values in it."""
    found = SiteSurvey(
        start="https://a.example/" + stated,
        sitemaps=((stated, 1),),
        feeds=((stated, 1),),
        zone=LearnedZone(zone="UTC", why=why, confident=False),
        language="ar",
    )
    text = collection_text(stated) + site_text("a", found, on=datetime(2026, 1, 1, tzinfo=UTC))
    document = tomllib.loads(text)
    assert document["collection"]["name"] == stated
    assert document["sites"]["a"]["start"] == ["https://a.example/" + stated]
    assert set(document) == {"collection", "sites"}


def test_two_made_up_sites_in_one_process_are_each_their_own() -> None:
    """Addresses on a site's pages are that site's, whichever was served last."""
    with serve_demo_site() as first, serve_demo_site() as second:
        for url, other in ((first, second), (second, first)):
            with urllib.request.urlopen(url + "sitemap.xml", timeout=10) as answer:
                text = answer.read().decode()
            assert url in text
            assert other not in text
