"""Articles on several pages: the text of each of their readings is that of all parts together.

A reading of one part stands for the whole as its crawl saw it: the parts of the same crawl, for
parts that crawl did not fetch the latest before, else the first after. Where the crawl also saw all
on one page, that is the text. So one visit makes one version whatever the order of its parts, and a
part that changes later makes a new version of the one article. A pure function of the readings of
an address, derived anew whenever one of them comes or goes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.index.affected import AffectedRows
from archive.index.learned_boilerplate import BoilerplateIndex
from archive.index.rows import fingerprint
from archive.model.identity import text_sha256

# Share of the letters of a part that stand in the parts before it, from which it is the same page
# again (of comments).
SAME = 0.8
WHOLE = 0

_READ = """
SELECT r.capture_id, t.part, r.is_last, r.text_id, t.title, t.metadata, ifnull(c.crawl_id, c.warc), r.text_sha256,
  r.fingerprint, r.article_id, r.version_id, r.url
FROM _readings r JOIN _texts t ON t.id = r.text_id JOIN captures c ON c.id = r.capture_id
WHERE r.site = ? AND r.name_key = ? AND r.is_active = 1 AND r.ordinal = 0 AND t.part IS NOT NULL ORDER BY r.order_key
"""  # noqa: E501
_NUMBERED = "SELECT 1 FROM _texts WHERE site = ? AND key = ? AND part > 0 LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartReading:
    """One reading: of a part (from 1), or of the whole (0)."""

    capture: str
    part: int
    is_last: bool
    text: int
    title: str
    published: str | None
    crawl: str
    identity: tuple[str, str]  # its text_sha256 and fingerprint so far
    assigned: tuple[str | None, str | None, str, str]  # article, version, URL, text_sha256 so far


def update_multipage(
    db: sqlite3.Connection, boilerplate: BoilerplateIndex, touched: AffectedRows
) -> None:
    """Give the readings of parts, at the addresses touched, the text of all parts."""
    for site, key in sorted(touched.addresses):
        if db.execute(_NUMBERED, (site, key)).fetchone():
            _join_article(db, site, key, boilerplate, touched)


def _join_article(
    db: sqlite3.Connection,
    site: str,
    key: str,
    boilerplate: BoilerplateIndex,
    touched: AffectedRows,
) -> None:
    readings = _part_readings(db, site, key)
    texts = {reading.text for reading in readings}
    clean = {text: boilerplate.cleaned_body(text) for text in texts}
    for position, reading in enumerate(readings):
        parts = _parts_for(readings, position) if reading.part != WHOLE else [reading]
        title, body = parts[0].title, join_parts(clean[part.text] for part in parts)
        sha256 = text_sha256(title, body)
        identity = (sha256, fingerprint(title, body, parts[0].published, key))
        touched.texts[sha256] = (title, body)
        if identity == reading.identity:
            continue
        touched.add_reading(*reading.assigned)
        touched.fingerprints |= {(site, reading.identity[1]), (site, identity[1])}
        db.execute(
            "UPDATE _readings SET text_sha256 = ?, fingerprint = ?, article_id = NULL, "
            "version_id = NULL"
            " WHERE capture_id = ? AND ordinal = 0",
            (*identity, reading.capture),
        )
        db.execute(
            "UPDATE captures SET article_id = NULL, version_id = NULL WHERE id = ?",
            (reading.capture,),
        )


def _part_readings(db: sqlite3.Connection, site: str, key: str) -> list[_PartReading]:
    return [
        _PartReading(
            capture=capture,
            part=part,
            is_last=bool(is_last),
            text=text,
            title=title,
            published=json.loads(metadata)["published"],
            crawl=crawl,
            identity=(sha256, old_fingerprint),
            assigned=(article, version, url, sha256),
        )
        for capture, part, is_last, text, title, metadata, crawl, sha256, old_fingerprint, article, version, url in db.execute(  # noqa: E501
            _READ, (site, key)
        )
    ]


def _parts_for(readings: Sequence[_PartReading], position: int) -> list[_PartReading]:
    """The readings whose texts together are the text of the reading at this position of the list,
    in the order of their parts.
    """
    crawl = readings[position].crawl
    same_crawl = [reading for reading in readings if reading.crawl == crawl]
    whole = [reading for reading in same_crawl if reading.part == WHOLE]
    if whole:
        return whole[-1:]
    ends = [reading.part for reading in same_crawl if reading.is_last]
    chosen = {
        reading.part: reading
        for reading in [*reversed(readings[position:]), *readings[:position]]
        if not ends or reading.part <= max(ends)
    }
    chosen |= {reading.part: reading for reading in same_crawl}
    return [chosen[part] for part in sorted(chosen) if part != WHOLE]


def join_parts(parts: Iterable[str]) -> str:
    """The bodies of parts as one: without lines that a part repeats at its beginning, and parts
    that are another again.
    """
    lines: list[str] = []
    for body in parts:
        more = body.split("\n")
        again = sum(len(line) for line in more if line in lines)
        if lines and again >= SAME * sum(map(len, more)):
            continue
        while more and more[0] in lines:
            del more[0]
        lines += more
    return "\n".join(lines)
