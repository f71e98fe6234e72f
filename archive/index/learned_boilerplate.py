"""The site as teacher: which lines and places its articles share, and each text without those known
for furniture.

A lesson is a property of the set of texts that have the line or place: of the twelve articles whose
numbers are smallest. So the same lessons hold whatever the order of captures; where one is learned
or given up, the texts it touches are cleaned anew, and versions follow from that. What a lesson
needs is told by `archive.text.shared_lines`.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from archive.index.affected import AffectedRows
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
INSERT INTO _texts (id, site, key, moment, listing, raw_sha256, text_sha256, title, body, places, metadata, signature,
  part)
VALUES (:id, :site, :key, :moment, :listing, :raw_sha256, :text_sha256, :title, :kept, :places, :metadata, :signature,
  :part)
ON CONFLICT DO UPDATE SET moment = excluded.moment, listing = excluded.listing, metadata = excluded.metadata,
  signature = excluded.signature, body = excluded.body
WHERE (excluded.listing, moment) < (listing, excluded.moment)
"""  # noqa: E501
_WIDESPREAD = f"""
SELECT value FROM json_each(?) WHERE
  (SELECT count(*) FROM (SELECT DISTINCT article FROM _lines WHERE line = value LIMIT {MIN_ARTICLES})) = {MIN_ARTICLES}
"""  # noqa: E501, S608
_LEARNED = (
    "SELECT line_hash FROM _learned_lines WHERE line_hash IN (SELECT value FROM json_each(?))"
)
# Articles kept ready for judging; a site's boilerplate is mostly judged by the same few.
_READY = 256
_FIRST = -(1 << 63)
# Of an article's lines at one place so many are looked at: a bound for tables of thousands of
# cells.
MOST_LINES = 100

# Articles of one database made ready for judging lately, by text id; the oldest goes first.
SampleCache = OrderedDict[int, SampledArticle]


