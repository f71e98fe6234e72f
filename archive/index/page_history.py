"""What the index knows of an address from earlier crawls: by this it is decided whether to ask for
it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from archive.index.affected import latest_reading
from archive.index.connection import storage_errors
from archive.index.coverage_view import missing_addresses
from archive.model import PayloadKind, iso_utc
from archive.model.stated_dates import says_unchanged, stated_instant
from archive.urls import canonical_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHistory:
    """An article as earlier crawls left it: the address it was read at last, when it was first seen
    and last asked for, how many texts it had.

    `named`: a sitemap or feed of the site, as it was read last, names it. `announced`: one of them
    states no change since it was asked for; `by_lastmod`: in a date of the change, not of the
    publication. `vanished`: a sitemap that once named it does so no more, and it was not asked for
    since. `gone`: since when it answers no more, if it does not.
    """

    url: str
    first_seen: datetime
    asked: datetime
    published: datetime | None = None
    versions: int = 1
    section: str | None = None
    named: bool = False
    announced: bool = False
    by_lastmod: bool = False
    vanished: bool = False
    gone: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHistory:
    """An address that was asked for before: when first and last, in which crawl (its id) that was,
    the status it answered with last, when an article not known before was last found through it,
    and the article it shows, if any.
    """

    first_asked: datetime
    asked: datetime
    status: int | None
    asked_in: str | None = None
    fruitful: datetime | None = None
    article: ArticleHistory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEdits:
    """How a site changed what it had published.

    `stated` and `silent`: further versions found where something led to them, and at visits of the
    crawl's own accord. `unlisted` and `silent_takedowns`: articles found gone that nothing named
    any more, and that a sitemap or feed still named. `by_section`: of the articles first seen in a
    time, within a day of their publication, and looked at for a day since, how many there are and
    how many have more than one version.
    """

    stated: int = 0
    silent: int = 0
    unlisted: int = 0
    silent_takedowns: int = 0
    by_section: Mapping[str | None, tuple[int, int]] = field(default_factory=dict)


class IndexHistory:
    """What a crawl asks of earlier ones. Raises StorageError where the disk or a lock refuses.

    Captures dated later than `until` (aware) are of a clock that was ahead, and count only
    where there are no others.
    """

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self._path = path

    def page(self, site: str, url: str, until: datetime) -> PageHistory | None:
        """What is known of an address of a site; None where it was never asked for."""
        with storage_errors(self._path):
            return page_history(self._db, site, url, iso_utc(until))

    def articles(self, site: str, seen_before: datetime, until: datetime) -> list[ArticleHistory]:
        """The articles of a site on pages of their own that were not seen between these times, the
        newest first.
        """
        with storage_errors(self._path):
            return article_histories(self._db, site, iso_utc(seen_before), iso_utc(until))

    def last_asked(self, site: str, url: str) -> datetime | None:
        """When an address was asked for last for a site; None where it never was."""
        with storage_errors(self._path):
            (asked,) = self._db.execute(
                "SELECT max(captured) FROM captures WHERE url = ? AND site = ?", (url, site)
            ).fetchone()
        return datetime.fromisoformat(asked) if asked else None

    def sources(self, site: str) -> list[tuple[str, PayloadKind]]:
        """The sitemaps and feeds that were ever read for a site, as URL and kind."""
        with storage_errors(self._path):
            rows = self._db.execute(
                "SELECT DISTINCT url, kind FROM captures WHERE site = ?"
                " AND kind IN ('sitemap', 'feed') ORDER BY url, kind",
                (site,),
            ).fetchall()
        return [(url, PayloadKind(kind)) for url, kind in rows]

    def missing(self, site: str) -> list[tuple[str, str | None]]:
        """The addresses of a site that were announced or linked and have no capture that answers,
        with what announced them; dead links, other spellings, traps, spent budgets and what is out
        of the days asked for, of scope or forbidden by robots.txt aside.
        """
        with storage_errors(self._path):
            return missing_addresses(self._db, site)

    def edit_counts(self, site: str) -> tuple[int, int]:
        """How many further versions of a site's articles were found where something led to them,
        and how many at visits of the crawl's own accord.
        """
        with storage_errors(self._path):
            announced, silent = self._db.execute(
                "SELECT count(via), count(*) - count(via) FROM (SELECT (SELECT c.via FROM captures"
                " c WHERE c.version_id = v.id AND c.article_id = v.article_id ORDER BY c.captured"
                " LIMIT 1) AS via FROM versions v JOIN articles a ON a.id = v.article_id"
                " WHERE a.site = ? AND v.number > 1)",
                (site,),
            ).fetchone()
        return int(announced), int(silent)

    def site_edits(self, site: str, since: datetime) -> SiteEdits:
        """How a site edits and takes down; of its sections, by the articles first seen since."""
        stated, silent = self.edit_counts(site)
        with storage_errors(self._path):
            sections = self._db.execute(
                "SELECT section, count(*), total(versions > 1) FROM articles WHERE site = ?"
                " AND source = 'page' AND first_seen >= ? AND (versions > 1 OR ("
                "  julianday(last_seen) - julianday(first_seen) >= 1"
                "  AND julianday(first_seen) - julianday(coalesce(published, first_seen)) <= 1))"
                " GROUP BY section",
                (site, iso_utc(since)),
            ).fetchall()
            gone, named = self._db.execute(_TAKEDOWNS, (site,)).fetchone()
        return SiteEdits(
            stated=stated,
            silent=silent,
            unlisted=gone - named,
            silent_takedowns=named,
            by_section={name: (int(count), int(edited)) for name, count, edited in sections},
        )

    def aliases(self, site: str) -> list[tuple[str, str]]:
        """Addresses with parameters at which articles of a site were read, the newest first, each
        with the address that names the article: its own, too.
        """
        with storage_errors(self._path):
            return self._db.execute(
                "SELECT n.url, a.url FROM articles a JOIN addresses n ON n.article_id = a.id"
                " WHERE a.site = ? AND n.kind != 'duplicate' AND n.url LIKE '%?%'"
                " ORDER BY n.first_seen DESC, n.url LIMIT ?",
                (site, _ALIASES),
            ).fetchall()

    def last_crawl(self, site: str, before: datetime) -> datetime | None:
        """When the last crawl of a site before a time began; None where there was none."""
        with storage_errors(self._path):
            (started,) = self._db.execute(
                "SELECT max(started) FROM crawls WHERE site = ? AND started < ?",
                (site, iso_utc(before)),
            ).fetchone()
        return datetime.fromisoformat(started) if started else None


_ALIASES = 2_000  # so many of the newest tell what a site's parameters mean
# How many articles of a site are gone, and how many of these a sitemap or feed still named when it
# was read after that.
_TAKEDOWNS = """
SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT 1 FROM addresses n JOIN sightings s
    ON s.url = n.url WHERE n.article_id = d.article_id AND s.kind != 'section'
    AND s.last_seen >= d.gone_since))
