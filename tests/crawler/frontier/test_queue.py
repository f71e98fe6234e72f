"""The promises of the frontier: each URL once, in order, and none lost with the process."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import StorageError
from archive.model import CrawlSummary, Sighting
from crawler.frontier.queue import Frontier
from crawler.frontier.queued_url import QueuedUrl, frontier_key
from crawler.frontier.scope import UrlKind

SITE = "news"
A, B, C = (f"https://news.example/{name}" for name in "abc")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "frontier.db"


@pytest.fixture
def frontier(path: Path):
    made = Frontier(path)
    yield made
    made.close()


def leased(frontier: Frontier, site: str = SITE) -> list[str]:
    """The addresses that wait, in the order in which they are handed out; all are leased then."""
    return [entry.url for entry in frontier.lease(site, count=100)]


def lease_one(frontier: Frontier, now: float | None = None) -> QueuedUrl:
    """The next entry, leased."""
    (entry,) = frontier.lease(SITE, now)
    return entry


def test_an_entry_comes_back_as_it_went_in(frontier: Frontier):
    """How a URL was found and what was announced of it travels with it."""
    claim = Sighting(
        url=A,
        source="https://news.example/s.xml",
        kind="news-sitemap",
        title="عنوان",
        published="2026-11-22",
    )
    frontier.add(
        SITE, [QueuedUrl(url=A, kind=UrlKind.ARTICLE, hops=3, via=B, claims=(claim,), guess=True)]
    )
    assert lease_one(frontier, 1000.0) == QueuedUrl(
        url=A,
        kind=UrlKind.ARTICLE,
        hops=3,
        via=B,
        claims=(claim,),
        guess=True,
        leased=1000.0,
        key=frontier_key(SITE, A),
    )


def test_a_request_that_is_more_than_its_address_comes_back_whole(path: Path):
    """Method, body, headers and what a spider noted with it survive the process, bytes as bytes."""
    request = {
        "method": "POST",
        "body": b"q=\xce\xc8",
        "meta": {"page": 2},
        "callback": "parse_api",
    }
    first = Frontier(path)
    first.add(SITE, [QueuedUrl(url=A, request=request, key=7)])
    first.close()
    second = Frontier(path)
    (entry,) = second.lease(SITE)
    assert (entry.request, entry.key) == (request, 7)
    second.close()


def test_what_an_answer_leads_to_goes_first(frontier: Frontier):
    """The target of a redirect is asked for before anything else, whatever it is."""
    frontier.add(SITE, [QueuedUrl(url=A, kind=UrlKind.SITEMAP), QueuedUrl(url=B)])
    frontier.add(SITE, [QueuedUrl(url=C, redirected=True)])
    assert leased(frontier) == [C, A, B]


def test_only_what_belongs_to_pages_already_asked_for(frontier: Frontier):
    """Where the number of pages is used up, redirect targets and requisites are still fetched."""
    frontier.add(SITE, [QueuedUrl(url=A), QueuedUrl(url=B, kind=UrlKind.REQUISITE)])
    frontier.add(SITE, [QueuedUrl(url=C, redirected=True)])
    assert frontier.next_due(SITE, started=True) == 0.0
    assert [entry.url for entry in frontier.lease(SITE, count=9, started=True)] == [C, B]
    assert frontier.next_due(SITE, started=True) is None
    assert leased(frontier) == [A]


def test_an_entry_may_be_asked_for_again_at_another_address(frontier: Frontier):
    """Http and https of an address are one entry: a redirect from one to the other moves it."""
    frontier.add(SITE, [QueuedUrl(url=A), QueuedUrl(url=B)])
    entry = lease_one(frontier)
    frontier.acknowledge(SITE, [entry.key])
    other = A.replace("https", "http")
    frontier.requeue(SITE, QueuedUrl(url=other, via=A, redirected=True, request={"url": other}))
    moved = lease_one(frontier)
    assert (moved.url, moved.via, moved.key) == (other, A, entry.key)
    assert leased(frontier) == [B]


def test_other_addresses_of_one_page_are_one_entry(frontier: Frontier):
    """Tracking parameters, a trailing slash, http and www. do not make a second fetch."""
    urls = [
        A,
        A + "/",
        A + "?utm_source=x",
        A.replace("https", "http"),
        A.replace("news.", "www.news."),
    ]
    assert frontier.add(SITE, [QueuedUrl(url=url) for url in urls]) == 1
    assert leased(frontier) == [A]


def test_order_is_by_what_a_url_is_then_by_arrival(frontier: Frontier):
    """Sitemaps go before the start page, that before announced articles, those before links; equals
    by arrival.
    """
    kinds = [UrlKind.LINK, UrlKind.ARTICLE, UrlKind.START, UrlKind.SITEMAP, UrlKind.LINK]
    frontier.add(SITE, [QueuedUrl(url=f"{A}{n}", kind=kind) for n, kind in enumerate(kinds)])
    assert leased(frontier) == [f"{A}{n}" for n in (3, 2, 1, 0, 4)]


def test_a_priority_of_its_own_goes_before_every_kind(frontier: Frontier):
    """More goes first, less than 0 goes last, as Scrapy has it; what has none keeps its place; it
    is known again when leased.
    """
    link, sitemap, known = UrlKind.LINK, UrlKind.SITEMAP, UrlKind.KNOWN
    asked = {-7: link, -1: sitemap, 0: link, 1: link, 45: link, 1000: known}
    frontier.add(
        "s",
        [
            QueuedUrl(url=f"https://a.example/{priority}", kind=kind, priority=priority)
            for priority, kind in asked.items()
        ],
    )
    assert frontier.lease("s", count=9, started=True) == []
    leased = frontier.lease("s", count=9)
    assert [entry.priority for entry in leased] == [1000, 45, 1, 0, -1, -7]
    assert [entry.url.rpartition("/")[2] for entry in leased] == [
        str(entry.priority) for entry in leased
    ]


def test_what_was_put_last_is_not_put_off_for_ever(frontier: Frontier):
    """It keeps its place in the next crawl; left again and again, it comes before links."""
    frontier.add("s", [QueuedUrl(url="https://a.example/last", kind=UrlKind.LINK, priority=-3)])
    places = []
    for crawl in range(8):
        frontier.add("s", [QueuedUrl(url=f"https://a.example/{crawl}", kind=UrlKind.LINK)])
        frontier.release_leases("s")
        leased = frontier.lease("s", count=99)
        places.append([entry.url.rpartition("/")[2] for entry in leased].index("last"))
        for entry in leased:
            frontier.put_back(entry.key)
    assert places[:2] == [1, 2]
    assert places[-1] == 0


def test_an_announcement_moves_a_waiting_link_forward(frontier: Frontier):
    """A link that a news sitemap names later is fetched as an announced article."""
    frontier.add(SITE, [QueuedUrl(url=B), QueuedUrl(url=A)])
    claim = Sighting(url=A, source=C, kind="feed", title="t")
    assert frontier.add(SITE, [QueuedUrl(url=A, kind=UrlKind.ARTICLE, claims=(claim,))]) == 0
    entry = lease_one(frontier)
    assert (entry.url, entry.kind, entry.claims) == (A, UrlKind.ARTICLE, (claim,))


def test_sites_do_not_see_each_others_entries(frontier: Frontier):
    """Two sites may both link to one URL; each has its own queue."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    assert frontier.add("other", [QueuedUrl(url=A)]) == 1
    frontier.forget_entries("other")
    assert frontier.lease("other") == []
    assert leased(frontier) == [A]


