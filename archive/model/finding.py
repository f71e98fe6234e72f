"""A finding: one thing in a collection that is not as it should be.

Every check gives this type: of records, of what they say of each other, of CDXJ and index, and of
fixity. `warraq verify` prints them; drawing the verdict is its caller's.
"""

from __future__ import annotations

from dataclasses import dataclass

REBUILD_INDEX = "run: warraq index --rebuild"  # ends the detail where a rebuild repairs the damage


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check objects to.

    `file` is a name in `archive/`, or that of the CDXJ, the index or a fixity file; `offset` is the
    byte in it where the record begins, None if the finding is about the whole file; `record_id` is
    the WARC-Record-ID as written. `rule` names the rule that was broken; `detail` says for a person
    what was seen.
    """

    file: str
    offset: int | None = None
    record_id: str | None = None
    rule: str
    detail: str

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file} at offset {self.offset}"
        return (
            f"{place}{f' {self.record_id}' if self.record_id else ''}: {self.rule}: {self.detail}"
        )
