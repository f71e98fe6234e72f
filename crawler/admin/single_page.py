"""One page for `extract`: from a URL asked for now or from a file, with the configuration of its
site.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urljoin

from archive.config import SiteConfig, load_config
from archive.errors import UsageError
from archive.layout import CollectionFolder
from archive.model import Article
from archive.query.reader import IndexReader
from archive.urls import normalise_url, site_host
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.one_off_client import Probe
from crawler.politeness.robots_cache import RobotsResponse, robots_policy

_FILE_HOST = "localhost"
_ADVICE = "read a copy that you have: warraq extract URL --html FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """A page's bytes, the URL they stand for, and the Content-Type they came with, if they came
    over the wire.
    """

    url: str
    body: bytes
    content_type: str | None = None


def open_page(
    page: str,
    file: Path | None,
    *,
    say: Callable[[str], None],
    site_of: Callable[[str], SiteConfig | None] = lambda _: None,
) -> FetchedPage:
    """The page that `page` names: a URL (whose bytes may stand in `file`) or a file.

    `site_of` gives the configuration of a URL's site, which says whether its robots.txt is to be
    obeyed and what to call oneself. Raises UsageError for what is neither, what robots.txt forbids,
    or what is only to be asked for through a proxy; ProbeError where the URL does not answer.
    """
    url = normalise_url(page) if page.lower().startswith(("http://", "https://")) else None
    if url and file:
        return FetchedPage(url=url, body=file.read_bytes())
    if url:
        say(f"asking for {url}")
        asked_of = site_of(url)
        agent = (asked_of and asked_of.user_agent) or f"warraq/{version('warraq')}"
        own = asked_of.start if asked_of else ()
        private = asked_of is not None and asked_of.private
        guard = AddressGuard.for_starts([url, *own], private=private)
        probe = Probe(guard, agent=agent, delay=0)
        answer = probe.get(url, before=lambda each: _check_leave(probe, each, site_of(each)))
        if not answer.ok:
            raise UsageError(f"{answer.url}: answers with status {answer.status}")
        return FetchedPage(url=answer.url, body=answer.body, content_type=answer.content_type)
    path = Path(page)
    if file or not path.is_file():
        raise UsageError(f"{page!r} is neither an http(s) URL nor a file")
    # A file has no address of its own; relative links in it lead nowhere real.
    return FetchedPage(url=f"http://{_FILE_HOST}/{path.name}", body=path.read_bytes())


def _check_leave(probe: Probe, url: str, site: SiteConfig | None) -> None:
    """Raise UsageError where a URL is not to be asked for from here, or not at all."""
    if site is not None and site.proxy is not None:
        raise UsageError(
            f"{url}: the site {site.name} is asked through a proxy only, and this would not be;"
            f" {_ADVICE}"
        )
    if site is None or site.obey_robots:
        _check_robots(probe, url)


def _check_robots(probe: Probe, url: str) -> None:
    """Raise UsageError where the robots.txt of the URL's origin forbids it, or where its status
    forbids everything (RFC 9309 §2.3.1), as for a crawl.
    """
    answer = probe.get(urljoin(url, "/robots.txt"))
    policy = robots_policy(RobotsResponse(url=answer.url, status=answer.status, body=answer.body))
    if policy.blocked:
        raise UsageError(f"{url}: {policy.blocked}; {_ADVICE}")
    if not policy.robots.allows(url):
        raise UsageError(f"{url}: robots.txt forbids it; {_ADVICE}")


def without_boilerplate(folder: Path | None, site: SiteConfig, article: Article) -> Article:
    """An article as the collection's index would keep it: without what the site's own pages have
    taught it to leave out.
    """
    layout = CollectionFolder.locate(folder)
    if not layout.index_db.exists():
        return article
    with IndexReader(layout.index_db) as reader:
        return reader.without_boilerplate(site.name, article)


def find_site(folder: Path | None, url: str, name: str | None) -> SiteConfig | None:
    """The configuration of the page's site: the one called `name`, else the one that starts at the
    URL's host, else None.

    A page from a file without a URL is taken for one of the collection's only site, if it has one
    site. Outside a collection there is none, unless a collection or a site was asked for by name.
    """
    try:
        layout = CollectionFolder.locate(folder)
    except UsageError:
        if folder or name:
            raise
        return None
    config = load_config(layout.config)
    if name:
        return config.site(name)
    host = site_host(url)
    fitting = (site for site in config.sites for start in site.start if site_host(start) == host)
    only = config.sites[0] if host == _FILE_HOST and len(config.sites) == 1 else None
    return next(fitting, only)
