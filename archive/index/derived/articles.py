"""Articles and versions derived from what captures were read as, whatever the order the captures
came in.

Identity (one work on one site): an address, folded, is an article; which address names a reading is
`archive.index.derived.canonical_claims`'. A fingerprint (folded title,
body and publication time) belongs to the address it was captured at first; an address all of whose
fingerprints belong to one other address is that one's duplicate, and only as long as this holds. A
version is a distinct text, numbered by when it was first captured; a text that comes back after an
edit is its old version again. An article reads as its latest capture does, and keeps what only
earlier ones had (`archive.index.kept_metadata`).

Only what a batch touches is derived anew. Addresses are `archive.index.derived.article_urls`,
near-duplicates `archive.index.derived.clusters`.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from archive.index.affected import Address, AffectedRows, docid_of, first_and_last
from archive.index.columns import ARTICLES, ColumnOrigin, column_names
from archive.index.kept_metadata import keep_metadata
from archive.index.rows import folded
from archive.index.site_names import shown_site
from archive.model.identity import article_id, version_id
from archive.text.folding import index_forms, unlike_folded
from archive.urls import canonical_url

DEPENDENTS = ("authors", "tags", "images", "links")
_ARTICLE_COLUMNS = column_names(
    ARTICLES, ColumnOrigin.READING, ColumnOrigin.VERSION, ColumnOrigin.DERIVED
)
_UPSERT_ARTICLE = (
    f"INSERT INTO articles ({', '.join(_ARTICLE_COLUMNS)})"  # noqa: S608
    f" VALUES ({', '.join(':' + name for name in _ARTICLE_COLUMNS)}) ON CONFLICT (docid) DO "
    f"UPDATE SET "
    + ", ".join(
        f"{name} = excluded.{name}" for name in _ARTICLE_COLUMNS if name not in {"docid", "id"}
    )
)


def derive_articles(db: sqlite3.Connection, touched: AffectedRows) -> None:
    """Bring `_url_article`, articles, versions and the full text up to date with the readings of
    the addresses touched.
    """
    names = sorted(touched.names | _update_fingerprint_urls(db, touched))
    for address in names:
        _decide_article(db, address, touched)
    _assign_readings(db, names, touched)
    _write_versions(db, touched)
    changes = [
        change
        for article in sorted(touched.articles)
        if (change := _write_article(db, article, touched))
    ]
    _write_full_text(db, changes)


# ----------------------------------------------------------------------------------------- identity


def _update_fingerprint_urls(db: sqlite3.Connection, touched: AffectedRows) -> set[Address]:
    """Who owns the fingerprints touched; the addresses for which that changed."""
    moved: set[Address] = set()
    for site, fingerprint in sorted(touched.fingerprints):
        first = db.execute(
            "SELECT name_key FROM _readings WHERE site = ? AND fingerprint = ? AND is_active = 1 "
            "ORDER BY order_key LIMIT 1",
            (site, fingerprint),
        ).fetchone()
        before = db.execute(
            "SELECT key FROM _fingerprint_url WHERE site = ? AND fingerprint = ?",
            (site, fingerprint),
        ).fetchone()
        if first == before:
            continue
        if first is None:
            db.execute(
                "DELETE FROM _fingerprint_url WHERE site = ? AND fingerprint = ?",
                (site, fingerprint),
            )
            continue
        db.execute(
            "INSERT OR REPLACE INTO _fingerprint_url VALUES (?, ?, ?)",
            (site, fingerprint, first[0]),
        )
        if before is not None:
            keys = db.execute(
                "SELECT DISTINCT name_key FROM _readings WHERE site = ? AND fingerprint = ? AND "
                "is_active = 1",
                (site, fingerprint),
            )
            moved |= {(site, key) for (key,) in keys}
    return moved


def _decide_article(db: sqlite3.Connection, address: Address, touched: AffectedRows) -> None:
    """Decide which article an address is, and note both articles where that changed."""
    site, key = address
    owners = [
        owner
        for (owner,) in db.execute(
            "SELECT DISTINCT o.key FROM _readings r JOIN _fingerprint_url o ON o.site = r.site AND "
            "o.fingerprint = r.fingerprint"
            " WHERE r.site = ? AND r.name_key = ? AND r.is_active = 1 LIMIT 2",
            address,
        )
    ]
    if not owners:
        db.execute("DELETE FROM _url_article WHERE site = ? AND key = ?", address)
        return
    article_key = owners[0] if len(owners) == 1 else key
    db.execute(
        "INSERT INTO _url_article VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET article_key = "
        "excluded.article_key"
        " WHERE article_key != excluded.article_key",
        (site, key, article_key),
    )
    touched.articles.add(article_id(site, article_key))


def _assign_readings(
    db: sqlite3.Connection, addresses: list[Address], touched: AffectedRows
) -> None:
    """Write into readings and captures which article and version they are."""
    for site, key in addresses:
        row = db.execute(
            "SELECT article_key FROM _url_article WHERE site = ? AND key = ?", (site, key)
        ).fetchone()
        article = article_id(site, row[0]) if row else None
        stale = db.execute(
            "SELECT capture_id, ordinal, url, text_sha256, article_id, version_id, is_active "
            "FROM _readings"
            " WHERE site = ? AND name_key = ?"
            " AND article_id IS NOT CASE is_active WHEN 1 THEN ? END",
            (site, key, article),
        ).fetchall()
        for capture, ordinal, url, sha256, old_article, old_version, is_active in stale:
            new_article = article if is_active else None
            version = version_id(new_article, sha256) if new_article else None
            db.execute(
                "UPDATE _readings SET article_id = ?, version_id = ? WHERE capture_id = ? AND "
                "ordinal = ?",
                (new_article, version, capture, ordinal),
            )
            if ordinal == 0:
                db.execute(
                    "UPDATE captures SET article_id = ?, version_id = ? WHERE id = ?",
                    (new_article, version, capture),
                )
            touched.add_reading(old_article, old_version, url, sha256)
            touched.add_reading(new_article, version, url, sha256)


# ----------------------------------------------------------------------------------------- versions


def _write_versions(db: sqlite3.Connection, touched: AffectedRows) -> None:
    missing = {sha256 for _, sha256 in touched.versions.values()} - touched.texts.keys()
    for sha256 in missing:  # before any is deleted: a text may be about to move to another article
        row = db.execute(
            "SELECT title, body FROM versions WHERE text_sha256 = ? LIMIT 1", (sha256,)
        ).fetchone()
        if row:
            touched.texts[sha256] = row
    for version, (article, sha256) in sorted(touched.versions.items()):
        seen = first_and_last(db, "version_id = ?", (version,))
        if seen is None:
            db.execute("DELETE FROM versions WHERE id = ?", (version,))
            continue
        extractor = json.loads(_text_row(db, article, version)[0])["extractor"]
        db.execute(
            "INSERT INTO versions VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " first_seen = excluded.first_seen, last_seen = excluded.last_seen, extractor = "
            "excluded.extractor",
            (version, article, *seen, *touched.texts[sha256], sha256, extractor),
        )
    for article in {article for article, _ in touched.versions.values()}:
        _number_versions(db, article)


def _number_versions(db: sqlite3.Connection, article: str) -> None:
    rows = db.execute("SELECT id, number FROM versions WHERE article_id = ?", (article,)).fetchall()
    if len(rows) > 1:
        first = "SELECT min(order_key) FROM _readings WHERE version_id = ?"
        rows.sort(key=lambda row: db.execute(first, row[:1]).fetchone()[0])
    for number, (version, old) in enumerate(rows, start=1):
        if number != old:
            db.execute("UPDATE versions SET number = ? WHERE id = ?", (number, version))


def _text_row(db: sqlite3.Connection, article: str, version: str) -> tuple[str, bytes | None, int]:
    """Metadata, signature and origin of a version as its latest capture was read; of several pages,
    the first.
    """
    statement = (
        "SELECT t.metadata, t.signature, t.listing, ifnull(t.part, 0) FROM _readings r JOIN "
        "_texts t ON t.id = r.text_id"
        " WHERE r.version_id = ? AND r.article_id = ? ORDER BY r.order_key DESC LIMIT 1"
    )
    row = db.execute(statement, (version, article)).fetchone()
    if row[3] > 1:
        statement = statement.replace("ORDER BY", "ORDER BY t.part,")
        row = db.execute(statement, (version, article)).fetchone()
    return (row[0], row[1], row[2])


# ----------------------------------------------------------------------------------------- articles


@dataclass(frozen=True, slots=True)
class _TextChange:
    """The full text of one article that is to be replaced; None takes it away."""

    docid: int
    text: tuple[str, str] | None
    known: bool


def _write_article(
    db: sqlite3.Connection, article: str, touched: AffectedRows
) -> _TextChange | None:
    """Write one article's row with its authors, tags, images and links; return the change that its
    full text needs, None if it needs none.
    """
    before = db.execute(
        "SELECT title, body, version_id, url, cluster_id, published, first_seen, author"
        " FROM articles WHERE id = ?",
        (article,),
    ).fetchone()
    newest = db.execute(
        "SELECT site, version_id FROM _readings WHERE article_id = ?"
        " ORDER BY order_key DESC LIMIT 1",
        (article,),
    ).fetchone()
    if newest is None:
        if before is None:
            return None
        _remove_article(db, article)
        touched.signatures[docid_of(article)] = None
        touched.urls.add((before[3], article))
        touched.left |= {before[4]} - {None}
        return _TextChange(docid_of(article), None, known=True)
    site, version = newest
    metadata, signature, listing = _text_row(db, article, version)
    row = _derived_row(db, article, site, version)
    row |= json.loads(metadata) | {"source": "listing" if listing else "page"}
    keep_metadata(db, article, row)
    db.execute(_UPSERT_ARTICLE, row)
    touched.urls.add((row["url"], article))
    kept_author = before is not None and before[7] != row["author"]
    if before is None or before[2] != version or version in touched.versions or kept_author:
        _write_dependents(db, article, row)
    touched.signatures[docid_of(article)] = signature
    if before is None or before[5:7] != (row["published"], row["first_seen"]):
        touched.dated.add(docid_of(article))
    if before is not None and before[3] != row["url"]:
        touched.urls.add((before[3], article))
    if before is not None and before[:2] == (row["title"], row["body"]):
        return None
    return _TextChange(docid_of(article), (row["title"], row["body"]), known=before is not None)


def _derived_row(db: sqlite3.Connection, article: str, site: str, version: str) -> dict[str, Any]:
    seen = first_and_last(db, "article_id = ?", (article,))
    title, body = db.execute("SELECT title, body FROM versions WHERE id = ?", (version,)).fetchone()
    (versions,) = db.execute(
        "SELECT count(*) FROM versions WHERE article_id = ?", (article,)
    ).fetchone()
    return {
        "docid": docid_of(article),
        "id": article,
        "url": _canonical_url(db, article, site),
        "site": shown_site(db, site),
        "title": title,
        "body": body,
        "words": len(body.split()),
        "first_seen": seen[0] if seen else "",
        "last_seen": seen[1] if seen else "",
        "versions": versions,
        "version_id": version,
    }


def _canonical_url(db: sqlite3.Connection, article: str, site: str) -> str:
    """The canonical URL an article has: as it was captured first, of those that fold to the
    article's own address.
    """
    for name, key, canonical, url in db.execute(
        "SELECT name_key, key, canonical, url FROM _readings WHERE article_id = ?"
        " ORDER BY order_key",
        (article,),
    ):
        if article_id(site, name) == article:
            return str(canonical) if name == key else canonical_url(url)
    # it owns a fingerprint, so it has
    raise AssertionError(f"article {article} has no reading at its own address")


def _remove_article(db: sqlite3.Connection, article: str) -> None:
    for table in (*DEPENDENTS, "disappearances"):
        db.execute(f"DELETE FROM {table} WHERE article_id = ?", (article,))  # noqa: S608
    db.execute("DELETE FROM articles WHERE id = ?", (article,))


def _write_dependents(db: sqlite3.Connection, article: str, row: dict[str, Any]) -> None:
    for table in DEPENDENTS:
        db.execute(f"DELETE FROM {table} WHERE article_id = ?", (article,))  # noqa: S608
    numbered = {
        name: [(article, place, value) for place, value in enumerate(row[name])]
        for name in ("authors", "tags")
    }
    db.executemany("INSERT INTO authors VALUES (?, ?, ?)", numbered["authors"])
    db.executemany("INSERT INTO tags VALUES (?, ?, ?)", numbered["tags"])
    if row["image_url"]:
        image = (article, 0, row["image_url"], row["image_caption"], row["image_credit"])
        db.execute("INSERT INTO images VALUES (?, ?, ?, ?, ?)", image)
    links = [
        (article, place, url, text, kind) for place, (url, text, kind) in enumerate(row["links"])
    ]
    db.executemany("INSERT INTO links VALUES (?, ?, ?, ?, ?)", links)


def _write_full_text(db: sqlite3.Connection, changes: list[_TextChange]) -> None:
    """Write the full text in the order of rowid: FTS5 starts a new segment whenever the rowid
    falls.
    """
    changes.sort(key=lambda change: change.docid)
    db.executemany(
        "DELETE FROM articles_fts WHERE rowid = ?",
        [(change.docid,) for change in changes if change.known],
    )
    for change in changes:
        if change.text is not None:
            title, body = map(folded, change.text)
            title_forms, body_forms = (
                f"{index_forms(folded(text))} {unlike_folded(text)}".strip() for text in change.text
            )
            db.execute(
                "INSERT INTO articles_fts (rowid, title, body, title_forms, body_forms) "
                "VALUES (?, ?, ?, ?, ?)",
                (change.docid, title, body, title_forms, body_forms),
            )