class BoilerplateIndex:
    """What is learned within one transaction: texts are cleaned as they come, and again in
    `relearn` where what is boilerplate changed.

    `samples` belongs to the database and outlives the transaction.
    """

    def __init__(self, db: sqlite3.Connection, samples: SampleCache) -> None:
        self._db = db
        self._samples = samples
        self._bodies: dict[int, str] = {}  # text: body as read, of those that came
        self._moved: dict[
            int, str
        ] = {}  # lines whose articles are others than before, with their site
        self._moved_places: dict[int, str] = {}

    def add_text(self, read: ReadArticle, touched: AffectedRows) -> tuple[str, str]:
        """Keep a text as read; its hash and fingerprint without what is known for furniture by
        now.
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
                "text_sha256": sha256,
                "kept": _body_to_keep(row["body"], body, row["listing"] or row["part"]),
            },
        )
        touched.texts[sha256] = (row["title"], body)
        self._bodies[row["id"]] = row["body"]
        if not known:
            article = hash_number(site, key)
            rows = [(trait, article, row["id"]) for trait in sorted(self._note(site, read.lines))]
            self._db.executemany("INSERT OR IGNORE INTO _lines VALUES (?, ?, ?)", rows)
        return sha256, fingerprint(row["title"], body, read.published, key)

    def withdraw_texts(self, texts: Iterable[int], touched: AffectedRows) -> None:
        """These texts, about to be withdrawn, teach no more, and count as they were read."""
        for text in texts:
            site, places = self._db.execute(
                "SELECT site, places FROM _texts WHERE id = ?", (text,)
            ).fetchone()
            rows = (
                [
                    (trait, text)
                    for trait in self._note(site, line_hashes_of(site, unpack_places(places)))
                ]
                if places
                else []
            )
            self._db.executemany("DELETE FROM _lines WHERE line = ? AND text = ?", rows)
            self._set_cleaned_body(text, self._text(text)[1], touched, anyway=True)

    def _note(self, site: str, lines: Sequence[LineHashes]) -> set[int]:
        traits, places = {line.line_hash for line in lines}, {line.place_hash for line in lines}
        self._moved |= dict.fromkeys(traits, site)
        self._moved_places |= dict.fromkeys(places, site)
        return traits | places

    # ------------------------------------------------------------------------------------- learning

    def relearn(self, touched: AffectedRows) -> None:
        """Judge every line and place that came or went in this transaction; clean anew what that
        changes.
        """
        moved = self._moved | self._moved_places
        widespread, known = self._among(_WIDESPREAD, moved), self._among(_LEARNED, moved)
        changed = [
            trait for trait in sorted(widespread | known) if self._judge(trait, trait in known)
        ]
        texts = {
            text
            for trait in changed
            for (text,) in self._db.execute("SELECT text FROM _lines WHERE line = ?", (trait,))
        }
        for text in sorted(texts):
            self._clean_anew(text, touched)

    def _among(self, statement: str, traits: Iterable[int]) -> set[int]:
        return {trait for (trait,) in self._db.execute(statement, (json.dumps(list(traits)),))}

    def _judge(self, trait: int, known: bool) -> bool:
        """Whether the verdict on a line or place is another than before; if so it is written."""
        sample = self._sample(trait)
        is_place = trait in self._moved_places
        learned = (
            self._is_boilerplate_place(trait, sample) if is_place else is_boilerplate(trait, sample)
        )
        if learned == known:
            return False
        if learned:
            site, kind = (
                self._moved_places[trait] if is_place else self._moved[trait],
                "place" if is_place else "line",
            )
            row = (trait, site, kind, *path_and_form(trait, sample[0]))
            self._db.execute("INSERT INTO _learned_lines VALUES (?, ?, ?, ?, ?)", row)
        else:
            self._db.execute("DELETE FROM _learned_lines WHERE line_hash = ?", (trait,))
        return True

    def _sample(self, trait: int) -> tuple[SampledArticle, ...]:
        """The articles with the smallest numbers that have a line or place: of each the text with
        the smallest.
        """
        found: list[SampledArticle] = []
        article = _FIRST
        while len(found) < SAMPLE_SIZE:
            row = self._db.execute(
                "SELECT article, text FROM _lines WHERE line = ? AND article >= ? ORDER BY "
                "article, text LIMIT 1",
                (trait, article),
            ).fetchone()
            if row is None:
                break
            found.append(self._sampled_article(row[1]))
            article = row[0] + 1
        return tuple(found)

    def _sampled_article(self, text: int) -> SampledArticle:
        if text in self._samples:
            self._samples.move_to_end(text)
            return self._samples[text]
        title, body = self._text(text)
        site, places = self._db.execute(
            "SELECT site, places FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        paragraphs, stands = tuple(body.split("\n")), tuple(unpack_places(places))
        words = tuple(content_words(each) for each in paragraphs)
        self._samples[text] = SampledArticle(
            title, paragraphs, stands, line_hashes_of(site, stands), words
        )
        if len(self._samples) > _READY:
            self._samples.popitem(last=False)
        return self._samples[text]

    def _text(self, text: int) -> tuple[str, str]:
        """Title and body of a text as read."""
        title, body, sha256 = self._db.execute(
            "SELECT title, body, text_sha256 FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        if body is None and text not in self._bodies:
            statement = "SELECT body FROM versions WHERE text_sha256 = ? LIMIT 1"
            (self._bodies[text],) = self._db.execute(statement, (sha256,)).fetchone()
        return title, body if body is not None else self._bodies[text]

    def _is_boilerplate_place(self, place: int, sample: tuple[SampledArticle, ...]) -> bool:
        """Whether nearly all that stands at a place of these articles stands there in others
        too.
        """
        lines = [line for each in sample for line in islice(each.lines_at(place), MOST_LINES)]
        if any(line.kind == LineKind.HEADING for line in lines):
            return False
        alone = 0
        for line in lines:
            alone += not self._is_shared(line.line_hash)
            if alone > (1 - MIN_SHARED_AT_PLACE) * len(lines):
                return False
        articles = distinct_articles(sample)
        listed = any(line.kind == LineKind.ENTRY for line in lines)
        return len(articles) >= MIN_ARTICLES and (not listed or same_entries(place, articles))

    def _is_shared(self, trait: int) -> bool:
        """Whether a line stands in articles of different titles (of the first four)."""
        (titles,) = self._db.execute(
            "SELECT count(DISTINCT title) FROM _texts WHERE id IN (SELECT min(text) FROM "
            "_lines WHERE line = ?"
            " GROUP BY article ORDER BY article LIMIT 4)",
            (trait,),
        ).fetchone()
        return int(titles) > 1

    # ------------------------------------------------------------------------------------- cleaning

    def _clean_anew(self, text: int, touched: AffectedRows) -> None:
        """Bring a text to what is known for furniture now."""
        site, places = self._db.execute(
            "SELECT site, places FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        body = self._text(text)[1]
        self._set_cleaned_body(
            text, _clean_body(self._db, body, line_hashes_of(site, unpack_places(places))), touched
        )

    def register_text(self, text: int, touched: AffectedRows) -> None:
        """Note a text's title and body without furniture for the versions that are about to have
        it.
        """
        title, sha256 = self._db.execute(
            "SELECT title, text_sha256 FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        touched.texts[sha256] = (title, self.cleaned_body(text))

    def cleaned_body(self, text: int) -> str:
        """A text's body without what is known for furniture now."""
        site, places = self._db.execute(
            "SELECT site, places FROM _texts WHERE id = ?", (text,)
        ).fetchone()
        return _clean_body(
            self._db,
            self._text(text)[1],
            line_hashes_of(site, unpack_places(places)) if places else (),
        )

    def _set_cleaned_body(
        self, text: int, cleaned: str, touched: AffectedRows, *, anyway: bool = False
    ) -> None:
        """Note a text's body without furniture, and all that follows for its readings; `anyway`,
        even if it was that before.
        """
        title, body = self._text(text)
        sha256 = text_sha256(title, cleaned)
        site, key, apart, before, metadata = self._db.execute(
            "SELECT site, key, listing OR ifnull(part, 0), text_sha256, metadata FROM _texts "
            "WHERE id = ?",
            (text,),
        ).fetchone()
        if sha256 == before and not anyway:
            return
        self._bodies[text] = body
        statement = "UPDATE _texts SET text_sha256 = ?, body = ? WHERE id = ?"
        self._db.execute(statement, (sha256, _body_to_keep(body, cleaned, apart), text))
        touched.texts[sha256] = (title, cleaned)
        mark = fingerprint(title, cleaned, json.loads(metadata)["published"], key)
        self._update_readings((site, key), text, (sha256, mark), touched)

    def _update_readings(
        self, address: tuple[str, str], text: int, now: tuple[str, str], touched: AffectedRows
    ) -> None:
        """Give the readings of a text its new hash and fingerprint; article and version follow from
        these.
        """
        readings = self._db.execute(
            "SELECT capture_id, ordinal, fingerprint, article_id, version_id, url, "
            "text_sha256 FROM _readings"
            " WHERE site = ? AND key = ? AND text = ?",
            (*address, text),
        ).fetchall()
        for capture, ordinal, mark, *version in readings:
            touched.add_reading(*version)
            touched.fingerprints |= {(address[0], mark), (address[0], now[1])}
            self._db.execute(
                "UPDATE _readings SET text_sha256 = ?, fingerprint = ?, article_id = NULL, "
                "version_id = NULL"
                " WHERE capture_id = ? AND ordinal = ?",
                (*now, capture, ordinal),
            )
            if ordinal == 0:
                self._db.execute(
                    "UPDATE captures SET article_id = NULL, version_id = NULL WHERE id = ?",
                    (capture,),
                )
        touched.addresses.add(address)