FROM disappearances d JOIN articles a ON a.id = d.article_id WHERE a.site = ?
"""

# A sighting: kind, last_seen, modified and published as stated, when its source was read last, and
# when it was read first without it.
_Said = tuple[str, str, str | None, str | None, str | None, str | None]
# What sitemaps and feeds state of an article, when each of them was read last, and when it was read
# first since it named the address last.
_ANNOUNCED = """
SELECT s.kind, s.last_seen, s.modified, s.published,
  (SELECT max(captured) FROM captures c WHERE c.url = s.source AND c.status = 200
    AND c.kind IN ('sitemap', 'feed')) AS whole,
  (SELECT min(captured) FROM captures c WHERE c.url = s.source AND c.status = 200
    AND c.kind IN ('sitemap', 'feed') AND c.captured > s.last_seen) AS dropped
FROM addresses n JOIN sightings s ON s.url = n.url AND s.kind != 'section'
WHERE n.article_id = ? AND n.kind != 'duplicate'
"""


def page_history(db: sqlite3.Connection, site: str, url: str, until: str) -> PageHistory | None:
    """What is known of an address of a site; None where it was never asked for. Captures dated
    later than `until` (ISO 8601) count only where there are no others.

    An address that was not, but folds to that of a known article, has the article's history.
    """
    first, last = _asked(db, url, until, site)
    article = _article_at(db, site, url, until)
    if first is None or last is None:
        if article is None:
            return None
        return PageHistory(
            first_asked=article.first_seen,
            asked=article.asked,
            status=200,
            asked_in=_last_answer(db, article.url, iso_utc(article.asked))[1],
            article=article,
        )
    status, asked_in = _last_answer(db, url, last, site)
    (fruitful,) = db.execute(
        "SELECT max(c.captured) FROM captures c JOIN articles a ON a.id = c.article_id"
        " WHERE c.via = ? AND c.captured = a.first_seen",
        (url,),
    ).fetchone()
    return PageHistory(
        first_asked=datetime.fromisoformat(first),
        asked=datetime.fromisoformat(last),
        status=status,
        asked_in=asked_in,
        fruitful=datetime.fromisoformat(fruitful) if fruitful else None,
        article=article,
    )


def _last_answer(
    db: sqlite3.Connection, url: str, until: str, site: str | None = None
) -> tuple[int | None, str | None]:
    """The status that an address answered (a site) with last until a time, and in which crawl."""
    found = db.execute(
        "SELECT status, crawl_id FROM captures WHERE url = ? AND captured <= ?"
        " AND site = ifnull(?, site) ORDER BY captured DESC, warc DESC, offset DESC LIMIT 1",
        (url, until, site),
    ).fetchone()
    return found or (None, None)


def _asked(
    db: sqlite3.Connection, url: str, until: str, site: str | None = None
) -> tuple[str | None, str | None]:
    """When an address was asked for first and last (for a site)."""
    first, last, ahead = db.execute(
        "SELECT min(captured), max(captured) FILTER (WHERE captured <= ?), max(captured)"
        " FROM captures WHERE url = ? AND site = ifnull(?, site)",
        (until, url, site),
    ).fetchone()
    return first, last or ahead


_FACTS = "SELECT a.id, a.first_seen, a.published, a.versions, a.section FROM"
_NAMED_BY_A_PAGE = f"""{_FACTS} _readings r JOIN articles a ON a.id = r.article_id
WHERE r.name_key = ? AND r.site = ifnull((SELECT identity FROM _site_names WHERE name = ?), ?)
  AND r.ordinal = 0 AND a.source = 'page' ORDER BY r.order_key DESC LIMIT 1"""  # noqa: S608
# Under an address that the page itself does not name: as it was read at last.
_READ_AT = f"""{_FACTS} addresses n JOIN articles a ON a.id = n.article_id
WHERE n.url = ? AND a.site = ? AND a.source = 'page'
ORDER BY n.last_seen DESC LIMIT 1"""


def _article_at(db: sqlite3.Connection, site: str, url: str, until: str) -> ArticleHistory | None:
    row = db.execute(_NAMED_BY_A_PAGE, (canonical_key(url), site, site)).fetchone()
    row = row or db.execute(_READ_AT, (url, site)).fetchone()
    return _history_of(db, until, *row) if row else None


# Articles of a site (1) that were not seen between two times (2, 3), with a row for each sighting:
# the outermost loop keeps those of one together. Statements for each article take 2.5 times it.
_ARTICLES = """
WITH found AS MATERIALIZED (
  SELECT a.id, a.first_seen, a.published, a.versions, a.section,
    (SELECT url FROM _readings WHERE article_id = a.id ORDER BY order_key DESC LIMIT 1) AS url
  FROM articles a WHERE site = ?1 AND source = 'page'
    AND (last_seen < ?2 OR last_seen > ?3)
), known AS MATERIALIZED (
  SELECT *, (SELECT max(captured) FROM captures WHERE url = f.url AND captured <= ?3) AS asked
  FROM found f
)
SELECT k.id, k.first_seen, k.published, k.versions, k.section, k.url, k.asked, d.gone_since,
  s.kind, s.last_seen, s.modified, s.published, s.source
