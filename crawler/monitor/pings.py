"""Pings: a service that waits for a sign of life (Healthchecks, Uptime Kuma, Better Stack and their
kind) is told that a run began, and how it ended.

The service notices what nobody here can tell: that nothing was run at all.
"""

from __future__ import annotations

import http.client
import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds for one try
TRIES = 3
PAUSE = 1.0  # seconds between two
MOST = 10_000  # bytes of text; Healthchecks keeps a hundred kilobytes, others less

_LONGEST = 40.0  # seconds that anyone waits for a service that lets every answer drip

logger = logging.getLogger(__name__)


class PingUnderWay:
    """A ping that is sent while its sender goes on: a service that hangs delays no crawl."""

    def __init__(self, url: str, text: str = "") -> None:
        self._thread = threading.Thread(
            target=send_ping, args=(url, text), name="ping", daemon=True
        )
        self._thread.start()

    def wait(self) -> None:
        """Until it was taken, or is given up."""
        self._thread.join(_LONGEST)


def send_ping(url: str, text: str = "", *, sleep: Callable[[float], None] = time.sleep) -> bool:
    """POST `text` to `url`; whether it was taken (a 2xx status).

    It is tried three times. What goes wrong is a warning that names the host only: the path of such
    an address is a password. The proxies of the environment are used.
    """
    body = text.encode("utf-8", "backslashreplace")[:MOST]
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "warraq"}
    problem = ""
    for number in range(TRIES):
        if number:
            sleep(PAUSE)
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - the configuration takes http and https only
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310 - see above
                return True
        except urllib.error.HTTPError as error:
            problem = f"HTTP {error.code}"
            error.close()
            if error.code < 500 and error.code != 429:
                break
        except (OSError, http.client.HTTPException) as error:
            problem = str(getattr(error, "reason", error)) or type(error).__name__
    logger.warning("%s: the ping was not taken: %s", urlsplit(url).hostname, problem)
    return False
