"""What an article's newest reading lacks and earlier ones had: a redesign that drops the author,
the section or the time of day does not take them from the articles captured before it.

Each text keeps, beside the metadata of its newest reading, what only earlier readings of it had
(`earlier`); an article takes what it lacks from there, or from the newest of its other texts. The
same whatever the order captures come in.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.model import Precision

Metadata = dict[str, Any]

# What is kept, with the columns that belong together.
KEPT = {
    "author": ("author", "authors"),
    "section": ("section",),
    "published": ("published", "published_precision", "published_raw"),
}
_PRECISIONS = [str(each) for each in Precision]  # the finest first
_UNKNOWN = len(_PRECISIONS)
# How far a day of some zone on earth lies beside that day in UTC.
_BEFORE, _AFTER = timedelta(hours=14), timedelta(hours=36)


def merge_metadata(newest: str, newest_order: str, other: str, other_order: str) -> str:
    """The metadata of a text (JSON) after two readings of it, each with its order_key: the newest
    one's, and under `earlier` what only the other had, or earlier ones before it.
    """
    if newest == other:
        return newest
    merged: Metadata = json.loads(newest)
    others: Metadata = json.loads(other)
    values = [*_values(merged, newest_order), *_values(others, other_order)]
    earlier = {}
    for name in KEPT:
        ranked = [value for kept, value in values if kept == name]
        best = max(ranked, key=lambda each: (-_rank(name, each), each["order"]), default=None)
        if best is not None and _rank(name, best) < _rank(name, merged):
            earlier[name] = best
    merged.pop("earlier", None)
    if earlier:
        merged["earlier"] = earlier
    return json.dumps(merged, ensure_ascii=False, separators=(",", ":"))


def merge_with_stored(db: sqlite3.Connection, row: Metadata) -> str:
    """The metadata of a text (a row of `_texts`) that is stored already and was read again; written
    at once where the stored reading stays the one that counts.
    """
    listing, order, before = db.execute(
        "SELECT listing, order_key, metadata FROM _texts WHERE id = ?", (row["id"],)
    ).fetchone()
    if (row["listing"], order) < (listing, row["order_key"]):
        return merge_metadata(row["metadata"], row["order_key"], before, order)
    merged = merge_metadata(before, order, row["metadata"], row["order_key"])
    if merged != before:
        db.execute("UPDATE _texts SET metadata = ? WHERE id = ?", (merged, row["id"]))
    return merged


def _values(metadata: Metadata, order: str) -> list[tuple[str, Metadata]]:
    """What a reading knows of each kept group, and what earlier ones did, with when."""
    own = [
        (name, {"order": order, **{column: metadata[column] for column in columns}})
        for name, columns in KEPT.items()
        if _rank(name, metadata) < _UNKNOWN
    ]
    return [*own, *metadata.get("earlier", {}).items()]


def keep_metadata(db: sqlite3.Connection, article: str, row: Metadata) -> None:
    """Fill in what the row of an article lacks (author, section) or knows less well (publication)
    from the newest of its readings that had it.
    """
    earlier = row.pop("earlier", {})
    if not any(_rank(name, row) for name in KEPT):
        return
    _fill(row, earlier)
    others = db.execute(
        "SELECT t.metadata FROM _readings r JOIN _texts t ON t.id = r.text_id"
        " WHERE r.article_id = ? GROUP BY t.id ORDER BY max(r.order_key) DESC",
        (article,),
    )
    for (metadata,) in others:
        known = json.loads(metadata)
        _fill(row, dict(_values({**known, "earlier": {}}, "")))
        _fill(row, known.get("earlier", {}))
        if not any(_rank(name, row) for name in KEPT):
            return


def _fill(row: Metadata, known: dict[str, Metadata]) -> None:
    """Put into the row what is known better."""
    for name, value in known.items():
        if _rank(name, value) < _rank(name, row) and (name != "published" or _agree(row, value)):
            row |= {column: value[column] for column in KEPT[name]}


def _rank(name: str, values: Metadata) -> int:
    """How well a kept group is known: 0 is best, `_UNKNOWN` not at all."""
    if not values[KEPT[name][-1] if name == "author" else name]:
        return _UNKNOWN
    precision = values.get("published_precision") if name == "published" else None
    return _PRECISIONS.index(precision) if precision in _PRECISIONS else 0


def _agree(row: Metadata, known: Metadata) -> bool:
    """Whether a finer time can be the one that the row knows less well; nothing speaks against it
    where the row knows none.
    """
    if not row["published"]:
        return True
    coarse, fine = _instant(row["published"]), _instant(known["published"])
    if len(row["published"]) <= len("2026-11-20"):
        return coarse - _BEFORE <= fine < coarse + _AFTER
    return abs(coarse - fine) < timedelta(hours=1)


def _instant(published: str) -> datetime:
    """A publication as the index stores it; of a day, when that begins in UTC."""
    time = datetime.fromisoformat(published)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
