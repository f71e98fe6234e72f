"""An index that cannot be used is made anew beside the crawls, which go on meanwhile.

The new one grows in a file of its own, `index.db.rebuilding`: crawls bring their captures into it
as they come, and what the WARC files hold besides comes between and behind the crawls, the newest
first. What an index says follows from the captures, not from the order in which they came, so
nothing has to wait for anything. When it is whole, and nobody writes to it, it takes the place of
`index.db`, which readers find whole, if of another version, until then.

Where a process has the collection to itself, `pipelines.ingest.catch_up` does all at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive.cdx.cdxj import CdxjFile
from archive.config import CollectionConfig
from archive.disk.room import DiskRoom
from archive.errors import CollectionBusyError, DamagedDatabaseError, NoRoomError
from archive.index.renewal.earlier_index import EarlierIndex, IndexInMaking
from archive.index.renewal.index_state import IndexState, examine_index, note_damage
from archive.index.renewal.replacement import discard_index
from archive.index.writer import Index
from archive.layout import CollectionFolder
from archive.locks.file_locks import FileLock
from archive.warc.file_names import list_warc_files
from archive.warc.recovery import list_left_files, recover_open_files
from pipelines.ingest.catch_up import (
    IndexUpdate,
    files_behind,
    index_files,
    replace_index,
    state_closed_files,
    update_beside_crawls,
)
from pipelines.ingest.cdxj_upkeep import mend_lines
from pipelines.ingest.outdated_index import is_outdated

# Seconds of making it before a crawl begins. Most indexes are whole by then, and other crawls wait
# a little longer than that for their turn.
FIRST = 20.0
# A withdrawal has a WARC file of its own, of a few kB. All files so small are indexed before
# anything is fetched: what was withdrawn is not asked for again.
_SMALL = 64 << 10
_LET_IN = frozenset({IndexState.OLDER, IndexState.NEWER})  # these are sound, and still tell a lot
logger = logging.getLogger(__name__)


class _TimeIsUpError(Exception):
    """The time for making the index is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRenewal:
    """The index of a collection as crawls write it. `layout` is the collection, with `index.db`;
    `become_alone` has it locked for this process alone or says that it cannot be.
    """

    layout: CollectionFolder
    config: CollectionConfig
    become_alone: Callable[[], bool]
    done: IndexUpdate = field(default_factory=lambda: IndexUpdate(damaged=[], recovered=[]))

    def prepare_index(self) -> IndexUpdate:
        """Bring the index up to date before a crawl, as `update_beside_crawls` does; what was done.
        Needs the turn at upkeep.

        One that has to be made anew is worked at for `FIRST` seconds, but for what a crawl needs:
        what killed processes left, and withdrawals. Raises CollectionBusyError where even what was
        begun of it is of no use and others write to it.
        """
        state = examine_index(self.layout.index_db, self.layout.state)
        files = list_warc_files(self.layout.archive)
        if state is IndexState.CURRENT or (state is IndexState.MISSING and not files):
            try:
                return update_beside_crawls(self.layout, self.config, self.become_alone)
            except DamagedDatabaseError as error:
                if not self.note_damage(error):
                    raise
                state = IndexState.DAMAGED
        left = list_left_files(self.layout.archive)
        self.done.recovered.extend(recover_open_files(self.layout.archive, left))
        part = self._begin(state, left)
        files = list_warc_files(self.layout.archive)
        recovered = {file.warc for file in self.done.recovered}
        first = [path for path in files if path.name in recovered or path.stat().st_size < _SMALL]
        index_files(part.index_db, first, self.config, part, done=self.done)
        with closing(CdxjFile(part.cdxj)) as cdxj:
            mend_lines(part, cdxj, self.done.recovered)
        self._index_rest(part, time.monotonic() + FIRST)
        if self._take_place(part):
            update_beside_crawls(self.layout, self.config, self.become_alone)
        else:
            state_closed_files(part, self.config)
        return self.done

    def _begin(self, state: IndexState, left: Sequence[Path]) -> CollectionFolder:
        """The collection with the index in the making; begun anew where what there is is of no
        use.
        """
        part = self.layout.with_index(self.layout.index_in_making)
        begun = examine_index(part.index_db, part.state)
        if begun is IndexState.MISSING:
            logger.warning(
                "%s: %s; it is made anew from the WARC files, and crawls go on meanwhile",
                self.layout.index_db,
                state,
            )
        elif begun is not IndexState.CURRENT or is_outdated(
            part, self.config, left, self.done.recovered
        ):
            if not self.become_alone():
                raise CollectionBusyError(
                    f"{part.index_db}: must be begun anew, but it is being written by"
                    f" {part.describe_lock_holder()}; try again later"
                )
            discard_index(part.index_db, part.state)
        return part

    def note_damage(self, error: BaseException | None) -> bool:
        """Note that the index was found to be damaged, if that is what the error says: then the
        next crawl makes it anew. Whether it is.
        """
        ours = (self.layout.index_db, self.layout.index_in_making)
        if not isinstance(error, DamagedDatabaseError) or error.path not in ours:
            return False
        note_damage(error.path, self.layout.state)
        return True

    @contextmanager
    def noting_damage(self) -> Iterator[None]:
        """Note damage that an error tells of, and let the error pass."""
        try:
            yield
        except DamagedDatabaseError as error:
            self.note_damage(error)
            raise

    def open_index(self) -> Index:
        """The index that crawls write to, open."""
        written = self.layout.with_written_index()
        if written is self.layout:
            return Index(written.index_db)
        state = examine_index(self.layout.index_db, self.layout.state)
        earlier = EarlierIndex(self.layout.index_db) if state in _LET_IN else None
        return IndexInMaking(written.index_db, earlier)

    def finish_index(self, until: float | None = None) -> None:
        """Go on with an index that is not whole, behind the crawls of this process, up to a time of
        the monotonic clock; then put it in its place, if nobody else writes to it.
        """
        part = self.layout.with_written_index()
        if part is self.layout:
            return
        self._index_rest(part, until)
        if self._take_place(part):
            update_beside_crawls(self.layout, self.config, self.become_alone)
        else:
            logger.warning(
                "%s: %s; what takes its place is not whole: the next crawl, or `warraq index`,"
                " goes on with it",
                self.layout.index_db,
                examine_index(self.layout.index_db, self.layout.state),
            )

    def _index_rest(self, part: CollectionFolder, until: float | None) -> None:
        """Index what is missing, the newest file first, until a time of the monotonic clock, or the
        disk has no room for it; nothing where another process is at it. Readings need every site's
        table: while one is faulty nothing is read.
        """
        turn = FileLock(part.state / "renewal")
        if self.config.faulty or not turn.acquire():
            return
        room = DiskRoom(part.root, self.config)

        def check() -> None:
            room.check()
            if until is not None and time.monotonic() > until:
                raise _TimeIsUpError

        try:
            files = list_warc_files(part.archive)[::-1]
            index_files(part.index_db, files, self.config, part, done=self.done, check=check)
        except _TimeIsUpError:
            pass
        except NoRoomError as error:
            logger.warning("the index cannot be made anew: %s", error)
        finally:
            turn.release()

    def _take_place(self, part: CollectionFolder) -> bool:
        """Put the index in its place if it is whole and nobody else writes to it."""
        if not self.become_alone():
            return False
        with Index(part.index_db) as index:
            if files_behind(index, list_warc_files(part.archive)):
                return False
        replace_index(self.layout)
        return True
