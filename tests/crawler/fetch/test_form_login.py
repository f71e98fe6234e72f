"""The form of a login: which one, what is sent, and where to."""

from __future__ import annotations

import asyncio

import pytest
from loopback_site.server import Site, Talk, redirect, say

from archive.credentials import Login, Secret
from crawler.fetch.address_guard import AddressGuard
from crawler.fetch.form_login import FormLogin, LoginError
from crawler.fetch.http_client import HttpClient
from crawler.fetch.operator_secrets import OperatorSecrets

NAME, WORD = "CANARYname", "CANARY wörd&="


class Session:
    """Keeps what is set, sends nothing, and takes one site for its own."""

    def __init__(self, own: str) -> None:
        self.own = own
        self.cookies: list[str] = []

    def secrets_for(self, url: str) -> OperatorSecrets:
        del url
        return OperatorSecrets()

    def take_cookies(self, url: str, values: list[str]) -> bool:
        del url
        self.cookies += values
        return True

    def is_own(self, url: str) -> bool:
        return url.startswith(self.own)

    async def wait_turn(self, url: str) -> None:
        del url


def log_in(site: Site, *others: Site, **more: object) -> Session:
    session = Session(site.url)
    secret = Secret(name="")
    login = Login(
        kind="form",
        username=secret,
        password=secret,
        **{"url": f"{site.url}/in", **more},  # type: ignore[arg-type]
    )
    guard = AddressGuard.for_starts([each.url for each in (site, *others)])
    form = FormLogin(client=HttpClient(guard=guard), session=session, login=login)
    asyncio.run(form.log_in(NAME, WORD))
    return session


async def taken(talk: Talk) -> None:
    """Takes whatever is posted."""
    await talk.reply("", status="303 See Other", headers={"Set-Cookie": "s=1", "Location": "/me"})


@pytest.fixture
def site() -> Site:
    with Site({"/me": say("hello"), "/do-in": taken}) as running:
        yield running


@pytest.mark.parametrize(
    "page",
    [
        """<form action="/q"><input name="q"></form><FORM METHOD=post ACTION="/do-in"><p>
        <input type=HIDDEN name=t value="a&amp;b"><input name=username><input name=password>""",
        """<form action=" do-in " method="post"><input type="hidden" name="t" value="a&#38;b">
        <input name="password" type="password"></form>""",
    ],
)
def test_the_form_with_the_password_is_sent(site: Site, page: str) -> None:
    """Encoded as browsers do, with its hidden fields, to where it says; redirects are followed as
    pages.
    """
    site.routes["/in"] = say(page)
    session = log_in(site)
    (posted,) = site.wire.of("/do-in")
    assert posted.method == "POST"
    body = posted.request.partition(b"\r\n\r\n")[2]
    assert body == b"t=a%26b&username=CANARYname&password=CANARY+w%C3%B6rd%26%3D"
    assert posted.header("Content-Type") == "application/x-www-form-urlencoded"
    assert site.wire.of("/me")[0].method == "GET"
    assert session.cookies == ["s=1"]


def test_an_address_without_a_form_gets_it_itself(site: Site) -> None:
    """Where nothing, or nothing that can be read, is shown for a GET."""
    for shown in (b"", b"\xff\xfe\x00", b'{"login": true}'):

        async def both(talk: Talk, shown: bytes = shown) -> None:
            if talk.method == "POST":
                await taken(talk)
            else:
                await talk.reply(shown, status="405 No")

        site.routes["/in"] = both
        log_in(site)
    assert [each.method for each in site.wire.of("/in")] == ["GET", "POST"] * 3


def test_name_and_password_go_to_no_other_site(site: Site) -> None:
    """Neither by the form's action, nor by a redirect that asks for the POST again; a page that
    another site shows afterwards is not asked for.
    """
    with Site({"/do-in": taken, "/": say("other")}, host="127.0.0.2") as other:
        form = '<form action="{}"><input name="password"></form>'
        site.routes["/in"] = say(form.format(f"{other.url}/do-in"))
        with pytest.raises(LoginError, match="elsewhere"):
            log_in(site, other)
        site.routes["/in"] = say(form.format("/do-in"))
        site.routes["/do-in"] = redirect(f"{other.url}/do-in", status="307 Again")
        with pytest.raises(LoginError, match="elsewhere"):
            log_in(site, other)
        headers = {"Location": f"{other.url}/", "Set_Cookie": "s=1"}
        site.routes["/do-in"] = say("", status="302 Found", **headers)
        assert log_in(site, other).cookies == ["s=1"]
        assert other.wire.exchanges == []


@pytest.mark.parametrize("status", ["307 Again", "308 For ever"])
def test_a_redirect_may_ask_for_the_post_again(site: Site, status: str) -> None:
    """On the same site it gets it."""
    site.routes["/in"] = say('<form action="/first"><input name="password"></form>')
    site.routes["/first"] = redirect("/do-in", status=status)
    log_in(site)
    (posted,) = site.wire.of("/do-in")
    assert b"username=CANARYname" in posted.request


def test_redirects_that_never_end_are_a_failure(site: Site) -> None:
    """And a failure repeats neither name nor password."""
    site.routes["/in"] = redirect("/in")
    with pytest.raises(LoginError, match="redirects") as failure:
        log_in(site)
    assert "CANARY" not in str(failure.value)


def test_success_may_be_a_text(site: Site) -> None:
    """For sites that answer alike whatever comes of it."""
    site.routes["/in"] = say("hello", Set_Cookie="always=1")
    with pytest.raises(LoginError, match="success"):
        log_in(site, success="Welcome")
    assert log_in(site, success="ello")
