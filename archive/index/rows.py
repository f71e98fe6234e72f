"""The rows of captures, readings, texts, announcements, failures and crawls, which are written once
and depend on no other row.

All text from pages goes through `storable_text` here: the database holds no control characters and
no lone surrogates. What follows from these rows (articles, versions, addresses, clusters) is
derived by `archive.index.derived.articles`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from archive.index.columns import CAPTURES, CRAWLS, column_names
from archive.model import (
    FAILURE_REASONS,
    NO_TEXT_REASONS,
    Article,
    Capture,
    CrawlSummary,
    Digest,
    Failure,
    FetchFacts,
    NotAnArticle,
    Reading,
    RecordType,
    Reference,
    Sighting,
    Stage,
    content_id,
    iso_utc,
)
from archive.model.identity import text_sha256
from archive.text.folding import comparable_text, fold_for_search, split_words
from archive.text.shared_lines import LineHashes, hash_number, line_hashes_of, pack_places
from archive.urls import canonical_key, canonical_url, folded_host, redirect_target

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadArticle:
    """An article as one capture was read: the row of `_readings`, the row of `_texts`, and its
    lines where they are known.

    Both rows still lack the fingerprint and the hash of the text without boilerplate.
    """

    reading: Row
    text: Row
    published: str | None
    lines: tuple[LineHashes, ...]

    @property
    def fingerprint(self) -> str:
        """What another address must share to be the same article, as the text was read."""
        return fingerprint(self.text["title"], self.text["body"], self.published, self.text["key"])

    @property
    def address(self) -> tuple[str, str]:
        """Site and folded address: what identity is decided on."""
        return (str(self.reading["site"]), str(self.reading["key"]))


# A batch folds each text twice: for its fingerprint, then for the full text.
folded = lru_cache(maxsize=256)(fold_for_search)


def storable_text(text: str) -> str:
    """Text as it may enter the database: line ends kept, control characters gone, lone surrogates
    replaced (U+FFFD).
    """
    return _UNWANTED.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= match[0] <= "\udfff" else ""


def _storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable_text(text)


def capture_order_key(capture: Capture) -> str:
    """A text that sorts captures by time, WARC and offset; its first 20 characters are the time in
    ISO 8601.
    """
    return order_key(capture.captured, capture.warc, capture.offset)


def order_key(captured: datetime, warc: str, offset: int) -> str:
    """The same from a capture's time (aware), WARC file name and offset in bytes."""
    return f"{iso_utc(captured)} {captured.microsecond:06d} {warc} {offset:015d}"


