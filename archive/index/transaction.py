"""One transaction's worth of captures: their rows written, then everything that follows from them
derived.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

from archive.index.affected import AffectedRows
from archive.index.capture_lookup import GIVEN_UP
from archive.index.derived.article_urls import derive_addresses
from archive.index.derived.articles import derive_articles
from archive.index.derived.canonical_claims import judge_claims
from archive.index.derived.clusters import derive_clusters
from archive.index.derived.disappearances import derive_disappearances
from archive.index.derived.listing_pages import (
    delete_listing_page,
    urls_to_judge_again,
    write_listing_page,
)
from archive.index.derived.multipage import update_multipage
from archive.index.derived.usage_signals import delete_signals, write_signals
from archive.index.learned_boilerplate import BoilerplateIndex, SampleCache
from archive.index.revisits import drop_reading, resolve_revisits
from archive.index.rows import (
    ReadArticle,
    Row,
    capture_row,
    failure_row,
    failures_of,
    read_articles,
    sighting_row,
)
from archive.index.site_names import SiteNames
from archive.index.withdrawals import (
    apply_withdrawal,
    delete_captures,
    has_page,
    is_article_withdrawn,
    is_withdrawn_url,
    texts_of,
    withdraw_text,
)
from archive.model import (
    Capture,
    Change,
    Failure,
    NotArticleReason,
    PayloadKind,
    Reading,
    RecordType,
    Stage,
    iso_utc,
)
from archive.model.withdrawal import Withdrawal

# The earliest announcement stands, with the lastmod stated last; where two are of one time, the
# values decide, so that their order does not.
_EARLIER = "(excluded.seen, ifnull(excluded.crawl_id, '')) < (seen, ifnull(crawl_id, ''))"
_NEWER = "(excluded.last_seen, ifnull(excluded.modified, '')) > (last_seen, ifnull(modified, ''))"
_UPSERT_SIGHTING = f"""
INSERT INTO sightings (id, url, source, kind, seen, title, published, crawl_id, modified, last_seen)
VALUES (:id, :url, :source, :kind, :seen, :title, :published, :crawl_id, :modified, :last_seen)
ON CONFLICT DO UPDATE SET
  crawl_id = CASE WHEN {_EARLIER} THEN excluded.crawl_id ELSE crawl_id END,
  modified = CASE WHEN {_NEWER} THEN excluded.modified ELSE modified END,
  seen = min(seen, excluded.seen), last_seen = max(last_seen, excluded.last_seen)
