"""Which lines and DOM places the articles of a site share (its boilerplate), and each text without
them.

Whether a line or place is boilerplate depends on the set of texts that have it alone: on the
`SAMPLE_SIZE` articles with the smallest hashes. So the result is the same whatever the order of
captures; where a line becomes boilerplate or ceases to be, the texts that have it are cleaned again
and their versions derived again. The rule itself is `archive.text.shared_lines`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from archive.index.affected import AffectedRows
from archive.index.kept_metadata import merge_with_stored
from archive.index.rows import ReadArticle, fingerprint
from archive.model import Article, Evidence
from archive.model.identity import text_sha256
from archive.text.shared_lines import (
    MIN_ARTICLES,
    MIN_SHARED_AT_PLACE,
    SAMPLE_SIZE,
    LineHashes,
    LineKind,
    SampledArticle,
    boilerplate_kinds,
    content_words,
    distinct_articles,
    hash_number,
    is_boilerplate,
    line_hashes_of,
    path_and_form,
    same_entries,
    unpack_places,
)

_UPSERT_TEXT = """
INSERT INTO _texts (id, site, key, order_key, listing, raw_sha256, text_sha256, title, body, places, metadata, signature,
  part)
VALUES (:id, :site, :key, :order_key, :listing, :raw_sha256, :text_sha256, :title, :kept, :places, :metadata, :signature,
  :part)
ON CONFLICT DO UPDATE SET order_key = excluded.order_key, listing = excluded.listing, metadata = excluded.metadata,
  signature = excluded.signature, body = excluded.body
WHERE (excluded.listing, order_key) < (listing, excluded.order_key)
"""  # noqa: E501
_WIDESPREAD = f"""
SELECT value FROM json_each(?) WHERE
  (SELECT count(*) FROM (SELECT DISTINCT article_hash FROM _lines WHERE line_hash = value LIMIT {MIN_ARTICLES})) = {MIN_ARTICLES}
