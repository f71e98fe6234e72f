"""Logging in as the operator, and once more where the session ends."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from loopback_site.server import Behaviour, Site, Talk
from loopback_site.small_paper import article, listing

from archive.layout import CollectionFolder
from archive.verify.strict_reader import raw_records
from archive.warc.capture_reader import read_record

NAME, WORD, SESSION, TOKEN = "CANARYname", "CANARYword", "CANARYsession", "CANARYtoken"
PAGES = [f"/news/{number}" for number in range(1, 6)]
CONFIG = """[collection]
name = "x"
[sites.paper]
start = "{url}/"
delay = 0
concurrency = 2
login = {{ url = "{url}/in", username = "env:PAPER_USER", password = "env:PAPER_WORD"{more} }}
"""
FORM = f"""<html><body><form action="/search"><input name="q"></form>
<form method="post" action="/do-in"><input type="hidden" name="csrf" value="{TOKEN}">
<input name="username"><input type="password" name="password"></form></body></html>"""


@dataclass
class Members:
    """A site whose pages only members see. `ends_after`: pages shown before a session ends."""

    ends_after: int = 1000
    takes: str = WORD
    sessions: int = 0
    shown: int = 0
    form: str = FORM
    posted: list[bytes] = field(default_factory=list)

    def page(self, body: str) -> Behaviour:
        async def behave(talk: Talk) -> None:
            if f"sid={SESSION}{self.sessions}" not in (talk.header("Cookie") or ""):
                await talk.reply("<h1>members only</h1>", status="401 Unauthorized")
                return
            self.shown += 1
            if self.shown == self.ends_after:
                self.sessions += 100
            await talk.reply(body)

        return behave

    async def show_form(self, talk: Talk) -> None:
        if talk.method == "POST":
            await self.take(talk)
        else:
            await talk.reply(self.form, headers={"Set-Cookie": "csrf=c0; Path=/"})

    async def take(self, talk: Talk) -> None:
        self.posted.append(talk.exchange.request)
        if f"password={self.takes}".encode() not in talk.exchange.request:
            await talk.reply(self.form)
            return
        self.sessions += 1
        headers = {"Set-Cookie": f"sid={SESSION}{self.sessions}; Path=/; HttpOnly", "Location": "/"}
        await talk.reply("", status="303 See Other", headers=headers)


@pytest.fixture
def members() -> Members:
    return Members()


@pytest.fixture
def site(members: Members) -> Iterator[Site]:
    routes: dict[str, Behaviour] = {page: members.page(article(page)) for page in PAGES}
    routes |= {
        "/": members.page(listing("الجريدة", PAGES)),
        "/in": members.show_form,
        "/do-in": members.take,
    }
    with Site(routes) as running:
        yield running


@pytest.fixture
def layout(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> CollectionFolder:
    monkeypatch.setenv("PAPER_USER", NAME)
    monkeypatch.setenv("PAPER_WORD", WORD)
    return CollectionFolder.create(tmp_path / "c", CONFIG.format(url=site.url, more=""))


def crawl(layout: CollectionFolder, *options: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("warraq"), "-v", "-C", layout.root, "crawl", *options]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=100, check=False)


def titles(layout: CollectionFolder) -> int:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as index:
        return int(index.execute("SELECT count(*) FROM articles").fetchone()[0])


def failures(layout: CollectionFolder) -> list[str]:
    with sqlite3.connect(f"file:{layout.index_db}?mode=ro", uri=True) as index:
        return [row[0] for row in index.execute("SELECT reason FROM failures")]


def repeated(layout: CollectionFolder, said: str) -> list[str]:
    """Where a secret stands that should stand nowhere."""
    secrets = (NAME, WORD, SESSION, TOKEN)
    found = [f"said: {secret}" for secret in secrets if secret in said]
    for path in layout.root.rglob("*"):
        if path.is_file() and not path.name.endswith(".warc.gz"):
            found += [path.name for secret in secrets if secret.encode() in path.read_bytes()]
    for path in layout.archive.glob("*.warc.gz"):
        for raw in raw_records(path):
            record = read_record(path, raw.offset)
            text = str(record.headers).encode() + record.block
            found += [f"{path.name}:{raw.offset}" for secret in secrets if secret.encode() in text]
    return found


def test_a_site_for_members_is_crawled(
    layout: CollectionFolder, site: Site, members: Members
) -> None:
    """With the form's hidden fields, by one login, of which nothing is kept anywhere."""
    done = crawl(layout)
    assert done.returncode == 0, done.stderr
    assert titles(layout) == len(PAGES)
    (posted,) = members.posted
    assert f"csrf={TOKEN}".encode() in posted
    assert f"username={NAME}".encode() in posted
    assert b"Cookie: csrf=c0" in posted
    assert site.wire.targets.count("/in") == 1
    assert repeated(layout, done.stdout + done.stderr) == []
    assert b"/do-in" not in layout.index_db.read_bytes()


