"""What `status` tells of the collection as a whole, below its sites: what is open, what is not
finished, and an index that is being made anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.cli.session import Session, print_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archive.layout import CollectionFolder


def tell_collection_lines(
    session: Session,
    layout: CollectionFolder,
    alarms: Iterable[Mapping[str, Any]],
    purges: Iterable[str],
) -> None:
    """Tell how far back-fills are, of an index that cannot be used, of open `alarms`, and of
    `purges` (article ids) that are not finished.
    """
    from crawler.frontier.noted_runs import noted_back_fills

    for back_fill in noted_back_fills(layout.frontier):
        session.tell_person(str(back_fill))
    _tell_index_state(session, layout)
    for alarm in alarms:
        print_line(f"alarm: {alarm['kind']}: {alarm['text']}", err=True)
    for article in purges:
        print_line(f"not finished: the purge of {article}; run `warraq index`", err=True)


def tell_unfinished_back_fills(
    session: Session, layout: CollectionFolder, since: str | None, until: str | None
) -> None:
    """Tell how far the back-fills of these days are, where something of them waits."""
    from crawler.frontier.noted_runs import noted_back_fills

    for back_fill in noted_back_fills(layout.frontier):
        if (back_fill.since, back_fill.until) == (since, until):
            session.tell_person(f"{back_fill}; the next call with the same days goes on")


def _tell_index_state(session: Session, layout: CollectionFolder) -> None:
    """Tell that the index cannot be used, and what becomes of it; nothing of one that can be, or
    of none.
    """
    from archive.index.renewal.index_state import IndexState, examine_index

    state = examine_index(layout.index_db, layout.state)
    if state in {IndexState.CURRENT, IndexState.MISSING}:
        return
    begun = " (begun)" if layout.index_in_making.exists() else ""
    session.tell_person(
        f"{layout.index_db.name}: {state}; crawls go on and make it anew{begun}, as `warraq index`"
        " does at once"
    )
