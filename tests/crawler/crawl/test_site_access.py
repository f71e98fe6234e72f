"""What of the operator goes where."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_site.documents import sitemap
from loopback_site.server import Site, Talk, redirect, say
from loopback_site.small_paper import article, listing

from archive.config import SiteConfig, parse_config
from archive.errors import ConfigError
from archive.layout import CollectionFolder
from archive.verify.strict_reader import raw_records
from archive.warc.capture_reader import read_record
from crawler.crawl.site_access import SiteAccess
from crawler.engine.run import crawl_sites

KEY, BASIC, JAR, SESSION = "CANARYkey", "CANARYbasic", "CANARYjar", "CANARYsession"
BASE64 = "dXNlcjpDQU5BUlliYXNpYw"  # user:CANARYbasic
SECRETS = (KEY, BASIC, JAR, SESSION, BASE64)
SITE = '[collection]\nname = "x"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\n'


def cookie_line(host: str, name: str, value: str, *, expires: str = "0", path: str = "/") -> str:
    return f"{host}\tFALSE\t{path}\tFALSE\t{expires}\t{name}\t{value}\n"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.routes |= {
            "/": say(listing("الجريدة", ["/news/1", "/news/2", "/away"])),
            "/map.xml": say(sitemap(f"{running.url}/news/3"), kind="application/xml"),
            **{f"/news/{n}": say(article(f"/news/{n}")) for n in range(1, 5)},
        }
        yield running


def created(folder: Path, site: Site, more: str) -> CollectionFolder:
    return CollectionFolder.create(folder / "c", SITE.format(url=site.url) + more)


def crawl(layout: CollectionFolder, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("warraq"), *arguments]
    return subprocess.run(
        [*command, "-C", layout.root, "crawl"],
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def left_behind(layout: CollectionFolder) -> dict[str, bytes]:
    """All that a collection holds besides what its user wrote, WARC records without gzip."""
    held = {
        path.name: path.read_bytes()
        for path in layout.root.rglob("*")
        if path.is_file() and path.name != "warraq.toml" and not path.name.endswith(".warc.gz")
    }
    for path in layout.archive.glob("*.warc.gz"):
        for raw in raw_records(path):
            record = read_record(path, raw.offset)
            held[f"{path.name}:{raw.offset}"] = str(record.headers).encode() + record.block
    return held


def test_headers_go_out_and_secrets_stay_out_of_everything(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain headers stand in the records as sent; of secret ones the records say that there was
    one. Neither index, frontier, logs, nor a traceback repeats one.
    """
    monkeypatch.setenv("PAPER_KEY", KEY)
    monkeypatch.setenv("PAPER_PASSWORD", BASIC)
    (tmp_path / "cookies.txt").write_text(
        "# Netscape HTTP Cookie File\n" + cookie_line("127.0.0.1", "member", JAR)
    )
    site.routes["/news/2"] = say(
        article("/news/2"), Set_Cookie=f"session={SESSION}; Path=/", Refresh="0; url=/news/4"
    )
    layout = created(
        tmp_path,
        site,
        'headers = { X-Edition = "ar", X-Key = "env:PAPER_KEY" }\n'
        f'cookies_file = "{tmp_path}/cookies.txt"\n'
        'login = { kind = "basic", username = "user", password = "env:PAPER_PASSWORD" }\n',
    )
    done = crawl(layout, "-v")
    assert done.returncode == 0, done.stderr
    page = site.wire.of("/news/1")[0]
    assert (page.header("X-Edition"), page.header("X-Key")) == ("ar", KEY)
    assert page.header("Authorization") == f"Basic {BASE64}=="
    assert page.header("Cookie") == f"member={JAR}"
    assert f"session={SESSION}" in (site.wire.of("/news/4")[0].header("Cookie") or "")
    robots = site.wire.of("/robots.txt")[0]
    assert (robots.header("X-Key"), robots.header("Cookie")) == (KEY, None)

    held = left_behind(layout)
    assert {"index.db", "frontier.db", "index.cdxj"} <= set(held)
    for secret in SECRETS:
        assert [name for name, data in held.items() if secret.encode() in data] == []
        assert secret not in done.stdout + done.stderr
    whole = b"".join(held.values())
    assert b"X-Edition: ar\r\n" in whole
    assert b"X-Key: [redacted]\r\n" in whole
    assert b"Set-Cookie: [redacted]\r\n" in whole
    assert b"warraq-redacted: X-Key\r\n" in whole
    verified = subprocess.run(
        [Path(sys.executable).with_name("warraq"), "-C", layout.root, "verify"], check=False
    )
    assert verified.returncode == 0
    scrapy = {
        "SCRAPY_SETTINGS_MODULE": "crawler.engine.scrapy_settings",
        "WARRAQ_COLLECTION": str(layout.root),
    }
    for command, environment in (
        (["warraq", "-C", layout.root, "status", "--json"], {}),
        (["warraq", "-v", "-C", layout.root, "doctor"], {}),
        (["scrapy", "crawl", "paper", "-s", "LOG_LEVEL=DEBUG"], scrapy),
    ):
        told = subprocess.run(
            [Path(sys.executable).with_name(command[0]), *command[1:]],
            env=os.environ | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said = told.stdout + told.stderr
        assert said
        assert not [secret for secret in SECRETS if secret in said]
    assert "/> (referer" in said  # it told all there was to tell


def test_no_other_host_gets_a_secret(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for what a page shows nor behind a redirect; plain headers go everywhere."""
    monkeypatch.setenv("PAPER_KEY", KEY)
    monkeypatch.setenv("PAPER_PASSWORD", BASIC)
    head = "# Netscape HTTP Cookie File\n"
    (tmp_path / "cookies.txt").write_text(head + cookie_line("127.0.0.1", "member", JAR))
    picture = say(b"\x89PNG", kind="image/png")
    with Site({"/picture.png": picture, "/moved.png": picture}, host="127.0.0.2") as other:
        shown = ("/picture.png", "/led-away.png")
        images = [f'<img src="{other.url}/picture.png">', '<img src="/led-away.png">']
        page = article("/news/1").replace("</article>", "".join(images) + "</article>")
        site.routes |= {
            "/news/1": say(page),
            "/led-away.png": redirect(f"{other.url}/moved.png"),
        }
        layout = CollectionFolder.create(tmp_path / "c", "")
        config = parse_config(
            SITE.format(url=site.url)
            + 'requisites = true\nheaders = { X-Edition = "ar", X-Key = "env:PAPER_KEY" }\n'
            + f'cookies_file = "{tmp_path}/cookies.txt"\n'
            + 'login = { kind = "basic", username = "u", password = "env:PAPER_PASSWORD" }\n'
        )
        (paper,) = config.sites
        # the other host may be asked, and is not the site's own
        monkeypatch.setattr("crawler.fetch.address_guard.is_public", bool)
        crawl_sites(layout, config, [paper])
        assert site.wire.of(shown[1])[0].header("X-Key") == KEY
        for target in ("/picture.png", "/moved.png"):
            asked = other.wire.of(target)
            assert asked, other.wire.targets
            for exchange in asked:
                assert exchange.header("X-Edition") == "ar"
                assert not [secret for secret in SECRETS if secret.encode() in exchange.request]
                assert exchange.header("Authorization") is exchange.header("Cookie") is None


def test_own_hosts_are_asked_over_https_or_as_start_says(tmp_path: Path) -> None:
    """Secrets do not go out in the clear because a link says http, nor to another port or host."""
    (tmp_path / "c.txt").write_text(
        "# Netscape HTTP Cookie File\n"
        + cookie_line("news.example", "member", JAR)
        + ".news.example\tTRUE\t/\tTRUE\t0\twide\tw\n"
        + cookie_line("other.example", "foreign", "f")
        + cookie_line("news.example", "old", "o", expires="10")
        + cookie_line("news.example", "deep", "d", path="/in")
        + "#HttpOnly_news.example\tFALSE\t/\tTRUE\t4000000000\thidden\th\n"
    )
    site = SiteConfig(name="a", start=("https://news.example/",), cookies_file="c.txt")
    access = SiteAccess(site, tmp_path)
    names = {
        url: sorted(name.decode() for name, _ in access.cookies_for(url))
        for url in (
            "https://news.example/",
            "https://news.example/in/side",
            "https://www.news.example/",
            "http://news.example/",
            "https://news.example:8443/",
            "https://sub.news.example/",
            "https://other.example/",
        )
    }
    assert names == {
        "https://news.example/": ["hidden", "member", "wide"],
        "https://news.example/in/side": ["deep", "hidden", "member", "wide"],
        "https://www.news.example/": ["wide"],
        "http://news.example/": [],
        "https://news.example:8443/": [],
        "https://sub.news.example/": [],
        "https://other.example/": [],
    }


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "cannot be read: No such file"),
        (f"member={JAR}\n", "no cookies.txt in Netscape's format"),
        (f"# Netscape HTTP Cookie File\nnews.example\t{JAR}\n", "no cookies.txt"),
        (
            f"# Netscape HTTP Cookie File\nnews.example\tFALSE\t/\tFALSE\t{JAR}\ta\tb\n",
            "no cookies.txt",
        ),
        ("# Netscape HTTP Cookie File\n", "no cookie that is still valid"),
        (
            "# Netscape HTTP Cookie File\n" + cookie_line("a.example", "a", "b", expires="1"),
            "no cookie that is still valid",
        ),
    ],
)
def test_a_wrong_cookies_file_is_one_clear_line(
    tmp_path: Path, site: Site, content: str | None, part: str
) -> None:
    """Before anything is asked for; what it holds is not repeated."""
    if content is not None:
        (tmp_path / "cookies.txt").write_text(content)
    layout = created(tmp_path, site, f'cookies_file = "{tmp_path}/cookies.txt"\n')
    done = crawl(layout)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if "cookies_file" in line]
    assert len(lines) == 1, done.stderr
    assert "[sites.paper] cookies_file" in lines[0]
    assert part in lines[0]
    assert JAR not in done.stderr
    assert "Traceback" not in done.stderr
    assert site.wire.exchanges == []


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ('headers = { X-Key = "env:PAPER_NOT_SET" }', "headers X-Key: the environment variable"),
        (
            'login = { kind = "basic", username = "a", password = "file:absent" }',
            "login: absent cannot be read",
        ),
        ('proxy = "env:PAPER_NOT_SET"', "proxy: the environment variable PAPER_NOT_SET"),
        (
            'ip_family = 4\nproxy = "http://127.0.0.1:1"',
            "ip_family: the http proxy chooses the version of IP itself",
        ),
    ],
)
def test_what_is_missing_is_said_before_the_crawl(
    tmp_path: Path, site: Site, line: str, part: str
) -> None:
    """In one line that names site and key."""
    config = parse_config(SITE.format(url=site.url) + line)
    layout = CollectionFolder.create(tmp_path / "c", "")
    with pytest.raises(ConfigError, match=re.escape(f"[sites.paper] {part}")):
        crawl_sites(layout, config, config.sites)
    assert site.wire.exchanges == []


def test_a_site_s_own_cookies_are_kept_apart(tmp_path: Path, site: Site) -> None:
    """What the site sets before anything of the operator's was sent stands in the record beside
    what is left out.
    """
    (tmp_path / "cookies.txt").write_text(
        "# Netscape HTTP Cookie File\n" + cookie_line("127.0.0.1", "member", JAR, path="/news")
    )

    async def once(talk: Talk) -> None:
        await talk.reply(listing("أ", ["/news/1"]), headers={"Set-Cookie": "seen=1; Path=/"})

    site.routes["/"] = once
    layout = created(tmp_path, site, f'cookies_file = "{tmp_path}/cookies.txt"\n')
    assert crawl(layout).returncode == 0
    sent = site.wire.of("/news/1")[0].header("Cookie")
    assert sent == f"seen=1; member={JAR}"
    whole = b"".join(left_behind(layout).values())
    assert b"Cookie: seen=1; [redacted]\r\n" in whole
    assert b"Set-Cookie: seen=1; Path=/\r\n" in whole
    assert JAR.encode() not in whole
