"""What of the operator goes with the requests of one site's crawl: secret headers, Basic
credentials, and cookies of a file, a login or a spider.

Read when the crawl begins and held in memory only. Everything goes to the site's own hosts, over
https or to an origin that `start` names; cookies moreover only where they belong (RFC 6265 §5).
How it is kept out of the archive is `crawler.fetch.operator_secrets`'.
"""

from __future__ import annotations

import base64
import urllib.request
import warnings
from collections.abc import Iterable, Mapping
from email.message import Message
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy, LoadError, MozillaCookieJar
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request

from archive.config import SiteConfig
from archive.credentials import ProxyServer
from archive.errors import ConfigError
from archive.urls import normalise_url, origin_of, site_host
from archive.warc.serialization import REDACTED
from crawler.fetch.operator_secrets import OperatorSecrets

# Key of Request.meta: what the secrets that a spider gave a request are kept under in memory, and
# the URL that they go to. A spider may hand its meta on to others, and means no secrets by it.
KEPT_SECRETS = "warraq_kept_secrets"


def kept_name(request: Request) -> str | None:
    """The name that the secrets of a request are kept under; None if it has none."""
    name, url = request.meta.get(KEPT_SECRETS) or (None, None)
    return name if url == request.url else None


# A cookie that names no domain goes to no subdomain.
_POLICY = DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)


