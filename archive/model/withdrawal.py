"""The withdrawal of an article as a value, for WARC records, index and command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A withdrawn article and the reason, as a `metadata` record in the archive states it; the
    index obeys it.

    It applies to every reading of this site, captured before or after, at one of the canonical keys
    `keys` or with a text of `texts` (text_sha256). `urls` are the URLs as captured, `digests` those
    of the payloads. `signatures` are those of its texts, in hex (`archive.text.minhash`): by them,
    a page that only names one of `keys` as canonical is told from a rendition of the article. If
    `purged`, the payloads have been removed from the archive too.
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
    signatures: tuple[str, ...] = ()
    purged: bool = False