def exact_time(time: datetime) -> str:
    """A time in ISO 8601, UTC, with its fraction of a second if it has one, as in WARC-Date."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def capture_row(capture: Capture, reading: Reading) -> Row:
    """The row of `captures`, still without its article."""
    return {
        "id": capture.id,
        "url": storable_text(capture.url),
        "captured": iso_utc(capture.captured),
        "status": capture.status,
        "mime": _storable_or_none(capture.mime),
        "record_type": str(capture.record_type),
        "payload_digest": str(capture.payload_digest) if capture.payload_digest else None,
        "warc": capture.warc,
        "offset": capture.offset,
        "length": capture.length,
        "crawl_id": _storable_or_none(capture.facts.crawl_id),
        "site": _storable_or_none(capture.facts.site),
        "via": _storable_or_none(capture.facts.via),
        "kind": str(reading.kind),
        "record_id": _storable_or_none(capture.record_id),
        "profile": _storable_or_none(capture.profile),
        "refers_to_url": _storable_or_none(capture.refers_to_url),
        "refers_to_date": exact_time(capture.refers_to_date) if capture.refers_to_date else None,
        "refers_to_id": _storable_or_none(capture.refers_to_id),
        "truncated": _storable_or_none(capture.truncated),
        "etag": _storable_or_none(capture.etag),
        "last_modified": _storable_or_none(capture.last_modified),
        "location": _redirect_target(capture),
        "robots_id": _storable_or_none(capture.facts.robots),
        "warc_date": exact_time(capture.captured),
    }


def _redirect_target(capture: Capture) -> str | None:
    if not capture.location or capture.status is None or not 300 <= capture.status < 400:
        return None
    return redirect_target(storable_text(capture.location), capture.url)


def read_articles(capture: Capture, reading: Reading) -> list[ReadArticle]:
    """The articles that a capture was read as: its own, and those that a listing carries whole,
    once each.
    """
    articles: list[ReadArticle] = []
    if reading.article is not None:
        articles.append(_read_article(capture, reading, reading.article, 0))
    known = {article.address for article in articles}
    for ordinal, article in enumerate(reading.embedded, start=1):
        read = _read_article(capture, reading, article, ordinal)
        if read.address not in known:
            known.add(read.address)
            articles.append(read)
    return articles


def _read_article(
    capture: Capture, reading: Reading, article: Article, ordinal: int
) -> ReadArticle:
    title, body = storable_text(article.title), "\n".join(map(storable_text, article.paragraphs))
    canonical = canonical_url(storable_text(article.canonical or article.url))
    site = _site_of(article, capture)
    key, sha256 = canonical_key(canonical), text_sha256(title, body)
    metadata = _metadata_row(article, reading if ordinal == 0 else None)
    lines = line_hashes_of(site, article.places) if _is_placed(article, body) else ()
    places = storable_text(pack_places(article.places)) if lines else None
    part = article.page_number if ordinal == 0 else None
    text = hash_number(site, key, sha256, places or "", *([] if part is None else [str(part)]))
    return ReadArticle(
        reading={
            "capture_id": capture.id,
            "ordinal": ordinal,
            "read_from": capture.id,
            "order_key": capture_order_key(capture),
            "site": site,
            **_address_columns(capture.url if ordinal == 0 else canonical, canonical),
            "text_id": text,
            "is_last": int(part is not None and article.is_last),
            "is_active": 1,
        },
        text={
            "id": text,
            "site": site,
            "key": key,
            "raw_sha256": sha256,
            "order_key": capture_order_key(capture),
            "listing": int(ordinal > 0),
            "title": title,
            "body": body,
            "places": places,
            "metadata": json.dumps(metadata, ensure_ascii=False, separators=(",", ":")),
            "signature": reading.signature if ordinal == 0 else None,
            "part": part,
        },
        published=metadata["published"],
        lines=lines,
    )


def _address_columns(url: str, canonical: str) -> Row:
    """The addresses of a reading: as asked for and as its page names it, both also folded."""
    url = storable_text(url)
    own_key, key = canonical_key(url), canonical_key(canonical)
    return {
        "url": url,
        "own_key": own_key,
        "key": key,
        "canonical": canonical,
        "name_key": key if own_key == key else "",
    }


def _is_placed(article: Article, body: str) -> bool:
    """True if each line of the body has its place on the page."""
    return len(article.places) == len(body.split("\n"))


def _site_of(article: Article, capture: Capture) -> str:
    """The site an article is filed under: as read, as crawled, else the host of its capture."""
    host = folded_host(urlsplit(capture.url).hostname or "")
    return storable_text(article.site or capture.facts.site or host)


def fingerprint(title: str, body: str, published: str | None, key: str) -> str:
    """What two addresses must share to be one article; a text without words shares nothing."""
    text = " ".join(split_words(folded(body)))
    parts = (comparable_text(title), text, published or "") if text else ("", "", key)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _metadata_row(article: Article, reading: Reading | None) -> Row:
    row = {
        name: storable_text(value) if isinstance(value, str) else value
        for name, value in article.to_dict().items()
    }
    for name in ("url", "site", "title", "body", "words"):  # in other columns
        del row[name]
    links = [(link.url, link.text, "related") for link in article.related]
    further = [*article.links, *(reading.links if reading else ())]
    links += [
        (link.url, link.text, link.kind) for link in further if link.kind in {"body", "related"}
    ]
    row["links"] = [
        (storable_text(url), storable_text(text), kind)
        for (url, kind), text in _first_texts(links).items()
    ]
    row["authors"] = list(dict.fromkeys(storable_text(name) for name in article.authors))
    row["tags"] = list(dict.fromkeys(storable_text(tag) for tag in article.tags))
    row["extractor"] = extractor_versions()
    return row


def _first_texts(links: list[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    texts: dict[tuple[str, str], str] = {}
    for url, text, kind in links:
        texts.setdefault((url, kind), text)
    return texts


@lru_cache(maxsize=1)
def extractor_versions() -> str:
    """Which programs read the text of a version, with their versions."""
    named = []
    for package in ("warraq", "trafilatura"):
        try:
            named.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            named.append(package)
    return ", ".join(named)


def sighting_row(sighting: Sighting, capture: Capture) -> Row:
    """The row of `sightings` for an announcement read in `capture`."""
    row: Row = {
        "url": storable_text(sighting.url),
        "source": storable_text(sighting.source),
        "kind": sighting.kind,
        "title": _storable_or_none(sighting.title),
        "published": _storable_or_none(sighting.published),
    }
    identity = content_id("sighting", *(value or "" for value in row.values()))
    seen = iso_utc(capture.captured)
    return {
        **row,
        "id": identity,
        "seen": seen,
        "last_seen": seen,
        "modified": _storable_or_none(sighting.modified),
        "crawl_id": _storable_or_none(capture.facts.crawl_id),
    }


def failure_row(failure: Failure) -> Row:
    """The row of `failures`."""
    row: Row = {
        "url": storable_text(failure.url),
        "crawl_id": _storable_or_none(failure.crawl_id),
        "stage": str(failure.stage),
        "reason": storable_text(failure.reason),
    }
    return {
        "id": content_id("failure", *(value or "" for value in row.values())),
        **row,
        "at": iso_utc(failure.at),
    }


def _repeats_extraction_failure(rejection: NotAnArticle, failures: list[Failure]) -> bool:
    """True if a verdict that a page shows no text only repeats an extraction failure recorded for
    the same page.
    """
    return rejection.reason in NO_TEXT_REASONS and any(
        failure.stage is Stage.EXTRACT for failure in failures
    )


def failures_of(capture: Capture, reading: Reading) -> list[Failure]:
    """The failures that a capture adds: those of its reading, and the reason why a page that may
    hide an article was not read as one.
    """
    failures = list(reading.failures)
    rejection = reading.not_article
    if (
        rejection is not None
        and rejection.reason in FAILURE_REASONS
        and not _repeats_extraction_failure(rejection, failures)
    ):
        detail = rejection.detail
        reason = f"{rejection.reason}: {detail}" if detail else str(rejection.reason)
        failures.append(
            Failure(
                url=capture.url,
                stage=Stage.EXTRACT,
                reason=reason,
                at=capture.captured,
                crawl_id=capture.facts.crawl_id,
            )
        )
    return failures


_CAPTURE_NAMES = column_names(CAPTURES)
CAPTURE_COLUMNS = ", ".join(_CAPTURE_NAMES)


def capture_of(row: Sequence[Any]) -> Capture:
    """The capture of a row with `CAPTURE_COLUMNS`; of its facts, crawl and site."""
    value = dict(zip(_CAPTURE_NAMES, row, strict=True))
    refers_to_date = value["refers_to_date"]
    return Capture(
        **{name: value[name] for name in _PLAIN_FIELDS},
        captured=datetime.fromisoformat(value["warc_date"]),
        record_type=RecordType(value["record_type"]),
        payload_digest=_digest_of(value["payload_digest"]),
        refers_to_date=datetime.fromisoformat(refers_to_date) if refers_to_date else None,
        facts=FetchFacts(crawl_id=value["crawl_id"], site=value["site"], via=value["via"]),
    )


def reference_of(row: Sequence[Any]) -> Reference:
    """The reference to the record of a row with `CAPTURE_COLUMNS`."""
    value = dict(zip(_CAPTURE_NAMES, row, strict=True))
    return Reference(
        url=value["url"],
        captured=datetime.fromisoformat(value["warc_date"]),
        warc=value["warc"],
        offset=value["offset"],
        length=value["length"],
        record_id=value["record_id"],
        payload_digest=_digest_of(value["payload_digest"]),
    )


def _digest_of(text: str | None) -> Digest | None:
    return Digest.parse(text) if text else None


# Columns of `captures` whose value is that of the capture's field of the same name.
_PLAIN_FIELDS = tuple(
    column.name
    for column in CAPTURES
    if column.name in Capture.__dataclass_fields__
    and column.name not in {"captured", "record_type", "payload_digest", "refers_to_date"}
)


def crawl_row(summary: CrawlSummary) -> Row:
    """The row of `crawls`."""
    row: Row = {name: getattr(summary, name) for name in column_names(CRAWLS)}
    row["started"] = iso_utc(summary.started)
    row["finished"] = iso_utc(summary.finished) if summary.finished else None
    return row
