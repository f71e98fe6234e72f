"""The lines that commands print about what failed: of `crawl` and `run-due` one for each URL that
failed, up to a limit; of `index` and `import` what is damaged, what does not count, and what is no
capture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from archive.model import CrawlSummary, Stage

if TYPE_CHECKING:
    from archive.query.reader import IndexReader
    from archive.warc.capture_reader import DamagedRecord

_MOST = 5  # lines for each site; `status --failures` has the rest


def failure_lines(reader: IndexReader, summaries: Sequence[CrawlSummary]) -> Iterator[str]:
    """`site: URL: reason` for the failures of these crawls, what counts as failed first, then how
    many more there are.
    """
    from archive.render.printable import printable_line

    for summary in summaries:
        rows = sorted(
            reader.failures(summary.id),
            key=lambda row: (row["stage"] == Stage.DISCOVERY, row["at"]),
        )
        for row in rows[:_MOST]:
            yield printable_line(f"{summary.site}: {row['url']}: {row['reason']}")
        if len(rows) > _MOST:
            yield f"{summary.site}: and {len(rows) - _MOST} more; see `warraq status --failures`"


def damage_lines(damaged: Iterable[DamagedRecord]) -> Iterator[str]:
    """One line for each damaged stretch of a WARC file."""
    for record in damaged:
        yield f"damaged: {record.warc} at {record.offset}: {record.problem}"


def ignored_lines(ignored: Mapping[str, Counter[str]]) -> Iterator[str]:
    """One line for each file of another maker: what it states of withdrawals, crawls and sites,
    none of which counts.
    """
    for warc, kinds in sorted(ignored.items()):
        each = ", ".join(f"{count} x {kind}" for kind, count in sorted(kinds.items()))
        yield f"ignored: {warc}: not written by this collection, so it is not obeyed: {each}"


def other_record_lines(counts: Mapping[str, int]) -> Iterator[str]:
    """One line on the records that are no HTTP exchange, if there are any: how many of each
    kind.
    """
    if counts:
        each = ", ".join(f"{count} x {kind}" for kind, count in sorted(counts.items()))
        total = sum(counts.values())
        yield f"{total} other record{'' if total == 1 else 's'}, no HTTP exchanges: {each}"
