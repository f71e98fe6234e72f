"""Every query on `index.db`: search, one article with all that hangs on it, crawls, failures,
counts. Read-only.

Rows are dicts under the column names of `docs/tables.md`. Writing is `archive.index`; words are
folded and marked by `archive.text.folding` and `archive.text.highlighting`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from archive.errors import UsageError
from archive.index import capture_lookup
from archive.index.columns import PUBLIC_ARTICLE_COLUMNS
from archive.index.connection import open_reader, storage_errors
from archive.index.learned_boilerplate import without_boilerplate
from archive.index.rows import CAPTURE_COLUMNS, capture_of
from archive.index.site_names import SiteNames
from archive.index.withdrawals import OF_WITHDRAWN, hidden_from_replay
from archive.model import Article, Capture, Reference
from archive.model.withdrawal import HiddenFromReplay
from archive.query.filters import Filters, Sort
from archive.text.folding import Query, fold_for_search, parse_query
from archive.text.highlighting import mark_matches, marked_excerpt
from archive.urls import canonical_key, normalise_url

Row = dict[str, Any]

_PUBLIC = ", ".join(PUBLIC_ARTICLE_COLUMNS)
# Fewer digits of an id would be a guess.
_SHORTEST_ID = 4


class IndexReader:
    """`index.db`, open for reading; a context manager. StorageError where there is none or it
    cannot be read.
    """

    def __init__(self, path: Path, *, timeout: float = 30.0) -> None:
        self._path = Path(path)
        self._connection = open_reader(self._path, timeout=timeout)
        self._connection.create_function(
            "fold", 1, lambda text: fold_for_search(text) if text else "", deterministic=True
        )
        self._db = Database(self._connection, execute_plugins=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, statement: str, values: dict[str, Any] | None = None) -> Iterator[Row]:
        """The rows of a statement, one at a time."""
        with storage_errors(self._path):
            yield from self._db.query(statement, values or {})

    def sites(self) -> set[str]:
        """The sites that have articles."""
        return {row["site"] for row in self._list("SELECT DISTINCT site FROM articles")}

    def hidden_from_replay(self) -> HiddenFromReplay:
        """What in the archive shows a withdrawn article."""
        with storage_errors(self._path):
            return hidden_from_replay(self._connection)

    def _list(self, statement: str, **values: Any) -> list[Row]:
        return list(self.rows(statement, values))

    def search(
        self,
        text: str,
        filters: Filters | None = None,
        *,
        sort: Sort = Sort.RELEVANCE,
        limit: int = 20,
        skip: int = 0,
    ) -> list[Row]:
        """Articles that answer `text`, best or newest first; without words, all that pass the
        filters, newest first.

        Besides the columns of `articles` a row has `rank` (smaller is better), `title_marked` and
        `excerpt` with the matches in `[` and `]`. Words are all required; "phrases", OR, -word and
        begin* are understood; nothing raises.
        """
        query = parse_query(text)
        if not query:
            return [] if text.strip() else list(self.select(filters, limit=limit, skip=skip))
        rows = self._matches(query.expression(), filters, sort, limit, skip)
        if not rows and not skip:  # perhaps a prefix was typed that belongs to no word of the text
            rows = self._matches(query.expression(loose=True), filters, sort, limit, skip)
        return [self._marked(row, query) for row in rows]

    def count(self, text: str, filters: Filters | None = None) -> int:
        """How many articles a search would find."""
        query = parse_query(text)
        if text.strip() and not query:
            return 0
        condition, values = (filters or Filters()).condition()
        match = (
            "AND a.docid IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :match)"
            if query
            else ""
        )
        statement = f"SELECT count(*) AS n FROM articles a WHERE {condition} {match}"  # noqa: S608
        return int(self._list(statement, **values, match=query.expression())[0]["n"])

    def select(
        self, filters: Filters | None = None, *, limit: int = -1, skip: int = 0, text: str = ""
    ) -> Iterator[Row]:
        """The articles that pass the filters (and answer `text`), newest first, one at a time: for
        exports.
        """
        query = parse_query(text)
        if text.strip() and not query:
            return
        condition, values = (filters or Filters()).condition()
        match = (
            "AND a.docid IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :match)"
            if query
            else ""
        )
        yield from self.rows(
            f"SELECT {_PUBLIC} FROM articles a WHERE {condition} {match}"  # noqa: S608
            " ORDER BY a.published DESC, a.docid LIMIT :limit OFFSET :skip",
            {**values, "match": query.expression(), "limit": limit, "skip": skip},
        )

    def _matches(
        self, match: str, filters: Filters | None, sort: Sort, limit: int, skip: int
    ) -> list[Row]:
        condition, values = (filters or Filters()).condition()
        chosen = f"SELECT docid FROM articles a WHERE {condition}"  # noqa: S608
        within = f"AND rowid IN ({chosen})" if values else ""
        if (
            sort == Sort.RELEVANCE
        ):  # ranked before joining: a join first would read every match's whole row
            inner = (
                "SELECT rowid AS found, rank AS score FROM articles_fts WHERE articles_fts MATCH :match"  # noqa: E501, S608
                f" {within} ORDER BY rank, rowid LIMIT :limit OFFSET :skip"
            )
            order = "score, docid"
        else:
            inner = (
                "SELECT docid AS found, NULL AS score FROM articles WHERE docid IN"  # noqa: S608
                f" (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :match {within})"
                " ORDER BY published DESC, docid LIMIT :limit OFFSET :skip"
            )
            order = "published DESC, docid"
        return self._list(
            f"SELECT {_PUBLIC}, score AS rank FROM ({inner}) JOIN articles ON docid = found ORDER BY {order}",  # noqa: E501, S608
            **values,
            match=match,
            limit=limit,
            skip=skip,
        )

    @staticmethod
    def _marked(row: Row, query: Query) -> Row:
        return {
            **row,
            "title_marked": mark_matches(row["title"], query),
            "excerpt": marked_excerpt(row["body"], query),
        }

    def article(self, name: str) -> Row | None:
        """The article of that id (or its beginning, where it is the only one) or of that URL, under
        any address of it.
        """
        for identity in self._named(name):
            rows = self._list(f"SELECT {_PUBLIC} FROM articles WHERE id = :id", id=identity)  # noqa: S608
            if rows:
                return rows[0]
        return None

    def require_article(self, name: str) -> Row:
        """The article as `article` finds it; UsageError where there is none."""
        article = self.article(name)
        if article is None and (gone := self.withdrawal(name)) is not None:
            raise UsageError(f"{name}: withdrawn {gone['withdrawn'][:10]}: {gone['reason']}")
        if article is None:
            raise UsageError(f"{name}: no article of that id or address; `warraq search` shows ids")
        return article

    def withdrawal(self, name: str) -> Row | None:
        """The tombstone of a withdrawn article, by its id or by an address of it."""
        rows = self._list(
            "SELECT * FROM withdrawals w WHERE article_id = :name OR url = :url OR"
            " (ifnull((SELECT identity FROM _site_names WHERE name = w.site), w.site), :key) IN"
            " (SELECT site, value FROM _withdrawn WHERE kind = 'key') ORDER BY withdrawn DESC "
            "LIMIT 1",
            name=name.strip(),
            url=name,
            key=canonical_key(normalise_url(name) or name),
        )
        return rows[0] if rows else None

    def _named(self, name: str) -> Iterator[str]:
        name = name.strip()
        if len(name) >= _SHORTEST_ID and all(letter in "0123456789abcdef" for letter in name):
            rows = self._list(
                "SELECT id FROM articles WHERE id >= :low AND id < :high LIMIT 2",
                low=name,
                high=name + "g",
            )
            if len(rows) == 1:
                yield rows[0]["id"]
        url = normalise_url(name)
        if url is None:
            return
        for row in self._list(
            "SELECT article_id FROM addresses WHERE url IN (:asked, :url)"
            " ORDER BY kind != 'canonical', last_seen DESC, article_id",
            asked=name,
            url=url,
        ):
            yield row["article_id"]
        for row in self._list(
            "SELECT article_id FROM _readings WHERE name_key = :key AND article_id IS NOT NULL "
            "ORDER BY order_key DESC LIMIT 1",
            key=canonical_key(url),
        ):
            yield row["article_id"]

    def versions(self, article: str) -> list[Row]:
        """The versions of an article (its id), first to last."""
        return self._list(
            "SELECT * FROM versions WHERE article_id = :id ORDER BY number", id=article
        )

    def first_captures(self) -> Iterator[Row]:
        """The first capture with status 200 of each version of each article, at the article's own
        address if there is one: `url`, `captured`, `title`, `body` and `id`, by time.
        """
        return self.rows(capture_lookup.FIRST_CAPTURES)

    def captures(self, article: str) -> list[Row]:
        """The captures an article was seen in, in their order; of one that only listings carried,
        those listings'.
        """
        return self._list(
            "SELECT c.* FROM captures c WHERE c.id IN (SELECT id FROM captures WHERE "
            "article_id = :id UNION"
            " SELECT capture_id FROM _readings WHERE article_id = :id) ORDER BY captured, "
            "warc, offset",
            id=article,
        )

    def capture(self, identity: str) -> Capture | None:
        """The capture of that id, as a value; None also for one that shows a withdrawn article."""
        with storage_errors(self._path):
            row = self._connection.execute(
                f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE id = ? AND NOT {OF_WITHDRAWN}",  # noqa: S608
                (identity,),
            ).fetchone()
        return capture_of(row) if row else None

    def capture_at(self, warc: str, offset: int) -> Capture | None:
        """The capture that stands at a place, as a value; None also for one that shows a withdrawn
        article.
        """
        with storage_errors(self._path):
            row = self._connection.execute(
                f"SELECT {CAPTURE_COLUMNS} FROM captures WHERE warc = ? AND offset = ? AND NOT {OF_WITHDRAWN}",  # noqa: E501, S608
                (warc, offset),
            ).fetchone()
        return capture_of(row) if row else None

    def shown_page(self, rendering: Capture) -> Capture | None:
        """The capture that a browser was given for a page as it showed it, or None."""
        page = rendering.refers_to_id
        rows = self._list("SELECT id FROM captures WHERE record_id = :id", id=page)
        return self.capture(rows[0]["id"]) if rows else None

    def nearest_capture(self, url: str, time: datetime) -> Capture | None:
        """The capture of a URL (normalised) that shows best what stood there at `time` (aware);
        None if there is none.
        """
        with storage_errors(self._path):
            return capture_lookup.nearest_capture(self._connection, url, time)

    def revisit_target(self, revisit: Capture) -> Reference | None:
        """The record whose payload a revisit repeats; None for any other capture, and if that
        record is not in the index.
        """
        with storage_errors(self._path):
            return capture_lookup.revisit_target(self._connection, revisit)

    def addresses(self, article: str) -> list[Row]:
        """The addresses of an article, the canonical one first."""
        return self._list(
            "SELECT * FROM addresses WHERE article_id = :id ORDER BY kind != 'canonical', "
            "first_seen, url",
            id=article,
        )

    def authors(self, article: str) -> list[str]:
        """An article's authors, as a list."""
        return [
            row["name"]
            for row in self._list(
                "SELECT name FROM authors WHERE article_id = :id ORDER BY position", id=article
            )
        ]

    def links(self, article: str) -> list[Row]:
        """An article's links, in the body and in related boxes."""
        return self._list(
            "SELECT url, text, kind FROM links WHERE article_id = :id ORDER BY position", id=article
        )

    def cluster(self, article: str) -> list[Row]:
        """The near-duplicates of an article, itself among them, first published first; only itself
        where it has none.
        """
        return self._list(
            f"SELECT {_PUBLIC} FROM articles WHERE id = :id OR cluster_id ="  # noqa: S608
            " (SELECT cluster_id FROM articles WHERE id = :id)"
            " ORDER BY published IS NULL, published, first_seen, id",
            id=article,
        )

    def learned_boilerplate(self, site: str) -> list[Row]:
        """Boilerplate of a site: `kind` (line, place), `path`, `form` (of a line)."""
        statement = (
            "SELECT kind, path, form FROM _learned_lines WHERE site = :site ORDER BY 1, 2, 3"
        )
        return self._list(statement, site=self.site_identity(site))

    def site_identity(self, site: str) -> str:
        """The name that the ids of a site's articles, and the index's own tables, are made from."""
        with storage_errors(self._path):
            return SiteNames.stored_in(self._connection).identity_of(site)

    def without_boilerplate(self, site: str, article: Article) -> Article:
        """An article read just now, as the index would keep it; what is left out and why is added
        to its evidence.
        """
        with storage_errors(self._path):
            return without_boilerplate(self._connection, self.site_identity(site), article)

    def crawls(self, site: str | None = None, *, limit: int = -1) -> list[Row]:
        """Crawls, latest first."""
        return self._list(
            "SELECT * FROM crawls WHERE :site IS NULL OR site = :site ORDER BY started DESC, "
            "id DESC LIMIT :limit",
            site=site,
            limit=limit,
        )

    def failures(self, crawl: str | None = None, *, limit: int = -1) -> list[Row]:
        """Failures (of one crawl), latest first."""
        return self._list(
            "SELECT url, crawl_id, stage, reason, at FROM failures WHERE :crawl IS NULL OR "
            "crawl_id = :crawl"
            " ORDER BY at DESC, id LIMIT :limit",
            crawl=crawl,
            limit=limit,
        )

    def disappearances(self) -> list[Row]:
        """The articles that no longer answer, latest first, with title and URL."""
        return self._list(
            "SELECT d.*, a.url, a.site, a.title FROM disappearances d JOIN articles a ON a.id "
            "= d.article_id"
            " ORDER BY gone_since DESC, article_id"
        )

    def stats(self) -> list[Row]:
        """Counts for each site: articles, versions, captures, first and last capture, articles
        gone.
        """
        return self._list(
            "SELECT a.site, count(*) AS articles, sum(a.versions) AS versions,"
            " (SELECT count(*) FROM captures c WHERE c.site = a.site) AS captures,"
            " (SELECT count(*) FROM disappearances d JOIN articles g ON g.id = d.article_id "
            "WHERE g.site = a.site) AS gone,"
            " min(a.first_seen) AS first_seen, max(a.last_seen) AS last_seen,"
            " min(a.published) AS first_published, max(a.published) AS last_published"
            " FROM articles a GROUP BY a.site ORDER BY a.site"
        )