"""  # noqa: S608 -- constants only

_NEEDS_BROWSER = str(NotArticleReason.NEEDS_BROWSER)


@dataclass(frozen=True, slots=True)
class PendingChange:
    """What `change_of` needs, once the batch is derived, to tell what a capture meant."""

    capture_id: str
    address: tuple[str, str] | None = None
    before: str | None = None  # the capture before it, of the article that its page names
    before_here: str | None = None  # the capture before it, of the article its own address names
    new_url: bool = False


class CaptureBatch:
    """Captures added within one open transaction; `derive_all` derives what follows from them,
    `change_of` then gives what each meant.
    """

    def __init__(self, db: sqlite3.Connection, samples: SampleCache, names: SiteNames) -> None:
        self._db = db
        self._names = names
        self._touched = AffectedRows()
        self._boilerplate = BoilerplateIndex(db, samples)
        self._revisits: set[str] = set()
        self._captured: dict[str, str] = {}
        self._urls: set[str] = set()
        self._fresh: set[str] = set()
        self._redirects: set[str] = set()
        self._listings: set[str] = set()
        self._answered: set[tuple[str, str | None]] = set()
        self._crawls: set[tuple[str, str | None]] = set()

    def add(self, capture: Capture, reading: Reading) -> PendingChange | None:
        """Write a capture's rows; return None if the index already has the capture."""
        if self._db.execute("SELECT 1 FROM captures WHERE id = ?", (capture.id,)).fetchone():
            return None
        row = capture_row(capture, reading)
        row["site"] = row["site"] and self._names.shown_as(row["site"])
        self._note_consequences(row)
        insert_row(self._db, "captures", row)
        announced = [each for each in reading.sightings if not is_withdrawn_url(self._db, each.url)]
        self._db.executemany(_UPSERT_SIGHTING, [sighting_row(each, capture) for each in announced])
        insert_failures(self._db, _unexplained(self._db, capture, failures_of(capture, reading)))
        write_signals(self._db, capture.id, reading.signals)
        if write_listing_page(self._db, capture, reading):
            self._listings.add(capture.id)
        articles = read_articles(*self._names.as_identified(capture, reading))
        pending = PendingChange(capture.id)
        if articles and articles[0].reading["ordinal"] == 0:
            pending = self._pending(articles[0])
        elif capture.record_type == RecordType.REVISIT and reading.kind == PayloadKind.NOT_MODIFIED:
            self._revisits.add(capture.id)
        for article in articles:
            self._read(article)
        return pending

    def add_late(self, capture: Capture, reading: Reading) -> None:
        """Write a capture's rows in place of those it has: its payload could not be had before."""
        drop_reading(self._db, capture.id, self._touched)
        _drop_given_up(self._db, capture)
        self._db.execute("DELETE FROM captures WHERE id = ?", (capture.id,))
        delete_signals(self._db, capture.id)
        delete_listing_page(self._db, capture.id)
        self.add(capture, reading)

    def _note_consequences(self, row: Row) -> None:
        """Remember what the capture may mean for others: revisits of it, redirects to it, articles
        gone from it.
        """
        url = row["url"]
        self._urls.add(url)
        self._answered.add((url, row["crawl_id"]))
        self._crawls.add((row["warc"], row["crawl_id"]))
        known = (
            "SELECT 1 FROM captures WHERE url = ? AND kind = ? AND location IS ? AND status IS ? "
            "LIMIT 1"
        )
        if not self._db.execute(
            known, (url, row["kind"], row["location"], row["status"])
        ).fetchone():
            self._fresh.add(url)
        if row["location"]:
            self._redirects.add(url)
        if row["record_type"] != RecordType.REVISIT:
            self._captured[url] = min(row["captured"], self._captured.get(url, row["captured"]))

    def _pending(self, article: ReadArticle) -> PendingChange:
        site, key = article.address
        own_key = str(article.reading["own_key"])
        url = self._db.execute(
            "SELECT 1 FROM _readings WHERE url = ? LIMIT 1", (article.reading["url"],)
        ).fetchone()
        return PendingChange(
            article.reading["capture_id"],
            address=article.address,
            before=self._latest_capture(site, key),
            before_here=None if own_key == key else self._latest_capture(site, own_key),
            new_url=url is None
            and not article.text["part"],  # a further part is no other address of the same
        )

    def _latest_capture(self, site: str, name: str) -> str | None:
        """The latest capture (id) of the article that an address names; of those not judged yet,
        the ones that name it.
        """
        named = self._db.execute(
            "SELECT order_key, capture_id FROM _readings WHERE site = ? AND name_key = ?"
            " AND ordinal = 0 ORDER BY order_key DESC LIMIT 1",
            (site, name),
        ).fetchone()
        unjudged = self._db.execute(
            "SELECT max(order_key), capture_id FROM _readings WHERE site = ? AND key = ?"
            " AND own_key != key AND name_key = ''",
            (site, name),
        ).fetchone()
        latest = max(row for row in (named, unjudged, ("", None)) if row and row[0] is not None)
        return latest[1]

    def _read(self, article: ReadArticle) -> None:
        site, key = article.address
        row = dict(article.reading)
        if row["ordinal"]:
            row["is_active"] = 0 if has_page(self._db, site, key, row["url"]) else 1
        else:
            self._overrule(site, key, row["url"])
        if is_article_withdrawn(self._db, article):
            self._withdraw_texts(site, [article.text["id"]])
            row |= {
                "is_active": 0,
                "text_sha256": article.text["raw_sha256"],
                "fingerprint": article.fingerprint,
            }
        else:
            row["text_sha256"], row["fingerprint"] = self._boilerplate.add_text(
                article, self._touched
            )
        insert_row(self._db, "_readings", row)
        self._touched.addresses.add((site, key))
        self._touched.fingerprints.add((site, row["fingerprint"]))

    def _overrule(self, site: str, key: str, url: str) -> None:
        """Make the renditions of an article in listings inactive: its own page was read, at the
        address they gave (`url`) or under its folded address (`key`).
        """
        for column, value in (("key", key), ("url", url)):
            overruled = self._db.execute(
                f"UPDATE _readings SET is_active = 0 WHERE site = ? AND {column} = ? AND ordinal > 0 AND is_active = 1"  # noqa: E501, S608
                " RETURNING key, fingerprint",
                (site, value),
            ).fetchall()
            self._touched.addresses |= {(site, key) for key, _ in overruled}
            self._touched.fingerprints |= {(site, fingerprint) for _, fingerprint in overruled}

    def withdraw(self, withdrawal: Withdrawal) -> None:
        """Store a withdrawal, and make what it covers inactive."""
        withdrawal = replace(withdrawal, site=self._names.identity_of(withdrawal.site))
        self._withdraw_texts(withdrawal.site, texts_of(self._db, withdrawal))
        apply_withdrawal(self._db, withdrawal)
        # Claims to them are judged by other texts now.
        self._touched.addresses |= {(withdrawal.site, key) for key in withdrawal.keys}
        shown = self._names.shown_as(withdrawal.site)
        if shown != withdrawal.site:
            self._db.execute(
                "UPDATE withdrawals SET site = ? WHERE article_id = ?",
                (shown, withdrawal.article_id),
            )

    def _withdraw_texts(self, site: str, texts: Iterable[int]) -> None:
        """Take those of the texts (ids) that are kept out of the index."""
        kept = "SELECT 1 FROM _texts WHERE id = ?"
        for text in texts:
            if self._db.execute(kept, (text,)).fetchone():
                self._boilerplate.withdraw_texts([text], self._touched)
                withdraw_text(self._db, site, text, self._touched)

    def delete_captures(self, captures: Iterable[str]) -> None:
        """Delete captures (ids) whose records are no longer in the archive."""
        for text in delete_captures(self._db, captures, self._touched):
            self._boilerplate.register_text(text, self._touched)

    def derive_all(self) -> None:
        """Derive all that follows from what was added."""
        touched = self._touched
        self._boilerplate.relearn(touched)
        resolve_revisits(self._db, self._revisits, self._captured, touched)
        judge_claims(self._db, self._boilerplate.text_as_read, touched)
        update_multipage(self._db, self._boilerplate, touched)
        derive_articles(self._db, touched)
        derive_addresses(self._db, touched.urls, self._redirects)
        derive_clusters(self._db, touched.signatures, touched.dated, touched.left)
        crawls = self._crawls | touched.crawls
        again = urls_to_judge_again(self._db, self._listings, crawls, self._answered)
        derive_disappearances(self._db, touched.articles, self._urls | again, self._fresh)

    def indexed_change(self, capture_id: str) -> PendingChange:
        """What `change_of` needs for a capture that an earlier batch has added."""
        row = self._db.execute(
            "SELECT captures.kind, _readings.site, _readings.key, name_key, _readings.order_key,"
            " _readings.url, part"
            " FROM _readings JOIN captures ON captures.id = capture_id"
            " LEFT JOIN _texts ON _texts.id = text_id WHERE capture_id = ? AND ordinal = 0",
            (capture_id,),
        ).fetchone()
        if row is None or row[0] == PayloadKind.NOT_MODIFIED:
            return PendingChange(capture_id)
        _, site, key, name, moment, url, part = row
        before = self._db.execute(
            "SELECT capture_id FROM _readings WHERE site = ? AND name_key = ? AND ordinal = 0"
            " AND order_key < ? ORDER BY order_key DESC LIMIT 1",
            (site, name, moment),
        ).fetchone()
        known = self._db.execute(
            "SELECT 1 FROM _readings WHERE url = ? AND order_key < ? LIMIT 1", (url, moment)
        ).fetchone()
        return PendingChange(
            capture_id,
            address=(site, key),
            before=before[0] if before else None,
            before_here=before[0] if before else None,
            new_url=known is None and not part,
        )

    def change_of(self, pending: PendingChange | None) -> Change:
        """What a capture meant for its article, now that the batch is derived."""
        if pending is None:
            return Change.NONE
        if pending.address is None:
            read = "SELECT 1 FROM _readings WHERE capture_id = ? AND ordinal = 0"
            return (
                Change.UNCHANGED
                if self._db.execute(read, (pending.capture_id,)).fetchone()
                else Change.NONE
            )
        row = self._db.execute(
            "SELECT name_key, article_key FROM _readings r JOIN _url_article a"
            " ON a.site = r.site AND a.key = r.name_key"
            " WHERE capture_id = ? AND ordinal = 0 AND is_active = 1",
            (pending.capture_id,),
        ).fetchone()
        if row is None:  # withdrawn
            return Change.NONE
        before = pending.before if row[0] == pending.address[1] else pending.before_here
        text = self._text_of(before, row[0]) if before else None
        if text is None:
            return Change.NEW if row[0] == row[1] else Change.DUPLICATE
        if text != self._text_of(pending.capture_id, row[0]):
            return Change.CHANGED
        return Change.DUPLICATE if pending.new_url else Change.UNCHANGED

    def _text_of(self, capture: str, name: str) -> str | None:
        """The text (SHA-256) that a capture (id) shows of the article that `name` names."""
        statement = (
            "SELECT text_sha256 FROM _readings"
            " WHERE capture_id = ? AND ordinal = 0 AND name_key = ?"
        )
        row = self._db.execute(statement, (capture, name)).fetchone()
        return str(row[0]) if row else None


