"""What `init` finds by looking around a site, and the configuration it writes."""

import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.demo.site import DemoPage, _Handler, _Server, serve_demo_site
from crawler.fetch.one_off_client import ProbeError
from crawler.setup.site_survey import SiteSurvey, collection_text, site_name, site_text, survey_site
from crawler.setup.site_timezone import LearnedZone
from pipelines.ingest.worker_pool import WorkerPool


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


def test_private_addresses_are_not_asked() -> None:
    """A named site cannot send the look around to another loopback port."""
    from crawler.fetch.address_guard import AddressGuard
    from crawler.fetch.one_off_client import Probe

    with answering(missing) as (url, asked), pytest.raises(ProbeError, match="private address"):
        Probe(AddressGuard.for_starts(["http://127.0.0.1:1/"]), agent="x", delay=0).get(url)
    assert asked == []


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


def test_what_the_defaults_say_is_not_guessed_again() -> None:
    """A site added to hundreds goes by their schedule and zone, unless its own zone is known."""
    on, names = datetime(2026, 1, 1, tzinfo=UTC), {"schedule", "timezone", "delay"}
    unknown = SiteSurvey(start="https://a.example/", problem="no answer")
    table = tomllib.loads(site_text("a", unknown, on=on, defaults=names))["sites"]["a"]
    assert table.keys() == {"start"}
    assert "delay" not in site_text("a", unknown, on=on, defaults=names)
    zone = LearnedZone(zone="Asia/Dubai", why="seen", confident=True)
    known = SiteSurvey(start="https://a.example/", zone=zone)
    table = tomllib.loads(site_text("a", known, on=on, defaults=names))["sites"]["a"]
    assert table["timezone"] == "Asia/Dubai"
    assert tomllib.loads(site_text("a", unknown, on=on))["sites"]["a"]["schedule"]


def test_two_made_up_sites_in_one_process_are_each_their_own() -> None:
    """Addresses on a site's pages are that site's, whichever was served last."""
    with serve_demo_site() as first, serve_demo_site() as second:
        for url, other in ((first, second), (second, first)):
            with urllib.request.urlopen(url + "sitemap.xml", timeout=10) as answer:
                text = answer.read().decode()
            assert url in text
            assert other not in text


def test_a_start_page_that_would_take_minutes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site is surveyed without it, its language left open."""
    monkeypatch.setitem(WorkerPool.__init__.__kwdefaults__, "seconds", 0.5)
    many = " ".join(f"a{number}=1" for number in range(120_000)).encode()

    def page(path: str) -> DemoPage:
        slow = b"<html lang=ar><body><p " + many + b">x</p></body></html>"
        return DemoPage(slow) if path == "/" else DemoPage(b"no", status=404)

    with answering(page) as (url, _):
        survey = survey_site(url, timezone="UTC")
    assert survey.problem is None
    assert survey.language is None
