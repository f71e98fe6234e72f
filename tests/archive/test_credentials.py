"""What lets the operator in is checked when the file is read, and read when it is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.config import parse_config
from archive.credentials import Secret, parse_headers, parse_login, parse_proxy, parse_secret
from archive.errors import ConfigError

CANARY = "CANARY7f3a"
SITE = '[collection]\nname = "x"\n[sites.gulf]\nstart = "https://gulf.example/"\n'
BASIC = 'login = { kind = "basic", username = "env:A", password = "env:B" }'
FORM = 'login = { url = "https://gulf.example/in", username = "env:A", password = "env:B" }'


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ('headers = { Host = "x" }', ["headers", "'Host'", "the connection"]),
        ('headers = { content-length = "x" }', ["'content-length'", "the connection"]),
        ('headers = { Transfer-Encoding = "x" }', ["'Transfer-Encoding'"]),
        ('headers = { Connection = "close" }', ["'Connection'"]),
        ('headers = { Range = "bytes=0-1" }', ["'Range'", "asked for whole"]),
        ('headers = { If-None-Match = "x" }', ["'If-None-Match'", "asked for whole"]),
        ('headers = { If-Modified-Since = "x" }', ["'If-Modified-Since'"]),
        ('headers = { Accept-Encoding = "zstd" }', ["'Accept-Encoding'", "gzip, deflate and br"]),
        ('headers = { Proxy-Authorization = "x" }', ["`proxy`"]),
        ('headers = { User-Agent = "x" }', ["`user_agent`"]),
        ('headers = { "a b" = "x" }', ["'a b'", "no name of a header"]),
        ('headers = { X-A = "x\\ny" }', ["'X-A'", "line breaks"]),
        ('headers = { X-A = "" }', ["'X-A'", "without text"]),
        ('headers = { X-A = "x", x-a = "y" }', ["'x-a' twice"]),
        ('headers = { X-A = { value = "x", secrte = true } }', ["did you mean 'secret'?"]),
        ('headers = "X-A: x"', ["expected a table"]),
        ('headers = { X-A = "env:not a name" }', ["env:NAME"]),
        ("cookies_file = 1", ["cookies_file", "the path of a file"]),
        ('login = { username = "env:A", password = "env:B" }', ["without `url`"]),
        ('login = { url = "https://gulf.example/in", username = "a" }', ["without `password`"]),
        ('login = { kind = "oauth" }', ["`kind`"]),
        (
            'login = { kind = "basic", url = "https://a.example/", username = "a" }',
            ["`url`", "basic"],
        ),
        ('login = { urll = "x" }', ["did you mean 'url'?"]),
        (
            f'headers = {{ Authorization = "x" }}\n{BASIC}',
            ["[sites.gulf]", "Authorization", "keep one of them"],
        ),
        ('headers = { Cookie = "a=1" }\ncookies_file = "c.txt"', ["`cookies_file`", "keep one"]),
        (
            f'headers = {{ cookie = "a=1" }}\n{FORM}',
            ["Cookie", "`login`"],
        ),
        ('proxy = "ftp://127.0.0.1:1"', ["proxy", "socks5"]),
        ('proxy = "127.0.0.1:3128"', ["proxy", "socks5"]),
        ('proxy = "http://127.0.0.1:3128/path"', ["proxy", "path"]),
        ('proxy = { url = "http://127.0.0.1:1", username = "a" }', ["without the other"]),
    ],
)
def test_what_is_wrong_is_named(line: str, parts: list[str]) -> None:
    """A wrong or contradictory line is refused in one line that names site and key."""
    with pytest.raises(ConfigError) as refusal:
        parse_config(SITE + line)
    message = str(refusal.value)
    assert message.startswith("warraq.toml: [sites.gulf]")
    assert "\n" not in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    "line",
    [
        f'headers = {{ Authorization = "{CANARY}\\n" }}',
        f'headers = {{ X-A = {{ value = "{CANARY}\\u0001", secret = true }} }}',
        f'headers = ["{CANARY}"]',
        f'login = "{CANARY}"',
        f'login = {{ url = "https://gulf.example/", username = "a", password = "{CANARY}" }}',
        f'proxy = "http://user:{CANARY}@127.0.0.1:3128"',
        f'proxy = {{ url = "http://127.0.0.1:1", username = "a", password = "{CANARY}" }}',
        f'proxy = "{CANARY}"',
    ],
)
def test_a_refusal_repeats_no_secret(line: str) -> None:
    """What stands where a secret belongs is not put on the screen, whatever is wrong with it."""
    with pytest.raises(ConfigError) as refusal:
        parse_config(SITE + line)
    assert CANARY not in str(refusal.value)


def test_a_secret_is_of_the_environment_or_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is named from the collection's folder on; its line end is no part of the secret."""
    monkeypatch.setenv("PAPER_KEY", CANARY)
    (tmp_path / "key").write_text(f"{CANARY}\r\n")
    for text in ("env:PAPER_KEY", "file:key", f"file:{tmp_path}/key"):
        assert parse_secret(text).read_secret(tmp_path) == CANARY
        assert CANARY not in repr(parse_secret(text))
    assert CANARY not in repr(Secret(name=CANARY))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    """The variable or the file; what a file holds is not repeated."""
    (tmp_path / "two").write_text(f"{CANARY}\n{CANARY}\n")
    (tmp_path / "none").write_text("\n")
    (tmp_path / "latin").write_bytes(b"\xff")
    for text, part in [
        ("env:PAPER_NOT_SET", "PAPER_NOT_SET is not set"),
        ("file:absent", "absent cannot be read: No such file"),
        ("file:two", "two is not one line"),
        ("file:none", "none is empty"),
        ("file:latin", "latin is not UTF-8"),
    ]:
        with pytest.raises(ValueError, match=part) as refusal:
            parse_secret(text).read_secret(tmp_path)
        assert CANARY not in str(refusal.value)


def test_which_headers_are_secrets() -> None:
    """Those whose name says so, whose value lies elsewhere, and those the user calls so."""
    headers = parse_headers(
        {
            "X-Edition": "ar",
            "Accept-Language": "ar",
            "Authorization": "a",
            "Cookie": "a=1",
            "X-Api-Key": "a",
            "X-Auth-Token": "a",
            "X-Plain": "env:A",
            "X-Member": {"value": "a", "secret": True},
            "X-Other": {"value": "a"},
        }
    )
    plain = [header.name for header in headers if not header.secret]
    assert plain == ["X-Edition", "Accept-Language", "X-Other"]


def test_a_login_and_a_proxy_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that may be said of them."""
    monkeypatch.setenv("U", "user")
    monkeypatch.setenv("P", "p:w")
    monkeypatch.setenv("PROXY", "https://user:p%3Aw@[::1]")
    login = parse_login(
        {
            "url": "https://gulf.example/in",
            "username": "me",
            "password": "env:P",
            "username_field": "email",
            "fields": {"remember": "1"},
            "success": "Welcome",
        }
    )
    assert (login.kind, login.username_field, login.password_field) == ("form", "email", "password")
    assert (login.fields, login.success) == ((("remember", "1"),), "Welcome")
    given = {"url": "socks5h://127.0.0.1", "username": "env:U", "password": "env:P"}
    for value, scheme, host, port in [
        (given, "socks5h", "127.0.0.1", 1080),
        ("env:PROXY", "https", "::1", 443),
    ]:
        server = parse_proxy(value).server(tmp_path)
        assert (server.scheme, server.host, server.port) == (scheme, host, port)
        assert (server.username, server.password) == ("user", "p:w")
        assert "p:w" not in repr(server)