def _body_to_keep(body: str, cleaned: str, apart: int | None) -> str | None:
    """The body as read, where no version has it: of listings, of parts, and where something of it
    is left out.
    """
    return body if apart or cleaned != body else None


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
    traits = {line.line_hash for line in lines} | {line.place_hash for line in lines}
    learned = {trait for (trait,) in db.execute(_LEARNED, (json.dumps(list(traits)),))}
    return boilerplate_kinds(paragraphs, lines, learned)


def without_boilerplate(db: sqlite3.Connection, site: str, article: Article) -> Article:
    """An article of a site as the index would keep it: without what its other articles teach, and
    why, as evidence.
    """
    lines = line_hashes_of(site, article.places)
    if len(lines) != len(article.paragraphs):
        return article
    verdicts = _learned_kinds(db, article.paragraphs, lines)
    kept = [at for at, verdict in enumerate(verdicts) if verdict is None]
    if len(kept) == len(verdicts):
        return article
    gone = [
        (verdict, text)
        for verdict, text in zip(verdicts, article.paragraphs, strict=True)
        if verdict
    ]
    return replace(
        article,
        paragraphs=[article.paragraphs[at] for at in kept],
        places=[article.places[at] for at in kept],
        evidence=[
            *article.evidence,
            *(
                Evidence(field="dropped", source=verdict, value=text[:300])
                for verdict, text in gone
            ),
        ],
    )
