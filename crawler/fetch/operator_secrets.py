"""What of the operator goes out with a request, and how it is kept out of what is archived.

A request is built twice: as it is sent, and as it is recorded, with `[redacted]` in a secret's
place. What the answer to such a request sets as cookies may be the operator's session, so these
values are left out of its record, too. Which secrets go where is `crawler.crawl.site_access`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from archive.model import Exchange
from archive.warc.serialization import REDACTED, redact_headers

_SET_COOKIE = frozenset({b"set-cookie", b"set-cookie2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSecrets:
    """Headers (name, value) and cookies (name, value) of the operator that one request carries."""

    headers: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    cookies: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.headers or self.cookies)

    def over(self, others: OperatorSecrets) -> OperatorSecrets:
        """Both, where these stand in place of others of the same name."""
        if not others:
            return self
        names = {name.lower() for name, _ in self.headers}
        cookies = {name for name, _ in self.cookies}
        further = tuple(one for one in others.headers if one[0].lower() not in names)
        before = tuple(one for one in others.cookies if one[0] not in cookies)
        return OperatorSecrets(headers=self.headers + further, cookies=before + self.cookies)

    def added_to(
        self, headers: tuple[tuple[bytes, bytes], ...], *, recorded: bool
    ) -> tuple[tuple[bytes, bytes], ...]:
        """The headers of a request with these beside them, in place of those of the same name.

        `recorded`: with `[redacted]` in place of each value. A Cookie header in `headers` keeps the
        cookies that the site itself has set.
        """
        if not self:
            return headers
        names = {name.lower() for name, _ in self.headers}
        own = {name for name, _ in self.cookies}
        pairs, others = [], []
        for name, value in headers:
            if name.lower() == b"cookie" and self.cookies:
                each = [pair.strip() for pair in value.split(b";")]
                pairs += [pair for pair in each if pair.partition(b"=")[0] not in own]
            elif name.lower() not in names:
                others.append((name, value))
        others += [(name, REDACTED if recorded else value) for name, value in self.headers]
        if self.cookies:
            sent = [name + b"=" + value for name, value in self.cookies]
            others.append((b"Cookie", b"; ".join([*pairs, *([REDACTED] if recorded else sent)])))
        return tuple(others)

    def names(self) -> tuple[str, ...]:
        """The names of the headers that hold them."""
        cookie = ("Cookie",) if self.cookies else ()
        return (*(name.decode("latin-1") for name, _ in self.headers), *cookie)


def secrets_in(headers: Iterable[tuple[bytes, bytes]]) -> OperatorSecrets:
    """Headers (name, value) that all hold secrets; a Cookie header as its cookies."""
    others, cookies = [], []
    for name, value in headers:
        if name.lower() == b"cookie":
            pairs = (pair.strip().partition(b"=") for pair in value.split(b";"))
            cookies += [(pair[0], pair[2]) for pair in pairs if pair[0]]
        else:
            others.append((name, value))
    return OperatorSecrets(headers=tuple(others), cookies=tuple(cookies))


def redact_answer(exchange: Exchange, secrets: OperatorSecrets, request: bytes) -> Exchange:
    """The exchange as it is archived: `request` is the request as recorded, and the cookies that
    the answer sets are left out.
    """
    response, cookies = redact_headers(exchange.response, _SET_COOKIE)
    return replace(
        exchange,
        request=request,
        response=response,
        site_cookies=True,  # what else the Cookie header holds
        redacted=tuple(dict.fromkeys((*secrets.names(), *cookies))),
    )
