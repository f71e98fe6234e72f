"""Names of sites that were renamed: the one that the index works with, and the one that it shows.

A renamed site keeps its articles. Ids, and the index's own tables, are made from the first name a
site had (its identity); the tables that people query show the name it has now. Which names are one
site's is configured (`aliases`) and stored in `_site_names`, so that every index of the same
captures and the same configuration has the same rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from archive.config import SiteConfig
from archive.model import Article, Capture, Reading

# The tables that show the name, each in its column `site`. Where a name was a site of its own
# before it became an alias, the index is made anew instead.
_SHOWING = ("captures", "articles", "crawls", "withdrawals", "_left_out")


@dataclass(frozen=True, slots=True)
class SiteNames:
    """Identity and present name by each name that a renamed site ever had; others are not here."""

    by_name: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of_sites(cls, sites: Iterable[SiteConfig], stored: SiteNames | None = None) -> Self:
        """The names that sites are configured with. Of sites that are in no table any more, or in
        a faulty one, what was `stored` stays.
        """
        named = {
            name: (site.identity, site.name)
            for site in sites
            for name in ((*site.aliases, site.name) if site.aliases else ())
        }
        configured = {name for site in sites for name in (*site.aliases, site.name)}
        kept = {
            name: names
            for name, names in (stored.by_name if stored else {}).items()
            if not {name, *names} & configured
        }
        return cls(kept | named)

    @classmethod
    def stored_in(cls, db: sqlite3.Connection) -> Self:
        """The names that an index was made with."""
        rows = db.execute("SELECT name, identity, shown FROM _site_names")
        return cls({name: (identity, shown) for name, identity, shown in rows})

    def identity_of(self, name: str) -> str:
        """The name that ids are made from."""
        return self.by_name[name][0] if name in self.by_name else name

    def shown_as(self, name: str) -> str:
        """The name that the site has now."""
        return self.by_name[name][1] if name in self.by_name else name

    def as_identified(self, capture: Capture, reading: Reading) -> tuple[Capture, Reading]:
        """A capture and its reading with the identities of their sites in place of their names."""
        if not self.by_name:
            return capture, reading
        site = capture.facts.site
        if site is not None and site in self.by_name:
            facts = replace(capture.facts, site=self.identity_of(site))
            capture = replace(capture, facts=facts)
        own = reading.article
        embedded = tuple(self._identified(article) for article in reading.embedded)
        article = self._identified(own) if own is not None else None
        return capture, replace(reading, article=article, embedded=embedded)

    def _identified(self, article: Article) -> Article:
        if article.site is None or article.site not in self.by_name:
            return article
        return replace(article, site=self.identity_of(article.site))


def needs_rebuild(db: sqlite3.Connection, names: SiteNames) -> bool:
    """Whether an index has rows under another identity than `names` gives their site: two names
    became one site's though both have captures, or the order of aliases changed.
    """
    stored = SiteNames.stored_in(db)
    for name in {*stored.by_name, *names.by_name}:
        identity, shown = stored.identity_of(name), stored.shown_as(name)
        if identity != names.identity_of(name) and (
            any(_has(db, table, shown) for table in ("captures", "crawls", "articles"))
            or _has(db, "_readings", identity)
        ):
            return True
    return False


def _has(db: sqlite3.Connection, table: str, site: str) -> bool:
    found = db.execute(f"SELECT 1 FROM {table} WHERE site = ? LIMIT 1", (site,))  # noqa: S608
    return found.fetchone() is not None


def store_site_names(db: sqlite3.Connection, names: SiteNames) -> None:
    """Store `names`, and show the present ones wherever a site is shown. Within a transaction."""
    stored = SiteNames.stored_in(db)
    if stored == names:
        return
    for name in {*stored.by_name, *names.by_name}:
        before, now = stored.shown_as(name), names.shown_as(name)
        if before != now:
            for table in _SHOWING:
                db.execute(f"UPDATE OR REPLACE {table} SET site = ? WHERE site = ?", (now, before))  # noqa: S608
    db.execute("DELETE FROM _site_names")
    rows = [(name, *names.by_name[name]) for name in sorted(names.by_name)]
    db.executemany("INSERT INTO _site_names VALUES (?, ?, ?)", rows)


def shown_site(db: sqlite3.Connection, identity: str) -> str:
    """The present name of the site of an identity."""
    row = db.execute(
        "SELECT shown FROM _site_names WHERE identity = ? LIMIT 1", (identity,)
    ).fetchone()
    return str(row[0]) if row else identity
