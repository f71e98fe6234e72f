"""Near-duplicates in clusters: the connected components of articles whose latest texts are alike.

Two articles are joined where their signatures share a band and are at least `minhash.THRESHOLD`
alike: a property of the two, so the clusters are the same whatever the order in which articles
came.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from archive.text.minhash import NEAR_DUPLICATE_THRESHOLD, estimate_similarity, signature_bands

Node = int | str  # an article by its docid, or a cluster that keeps all its members by its id


class _DisjointSets:
    """Disjoint sets of nodes (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}

    def root(self, node: Node) -> Node:
        parent = self._parent.setdefault(node, node)
        while parent != node:
            self._parent[node] = self._parent[parent]
            node, parent = parent, self._parent[parent]
        return node

    def join(self, first: Node, second: Node) -> None:
        self._parent[self.root(first)] = self.root(second)

    def all(self) -> list[list[Node]]:
        groups: dict[Node, list[Node]] = {}
        for node in list(self._parent):
            groups.setdefault(self.root(node), []).append(node)
        return list(groups.values())


def derive_clusters(
    db: sqlite3.Connection,
    signatures: dict[int, bytes | None],
    dated: Iterable[int],
    left: Iterable[str],
) -> None:
    """Bring clusters up to date with new signatures (None: no text to compare, or no article any
    more), by docid.

    `dated` are further articles whose publication time or first capture changed; `left` are the
    clusters of articles that are no more.
    """
    changed = {
        docid for docid, signature in signatures.items() if _store_signature(db, docid, signature)
    }
    loosened = set(left)
    for docid in changed:
        loosened |= _cluster_of(db, docid)
    stale = set(loosened)
    for docid in dated:
        stale |= _cluster_of(db, docid)
    members = {docid for cluster in loosened for docid in _cluster_members(db, cluster)}
    db.executemany(
        "UPDATE articles SET cluster_id = NULL WHERE cluster_id = ?", [(each,) for each in loosened]
    )
    for group in _components_of(db, sorted(members | changed)):
        stale |= _name_group(db, group)
    for cluster in sorted(stale):
        _write_cluster(db, cluster)


def _store_signature(db: sqlite3.Connection, docid: int, signature: bytes | None) -> bool:
    """Keep an article's signature and its bands; whether it is another than before."""
    row = db.execute("SELECT signature FROM _signatures WHERE docid = ?", (docid,)).fetchone()
    if (row[0] if row else None) == signature:
        return False
    if row:
        db.executemany(
            "DELETE FROM _bands WHERE band = ? AND docid = ?",
            [(band, docid) for band in signature_bands(row[0])],
        )
        db.execute("DELETE FROM _signatures WHERE docid = ?", (docid,))
    if signature is not None:
        db.execute("INSERT INTO _signatures VALUES (?, ?)", (docid, signature))
        db.executemany(
            "INSERT OR IGNORE INTO _bands VALUES (?, ?)",
            [(band, docid) for band in signature_bands(signature)],
        )
    return True


def _cluster_of(db: sqlite3.Connection, docid: int) -> set[str]:
    row = db.execute("SELECT cluster_id FROM articles WHERE docid = ?", (docid,)).fetchone()
    return {row[0]} if row and row[0] else set()


def _cluster_members(db: sqlite3.Connection, cluster: str) -> list[int]:
    return [
        docid
        for (docid,) in db.execute("SELECT docid FROM articles WHERE cluster_id = ?", (cluster,))
    ]


def _components_of(db: sqlite3.Connection, docids: list[int]) -> list[list[Node]]:
    """The components that hold one of `docids`; a cluster none of whose members changed stays
    whole, as one node.
    """
    groups = _DisjointSets()
    for docid in docids:
        groups.root(docid)
        row = db.execute("SELECT signature FROM _signatures WHERE docid = ?", (docid,)).fetchone()
        if row is None:
            continue
        for neighbour, cluster in _candidate_neighbours(db, docid, row[0]):
            node: Node = cluster or neighbour
            if groups.root(node) != groups.root(docid):
                (signature,) = db.execute(
                    "SELECT signature FROM _signatures WHERE docid = ?", (neighbour,)
                ).fetchone()
                if estimate_similarity(row[0], signature) >= NEAR_DUPLICATE_THRESHOLD:
                    groups.join(docid, node)
    return [group for group in groups.all() if len(group) > 1]


def _candidate_neighbours(
    db: sqlite3.Connection, docid: int, signature: bytes
) -> list[tuple[int, str | None]]:
    """The articles that share a band with one, and their clusters."""
    wanted = signature_bands(signature)
    marks = ", ".join("?" * len(wanted))
    rows = db.execute(
        "SELECT docid, cluster_id FROM articles WHERE docid IN"  # noqa: S608
        f" (SELECT docid FROM _bands WHERE band IN ({marks})) ORDER BY docid",
        wanted,
    )
    return [(neighbour, cluster) for neighbour, cluster in rows if neighbour != docid]


def _name_group(db: sqlite3.Connection, group: list[Node]) -> set[str]:
    """Give the articles of a component its id: `c` and the least article id in it. The clusters
    that this changes.
    """
    absorbed = {node for node in group if isinstance(node, str)}
    docids = [node for node in group if isinstance(node, int)]
    ids = [
        db.execute("SELECT id FROM articles WHERE docid = ?", (docid,)).fetchone()[0]
        for docid in docids
    ]
    names = absorbed | {"c" + article for article in ids}
    name = min(names)
    db.executemany(
        "UPDATE articles SET cluster_id = ? WHERE docid = ?", [(name, docid) for docid in docids]
    )
    renamed = [(name, cluster) for cluster in absorbed if cluster != name]
    db.executemany("UPDATE articles SET cluster_id = ? WHERE cluster_id = ?", renamed)
    return {name, *absorbed}


def _write_cluster(db: sqlite3.Connection, cluster: str) -> None:
    """Write the row of a cluster: its size, and the article of it that was published first."""
    (size,) = db.execute(
        "SELECT count(*) FROM articles WHERE cluster_id = ?", (cluster,)
    ).fetchone()
    if size < 2:
        db.execute("DELETE FROM clusters WHERE id = ?", (cluster,))
        return
    published, first = db.execute(
        "SELECT published, id FROM articles WHERE cluster_id = ?"
        " ORDER BY published IS NULL, published, first_seen, id LIMIT 1",
        (cluster,),
    ).fetchone()
    db.execute(
        "INSERT OR REPLACE INTO clusters VALUES (?, ?, ?, ?)", (cluster, size, published, first)
    )