def test_what_was_leased_survives_the_process(path: Path):
    """A killed process' entries wait again, and know since when they were asked for: what was
    captured since need not be fetched again.
    """
    first = Frontier(path)
    first.add(SITE, [QueuedUrl(url=A), QueuedUrl(url=B)])
    first.lease(SITE, 5.0)
    first.close()
    second = Frontier(path)
    assert second.release_leases(SITE) == 1
    again = second.lease(SITE, 9.0, count=2)
    assert [(entry.url, entry.leased) for entry in again] == [(A, 5.0), (B, 9.0)]
    second.close()


def test_a_crawl_releases_what_its_own_site_had_leased(frontier: Frontier):
    """What another site's crawl has under way is not handed out a second time."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    frontier.add("other", [QueuedUrl(url=B)])
    assert leased(frontier) == [A]
    assert leased(frontier, "other") == [B]
    assert frontier.release_leases(SITE) == 1
    assert leased(frontier, "other") == []
    assert leased(frontier) == [A]


def test_a_lease_that_ended_is_forgotten(frontier: Frontier):
    """What is tried again, put back, or asked for anew is not answered from an older capture."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    frontier.retry_later(lease_one(frontier, 1.0).key, 2.0)
    again = lease_one(frontier, 3.0)
    frontier.put_back(again.key)
    once_more = lease_one(frontier, 4.0)
    frontier.acknowledge(SITE, [once_more.key])
    frontier.requeue(SITE, QueuedUrl(url=A))
    assert (again.leased, once_more.leased, lease_one(frontier, 5.0).leased) == (3.0, 4.0, 5.0)


def test_what_was_given_up_is_asked_for_as_if_it_were_new(frontier: Frontier):
    """A seed that died in the crawl before is not answered from what that one had captured."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    frontier.mark_dead(lease_one(frontier, 1.0).key, "HTTP 403")
    frontier.requeue(SITE, QueuedUrl(url=A))
    assert lease_one(frontier, 2.0).leased == 2.0


def test_acknowledging_and_queueing_are_one(frontier: Frontier):
    """A page is done only together with its links: where queueing fails, it stays leased."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    entry = lease_one(frontier)

    def broken():
        yield QueuedUrl(url=B)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        frontier.acknowledge(SITE, [entry.key], broken())
    assert frontier.release_leases(SITE) == 1
    assert leased(frontier) == [A]
    assert frontier.acknowledge(SITE, [entry.key], [QueuedUrl(url=B)]) == 1
    assert leased(frontier) == [B]
    assert frontier.add(SITE, [QueuedUrl(url=A)]) == 0


