"""extract asks for a page only where robots.txt allows it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from loopback_site.server import Site, say

PAGE = "<h1>عنوان الخبر</h1>" + "<p>نص الخبر الأول في هذه الصفحة يطول قليلا حتى يكون خبرا.</p>" * 3
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_robots_txt_is_obeyed(warraq: Run, tmp_path: Path) -> None:
    """What robots.txt forbids is not asked for: one line names it, exit 2; a copy in a file is read
    all the same.
    """
    robots = say("User-agent: *\nDisallow: /private", kind="text/plain")
    routes = {"/robots.txt": robots, "/private/1": say(PAGE), "/open": say(PAGE)}
    with Site(routes) as site:
        refused = warraq("-q", "extract", site.url + "/private/1", folder=tmp_path)
        asked = list(site.wire.targets)
        allowed = warraq("-q", "extract", site.url + "/open", folder=tmp_path)
        (tmp_path / "page.html").write_text(PAGE)
        copied = warraq(
            "-q", "extract", site.url + "/private/1", "--html", "page.html", folder=tmp_path
        )
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "robots.txt" in refused.stderr
    assert asked == ["/robots.txt"]
    assert allowed.returncode == 0, allowed.stderr
    assert copied.returncode == 0, copied.stderr


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_a_missing_robots_txt_allows_all(warraq: Run, tmp_path: Path, status: str) -> None:
    """Where a site has no robots.txt the page is asked for, as in a crawl."""
    routes = {"/robots.txt": say("", status=status), "/open": say(PAGE)}
    with Site(routes) as site:
        done = warraq("-q", "extract", site.url + "/open", folder=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Oops", "503 Service Unavailable"])
def test_a_robots_txt_that_fails_forbids_all(warraq: Run, tmp_path: Path, status: str) -> None:
    """Where a crawl would fetch nothing, `extract` asks for no page either, and says why."""
    routes = {"/robots.txt": say("", status=status), "/open": say(PAGE)}
    with Site(routes) as site:
        done = warraq("-q", "extract", site.url + "/open", folder=tmp_path)
        asked = list(site.wire.targets)
    assert done.returncode == 2
    assert f"robots.txt answers {status[:3]}, so nothing may be fetched" in done.stderr
    assert "/open" not in asked


def test_a_page_of_a_site_behind_a_proxy_is_not_asked_for_directly(
    warraq: Run, tmp_path: Path
) -> None:
    """Whoever set a proxy does not want the site to see this machine: one line says so, exit 2, and
    a copy in a file is read all the same.
    """
    with Site({"/open": say(PAGE)}) as site:
        (tmp_path / "warraq.toml").write_text(
            f'[collection]\nname = "c"\n[sites.paper]\nstart = ["{site.url}/"]\n'
            'proxy = "http://127.0.0.1:9"\n'
        )
        refused = warraq("-q", "extract", site.url + "/open", folder=tmp_path)
        asked = list(site.wire.targets)
    (tmp_path / "page.html").write_text(PAGE)
    copied = warraq("-q", "extract", site.url + "/open", "--html", "page.html", folder=tmp_path)
    assert refused.returncode == 2
    assert "proxy" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert asked == []
    assert copied.returncode == 0, copied.stderr


def test_a_site_is_told_the_name_that_it_is_told_by_a_crawl(warraq: Run, tmp_path: Path) -> None:
    """`user_agent` of the site's table holds for robots.txt and page."""
    with Site({"/open": say(PAGE)}) as site:
        (tmp_path / "warraq.toml").write_text(
            f'[collection]\nname = "c"\n[sites.paper]\nstart = ["{site.url}/"]\n'
            'user_agent = "PaperReader/2"\n'
        )
        done = warraq("-q", "extract", site.url + "/open", folder=tmp_path)
        names = [exchange.header("User-Agent") for exchange in site.wire.exchanges]
    assert done.returncode == 0, done.stderr
    assert names == ["PaperReader/2"] * 2
