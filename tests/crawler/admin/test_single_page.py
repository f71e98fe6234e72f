"""One page for `extract`: from a file or a URL, with the configuration of its site."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.config import SiteConfig
from archive.errors import UsageError
from archive.layout import CollectionFolder
from crawler.admin.single_page import find_site, open_page
from crawler.demo.site import serve_demo_site
from crawler.fetch.one_off_client import ProbeError

CONFIG = """[collection]
name = "two"
[sites.paper]
start = ["https://news.example/"]
[sites.other]
start = ["https://other.example:8443/"]
"""


def test_a_file_stands_for_the_url_it_is_given_with(tmp_path: Path) -> None:
    """Nothing is fetched where the bytes are at hand."""
    file = tmp_path / "page.html"
    file.write_bytes(b"<p>x</p>")
    page = open_page("https://news.example/a", file, say=lambda _: None)
    assert (page.url, page.body) == ("https://news.example/a", b"<p>x</p>")
    assert open_page(str(file), None, say=lambda _: None).body == b"<p>x</p>"


def test_what_is_neither_url_nor_file_is_refused(tmp_path: Path) -> None:
    """The user learns what was expected."""
    with pytest.raises(UsageError, match="neither"):
        open_page(str(tmp_path / "nothing"), None, say=lambda _: None)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://news.example/a", "paper"),
        ("http://amp.news.example/a", "paper"),
        ("https://wap.news.example/a", "paper"),
        ("https://other.example:8443/a", "other"),
        ("https://other.example/a", None),
        ("https://sport.news.example/a", None),
    ],
)
def test_a_page_has_the_site_that_a_crawl_would_fetch_it_for(
    tmp_path: Path, url: str, name: str | None
) -> None:
    """Mirrors belong to the site; other ports and subdomains do not."""
    CollectionFolder.create(tmp_path / "c", CONFIG)
    site = find_site(tmp_path / "c", url, None)
    assert (site.name if site else None) == name


@pytest.mark.parametrize("private", [False, True])
def test_a_page_of_a_private_host_is_opened_where_its_site_is_said_to_be_private(
    monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    """`extract URL` asks where a crawl of the site would ask."""
    monkeypatch.setattr(
        "crawler.fetch.one_off_client.socket.getaddrinfo",
        lambda _host, port, *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))],
    )
    with serve_demo_site() as url:
        named = url.replace("127.0.0.1", "intranet.example").rstrip("/") + "/"
        site = SiteConfig(name="intranet", start=(named,), private=private, obey_robots=False)
        if private:
            assert open_page(named, None, say=lambda _: None, site_of=lambda _: site).body
        else:
            with pytest.raises(ProbeError, match="private"):
                open_page(named, None, say=lambda _: None, site_of=lambda _: site)