def test_a_retry_waits_and_counts(frontier: Frontier):
    """A URL to be tried later is not handed out before its time, and knows how often it was
    tried.
    """
    frontier.add(SITE, [QueuedUrl(url=A)])
    frontier.retry_later(lease_one(frontier, 0.0).key, 100.0)
    assert frontier.lease(SITE, 99.0) == []
    assert frontier.next_due(SITE) == 100.0
    assert lease_one(frontier, 100.0).attempts == 1


def test_a_new_crawl_may_try_everything_at_once(frontier: Frontier):
    """Waits and attempts of the crawl before are forgotten, those of other sites are not."""
    for site in (SITE, "other"):
        frontier.add(site, [QueuedUrl(url=A)])
        (entry,) = frontier.lease(site, 0.0)
        frontier.retry_later(entry.key, 100.0)
    frontier.forget_waits(SITE)
    assert lease_one(frontier, 1.0).attempts == 0
    assert frontier.lease("other", 1.0) == []


def test_the_dead_are_not_fetched_again(frontier: Frontier):
    """A URL given up stays known, so no link brings it back in this crawl."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    frontier.mark_dead(lease_one(frontier).key, "404")
    assert frontier.add(SITE, [QueuedUrl(url=A)]) == 0
    assert frontier.next_due(SITE) is None


def test_what_is_known_is_fetched_again_where_a_crawl_begins(frontier: Frontier):
    """A crawl that goes on after its limit looks at its seeds anew; new ones are added."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    frontier.acknowledge(SITE, [lease_one(frontier).key])
    for url in (A, B):
        frontier.requeue(SITE, QueuedUrl(url=url, kind=UrlKind.START))
    assert leased(frontier) == [A, B]


def test_transactions_within_one_are_one(frontier: Frontier):
    """What is settled together is kept together, or not at all."""
    frontier.add(SITE, [QueuedUrl(url=A)])
    entry = lease_one(frontier)

    def fail_halfway() -> None:
        with frontier.transaction():
            frontier.acknowledge(SITE, [entry.key])
            frontier.acknowledge(SITE, [], [QueuedUrl(url=B)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert frontier.release_leases(SITE) == 1
    assert leased(frontier) == [A]
    assert frontier.add(SITE, [QueuedUrl(url=B)]) == 1


def test_the_first_sieve_passes_each_address_once(frontier: Frontier):
    """Links shared by all pages cost a lookup, not a key."""
    assert frontier.unseen_urls(SITE, [A, B, A]) == [A, B]
    assert frontier.unseen_urls(SITE, [B, C]) == [C]


def test_how_the_last_run_ended_is_remembered(path: Path):
    """The next process knows whether to go on or to start afresh, and what the killed one had
    counted.
    """
    first = Frontier(path)
    assert first.last_run(SITE) is None
    summary = CrawlSummary(
        id="c1", site=SITE, started=datetime(2026, 11, 22, tzinfo=UTC), fetched=7
    )
    first.note_run(summary)
    first.close()
    second = Frontier(path)
    last = second.last_run(SITE)
    assert last is not None
    assert last.unfinished
    assert last.summary == summary
    second.note_run(
        replace(summary, outcome="finished", finished=datetime(2026, 11, 23, tzinfo=UTC))
    )
    last = second.last_run(SITE)
    assert last is not None
    assert not last.unfinished
    second.close()


def test_a_damaged_file_is_named(path: Path):
    """State that cannot be read gives one line with the way out."""
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match="may be deleted"):
        Frontier(path)


def test_a_locked_file_is_not_to_be_deleted(path: Path) -> None:
    """While another process writes to the state, the error says so and does not advise to delete
    it.
    """
    Frontier(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="locked; check the disk"):
            Frontier(path, timeout=0).add("s", [QueuedUrl(url=OTHER, kind=UrlKind.LINK)])


def test_the_page_itself_is_asked_for_and_not_its_amp_form(frontier: Frontier) -> None:
    """Whichever is met first: one fetch, and of the address that names the article, if anything
    names it in time.
    """
    amp, page = "http://news.example/science/301/amp", "http://news.example/science/301"
    assert (
        frontier.add(
            "s",
            [
                QueuedUrl(url=amp, kind=UrlKind.LINK),
                QueuedUrl(url=OTHER, kind=UrlKind.LINK, hops=9),
            ],
        )
        == 2
    )
    assert frontier.add("s", [QueuedUrl(url=page, kind=UrlKind.LINK, hops=1)]) == 0
    assert leased(frontier, "s") == [page, OTHER]


def test_an_amp_form_that_stands_alone_is_fetched(frontier: Frontier) -> None:
    """Where nothing names the page itself, its AMP form is fetched, after the rest."""
    amp = "http://news.example/science/301/amp"
    frontier.add(
        "s",
        [QueuedUrl(url=amp, kind=UrlKind.LINK), QueuedUrl(url=OTHER, kind=UrlKind.LINK, hops=9)],
    )
    assert leased(frontier, "s") == [OTHER, amp]


OTHER = "http://news.example/other"
