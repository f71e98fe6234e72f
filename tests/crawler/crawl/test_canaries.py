"""Secrets sown everywhere a crawl comes by, and looked for everywhere it leaves something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from loopback_site.closed_network import closed
from loopback_site.documents import sitemap
from loopback_site.server import Site, say
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder
from archive.verify.strict_reader import raw_records
from archive.warc.capture_reader import read_record

CANARY = "CANARY7f3a"
SESSION = "a-session-of-the-site"
CONFIG = '[collection]\nname = "test"\n[sites.paper]\nstart = "{url}/"\ndelay = 0\n'


def sown(site: Site) -> dict[str, object]:
    """Pages that set cookies, ask for a password, and name addresses with passwords in them."""
    secret = site.url.replace("://", f"://user:{CANARY}@")
    links = [
        "/news/1",
        f"{secret}/news/2",
        f"//user:{CANARY}@{site.authority}/news/3",
        "/moved",
        "/login",
    ]
    return {
        "/robots.txt": say(
            f"Sitemap: {secret}/map.xml\n", kind="text/plain", Set_Cookie=f"robots={CANARY}"
        ),
        "/map.xml": say(sitemap(f"{secret}/news/4"), kind="application/xml"),
        "/": say(listing("الجريدة", links), Set_Cookie=f"session={SESSION}; Path=/"),
        "/moved": say("", status="302 Found", Location=f"{secret}/news/5"),
        "/login": say("who?", status="401 Unauthorized", WWW_Authenticate='Basic realm="x"'),
        **{
            f"/news/{number}": say(article(f"/news/{number}", links=[f"{secret}/news/6"]))
            for number in range(7)
        },
    }


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[CollectionFolder, Site, str]:
    """The collection after a crawl with secrets in the environment and the home folder too; the
    site; what was said.
    """
    folder = tmp_path_factory.mktemp("canaries")
    (folder / ".netrc").write_text(f"machine 127.0.0.1 login user password {CANARY}\n")
    (folder / ".netrc").chmod(0o600)
    with Site() as site:
        site.routes.update(sown(site))
        layout = CollectionFolder.create(folder / "c", CONFIG.format(url=site.url))
        proxy = f"http://user:{CANARY}@127.0.0.1:9"
        secrets = {
            "AWS_SECRET_ACCESS_KEY": CANARY,
            "http_proxy": proxy,
            "HTTP_PROXY": proxy,
            "HOME": str(folder),
        }
        command = [Path(sys.executable).with_name("warraq"), "-v", "-C", layout.root, "crawl"]
        done = subprocess.run(
            command,
            env=os.environ | secrets,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
        assert done.returncode in (0, 3), done.stderr
        return layout, site, done.stdout + done.stderr


def test_no_request_carries_a_secret(left: tuple[CollectionFolder, Site, str]) -> None:
    """No password is given, no proxy of the environment is asked; cookies are those of the site.

    Links with a password in them are not followed at all; where a redirect has one, it is followed
    without it.
    """
    _, site, _ = left
    assert [target for target in sorted(site.wire.targets) if target.startswith("/news/")] == [
        "/news/1",
        "/news/5",
    ]
    for exchange in site.wire.exchanges:
        assert CANARY.encode() not in exchange.request
        assert exchange.header("Cookie") in {None, f"session={SESSION}"}
        assert exchange.header("Authorization") is None


def test_nothing_of_ours_repeats_a_secret(left: tuple[CollectionFolder, Site, str]) -> None:
    """Logs, index, frontier, CDXJ, and every WARC record but the bytes that the server itself
    sent. The site's own session is in the exchanges alone.
    """
    layout, _, said = left
    assert CANARY not in said
    files = [
        path
        for path in layout.root.rglob("*")
        if path.is_file() and not path.name.endswith(".warc.gz")
    ]
    assert {"index.db", "frontier.db", "index.cdxj"} <= {path.name for path in files}
    assert [path.name for path in files if CANARY.encode() in path.read_bytes()] == []
    assert [path.name for path in files if SESSION.encode() in path.read_bytes()] == []
    assert SESSION not in said
    for path in layout.archive.glob("*.warc.gz"):
        for raw in raw_records(path):
            record = read_record(path, raw.offset)
            kind = raw.first("WARC-Type")
            assert CANARY not in str(record.headers), kind
            if kind != "response":  # which is kept as it was sent: that is what an archive is for
                assert CANARY.encode() not in record.block, kind


def test_files_are_closed_to_others(left: tuple[CollectionFolder, Site, str]) -> None:
    """Nothing of a collection can be read by other users of the machine, whatever the folder it
    lies in.
    """
    layout, _, _ = left
    found = [path for path in layout.root.rglob("*") if path.name != "lock.holder"]
    assert {
        layout.archive,
        layout.index_db,
        layout.cdxj,
        layout.frontier,
        layout.fixity / "chain.jsonl",
    } <= set(found)
    assert [path for path in found if path.stat().st_mode & 0o007] == []


def test_the_network_is_closed_to_what_follows_links() -> None:
    """What runs closed reaches loopback and nothing else (or a note has said that it cannot be
    closed here).
    """
    code = (
        "import socket; s=socket.socket(); s.settimeout(1); print(s.connect_ex(('192.0.2.1', 80)))"
    )
    if closed():
        done = subprocess.run(
            [*closed(), sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert done.stdout.strip() != "0"
