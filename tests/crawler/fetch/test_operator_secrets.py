"""A request with secrets is built twice: as it is sent, and as it is recorded."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.model import Exchange
from crawler.fetch.operator_secrets import OperatorSecrets, redact_answer, secrets_in

PUBLIC = ((b"Accept", b"*/*"), (b"x-key", b"plain"), (b"Cookie", b"seen=1; sid=old"))
SECRETS = OperatorSecrets(
    headers=((b"X-Key", b"CANARY"),), cookies=((b"sid", b"CANARY"), (b"a", b"CANARY"))
)


def test_secrets_are_sent_and_not_recorded() -> None:
    """They stand in place of what has the same name; the site's own cookies stay in the record."""
    assert SECRETS.added_to(PUBLIC, recorded=False) == (
        (b"Accept", b"*/*"),
        (b"X-Key", b"CANARY"),
        (b"Cookie", b"seen=1; sid=CANARY; a=CANARY"),
    )
    assert SECRETS.added_to(PUBLIC, recorded=True) == (
        (b"Accept", b"*/*"),
        (b"X-Key", b"[redacted]"),
        (b"Cookie", b"seen=1; [redacted]"),
    )
    assert OperatorSecrets().added_to(PUBLIC, recorded=True) == PUBLIC
    assert not OperatorSecrets()
    assert "CANARY" not in repr(SECRETS)


def test_the_nearer_ones_stand_in_place_of_others() -> None:
    """What a spider gives a request goes before what the site has."""
    own = secrets_in([(b"x-key", b"mine"), (b"Cookie", b"a=mine; b=2")])
    both = own.over(SECRETS)
    assert both.headers == ((b"x-key", b"mine"),)
    assert both.cookies == ((b"sid", b"CANARY"), (b"a", b"mine"), (b"b", b"2"))
    assert both.names() == ("x-key", "Cookie")


def test_what_the_answer_sets_is_left_out() -> None:
    """In any spelling, folded or repeated; all other bytes stay, those of the body too."""
    head = (
        b"HTTP/1.1 200 OK\r\nset-COOKIE : sid=CANARY; Path=/\r\nX-A: 1\r\n"
        b"Set-Cookie: a=1;\r\n folded=CANARY\r\nSet-Cookie2: CANARY\r\n\r\n"
    )
    body = b"\r\nSet-Cookie: of the body\r\n"
    exchange = Exchange(
        url="http://a/", started=datetime.now(UTC), request=b"sent", response=head + body
    )
    kept = redact_answer(exchange, SECRETS, b"recorded")
    assert kept.request == b"recorded"
    assert (
        kept.response
        == (
            b"HTTP/1.1 200 OK\r\nset-COOKIE: [redacted]\r\nX-A: 1\r\n"
            b"Set-Cookie: [redacted]\r\nSet-Cookie2: [redacted]\r\n\r\n"
        )
        + body
    )
    assert kept.redacted == ("X-Key", "Cookie", "set-COOKIE", "Set-Cookie", "Set-Cookie2")
