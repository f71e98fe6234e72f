"""What the operator gives a site to be let in with: extra headers, a login, a proxy.

Values as `warraq.toml` names them; a secret is read from the environment or a file only when a
crawl begins. No message and no `repr` here repeats one. What is sent where is
`crawler.crawl.site_access`'s to say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.config_parsers import nearest_word, parse_flag, parse_text, parse_url

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Header names that say by themselves that they hold a credential.
_SECRET_NAME = re.compile(r"auth|cookie|token|secret|passw|credential|session|api-?key|access-?key")
_CONNECTION = "it belongs to the connection, which is Warraq's own"
_WHOLE = "pages are asked for whole, or by what is known of them"
_REFUSED = {
    **dict.fromkeys(
        ("host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade"),
        _CONNECTION,
    ),
    **dict.fromkeys(("expect", "keep-alive", "proxy-connection", "http2-settings"), _CONNECTION),
    **dict.fromkeys(("range", "if-range", "if-match", "if-none-match"), _WHOLE),
    **dict.fromkeys(("if-modified-since", "if-unmodified-since"), _WHOLE),
    "accept-encoding": "bodies are kept as they come, and only gzip, deflate and br can be read",
    "proxy-authorization": "it is a proxy's: write it into `proxy`",
    "user-agent": "write it as `user_agent`",
}
PROXY_PORTS = {"http": 8080, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A text that `repr` does not show: `source` is "env" or "file", or "" where `name` is the text
    itself.
    """

    source: str = ""
    name: str = field(repr=False)

    def read_secret(self, folder: Path) -> str:
        """The text, one line; `folder` is what the path of a file is relative to.

        Raises ValueError saying what is missing, without the text.
        """
        text = self.name
        if self.source == "env":
            text = os.environ.get(self.name, "")
            if not text:
                raise ValueError(f"the environment variable {self.name} is not set")
        elif self.source == "file":
            try:
                text = (folder / self.name).expanduser().read_text("utf-8-sig").strip("\r\n")
            except UnicodeDecodeError:
                raise ValueError(f"{self.name} is not UTF-8 text") from None
            except OSError as error:
                raise ValueError(f"{self.name} cannot be read: {error.strerror}") from error
            if not text:
                raise ValueError(f"{self.name} is empty")
        if not text.isprintable():
            where = f" of {self.name}" if self.source else ""
            raise ValueError(f"the value{where} is not one line of text")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """An extra request header. One with `secret` goes to the site's own hosts only, and is written
    nowhere.
    """

    name: str
    value: Secret
    secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How to log in. `kind` "basic": by a header (RFC 7617). "form": by a POST to `url`, or to
    where the form that stands there leads; hidden fields come from the form of `page`, or of `url`.
    `success` is text that the answer must hold.
    """

    kind: str
    username: Secret
    password: Secret
    url: str | None = None
    page: str | None = None
    username_field: str = "username"
    password_field: str = "password"  # noqa: S105 - the name of a field
    fields: tuple[tuple[str, str], ...] = ()
    success: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy: its URL, and what it asks for."""

    url: Secret
    username: Secret | None = None
    password: Secret | None = None

    def server(self, folder: Path) -> ProxyServer:
        """The proxy with its secrets read; ValueError where one is missing."""
        server = _proxy_server(self.url.read_secret(folder), "" if self.url.source else None)
        if self.username is None or self.password is None:
            return server
        return ProxyServer(
            scheme=server.scheme,
            host=server.host,
            port=server.port,
            username=self.username.read_secret(folder),
            password=self.password.read_secret(folder),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyServer:
    """Where a proxy is, and as whom it is asked. `scheme`: http, https, socks5 or socks5h."""

    scheme: str
    host: str
    port: int
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def parse_secret(value: object) -> Secret:
    """A secret as `env:NAME` or `file:PATH`; what else was written is not repeated."""
    if isinstance(value, str):
        source, colon, name = value.strip().partition(":")
        if colon and source == "env" and _VARIABLE.fullmatch(name):
            return Secret(source=source, name=name)
        if colon and source == "file" and name.strip() and name.isprintable():
            return Secret(source=source, name=name.strip())
    raise ValueError('not a secret as "env:NAME" or "file:PATH"')


def _secret_or_text(value: object, what: str) -> Secret:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"not a {what} without text")
    if value.strip().startswith(("env:", "file:")):
        return parse_secret(value)
    if not value.isprintable():
        raise ValueError(f"not a {what} with line breaks or control characters")
    return Secret(name=value.strip())


def parse_headers(value: object) -> tuple[Header, ...]:
    """A table of header names and values; a value may be a table of `value` and `secret`."""
    if not isinstance(value, dict):
        raise ValueError("not a value that is no table")  # noqa: TRY004 - parsers raise ValueError
    headers = tuple(_parse_header(name, content) for name, content in value.items())
    names = [header.name.lower() for header in headers]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"not {name!r} twice")
    return headers