FROM known k LEFT JOIN disappearances d ON d.article_id = k.id
LEFT JOIN addresses n ON n.article_id = k.id AND n.kind != 'duplicate'
LEFT JOIN sightings s ON s.url = n.url AND s.kind != 'section'
"""
_WHOLE = " WHERE url = ? AND status = 200 AND kind IN ('sitemap', 'feed')"
# The articles that were read from several pages: their latest reading need not be of the first.
_ON_SEVERAL_PAGES = """
SELECT DISTINCT r.article_id FROM _texts t JOIN _readings r ON r.key = t.key AND r.site = t.site
WHERE t.part > 0
"""


def article_histories(
    db: sqlite3.Connection, site: str, seen_before: str, until: str
) -> list[ArticleHistory]:
    """The articles of a site on pages of their own that were not seen between two times (ISO
    8601), the newest first; `until` as for `page_history`.
    """
    several = {article for (article,) in db.execute(_ON_SEVERAL_PAGES)}
    sources = _SourceReadings(db)
    found: list[tuple[str, str, ArticleHistory]] = []
    for article, group in groupby(db.execute(_ARTICLES, (site, seen_before, until)), itemgetter(0)):
        rows = list(group)
        _, *facts, url, asked, gone = rows[0][:8]
        if article in several or asked is None:
            url, _ = latest_reading(db, article)
            asked = _asked(db, url, until)[1] or facts[0]
        said = [sources.complete(*row[8:]) for row in rows if row[8] is not None]
        found.append((facts[0], article, _history(facts, url, asked, gone, said)))
    found.sort(key=itemgetter(1))
    found.sort(key=itemgetter(0), reverse=True)  # stable: of one time by id
    return [history for _, _, history in found]


class _SourceReadings:
    """When sitemaps and feeds were read, each asked for once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._last: dict[str, str | None] = {}
        self._next: dict[tuple[str, str], str | None] = {}

    def complete(
        self, kind: str, seen: str, modified: str | None, published: str | None, source: str
    ) -> _Said:
        """A sighting as `_ANNOUNCED` gives it."""
        if source not in self._last:
            self._last[source] = self._read("max(captured)", source, "")
        last = self._last[source]
        if last is not None and seen < last and (source, seen) not in self._next:
            self._next[source, seen] = self._read("min(captured)", source, seen)
        return kind, seen, modified, published, last, self._next.get((source, seen))

    def _read(self, what: str, source: str, after: str) -> str | None:
        statement = f"SELECT {what} FROM captures{_WHOLE} AND captured > ?"  # noqa: S608 - constants
        time: str | None = self._db.execute(statement, (source, after)).fetchone()[0]
        return time


