"""Whether an index that is sound follows from the WARC files as they are now, or has to be made
anew: a power cut may have taken what it knows, and sites may have become one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from archive.config import CollectionConfig
from archive.index.renewal.index_state import IndexState, examine_index
from archive.index.site_names import SiteNames
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.warc.file_names import final_name
from archive.warc.left_open.set_aside import list_set_aside
from archive.warc.recovery import RecoveredFile


def has_begun(
    layout: CollectionFolder,
    config: CollectionConfig,
    left: Sequence[Path],
    recovered: Sequence[RecoveredFile],
) -> bool:
    """Whether there is an index in the making that can be gone on with."""
    part = layout.with_index(layout.index_in_making)
    state = examine_index(part.index_db, part.state)
    return state is IndexState.CURRENT and not is_outdated(part, config, left, recovered)


def is_outdated(
    layout: CollectionFolder,
    config: CollectionConfig,
    left: Sequence[Path],
    recovered: Sequence[RecoveredFile],
) -> bool:
    """Whether the index can only be made anew: it knows more than the files, `left` and `recovered`
    ones, hold now, or sites were renamed in a way that it cannot follow.
    """
    return _is_ahead(layout, map(final_name, left), recovered) or _is_renamed(layout, config)


def _is_ahead(
    layout: CollectionFolder, names: Iterable[str], recovered: Sequence[RecoveredFile]
) -> bool:
    """Whether the index knows more of these WARCs, or of those recovered or in part set aside, than
    they hold now.
    """
    aside = list_set_aside(layout.archive)
    sizes = {
        name: path.stat().st_size if (path := layout.archive / name).exists() else 0
        for name in {*names, *(each.warc for each in aside)}
    }
    if not sizes:
        return False
    with Index(layout.index_db) as index:
        return (
            any(index.indexed_up_to(name) > size for name, size in sizes.items())
            or any(
                index.indexed_up_to(file.name) > gap.offset
                for file in recovered
                for gap in file.damaged
            )
            # Where the rebuild was not to be had at once.
            or any(
                index.knows_captures_in(each.warc, each.offset, each.offset + each.size)
                for each in aside
            )
        )


def _is_renamed(layout: CollectionFolder, config: CollectionConfig) -> bool:
    """Whether sites were renamed in a way that the index cannot follow."""
    with Index(layout.index_db) as index:
        return index.needs_rebuild(SiteNames.of_sites(config.sites, index.site_names))
