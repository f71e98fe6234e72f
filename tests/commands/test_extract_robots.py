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
