"""An article taken back: the value that WARC records, index and command share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An article taken back, for a stated reason: what a `metadata` record in the archive says, and
    the index obeys.

    Withdrawn is whatever is read, on this site, at one of the folded addresses `keys` or with a
    text of `texts` (text_sha256), captured before or after; `urls` are the addresses themselves,
    `digests` those of the payloads. With `purged` the payloads are not in the archive any more
    either.
    """

    article_id: str
    site: str
    url: str
    at: datetime
    reason: str
    keys: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    purged: bool = False
