"""Encodes and decodes what Warraq records about its own work in a WARC, as
`application/warc-fields` (ISO 28500 §6.5, §8).

Both directions are here, so that the reader understands what the writer wrote: why an exchange was
made (`via`, `hopsFromSeed`, `fetchTimeMs` of the standard, and fields named `warraq-`), a URL that
failed, the summary of a crawl, a withdrawal. The values of our own fields are JSON in ASCII, so
that nothing in them can begin a new line.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from archive.model import (
    CRAWL_COUNTERS,
    CrawlSummary,
    Exchange,
    Failure,
    FetchFacts,
    LeftOut,
    LeftOutBatch,
    LeftOutReason,
    Sighting,
    Stage,
)
from archive.model.withdrawal import Withdrawal

MEDIA_TYPE = "application/warc-fields"
Fields = list[tuple[str, str]]

# A signature in hex (`archive.text.minhash`).
_SIGNATURE = re.compile("[0-9a-f]{512}")
_RECORD_ID = re.compile(r"<[^<>\s]{1,200}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
# hopsFromSeed names the kind of each hop by a letter; announcements by sitemaps and feeds are links
# too (L). The last one of what is fetched because a page shows it is an embed (E), as Heritrix has
# it.
_HOP = "L"
_EMBED = "E"
_MAX_HOPS = 255

FAILURE_FIELD = "warraq-failure"
CRAWL_FIELD = "warraq-crawl-summary"
LEFT_OUT_FIELD = "warraq-left-out"
WITHDRAWAL_FIELD = "warraq-withdrawal"
TOMBSTONE_FIELD = "warraq-tombstone"
CLAIM_FIELD = "warraq-claim"
_CRAWL_ID = "warraq-crawl"
_SITE = "warraq-site"
_REDACTED = "warraq-redacted"
_PROXY = "warraq-proxy"
_TLS_VERIFIED = "warraq-tls-verified"
_IN_BROWSER = "warraq-in-browser"
_ROBOTS = "warraq-robots"
_BROWSER_STEP = "warraq-browser-step"


def encode_fields(fields: Iterable[tuple[str, str]]) -> bytes:
    """The block of an `application/warc-fields` record; control characters in values become
    spaces.
    """
    lines = (f"{name}: {_CONTROL.sub(' ', value).strip()}\r\n" for name, value in fields)
    return "".join(lines).encode("utf-8", "replace")


def decode_fields(block: bytes) -> Fields:
    """The (name, value) pairs of such a block, names in lower case; other lines are left out."""
    pairs: Fields = []
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            pairs.append((name.strip().lower(), value.strip()))
    return pairs


# What is passed over in files of other makers, and how its kinds are called.
_TOLD = {_SITE: "site name", _CRAWL_ID: "crawl id", CLAIM_FIELD: "announcement"}

# What an announcement says. All of it is text, which `asdict` would copy.
_CLAIM_NAMES = tuple(field.name for field in dataclasses.fields(Sighting))


# ---------------------------------------------------------------------------------- of one exchange


def facts_fields(facts: FetchFacts, exchange: Exchange, redacted: Iterable[str] = ()) -> Fields:
    """The fields that say why and how an exchange was made; `redacted` are the names of request
    headers whose values were left out.
    """
    fields = _reason_fields(facts)
    fields.append(("fetchTimeMs", str(max(0, round(exchange.elapsed * 1000)))))
    fields.extend(_origin_fields(facts))
    if exchange.tls_verified is not None:
        fields.append((_TLS_VERIFIED, "yes" if exchange.tls_verified else "no"))
    if facts.in_browser:
        fields.append((_IN_BROWSER, "yes"))
    fields.extend((_REDACTED, name) for name in redacted)
    if exchange.proxy is not None:
        fields.append((_PROXY, exchange.proxy))
    return fields


def rendering_fields(facts: FetchFacts, steps: Iterable[str]) -> Fields:
    """The fields of a page as a browser showed it: why it was fetched, and what was done on it."""
    done = [(_BROWSER_STEP, step) for step in steps]
    return [*_reason_fields(facts), *_origin_fields(facts), *done]


def _reason_fields(facts: FetchFacts) -> Fields:
    fields: Fields = []
    if facts.via:
        fields.append(("via", facts.via))
    if facts.hops > 0:
        hops = _HOP * min(facts.hops, _MAX_HOPS)
        fields.append(("hopsFromSeed", hops[:-1] + _EMBED if facts.requisite else hops))
    return fields


def _origin_fields(facts: FetchFacts) -> Fields:
    fields: Fields = []
    if facts.crawl_id:
        fields.append((_CRAWL_ID, json.dumps(facts.crawl_id)))
    if facts.site:
        fields.append((_SITE, json.dumps(facts.site)))
    if facts.robots:
        fields.append((_ROBOTS, facts.robots))
    fields.extend((CLAIM_FIELD, _claim_text(claim)) for claim in facts.claims)
    return fields


def parse_facts(fields: Fields) -> FetchFacts:
    """The facts of an exchange from its fields; malformed fields and those of other tools are
    ignored.
    """
    values = dict(reversed(fields))
    hops = values.get("hopsfromseed", "")
    return FetchFacts(
        crawl_id=_parse_string(values.get(_CRAWL_ID)),
        site=_parse_string(values.get(_SITE)),
        via=values.get("via") or None,
        hops=int(hops) if hops.isascii() and hops.isdigit() and len(hops) < 5 else len(hops),
        claims=tuple(
            claim
            for name, value in fields
            if name == CLAIM_FIELD and (claim := _parse_claim(value))
        ),
        requisite=hops.endswith(_EMBED),
        in_browser=values.get(_IN_BROWSER) == "yes",
        robots=_parse_record_id(values.get(_ROBOTS)),
    )


def _parse_record_id(text: str | None) -> str | None:
    """A WARC-Record-ID (`<…>`, ISO 28500 §5.2), or None if the text is none."""
    return text if text and _RECORD_ID.fullmatch(text) else None


def _parse_claim(text: str) -> Sighting | None:
    try:
        value = {key: item for key, item in _parse_object(text).items() if isinstance(item, str)}
        return Sighting(
            url=value["url"],
            source=value["source"],
            kind=value["kind"],
            title=value.get("title"),
            published=value.get("published"),
            modified=value.get("modified"),
        )
    except (KeyError, ValueError):
        return None


# ------------------------------------------------------------------------- what Warraq tells itself

Statement = Failure | CrawlSummary | LeftOutBatch | Withdrawal


def parse_statement(name: str, value: str) -> Statement | None:
    """What a field records by itself: a failure, a crawl, what it left out, a withdrawal; None for
    any other field. ValueError if it is malformed.
    """
    return _STATEMENTS[name][1](value) if name in _STATEMENTS else None


def statement_kinds(fields: Fields) -> tuple[str, ...]:
    """What the fields state, or tell of sites, crawls and announcements, each by the name of its
    kind: what is not obeyed where it stands in a file of another maker.
    """
    return tuple(
        _STATEMENTS[name][0] if name in _STATEMENTS else _TOLD[name]
        for name, _ in fields
        if name in _STATEMENTS or name in _TOLD
    )


def as_foreign(facts: FetchFacts) -> FetchFacts:
    """The facts of an exchange without what only a file of the collection's own can tell: crawl,
    site and announcements.
    """
    return dataclasses.replace(facts, crawl_id=None, site=None, claims=())


# ------------------------------------------------------------------------------ failures and crawls


def failure_fields(failure: Failure) -> Fields:
    """The field that records a failure."""
    return [
        (
            FAILURE_FIELD,
            _json_text(
                dataclasses.asdict(failure)
                | {"stage": str(failure.stage), "at": _format_instant(failure.at)}
            ),
        )
    ]


def parse_failure(text: str) -> Failure:
    """A failure from the value of its field; ValueError if it is malformed."""
    value = _parse_object(text)
    try:
        return Failure(
            url=str(value["url"]),
            stage=Stage(value["stage"]),
            reason=str(value["reason"]),
            at=_parse_instant(value["at"]),
            crawl_id=value.get("crawl_id"),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a failure: {text[:100]!r}") from error


def crawl_fields(crawl: CrawlSummary) -> Fields:
    """The field that records the summary of a crawl."""
    finished = _format_instant(crawl.finished) if crawl.finished else None
    return [
        (
            CRAWL_FIELD,
            _json_text(
                dataclasses.asdict(crawl)
                | {"started": _format_instant(crawl.started), "finished": finished}
            ),
        )
    ]


def parse_crawl(text: str) -> CrawlSummary:
    """The summary of a crawl from the value of its field; ValueError if it is malformed."""
    value = _parse_object(text)
    try:
        return CrawlSummary(
            id=str(value["id"]),
            site=str(value["site"]),
            started=_parse_instant(value["started"]),
            finished=_parse_instant(value["finished"]) if value.get("finished") else None,
            outcome=str(value["outcome"]),
            **{name: int(value.get(name, 0)) for name in CRAWL_COUNTERS},
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the summary of a crawl: {text[:100]!r}") from error


def left_out_fields(batch: LeftOutBatch) -> Fields:
    """The field that records which addresses a crawl left out: for each a list of URL, reason,
    detail, and what led to it.
    """
    entries = [[each.url, str(each.why), each.detail, each.found_on] for each in batch.entries]
    what = {"crawl_id": batch.crawl_id, "site": batch.site, "at": _format_instant(batch.at)}
    return [(LEFT_OUT_FIELD, _json_text(what | {"entries": entries}))]


def parse_left_out(text: str) -> LeftOutBatch:
    """What a crawl left out from the value of its field; ValueError if it is malformed."""
    value = _parse_object(text)
    try:
        return LeftOutBatch(
            crawl_id=str(value["crawl_id"]),
            site=str(value["site"]),
            at=_parse_instant(value["at"]),
            entries=tuple(
                LeftOut(
                    url=str(url),
                    why=LeftOutReason(why),
                    detail=str(detail),
                    found_on=None if found_on is None else str(found_on),
                )
                for url, why, detail, found_on in value["entries"]
            ),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not what a crawl left out: {text[:100]!r}") from error


# -------------------------------------------------------------------------------------- withdrawals


def withdrawal_fields(withdrawal: Withdrawal) -> Fields:
    """The field that records a withdrawal."""
    return [
        (
            WITHDRAWAL_FIELD,
            _json_text(dataclasses.asdict(withdrawal) | {"at": _format_instant(withdrawal.at)}),
        )
    ]


def parse_withdrawal(text: str) -> Withdrawal:
    """A withdrawal from the value of its field; ValueError if it is malformed."""
    value = _parse_object(text)
    try:
        return Withdrawal(
            article_id=str(value["article_id"]),
            site=str(value["site"]),
            url=str(value["url"]),
            at=_parse_instant(value["at"]),
            reason=str(value["reason"]),
            keys=tuple(map(str, value.get("keys", ()))),
            texts=tuple(map(str, value.get("texts", ()))),
            urls=tuple(map(str, value.get("urls", ()))),
            digests=tuple(map(str, value.get("digests", ()))),
            signatures=_signatures_of(value),
            purge=str(value.get("purge", "")),
            purged=bool(value.get("purged")),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a withdrawal: {text[:100]!r}") from error


def _signatures_of(value: dict[str, Any]) -> tuple[str, ...]:
    """The signatures of a withdrawal that are ones; older records have none."""
    known = map(str, value.get("signatures", ()))
    return tuple(each for each in known if _SIGNATURE.fullmatch(each))


_STATEMENTS: dict[str, tuple[str, Callable[[str], Statement]]] = {
    FAILURE_FIELD: ("failure", parse_failure),
    CRAWL_FIELD: ("crawl summary", parse_crawl),
    LEFT_OUT_FIELD: ("list of addresses left out", parse_left_out),
    WITHDRAWAL_FIELD: ("withdrawal", parse_withdrawal),
}


def tombstone_fields(**what: str | None) -> Fields:
    """The field that describes the record which a tombstone replaces."""
    return [(TOMBSTONE_FIELD, _json_text(what))]


def _claim_text(claim: Sighting) -> str:
    return _json_text({name: getattr(claim, name) for name in _CLAIM_NAMES})


def _json_text(value: dict[str, Any]) -> str:
    return json.dumps(
        {key: item for key, item in value.items() if item is not None}, separators=(",", ":")
    )


def _parse_object(text: str) -> dict[str, Any]:
    """A JSON object; ValueError if the text is none."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"not a JSON object: {text[:100]!r}")  # noqa: TRY004 - it is the text that is wrong
    return value


def _parse_string(text: str | None) -> str | None:
    """A JSON string, or None if the text is none."""
    try:
        value = json.loads(text or "null")
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _format_instant(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _parse_instant(text: str) -> datetime:
    """An aware instant in UTC; ValueError if it has no zone."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"no zone: {text!r}")
    return time.astimezone(UTC)