class SiteAccess:
    """The operator's secrets for one site.

    `folder` is the collection's. Raises ConfigError where something is missing or contradictory,
    in one line that names site and key and repeats no secret.
    """

    def __init__(self, site: SiteConfig, folder: Path) -> None:
        self._site = site
        self._folder = folder
        self._origins = {origin_of(normalise_url(url) or url) for url in site.start}
        self._hosts = {site_host(url) for url in site.start}
        # where cookies may go besides: what a login or a spider names
        self._cookie_origins: set[str] = set()
        self._jar = CookieJar(_POLICY)
        self._kept: dict[str, OperatorSecrets] = {}
        self._secret_headers = self._read_headers()
        self.username, self.password = self._read_login()
        if site.cookies_file is not None:
            self._load_cookies(folder / Path(site.cookies_file).expanduser())
        self.proxy = self._read_proxy()

    # ------------------------------------------------------------------------------- configuration

    def _refuse(self, key: str, problem: object) -> ConfigError:
        return ConfigError(f"warraq.toml: [sites.{self._site.name}] {key}: {problem}")

    def _read_headers(self) -> tuple[tuple[bytes, bytes], ...]:
        secret = []
        for header in self._site.headers:
            try:
                value = header.value.read_secret(self._folder).encode("latin-1")
            except UnicodeEncodeError:
                problem = "its value has letters that no header can hold (ISO 8859-1)"
                raise self._refuse(f"headers {header.name}", problem) from None
            except ValueError as problem:
                raise self._refuse(f"headers {header.name}", problem) from problem
            if header.secret:
                secret.append((header.name.encode("ascii"), value))
        return tuple(secret)

    def _read_login(self) -> tuple[str, str]:
        login = self._site.login
        if login is None:
            return "", ""
        try:
            username = login.username.read_secret(self._folder)
            password = login.password.read_secret(self._folder)
        except ValueError as problem:
            raise self._refuse("login", problem) from problem
        if login.kind == "basic":
            if ":" in username:
                raise self._refuse("login", "a username with a colon cannot be sent (RFC 7617 §2)")
            pair = base64.b64encode(f"{username}:{password}".encode())
            self._secret_headers += ((b"Authorization", b"Basic " + pair),)
        self._cookie_origins |= {origin_of(url) for url in (login.url, login.page) if url}
        return username, password

    def _load_cookies(self, path: Path) -> None:
        loaded = MozillaCookieJar(path)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its message has the line in it
                loaded.load(ignore_discard=True, ignore_expires=True)
        except LoadError:
            problem = f"{path} is no cookies.txt in Netscape's format"
            raise self._refuse("cookies_file", problem) from None
        except UnicodeDecodeError:
            raise self._refuse("cookies_file", f"{path} is not UTF-8 text") from None
        except OSError as error:
            problem = f"{path} cannot be read: {error.strerror}"
            raise self._refuse("cookies_file", problem) from error
        for cookie in loaded:
            cookie.expires = cookie.expires or None  # 0 is how tools write "as long as the session"
            if "." not in cookie.domain and ":" not in cookie.domain:
                cookie.domain += ".local"  # as http.cookiejar calls a host without a dot
            self._jar.set_cookie(cookie)
        self._jar.clear_expired_cookies()
        if not len(self._jar):
            raise self._refuse("cookies_file", f"{path} holds no cookie that is still valid")

    def _read_proxy(self) -> ProxyServer | None:
        if self._site.proxy is None:
            return None
        try:
            proxy = self._site.proxy.server(self._folder)
        except ValueError as problem:
            raise self._refuse("proxy", problem) from problem
        if self._site.ip_family is not None and proxy.scheme != "socks5":
            against = f"the {proxy.scheme} proxy chooses the version of IP itself: keep one of them"
            raise self._refuse("ip_family", against)
        return proxy

    # ----------------------------------------------------------------------------- what goes where

    def is_own(self, url: str) -> bool:
        """Whether an address is the site's own: of an origin in `start`, or of one of its hosts
        over https.
        """
        return origin_of(url) in self._origins or (
            url.startswith("https:") and site_host(url) in self._hosts
        )

    def secrets_of(self, request: Request, *, cookies: bool = True) -> OperatorSecrets:
        """What goes out with a request: what its spider or a middleware gave it, then the site's.

        Without `cookies` (robots.txt) none of them, and none with `dont_merge_cookies`.
        """
        secrets = self._kept.get(kept_name(request) or "", OperatorSecrets())
        if cookies and not request.meta.get("dont_merge_cookies"):
            secrets = secrets.over(OperatorSecrets(cookies=self.cookies_for(request.url)))
        if self.is_own(request.url):
            secrets = secrets.over(OperatorSecrets(headers=self._secret_headers))
        return secrets

    def cookies_for(self, url: str) -> tuple[tuple[bytes, bytes], ...]:
        """The operator's cookies that belong to an address, as (name, value)."""
        if next(iter(self._jar), None) is None:
            return ()
        if not (self.is_own(url) or origin_of(url) in self._cookie_origins):
            return ()
        asking = urllib.request.Request(url)  # noqa: S310 - it is never opened
        self._jar.add_cookie_header(asking)
        header = _wire_bytes(asking.get_header("Cookie") or "")
        pairs = (pair.partition(b"=") for pair in header.split(b"; "))
        return tuple((name, value) for name, _, value in pairs if name)

    def take_cookies(self, url: str, values: Iterable[str]) -> bool:
        """Keep the cookies that an answer to a request with secrets set (values of Set-Cookie as
        latin-1); whether that changed anything.
        """
        message = Message()
        for value in values:
            if value != REDACTED.decode():  # of a record
                message["Set-Cookie"] = value
        before = self._contents()
        self._cookie_origins.add(origin_of(url))
        asked = urllib.request.Request(url)  # noqa: S310 - it is never opened
        self._jar.extract_cookies(cast("Any", _Answer(message)), asked)
        return before != self._contents()

    def _contents(self) -> set[tuple[str, str, str, str | None]]:
        return {(each.domain, each.path, each.name, each.value) for each in self._jar}

    # ------------------------------------------------------------------------- given by a spider

    def keep(self, name: str, secrets: OperatorSecrets) -> None:
        """Keep the secrets of a spider's request in memory, under a name that tells nothing."""
        self._kept[name] = secrets

    def has(self, name: str) -> bool:
        """Whether secrets of that name are kept: those of an earlier process are not."""
        return name in self._kept

    def keep_cookie(self, url: str, given: Mapping[str, Any]) -> None:
        """Keep a cookie that a spider gave with a request for `url`, for the rest of the crawl."""
        host = urlsplit(url).hostname or ""
        domain = str(given.get("domain") or host)
        self._cookie_origins.add(origin_of(url))
        self._jar.set_cookie(
            Cookie(
                version=0,
                name=str(given["name"]),
                value=str(given["value"]),
                port=None,
                port_specified=False,
                domain=domain if "." in domain else f"{domain}.local",
                domain_specified=bool(given.get("domain")),
                domain_initial_dot=domain.startswith("."),
                path=str(given.get("path") or "/"),
                path_specified=bool(given.get("path")),
                secure=bool(given.get("secure")),
                expires=None,
                discard=True,
                comment=None,
                comment_url=None,
                rest={},
            )
        )


class _Answer:
    """The headers of an answer, as http.cookiejar wants them."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def info(self) -> Message:
        """Its headers."""
        return self._message


def _wire_bytes(text: str) -> bytes:
    """The bytes of a Cookie header: those that a site sent, or UTF-8 where a file has others."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")