def insert_row(db: sqlite3.Connection, table: str, row: Row) -> None:
    """Insert one row."""
    columns, marks = ", ".join(row), ", ".join(":" + name for name in row)
    db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", row)  # noqa: S608


def insert_failures(db: sqlite3.Connection, failures: Iterable[Failure]) -> None:
    """Insert failures; the same one again in a crawl (at another try) is the same row, of the first
    time.
    """
    db.executemany(
        "INSERT INTO failures (id, url, crawl_id, stage, reason, at)"
        " VALUES (:id, :url, :crawl_id, :stage, :reason, :at) ON CONFLICT DO UPDATE SET at = "
        "min(at, excluded.at)",
        [failure_row(failure) for failure in failures],
    )


def _drop_given_up(db: sqlite3.Connection, capture: Capture) -> None:
    """Drop the failure that the reading of a capture was given up. One of several captures of a URL
    in a crawl, which are one row, leaves it to the next: that is read, too.
    """
    page, time = (capture.url, capture.facts.crawl_id), iso_utc(capture.captured)
    (following,) = db.execute(
        "SELECT min(captured) FROM captures WHERE url = ? AND crawl_id IS ? AND captured > ?"
        " AND kind = 'page'",
        (*page, time),
    ).fetchone()
    where = f"WHERE url = ? AND crawl_id IS ? AND at = ? AND {GIVEN_UP}"
    if following:
        db.execute(f"UPDATE failures SET at = ? {where}", (following, *page, time))  # noqa: S608
    else:
        db.execute(f"DELETE FROM failures {where}", (*page, time))  # noqa: S608


def _unexplained(
    db: sqlite3.Connection, capture: Capture, failures: list[Failure]
) -> list[Failure]:
    """The failures of a capture without one that a page needs a browser, where one has shown it: in
    whatever order the two come. A capture that is the page as shown deletes that failure.
    """
    if capture.record_type is RecordType.CONVERSION:
        db.execute(
            "DELETE FROM failures WHERE url = ? AND crawl_id IS ? AND stage = ? AND"
            " substr(reason, 1, ?) = ?",
            (
                capture.url,
                capture.facts.crawl_id,
                str(Stage.EXTRACT),
                len(_NEEDS_BROWSER),
                _NEEDS_BROWSER,
            ),
        )
        return failures
    if not any(_needs_browser(failure) for failure in failures):
        return failures
    shown = db.execute(
        "SELECT 1 FROM captures WHERE url = ? AND crawl_id IS ? AND record_type = 'conversion'"
        " LIMIT 1",
        (capture.url, capture.facts.crawl_id),
    ).fetchone()
    return [each for each in failures if not (shown and _needs_browser(each))]


def _needs_browser(failure: Failure) -> bool:
    return failure.stage is Stage.EXTRACT and failure.reason.startswith(_NEEDS_BROWSER)
