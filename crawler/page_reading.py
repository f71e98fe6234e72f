"""One page for `extract`: from a URL asked for now or from a file, with the configuration of its site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from archive.config import SiteConfig, load
from archive.errors import UsageError
from archive.layout import Layout
from archive.model import Article
from archive.search import Reader
from archive.urls import folded_host, normalise
from crawler.addresses import AddressGuard
from crawler.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class GotPage:
    """A page's bytes, the URL they stand for, and the Content-Type they came with, if they came over the wire."""

    url: str
    body: bytes
    content_type: str | None = None


def page_of(page: str, file: Path | None, *, say: Callable[[str], None]) -> GotPage:
    """The page that `page` names: a URL (whose bytes may stand in `file`) or a file.

    Raises UsageError for what is neither, ProbeError where the URL does not answer.
    """
    url = normalise(page) if page.lower().startswith(("http://", "https://")) else None
    if url and file:
        return GotPage(url=url, body=file.read_bytes())
    if url:
        say(f"asking for {url}")
        answer = Probe(AddressGuard.for_starts([url]), agent=f"warraq/{version('warraq')}", delay=0).get(url)
        if not answer.ok:
            raise UsageError(f"{answer.url}: answers with status {answer.status}")
        return GotPage(url=answer.url, body=answer.body, content_type=answer.content_type)
    path = Path(page)
    if file or not path.is_file():
        raise UsageError(f"{page!r} is neither an http(s) URL nor a file")
    # A file has no address of its own; relative links in it lead nowhere real.
    return GotPage(url=f"http://localhost/{path.name}", body=path.read_bytes())


def without_furniture(folder: Path | None, site: SiteConfig, article: Article) -> Article:
    """An article as the collection's index would keep it: without what the site's own pages have taught it to leave out."""
    layout = Layout.find(folder)
    if not layout.index_db.exists():
        return article
    with Reader(layout.index_db) as reader:
        return reader.without_furniture(site.name, article)


def site_of(folder: Path | None, url: str, name: str | None) -> SiteConfig | None:
    """The configuration of the page's site: the one called `name`, else the one that starts at the URL's host, else None.

    Outside a collection there is none, unless a collection or a site was asked for by name.
    """
    try:
        layout = Layout.find(folder)
    except UsageError:
        if folder or name:
            raise
        return None
    config = load(layout.config)
    if name:
        return config.site(name)
    host = folded_host(urlsplit(url).netloc)
    fitting = (site for site in config.sites for start in site.start if folded_host(urlsplit(start).netloc) == host)
    return next(fitting, None)
