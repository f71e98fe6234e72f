"""Why there is nothing to keep of a fetch: the reasons that `failures` shows, and the error that
carries one.
"""

from __future__ import annotations

from enum import StrEnum


class FetchReason(StrEnum):
    """Why no response can be kept, as it stands in `failures`."""

    BAD_URL = "bad-url"
    BLOCKED_ADDRESS = "blocked-address"
    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    NO_RESPONSE = "no-response"
    BAD_RESPONSE = "bad-response"
    HEADER_FLOOD = "header-flood"
    CANCELLED = "abandoned"
    AWAY = "away"  # the host asks to be left alone


class FetchError(Exception):
    """There is no response to keep: nothing came, or no complete head did. `detail` is for a
    person.
    """

    def __init__(self, reason: FetchReason, url: str, detail: str = "") -> None:
        super().__init__(reason, url, detail)
        self.reason = reason
        self.url = url
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.url}" + (f": {self.detail}" if self.detail else "")