def test_fields_are_configurable(layout: CollectionFolder, site: Site, members: Members) -> None:
    """Names of the two fields, further ones, and a page of the form that is another."""
    site.routes["/other"] = site.routes.pop("/in")
    site.routes["/in"] = members.take
    members.form = FORM.replace('name="password"', 'name="pw"').replace("username", "email")
    members.takes = "no"
    more = (
        f', page = "{site.url}/other", username_field = "email", password_field = "pw", '
        'fields = { remember = "yes", password = "no" }'
    )
    layout.config.write_text(CONFIG.format(url=site.url, more=more))
    assert crawl(layout).returncode == 0
    (posted,) = members.posted
    assert posted.startswith(b"POST /in ")
    for part in (f"email={NAME}", f"pw={WORD}", "remember=yes", f"csrf={TOKEN}"):
        assert part.encode() in posted


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("word", "the site shows its form again"),
        ("status", "HTTP 403"),
        ("silent", "the site set no cookie"),
        ("text", "the answer does not hold the text of `success`"),
        ("closed", "could not be asked (no-response)"),
        ("elsewhere", "its form would be sent elsewhere"),
    ],
)
def test_a_login_that_fails_ends_the_crawl(
    layout: CollectionFolder, site: Site, members: Members, how: str, why: str
) -> None:
    """The site counts as failed, with one line that says why and repeats no secret; no page is
    captured as strangers see it.
    """

    async def refuse(talk: Talk) -> None:
        await talk.reply("no", status="403 Forbidden")

    async def nothing(talk: Talk) -> None:
        await talk.reply("fine")

    async def close(talk: Talk) -> None:
        talk.reset()

    members.takes = "another" if how == "word" else WORD
    if how == "elsewhere":
        members.form = FORM.replace("/do-in", "http://127.0.0.3:9/do-in")
    if how in ("status", "silent", "closed"):
        chosen = {"status": refuse, "silent": nothing, "closed": close}[how]
        site.routes |= {"/do-in": chosen}
    if how == "silent":
        site.routes["/in"] = nothing
    if how == "text":
        more = ', success = "Welcome"'
        layout.config.write_text(CONFIG.format(url=site.url, more=more))
    done = crawl(layout)
    assert done.returncode == 3
    (reason,) = failures(layout)
    assert reason.startswith(f"the login at {site.url}/in failed: ")
    assert why in reason
    assert sum(reason in line for line in done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert repeated(layout, done.stdout + done.stderr) == []
    assert not set(site.wire.targets) & {"/", *PAGES} - ({"/"} if how == "text" else set())


def test_a_session_that_ends_is_begun_again_once(
    layout: CollectionFolder, members: Members
) -> None:
    """Whoever was told 401 meanwhile is asked for again; none is lost."""
    members.ends_after = 3
    done = crawl(layout)
    assert done.returncode == 0, done.stderr
    assert titles(layout) == len(PAGES)
    assert len(members.posted) == 2
    assert repeated(layout, done.stdout + done.stderr) == []


def test_a_site_that_never_lets_in_is_asked_twice(
    layout: CollectionFolder, site: Site, members: Members
) -> None:
    """A login that brings nothing is not repeated for each page."""
    members.ends_after = 1

    async def useless(talk: Talk) -> None:
        members.posted.append(talk.exchange.request)
        await talk.reply("fine", headers={"Set-Cookie": "other=1"})

    site.routes["/do-in"] = useless
    assert crawl(layout).returncode == 3
    assert len(members.posted) == 2


def test_a_redirect_to_the_login_ends_a_session_too(
    layout: CollectionFolder, site: Site, members: Members
) -> None:
    """Where a site sends strangers to its form instead of saying 401."""
    page = members.page(article("/news/1"))

    async def once(talk: Talk) -> None:
        if not members.posted[1:]:
            headers = {"Location": "/in?next=/news/1"}
            await talk.reply("", status="302 Found", headers=headers)
        else:
            await page(talk)

    site.routes["/news/1"] = once
    done = crawl(layout)
    assert done.returncode == 0, done.stderr
    assert titles(layout) == len(PAGES)
    assert len(members.posted) == 2


def test_a_crawl_that_goes_on_logs_in_anew(layout: CollectionFolder, members: Members) -> None:
    """No session is kept on disk, so the next crawl has one of its own."""
    assert crawl(layout, "--limit", "2").returncode == 0
    assert titles(layout) < len(PAGES)
    done = crawl(layout)
    assert done.returncode == 0, done.stderr
    assert titles(layout) == len(PAGES)
    assert len(members.posted) == 2
    assert failures(layout) == []