"""  # noqa: E501, S608
_LEARNED = (
    "SELECT line_hash FROM _learned_lines WHERE line_hash IN (SELECT value FROM json_each(?))"
)
# Sampled articles kept in memory; a site's boilerplate is mostly judged by the same few.
_MOST_SAMPLES = 256
_SMALLEST_HASH = -(1 << 63)  # of signed 64-bit integers
# Of an article's lines at one place so many are looked at: a bound for tables of thousands of
# cells.
MOST_LINES = 100

# Sampled articles of one database, by text id; the one used longest ago is dropped first.
SampleCache = OrderedDict[int, SampledArticle]


class BoilerplateIndex:
    """The boilerplate of all sites, brought up to date within one transaction: a text is cleaned
    when it is added, and again in `relearn` if the boilerplate changed.

    `samples` belongs to the database and outlives the transaction.
    """

    def __init__(self, db: sqlite3.Connection, samples: SampleCache) -> None:
        self._db = db
        self._samples = samples
        self._bodies: dict[int, str] = {}  # bodies as read of the texts added, by text id
        # Hashes of the lines (and places) whose set of articles changed, each with its site.
        self._changed_lines: dict[int, str] = {}
        self._changed_places: dict[int, str] = {}

    def add_text(self, read: ReadArticle, touched: AffectedRows) -> tuple[str, str]:
        """Store a text as read; return the SHA-256 and the fingerprint of the text without what is
        boilerplate by now.
        """
        row = read.text
        site, key = read.address
        body = _clean_body(self._db, row["body"], read.lines)
        sha256 = row["raw_sha256"] if body == row["body"] else text_sha256(row["title"], body)
        known = self._db.execute("SELECT 1 FROM _texts WHERE id = ?", (row["id"],)).fetchone()
        self._db.execute(
            _UPSERT_TEXT,
            {
                **row,
                "metadata": merge_with_stored(self._db, row) if known else row["metadata"],
                "text_sha256": sha256,
                "kept": _body_to_keep(row["body"], body, row["listing"] or row["part"]),
            },
        )
        touched.texts[sha256] = (row["title"], body)
        self._bodies[row["id"]] = row["body"]
        if not known:
            article_hash = hash_number(site, key)
            hashes = self._mark_changed(site, read.lines)
            rows = [(line_hash, article_hash, row["id"]) for line_hash in sorted(hashes)]
            self._db.executemany("INSERT OR IGNORE INTO _lines VALUES (?, ?, ?)", rows)
        return sha256, fingerprint(row["title"], body, read.published, key)

    def withdraw_texts(self, texts: Iterable[int], touched: AffectedRows) -> None:
        """Take texts (ids) that are about to be withdrawn out of `_lines`, and give their readings
        the hash of the text as read.
        """
        for text in texts:
            site, places = self._db.execute(
                "SELECT site, places FROM _texts WHERE id = ?", (text,)
            ).fetchone()
            lines = line_hashes_of(site, unpack_places(places)) if places else ()
            rows = [(line_hash, text) for line_hash in self._mark_changed(site, lines)]
            self._db.executemany("DELETE FROM _lines WHERE line_hash = ? AND text_id = ?", rows)
            self._set_cleaned_body(text, self.text_as_read(text)[1], touched, anyway=True)

    def _mark_changed(self, site: str, lines: Sequence[LineHashes]) -> set[int]:
        """Mark lines and their places for `relearn`; return the hashes of both."""
        hashes, places = {line.line_hash for line in lines}, {line.place_hash for line in lines}
        self._changed_lines |= dict.fromkeys(hashes, site)
        self._changed_places |= dict.fromkeys(places, site)
        return hashes | places

    # ------------------------------------------------------------------------------------- learning

    def relearn(self, touched: AffectedRows) -> None:
        """Decide again on every line and place whose set of articles changed in this transaction;
        clean the texts that have one whose verdict changed.
        """
        candidates = self._changed_lines | self._changed_places
        widespread = self._select_hashes(_WIDESPREAD, candidates)
        known = self._select_hashes(_LEARNED, candidates)
        changed = [
            line_hash
            for line_hash in sorted(widespread | known)
            if self._update_verdict(line_hash, line_hash in known)
        ]
        having = "SELECT text_id FROM _lines WHERE line_hash = ?"
        texts = {
            text for line_hash in changed for (text,) in self._db.execute(having, (line_hash,))
        }
        for text in sorted(texts):
            self._clean_again(text, touched)

    def _select_hashes(self, statement: str, hashes: Iterable[int]) -> set[int]:
        rows = self._db.execute(statement, (json.dumps(list(hashes)),))
        return {line_hash for (line_hash,) in rows}

    def _update_verdict(self, line_hash: int, known: bool) -> bool:
        """Write whether a line or place is boilerplate; True if that is not as it was (`known`)."""
        sample = self._sample(line_hash)
        is_place = line_hash in self._changed_places
        learned = (
            self._is_boilerplate_place(line_hash, sample)
            if is_place
            else is_boilerplate(line_hash, sample)
        )
        if learned == known:
            return False
        if learned:
            site = (self._changed_places if is_place else self._changed_lines)[line_hash]
            kind = "place" if is_place else "line"
            row = (line_hash, site, kind, *path_and_form(line_hash, sample[0]))
            self._db.execute("INSERT INTO _learned_lines VALUES (?, ?, ?, ?, ?)", row)
        else:
            self._db.execute("DELETE FROM _learned_lines WHERE line_hash = ?", (line_hash,))
        return True

    def _sample(self, line_hash: int) -> tuple[SampledArticle, ...]:
        """The `SAMPLE_SIZE` articles with the smallest hashes that have a line or place, each with
        its text of the smallest id.
        """
        sample: list[SampledArticle] = []
        article_hash = _SMALLEST_HASH
        while len(sample) < SAMPLE_SIZE:
            row = self._db.execute(
                "SELECT article_hash, text_id FROM _lines WHERE line_hash = ? AND article_hash >= ?"
                " ORDER BY article_hash, text_id LIMIT 1",
                (line_hash, article_hash),
            ).fetchone()
            if row is None:
                break
            sample.append(self._sampled_article(row[1]))
            article_hash = row[0] + 1
        return tuple(sample)

    def _sampled_article(self, text: int) -> SampledArticle:
        if text in self._samples:
            self._samples.move_to_end(text)
            return self._samples[text]
        title, body = self.text_as_read(text)
        site, places = self._db.execute(
            "SELECT site, places FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        paragraphs, line_places = tuple(body.split("\n")), tuple(unpack_places(places))
        words = tuple(content_words(paragraph) for paragraph in paragraphs)
        self._samples[text] = SampledArticle(
            title, paragraphs, line_places, line_hashes_of(site, line_places), words
        )
        if len(self._samples) > _MOST_SAMPLES:
            self._samples.popitem(last=False)
        return self._samples[text]

    def text_as_read(self, text: int) -> tuple[str, str]:
        """Title and body of a text as read."""
        title, body, sha256 = self._db.execute(
            "SELECT title, body, text_sha256 FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        if body is None and text not in self._bodies:
            statement = "SELECT body FROM versions WHERE text_sha256 = ? LIMIT 1"
            (self._bodies[text],) = self._db.execute(statement, (sha256,)).fetchone()
        return title, body if body is not None else self._bodies[text]

    def _is_boilerplate_place(self, place: int, sample: tuple[SampledArticle, ...]) -> bool:
        """True if at least `MIN_SHARED_AT_PLACE` of the lines at this DOM place also occur in
        articles with other titles.
        """
        lines = [line for article in sample for line in islice(article.lines_at(place), MOST_LINES)]
        if any(line.kind == LineKind.HEADING for line in lines):
            return False
        unshared = 0
        for line in lines:
            unshared += not self._is_shared(line.line_hash)
            if unshared > (1 - MIN_SHARED_AT_PLACE) * len(lines):
                return False
        articles = distinct_articles(sample)
        listed = any(line.kind == LineKind.ENTRY for line in lines)
        return len(articles) >= MIN_ARTICLES and (not listed or same_entries(place, articles))

    def _is_shared(self, line_hash: int) -> bool:
        """Whether a line stands in articles of different titles (of the first four)."""
        (titles,) = self._db.execute(
            "SELECT count(DISTINCT title) FROM _texts WHERE id IN (SELECT min(text_id) FROM "
            "_lines WHERE line_hash = ?"
            " GROUP BY article_hash ORDER BY article_hash LIMIT 4)",
            (line_hash,),
        ).fetchone()
        return int(titles) > 1

    # ------------------------------------------------------------------------------------- cleaning

    def _clean_again(self, text: int, touched: AffectedRows) -> None:
        """Clean a text (its id) of what is boilerplate now."""
        site, places = self._db.execute(
            "SELECT site, places FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        body = self.text_as_read(text)[1]
        self._set_cleaned_body(
            text, _clean_body(self._db, body, line_hashes_of(site, unpack_places(places))), touched
        )

    def register_text(self, text: int, touched: AffectedRows) -> None:
        """Put a text's title and body without boilerplate into `touched.texts`, for the versions
        that are about to have it.
        """
        title, sha256 = self._db.execute(
            "SELECT title, text_sha256 FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        touched.texts[sha256] = (title, self.cleaned_body(text))

    def cleaned_body(self, text: int) -> str:
        """A text's body (of its id) without what is boilerplate now."""
        site, places = self._db.execute(
            "SELECT site, places FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        return _clean_body(
            self._db,
            self.text_as_read(text)[1],
            line_hashes_of(site, unpack_places(places)) if places else (),
        )

    def _set_cleaned_body(
        self, text: int, cleaned: str, touched: AffectedRows, *, anyway: bool = False
    ) -> None:
        """Store a text's body without boilerplate, and give its readings the new hash; `anyway`
        does so even if the body is unchanged.
        """
        title, body = self.text_as_read(text)
        sha256 = text_sha256(title, cleaned)
        site, key, is_listing_or_part, before, metadata = self._db.execute(
            "SELECT site, key, listing OR ifnull(part, 0), text_sha256, metadata FROM _texts "
            "WHERE id = ?",
            (text,),
        ).fetchone()
        if sha256 == before and not anyway:
            return
        self._bodies[text] = body
        statement = "UPDATE _texts SET text_sha256 = ?, body = ? WHERE id = ?"
        self._db.execute(
            statement, (sha256, _body_to_keep(body, cleaned, is_listing_or_part), text)
        )
        touched.texts[sha256] = (title, cleaned)
        identity = (sha256, fingerprint(title, cleaned, json.loads(metadata)["published"], key))
        self._update_readings((site, key), text, identity, touched)

    def _update_readings(
        self, address: tuple[str, str], text: int, identity: tuple[str, str], touched: AffectedRows
    ) -> None:
        """Give the readings of a text its new (SHA-256, fingerprint); article and version are
        derived from these.
        """
        readings = self._db.execute(
            "SELECT capture_id, ordinal, fingerprint, article_id, version_id, url, "
            "text_sha256 FROM _readings"
            " WHERE site = ? AND key = ? AND text_id = ?",
            (*address, text),
        ).fetchall()
        for capture, ordinal, old_fingerprint, *version in readings:
            touched.add_reading(*version)
            touched.fingerprints |= {
                (address[0], old_fingerprint),
                (address[0], identity[1]),
            }
            self._db.execute(
                "UPDATE _readings SET text_sha256 = ?, fingerprint = ?, article_id = NULL, "
                "version_id = NULL"
                " WHERE capture_id = ? AND ordinal = ?",
                (*identity, capture, ordinal),
            )
            if ordinal == 0:
                self._db.execute(
                    "UPDATE captures SET article_id = NULL, version_id = NULL WHERE id = ?",
                    (capture,),
                )
        touched.addresses.add(address)