def _parse_header(name: str, content: object) -> Header:
    lower = name.lower()
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"not {name!r}, which is no name of a header")
    if lower in _REFUSED:
        raise ValueError(f"not {name!r}: {_REFUSED[lower]}")
    named = False
    if isinstance(content, dict):
        _refuse_others(content, ("value", "secret"), name)
        named = parse_flag(content.get("secret", False))
        content = content.get("value")
    text = _secret_or_text(content, f"{name!r}")
    secret = named or bool(text.source) or bool(_SECRET_NAME.search(lower))
    if not text.source and not _is_latin1(text.name):
        raise ValueError(f"not a {name!r} with letters that no header can hold (ISO 8859-1)")
    return Header(name=name, value=text, secret=secret)


def _is_latin1(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


_FORM_KEYS = ("url", "page", "username_field", "password_field", "fields", "success")
_LOGIN_KEYS = ("kind", "username", "password", *_FORM_KEYS)


def parse_login(value: object) -> Login:
    """A table of `kind`, `username`, `password` and, for a form, where and how it is sent."""
    if not isinstance(value, dict):
        raise ValueError("not a value that is no table")  # noqa: TRY004 - parsers raise ValueError
    _refuse_others(value, _LOGIN_KEYS, "login")
    kind = value.get("kind", "form")
    if kind not in ("form", "basic"):
        raise ValueError('not another `kind` than "form" or "basic"')
    if kind == "basic" and (extra := [key for key in _FORM_KEYS if key in value]):
        raise ValueError(f"not `{extra[0]}` where `kind` is basic: that is sent with a header")
    if kind == "form" and "url" not in value:
        raise ValueError("not a login without `url`, the address that it is sent to")
    for key in ("username", "password"):
        if key not in value:
            raise ValueError(f"not a login without `{key}`")
    fields = value.get("fields", {})
    if not isinstance(fields, dict):
        raise ValueError("not `fields` that are no table")  # noqa: TRY004 - as above
    texts = {key: parse_text(value[key]) for key in _FORM_KEYS[2:4] if key in value}
    return Login(
        kind=kind,
        username=_secret_or_text(value["username"], "username"),
        password=_password(value["password"]),
        fields=tuple((name, _field_text(name, text)) for name, text in fields.items()),
        success=parse_text(value["success"]) if "success" in value else None,
        **texts,
        **{key: parse_url(value[key]) for key in ("url", "page") if key in value},
    )


def _password(value: object) -> Secret:
    try:
        return parse_secret(value)
    except ValueError:
        raise ValueError('not a `password` other than as "env:NAME" or "file:PATH"') from None


def _field_text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not a field {name!r} that is no text")  # noqa: TRY004 - as above
    return value


def parse_proxy(value: object) -> Proxy:
    """The URL of a proxy, or a table of `url`, `username` and `password`."""
    table: Mapping[str, Any] = value if isinstance(value, dict) else {"url": value}
    _refuse_others(table, ("url", "username", "password"), "proxy")
    url = _secret_or_text(table.get("url"), "proxy")
    if not url.source:
        _proxy_server(url.name, "write `username` and `password` beside it")
    if ("username" in table) != ("password" in table):
        raise ValueError("not one of `username` and `password` without the other")
    if "username" not in table:
        return Proxy(url=url)
    username = _secret_or_text(table["username"], "username")
    return Proxy(url=url, username=username, password=_password(table["password"]))


def _proxy_server(url: str, no_password: str | None) -> ProxyServer:
    """A proxy's URL in its parts; a password in it is refused with the advice `no_password`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not a URL of a proxy that cannot be read") from None
    if parts.scheme not in PROXY_PORTS or not host or port == 0:
        raise ValueError("not a proxy other than http, https, socks5 or socks5h with a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("not a proxy with a path")
    if "@" in parts.netloc and no_password:
        raise ValueError(f"not a URL with a password in it: {no_password}")
    return ProxyServer(
        scheme=parts.scheme,
        host=host,
        port=port or PROXY_PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password or "") if parts.username is not None else None,
    )


def _refuse_others(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in table:
        if name not in known:
            near = nearest_word(name, known)
            hint = f"did you mean {near!r}?" if near else f"it may have: {', '.join(known)}"
            raise ValueError(f"not {name!r} in {where}; {hint}")


def contradiction(values: Mapping[str, Any]) -> str | None:
    """What two keys of one site say against each other, or None; `values` are as configured."""
    names = {header.name.lower() for header in values.get("headers", ())}
    login = values.get("login")
    if "cookie" in names and "cookies_file" in values:
        return "`headers` has a Cookie and there is a `cookies_file`: keep one of them"
    if "cookie" in names and login is not None and login.kind == "form":
        return "`headers` has a Cookie and `login` gets its own: keep one of them"
    if "authorization" in names and login is not None and login.kind == "basic":
        return "`headers` has an Authorization and so has a `login` of kind basic: keep one of them"
    return None
