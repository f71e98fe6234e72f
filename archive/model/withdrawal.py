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
    a page that only names one of `keys` as canonical is told from a rendition of the article.

    A purge, which takes the payloads out of the archive, too, is two records with one `purge` (an
    id): the first says that it is begun, the second, with `purged`, that they are gone. Between
    the two the next writer goes on with it. `purged` alone is what earlier versions wrote.
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
    purge: str = ""
    purged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenFromReplay:
    """What replay must not find, since it shows a withdrawn article: the captures at these `places`
    (WARC, offset), and what was made of the pages at these URLs (`urn:view:` and the like).
    """

    places: frozenset[tuple[str, int]] = frozenset()
    pages: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.places or self.pages)