def _body_to_keep(body: str, cleaned: str, is_listing_or_part: int | None) -> str | None:
    """The body as read if no version holds it (of listings, of parts, and if something of it is
    left out), else None.
    """
    return body if is_listing_or_part or cleaned != body else None


def _clean_body(db: sqlite3.Connection, body: str, lines: Sequence[LineHashes]) -> str:
    if not lines:
        return body
    paragraphs = body.split("\n")
    verdicts = _learned_kinds(db, paragraphs, lines)
    return "\n".join(
        text for text, verdict in zip(paragraphs, verdicts, strict=True) if verdict is None
    )


def _learned_kinds(
    db: sqlite3.Connection, paragraphs: Sequence[str], lines: Sequence[LineHashes]
) -> list[str | None]:
    hashes = {line.line_hash for line in lines} | {line.place_hash for line in lines}
    rows = db.execute(_LEARNED, (json.dumps(list(hashes)),))
    learned = {line_hash for (line_hash,) in rows}
    return boilerplate_kinds(paragraphs, lines, learned)


def without_boilerplate(db: sqlite3.Connection, site: str, article: Article) -> Article:
    """An article of a site as the index would keep it: without the site's boilerplate, each line
    left out noted in its evidence with the reason.
    """
    lines = line_hashes_of(site, article.places)
    if len(lines) != len(article.paragraphs):
        return article
    verdicts = _learned_kinds(db, article.paragraphs, lines)
    kept = [number for number, verdict in enumerate(verdicts) if verdict is None]
    if len(kept) == len(verdicts):
        return article
    dropped = [
        (verdict, text)
        for verdict, text in zip(verdicts, article.paragraphs, strict=True)
        if verdict
    ]
    return replace(
        article,
        paragraphs=[article.paragraphs[number] for number in kept],
        places=[article.places[number] for number in kept],
        evidence=[
            *article.evidence,
            *(
                Evidence(field="dropped", source=verdict, value=text[:300])
                for verdict, text in dropped
            ),
        ],
    )
