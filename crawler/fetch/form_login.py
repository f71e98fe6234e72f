"""Logging in by a form: the page it stands on, the POST, and where that leads.

None of it is archived: it holds the operator's name and password. What it raises repeats neither.
Pace and cookies are those of whoever logs in (`LoginSession`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode, urljoin

import lxml.etree
import lxml.html

from archive.content_coding import decode_entity
from archive.credentials import Login
from archive.errors import WarraqError
from archive.urls import normalise_url, origin_of, redirect_target
from archive.warc.http_message import HttpMessage, parse_response
from crawler.fetch.errors import FetchError
from crawler.fetch.http_client import HttpClient
from crawler.fetch.operator_secrets import OperatorSecrets
from crawler.fetch.request import HttpRequest

_REDIRECTS = 10
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_REPEATED = frozenset({307, 308})  # they ask for the POST itself again (RFC 9110 §15.4)
_LIMIT = 5_000_000  # bytes of a page that are looked at
_FORM = (b"Content-Type", b"application/x-www-form-urlencoded")


class LoginError(WarraqError):
    """The site did not let the operator in; the message names neither name nor password."""


class LoginSession(Protocol):
    """Whoever logs in."""

    def secrets_for(self, url: str) -> OperatorSecrets:
        """What goes out with a request for `url`."""

    def take_cookies(self, url: str, values: list[str]) -> bool:
        """Keep what an answer set (Set-Cookie values)."""

    def is_own(self, url: str) -> bool:
        """Whether an address is the site's own."""

    async def wait_turn(self, url: str) -> None:
        """Wait until the host of `url` may be asked."""


@dataclass(slots=True, kw_only=True)
class FormLogin:
    """One login. `headers` are those of every request of the crawl."""

    client: HttpClient
    session: LoginSession
    login: Login
    headers: tuple[tuple[bytes, bytes], ...] = ()
    _set_cookie: bool = False

    async def log_in(self, username: str, password: str) -> None:
        """Log in; LoginError where the site does not take it."""
        login = self.login
        assert login.url is not None  # noqa: S101 - see parse_login
        page = login.page or login.url
        came_to, answer = await self._ask(page)
        form = _form_with(answer, login.password_field)
        fields = dict(form.hidden) if form else {}
        fields |= {
            **dict(login.fields),
            login.username_field: username,
            login.password_field: password,
        }
        target = self._target(form, came_to) if login.page is None else login.url
        _, answer = await self._ask(target, urlencode(fields).encode("ascii"), referer=came_to)
        self._judge(answer)

    def _target(self, form: _Form | None, page: str) -> str:
        """Where the form is sent: to its action, but never to another site."""
        assert self.login.url is not None  # noqa: S101 - see parse_login
        if form is None:
            return self.login.url
        target = normalise_url(urljoin(page, form.action)) or ""
        if origin_of(target) != origin_of(self.login.url) and not self.session.is_own(target):
            raise LoginError(f"its form would be sent elsewhere, to {origin_of(target)}")
        return target

    def _judge(self, answer: HttpMessage) -> None:
        if (answer.status or 0) >= 400:
            raise LoginError(f"HTTP {answer.status}")
        if self.login.success is not None:
            if self.login.success not in _text(answer):
                raise LoginError("the answer does not hold the text of `success`")
        elif _form_with(answer, self.login.password_field):
            raise LoginError("the site shows its form again")
        elif not self._set_cookie:
            raise LoginError("the site set no cookie")

    async def _ask(
        self, url: str, body: bytes = b"", referer: str | None = None
    ) -> tuple[str, HttpMessage]:
        """The address and answer at the end of the redirects of the site itself."""
        for _ in range(_REDIRECTS):
            answer = await self._ask_once(url, body, referer)
            location = answer.location if answer.status in _REDIRECT else None
            target = redirect_target(location, url) if location else None
            if target is None:
                return url, answer
            same = origin_of(target) == origin_of(url)
            if body and answer.status in _REPEATED and not same:
                raise LoginError(f"it would be sent elsewhere, to {origin_of(target)}")
            if not (same or self.session.is_own(target)):
                return url, answer
            body = body if answer.status in _REPEATED else b""
            url = target
        raise LoginError(f"more than {_REDIRECTS} redirects")

    async def _ask_once(self, url: str, body: bytes, referer: str | None) -> HttpMessage:
        await self.session.wait_turn(url)
        of_post = (_FORM, (b"Origin", origin_of(url).encode())) if body else ()
        came_from = ((b"Referer", referer.encode()),) if referer else ()
        request = HttpRequest(
            url=url,
            method="POST" if body else "GET",
            headers=(*self.headers, *came_from, *of_post),
            body=body,
            secrets=self.session.secrets_for(url),
        )
        try:
            exchange = await self.client.fetch(request)
        except FetchError as error:  # its URL and detail may hold what a redirect gave us
            raise LoginError(f"{origin_of(url)} could not be asked ({error.reason})") from None
        answer = parse_response(exchange.response)
        cookies = answer.headers_all("Set-Cookie")
        self._set_cookie = self._set_cookie or bool(cookies)
        self.session.take_cookies(url, cookies)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    action: str
    hidden: tuple[tuple[str, str], ...]


def _text(answer: HttpMessage) -> str:
    body = decode_entity(answer.entity, answer.entity_codings, _LIMIT).body
    return body.decode("utf-8", "replace")


def _form_with(answer: HttpMessage, field: str) -> _Form | None:
    """The first form of a page that has an input of this name, and its hidden ones."""
    text = _text(answer)
    if not text.strip():
        return None
    try:
        page = lxml.html.document_fromstring(text.encode(), parser=_parser())
    except lxml.etree.ParserError:
        return None
    for form in page.iter("form"):
        inputs = [(each.get("name"), each) for each in form.iter("input")]
        if field in [name for name, _ in inputs]:
            hidden = [
                (name, each.get("value") or "")
                for name, each in inputs
                if name and (each.get("type") or "").strip().lower() == "hidden"
            ]
            return _Form(action=(form.get("action") or "").strip(), hidden=tuple(hidden))
    return None


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8")