def _history_of(db: sqlite3.Connection, until: str, article: str, *facts: Any) -> ArticleHistory:
    """The history of one article; `facts` as for `_history`."""
    url, _ = latest_reading(db, article)
    asked = _asked(db, url, until)[1] or facts[0]
    said = db.execute(_ANNOUNCED, (article,)).fetchall()
    gone = db.execute(
        "SELECT max(gone_since) FROM disappearances WHERE article_id = ?", (article,)
    ).fetchone()[0]
    return _history(facts, url, asked, gone, said)


def _history(
    facts: Sequence[Any], url: str, asked: str, gone: str | None, said: Iterable[_Said]
) -> ArticleHistory:
    """An article's history from its row (first_seen, published, versions, section), where and when
    it was asked for last, since when it is gone, and what sitemaps and feeds said of it.
    """
    first_seen, published, versions, section = facts
    instant = datetime.fromisoformat(asked)
    named = announced = by_lastmod = in_sitemap = dropped = False
    for kind, seen, modified, dated, last, next_without in said:
        if last and seen >= last:
            unchanged = says_unchanged(modified or dated, instant)
            named, announced = True, announced or unchanged
            by_lastmod = by_lastmod or (unchanged and bool(modified))
            in_sitemap = in_sitemap or kind == "sitemap"
        elif kind == "sitemap" and next_without and asked <= next_without:
            dropped = True
    return ArticleHistory(
        url=url,
        first_seen=datetime.fromisoformat(first_seen),
        asked=instant,
        published=stated_instant(published),
        versions=versions,
        section=section,
        named=named,
        announced=announced,
        by_lastmod=by_lastmod,
        vanished=dropped and not in_sitemap,
        gone=datetime.fromisoformat(gone) if gone else None,
    )
